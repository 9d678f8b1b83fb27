"""The chain and the event log over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from pocplatform.domains.network import service
from pocplatform.domains.network.schemas import ChainRead, EventRead
from pocplatform.events.log import TYPE_PATTERN
from pocplatform.events.models import Event
from pocplatform.http.dependencies import Anonymous, GatewayDep, Reader, ReadSession
from pocplatform.http.pages import ListPage, PageDep, page

router = APIRouter(prefix="/v1", tags=["Chain and events"])


@router.get("/chain", dependencies=[Anonymous])
def get_chain(session: ReadSession, gateway: GatewayDep) -> ChainRead:
    """The chain, its contracts, and how far the sandbox has recorded it. Needs no key."""
    return service.chain(session, gateway.contracts, managed=gateway.settings.managed_devnet)


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
    since: Annotated[AwareDatetime | None, Query(description="Not before this moment.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this moment.")] = None,
) -> ListPage[EventRead]:
    """What happened and concerns you, newest first."""
    address = None if actor.org_id is None else actor.address
    chosen = service.events(address, service.EventFilter(type, resource, since, until))
    rows, more = page(session, Event, chosen, query)
    return ListPage(data=[service.read_event(row) for row in rows], has_more=more)


@router.get("/events/{event_id}")
def get_event(event_id: str, actor: Reader, session: ReadSession) -> EventRead:
    """An event that concerns you."""
    address = None if actor.org_id is None else actor.address
    return service.read_event(service.event(session, address, event_id))
