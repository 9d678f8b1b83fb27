"""The chain and the event log over HTTP."""

from functools import cache
from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.network import service
from pocplatform.domains.network.errors import TimeTravelOff
from pocplatform.domains.network.schemas import ChainRead, EventRead, TimeAdvance, TimeRead
from pocplatform.events.log import TYPE_PATTERN
from pocplatform.events.models import Event
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    Admin,
    Anonymous,
    CommandDep,
    GatewayDep,
    Reader,
    ReadSession,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.fields import Moment

router = Router(prefix="/v1", tags=["Chain and events"])


@router.get("/chain", dependencies=[Anonymous])
def get_chain(session: ReadSession, gateway: GatewayDep) -> ChainRead:
    """The chain, its contracts, and how far the sandbox has recorded it. Needs no key."""
    managed = gateway.settings.managed_devnet
    return service.chain(session, gateway.contracts, gateway.epoch, managed=managed)


@router.post("/chain/advance_time", response_model=TimeRead, **operation(raises=(TimeTravelOff,)))
async def advance_time(
    body: TimeAdvance, actor: Admin, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Put the clock of a sandbox of your own forward, and with it the time of its next block.

    For tests: only the organisers may, and only where `POC_TIME_TRAVEL` says that they may. It
    lasts until the sandbox ends. What the sandbox does by the clock comes at its usual intervals.
    """
    settings = gateway.settings

    @cache  # the clock is no database: work that is done once more must not move it again
    def moved() -> TimeRead:
        return service.advance_time(
            body.seconds, allowed=settings.time_travel, managed=settings.managed_devnet
        )

    def work(session: Session) -> Accepted:
        return Accepted("time", shown=moved())

    return await command(work, lambda session, _: service.time())


TypeQuery = Annotated[
    str | None,
    Query(
        pattern=TYPE_PATTERN,
        max_length=100,
        description="Only this type, or this family of types: `payment.received`, `agreement.*`.",
    ),
]


@router.get("/events")
def list_events(
    actor: Reader,
    session: ReadSession,
    query: PageDep,
    type: TypeQuery = None,
    resource: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="Only what is about this, such as agr_…"),
    ] = None,
    since: Annotated[Moment | None, Query(description="Not before this moment.")] = None,
    until: Annotated[Moment | None, Query(description="Before this moment.")] = None,
) -> ListPage[EventRead]:
    """What happened and concerns a wallet of your organization, newest first."""
    chosen = service.events(
        session, actor.org_id, service.EventFilter(type, resource, since, until)
    )
    rows, more = page(session, Event, chosen, query)
    return ListPage(data=[service.read_event(row) for row in rows], has_more=more)


@router.get("/events/{event_id}")
def get_event(event_id: str, actor: Reader, session: ReadSession) -> EventRead:
    """An event that concerns a wallet of your organization."""
    return service.read_event(service.event(session, actor.org_id, event_id))
