"""Spaces over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Body, Depends, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session

from pocplatform.domains.credentials.errors import ValidityInvalid
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.spaces import service, visiting
from pocplatform.domains.spaces.errors import EntryRuleInvalid, InvitationMissing
from pocplatform.domains.spaces.models import Invitation, Space, SpaceLink, Visit
from pocplatform.domains.spaces.schemas import (
    EnterCreate,
    EntryCreate,
    ExpelCreate,
    LinkCreate,
    LinkRead,
    PresenceRead,
    ProviderUpdate,
    SpaceCreate,
    SpaceInvitationCreate,
    SpaceInvitationRead,
    SpaceRead,
    SpaceTransfer,
    TravelCreate,
    VisitRead,
)
from pocplatform.domains.spaces.service import Spaces
from pocplatform.domains.spaces.visiting import Visiting
from pocplatform.domains.transactions.acting import Done
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    Anonymous,
    CommandDep,
    GatewayDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router, of_request
from pocplatform.http.state import Actor, Gateway

router = Router(prefix="/v1", tags=["Spaces"])

SpaceId = Annotated[
    str, Path(max_length=80, description="spc_…, or the space's number on the chain in 0x-hex.")
]
Somebody = Annotated[
    str | None, Query(max_length=200, description="Address, DID or organization id.")
]


def _spaces(session: Session, gateway: Gateway, actor: Actor) -> Spaces:
    return Spaces(
        session, gateway.outbox, gateway.signers, gateway.chain_id,
        org_id=actor.org_id, address=actor.address,
    )  # fmt: skip


class Step:
    """What a caller does with one space."""

    def __init__(
        self, space_id: SpaceId, actor: Writer, gateway: GatewayDep, command: CommandDep
    ) -> None:
        self._id = space_id
        self._actor = actor
        self._gateway = gateway
        self._command = command

    async def keep(self, act: Callable[[Spaces, Space], Done]) -> JSONResponse:
        """Do something as its owner, and answer with the space as it is then."""

        def work(session: Session) -> Accepted:
            space = service.get(session, self._id)
            done = act(_spaces(session, self._gateway, self._actor), space)
            return Accepted(done.note, done.transactions, f"/v1/spaces/{space.id}")

        return await self._command(work, self._space)

    async def visit(
        self,
        act: Callable[[Visiting, Space], Done],
        *,
        visitor: Callable[[Visiting], str] | None = None,
    ) -> JSONResponse:
        """Let somebody (the caller) come or go, and answer with where it is then."""

        def of(session: Session) -> str:
            return self._actor.address if visitor is None else visitor(self._visiting(session))

        def work(session: Session) -> Accepted:
            space = service.get(session, self._id)
            done = act(self._visiting(session), space)
            location = f"/v1/spaces/{done.resource}/visitors/{of(session)}"
            return Accepted(done.note, done.transactions, location)

        def render(session: Session, note: str) -> BaseModel:
            return visiting.read_presence(session, note, of(session))

        return await self._command(work, render)

    async def invite(self, body: SpaceInvitationCreate) -> JSONResponse:
        """Sign an invitation."""

        def work(session: Session) -> Accepted:
            space, acting = service.get(session, self._id), self._visiting(session)
            visitor = acting.resolve(body.visitor, "visitor")
            invitation = acting.invite(space, visitor, body.valid_until)
            return Accepted(invitation.id, location=f"/v1/spaces/{space.id}/invitations")

        return await self._command(work, visiting.find_invitation, created=True)

    def _visiting(self, session: Session) -> Visiting:
        gateway, actor = self._gateway, self._actor
        return Visiting(
            session, gateway.outbox, gateway.signers, gateway.chain_id,
            org_id=actor.org_id, address=actor.address,
        )  # fmt: skip

    def _space(self, session: Session, note: str) -> BaseModel:
        return service.read_noted(session, note, self._gateway.chain_id)


StepDep = Annotated[Step, Depends(of_request(Step))]


@router.post(
    "/spaces",
    status_code=202,
    response_model=SpaceRead,
    **operation(
        by_wallet=True, raises=(EntryRuleInvalid,), events=("space.created", "space.entry_changed")
    ),
)
async def create_space(
    body: SpaceCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Create a space: a lasting place that visitors share. You own it.

    The description is public, and only its salted hash goes on the chain.
    """

    def work(session: Session) -> Accepted:
        done = _spaces(session, gateway, actor).create(
            name=body.name, description=body.description, provider=body.provider, entry=body.entry
        )
        return Accepted(done.note, done.transactions, f"/v1/spaces/{done.resource}")

    return await command(
        work, lambda session, note: service.read_noted(session, note, gateway.chain_id)
    )


