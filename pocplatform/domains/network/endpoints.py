"""The chain and the event log over HTTP."""

from fastapi import APIRouter
from sqlmodel import select

from pocplatform.domains.network import service
from pocplatform.domains.network.schemas import ChainRead, EventRead
from pocplatform.events.log import visible_to
from pocplatform.events.models import Event
from pocplatform.http.dependencies import GatewayDep, Reader, ReadSession
from pocplatform.http.pages import ListPage, PageDep, page

router = APIRouter(prefix="/v1", tags=["Chain and events"])


@router.get("/chain")
def get_chain(session: ReadSession, gateway: GatewayDep) -> ChainRead:
    """The chain, its contracts, and how far the sandbox has recorded it. Needs no key."""
    return service.chain(session, gateway.contracts, managed=gateway.settings.managed_devnet)


@router.get("/events")
def list_events(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[EventRead]:
    """What happened and concerns you, newest first."""
    address = None if actor.org_id is None else actor.address
    rows, more = page(session, Event, select(Event).where(visible_to(address)), query)
    return ListPage(data=[service.read_event(row) for row in rows], has_more=more)