@router.get("/spaces", dependencies=[Anonymous])
def list_spaces(
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    owner: Somebody = None,
    provider: Somebody = None,
    ticket: Annotated[
        str | None, Query(max_length=80, description="Those that this item opens.")
    ] = None,
    closed: Annotated[bool | None, Query(description="Only closed ones, or only others.")] = None,
) -> ListPage[SpaceRead]:
    """Spaces, newest first. No key is needed."""

    def address(who: str | None, param: str) -> str | None:
        if who is None:
            return None
        return organizations.resolve_address(session, who, gateway.chain_id, param=param)

    wanted = service.existing(
        session,
        owner=address(owner, "owner"),
        provider=address(provider, "provider"),
        ticket=ticket,
        closed=closed,
    )
    rows, more = page(session, Space, wanted, query)
    data = [service.read(session, row, gateway.chain_id) for row in rows]
    return ListPage(data=data, has_more=more)


@router.get("/spaces/{space_id}", dependencies=[Anonymous])
def get_space(space_id: SpaceId, session: ReadSession, gateway: GatewayDep) -> SpaceRead:
    """A space by its id or its number on the chain. No key is needed."""
    return service.read(session, service.get(session, space_id), gateway.chain_id)


@router.post(
    "/spaces/{space_id}/entry",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, raises=(EntryRuleInvalid,), events=("space.entry_changed",)),
)
async def set_space_entry(body: EntryCreate, step: StepDep) -> JSONResponse:
    """Change who may enter your space, and how many at a time. Who is inside may stay."""
    return await step.keep(lambda spaces, it: spaces.set_entry(it, body))


@router.post(
    "/spaces/{space_id}/close",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, events=("space.closed",)),
)
async def close_space(step: StepDep) -> JSONResponse:
    """Let nobody enter your space any more. Who is inside may stay, and leave."""
    return await step.keep(lambda spaces, it: spaces.set_closed(it, True))


@router.post(
    "/spaces/{space_id}/reopen",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, events=("space.reopened",)),
)
async def reopen_space(step: StepDep) -> JSONResponse:
    """Let visitors enter your space again, by its entry rule."""
    return await step.keep(lambda spaces, it: spaces.set_closed(it, False))


@router.post(
    "/spaces/{space_id}/provider",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, events=("space.provider_changed",)),
)
async def set_space_provider(body: ProviderUpdate, step: StepDep) -> JSONResponse:
    """Keep your space in another identity's name, which you control."""
    return await step.keep(lambda spaces, it: spaces.set_provider(it, body.provider))


@router.post(
    "/spaces/{space_id}/offer",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, events=("space.offered",)),
)
async def offer_space(body: SpaceTransfer, step: StepDep) -> JSONResponse:
    """Offer your space to a new owner, who has to accept it; or take the offer back."""
    return await step.keep(lambda spaces, it: spaces.offer(it, body.to))


@router.post(
    "/spaces/{space_id}/accept",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, events=("space.transferred", "space.provider_changed")),
)
async def accept_space(step: StepDep) -> JSONResponse:
    """Take over a space that was offered to you. It is in your own name from then on."""
    return await step.keep(lambda spaces, it: spaces.accept(it))


@router.post(
    "/spaces/{space_id}/links",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, events=("space.linked", "space.unlinked")),
)
async def set_space_link(body: LinkCreate, step: StepDep) -> JSONResponse:
    """Open a way from your space to another, or close it. It leads in one direction."""
    return await step.keep(lambda spaces, it: spaces.set_link(it, body.to, body.open))


@router.get("/spaces/{space_id}/links", dependencies=[Anonymous])
def list_space_links(space_id: SpaceId, session: ReadSession, query: PageDep) -> ListPage[LinkRead]:
    """The ways out of a space, newest first. No key is needed."""
    space = service.get(session, space_id)
    rows, more = page(session, SpaceLink, service.links_of(space), query)
    return ListPage(data=[service.read_link(session, row) for row in rows], has_more=more)


@router.post(
    "/spaces/{space_id}/enter",
    status_code=202,
    response_model=PresenceRead,
    **operation(
        by_wallet=True, raises=(EntryRuleInvalid, InvitationMissing), events=("space.entered",)
    ),
)
async def enter_space(
    step: StepDep, body: Annotated[EnterCreate | None, Body()] = None
) -> JSONResponse:
    """Enter a space.

    Tickets, credentials and invitations of yours are found; the contract decides. A ticket is not
    used up by entering.
    """
    credential = body.credential if body else None
    return await step.visit(lambda visiting, it: visiting.enter(it, credential))


@router.post(
    "/spaces/{space_id}/leave",
    status_code=202,
    response_model=PresenceRead,
    **operation(by_wallet=True, events=("space.left",)),
)
async def leave_space(step: StepDep) -> JSONResponse:
    """Leave a space that you are in."""
    return await step.visit(lambda visiting, it: visiting.leave(it))


@router.post(
    "/spaces/{space_id}/travel",
    status_code=202,
    response_model=PresenceRead,
    **operation(
        by_wallet=True,
        raises=(EntryRuleInvalid, InvitationMissing),
        events=("space.left", "space.entered"),
    ),
)
async def travel_from_space(body: TravelCreate, step: StepDep) -> JSONResponse:
    """Go from a space that you are in to one that a way leads to, in one step."""
    return await step.visit(lambda visiting, it: visiting.travel(it, body.to, body.credential))


@router.post(
    "/spaces/{space_id}/expel",
    status_code=202,
    response_model=PresenceRead,
    **operation(by_wallet=True, events=("space.left",)),
)
async def expel_visitor(body: ExpelCreate, step: StepDep) -> JSONResponse:
    """Make a visitor leave your space. By its entry rule it may come again."""

    def who(visiting: Visiting) -> str:
        return visiting.resolve(body.visitor, "visitor")

    return await step.visit(lambda visiting, it: visiting.expel(it, who(visiting)), visitor=who)


@router.get("/spaces/{space_id}/visitors", dependencies=[Anonymous])
def list_visitors(space_id: SpaceId, session: ReadSession, query: PageDep) -> ListPage[VisitRead]:
    """Who is in a space now, latest first. No key is needed: the chain makes it public."""
    inside = visiting.visits(space=service.get(session, space_id), inside=True)
    rows, more = page(session, Visit, inside, query)
    return ListPage(data=[visiting.read_visit(session, row) for row in rows], has_more=more)


@router.get("/spaces/{space_id}/visitors/{who}", dependencies=[Anonymous])
def get_visitor(
    space_id: SpaceId, who: str, session: ReadSession, gateway: GatewayDep
) -> PresenceRead:
    """Whether somebody is in a space, and how often it came. No key is needed.

    The visitor is named by address, DID or organization id, or by one of its visits.
    """
    space = service.get(session, space_id)
    address = visiting.visitor_of(session, space, who)
    if address is None:
        address = organizations.resolve_address(session, who, gateway.chain_id, param="who")
    return visiting.read_presence(session, space.id, address)


@router.get("/spaces/{space_id}/visits")
def list_visits_of_space(
    space_id: SpaceId, actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[VisitRead]:
    """Visits of a space, latest first: all to its owner, to others their own."""
    space = service.get(session, space_id)
    visible = visiting.visits_shown_to(session, space, actor.org_id, actor.address)
    rows, more = page(session, Visit, visible, query)
    return ListPage(data=[visiting.read_visit(session, row) for row in rows], has_more=more)


@router.get("/visits")
def list_visits(
    actor: Reader,
    session: ReadSession,
    query: PageDep,
    inside: Annotated[
        bool | None, Query(description="Only where you are now, or only where you were.")
    ] = None,
) -> ListPage[VisitRead]:
    """Your visits of all spaces, latest first."""
    own = visiting.visits(visitor=actor.address, inside=inside)
    rows, more = page(session, Visit, own, query)
    return ListPage(data=[visiting.read_visit(session, row) for row in rows], has_more=more)


@router.post(
    "/spaces/{space_id}/invitations",
    status_code=201,
    response_model=SpaceInvitationRead,
    **operation(by_wallet=True, raises=(ValidityInvalid,)),
)
async def invite_to_space(body: SpaceInvitationCreate, step: StepDep) -> JSONResponse:
    """Invite somebody to one visit of your space. Nothing goes to the chain.

    It counts where the entry rule is `invitation`, and is found when the visitor enters.
    """
    return await step.invite(body)


@router.get("/spaces/{space_id}/invitations")
def list_invitations(
    space_id: SpaceId, actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[SpaceInvitationRead]:
    """Invitations to a space, newest first: all to its owner, to others their own."""
    space = service.get(session, space_id)
    visible = visiting.invitations_shown_to(session, space, actor.org_id, actor.address)
    rows, more = page(session, Invitation, visible, query)
    return ListPage(data=[visiting.read_invitation(session, row) for row in rows], has_more=more)


@router.post(
    "/spaces/{space_id}/invitations/withdraw",
    status_code=202,
    response_model=SpaceRead,
    **operation(by_wallet=True, events=("space.invitations_withdrawn",)),
)
async def withdraw_invitations(step: StepDep) -> JSONResponse:
    """Make all invitations to your space useless that were given so far."""
    return await step.keep(lambda spaces, it: spaces.withdraw_invitations(it))
