"""Parcels over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Query
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.parcels import service
from pocplatform.domains.parcels.errors import ParcelTaken, RentalTermsInvalid
from pocplatform.domains.parcels.models import Parcel, Rental
from pocplatform.domains.parcels.renting import Renting
from pocplatform.domains.parcels.schemas import (
    ClaimCreate,
    LendCreate,
    ParcelCreate,
    ParcelRead,
    ParcelTransfer,
    PlanRead,
    PlanUpdate,
    RentalRead,
    RentalTermsUpdate,
    RentCreate,
    RulingCreate,
)
from pocplatform.domains.parcels.service import Parcels
from pocplatform.domains.spaces import service as spaces
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

router = Router(prefix="/v1", tags=["Parcels"])

SpaceId = Annotated[
    str, Path(max_length=80, description="spc_…, or the space's number on the chain in 0x-hex.")
]
ParcelId = Annotated[
    str,
    Path(
        max_length=80,
        description="prc_…, or the parcel's number on the chain: decimal, 0x-hex, or 64 hex "
        "digits.",
    ),
]
Somebody = Annotated[
    str | None, Query(max_length=200, description="Address, DID or organization id.")
]


def _parcels(session: Session, gateway: Gateway, actor: Actor) -> Parcels:
    return Parcels(
        session, gateway.outbox, gateway.signers, gateway.chain_id,
        org_id=actor.org_id, address=actor.address,
    )  # fmt: skip


class Step:
    """What a caller does with one parcel that it owns, uses or is arbiter of."""

    def __init__(
        self, parcel_id: ParcelId, actor: Writer, gateway: GatewayDep, command: CommandDep
    ) -> None:
        self._id = parcel_id
        self._actor = actor
        self._gateway = gateway
        self._command = command

    async def __call__(self, act: Callable[[Renting, Parcel], Done]) -> JSONResponse:
        """Do it, and answer with the parcel as it is then."""
        gateway, actor = self._gateway, self._actor

        def work(session: Session) -> Accepted:
            renting = Renting(
                session, gateway.outbox, gateway.signers, gateway.chain_id,
                org_id=actor.org_id, address=actor.address,
            )  # fmt: skip
            parcel = service.get(session, self._id)
            done = act(renting, parcel)
            return Accepted(done.note, done.transactions, f"/v1/parcels/{parcel.id}")

        return await self._command(work, service.read_noted)


StepDep = Annotated[Step, Depends(of_request(Step))]


@router.post(
    "/spaces/{space_id}/plan",
    status_code=202,
    response_model=PlanRead,
    **operation(by_wallet=True, events=("parcel.plan_set",)),
)
async def set_plan(
    space_id: SpaceId,
    body: PlanUpdate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Say where in your space parcels may be, who mints them, and their royalty.

    A plan may grow and its royalty fall, but not the other way round.
    """

    def work(session: Session) -> Accepted:
        done = _parcels(session, gateway, actor).set_plan(spaces.get(session, space_id), body)
        return Accepted(done.note, done.transactions, f"/v1/spaces/{done.resource}/plan")

    return await command(work, service.read_plan_noted)


@router.get("/spaces/{space_id}/plan", dependencies=[Anonymous])
def get_plan(space_id: SpaceId, session: ReadSession) -> PlanRead:
    """Where in a space parcels may be. No key is needed."""
    return service.read_plan(session, spaces.get(session, space_id))


@router.post(
    "/parcels",
    status_code=202,
    response_model=ParcelRead,
    **operation(by_wallet=True, raises=(ParcelTaken,), events=("parcel.minted",)),
)
async def mint_parcel(
    body: ParcelCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Mint the parcel of a place, as the steward of its space: for yourself or somebody else."""

    def work(session: Session) -> Accepted:
        done = _parcels(session, gateway, actor).mint(body)
        return Accepted(done.note, done.transactions, f"/v1/parcels/{done.resource}")

    return await command(work, service.read_noted)


@router.get("/parcels", dependencies=[Anonymous])
def list_parcels(
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    space: Annotated[str | None, Query(max_length=80, description="spc_… or its number.")] = None,
    owner: Somebody = None,
    user: Somebody = None,
    to_let: Annotated[
        bool | None, Query(description="Only those that can be rented now, or only others.")
    ] = None,
) -> ListPage[ParcelRead]:
    """Parcels that were minted through the platform, newest first. No key is needed."""

    def address(who: str | None, param: str) -> str | None:
        if who is None:
            return None
        return organizations.resolve_address(session, who, gateway.chain_id, param=param)

    wanted = service.existing(
        session,
        space=space,
        owner=address(owner, "owner"),
        user=address(user, "user"),
        to_let=to_let,
    )
    rows, more = page(session, Parcel, wanted, query)
    return ListPage(data=[service.read(session, row) for row in rows], has_more=more)


@router.get("/parcels/{parcel_id}", dependencies=[Anonymous])
def get_parcel(parcel_id: ParcelId, session: ReadSession) -> ParcelRead:
    """A parcel by its id or its number on the chain. No key is needed.

    This is the address that the contract gives for a parcel's ERC-721 metadata.
    """
    return service.read(session, service.get(session, parcel_id))


@router.get("/parcels/{parcel_id}/rentals", dependencies=[Anonymous])
def list_rentals_of_parcel(
    parcel_id: ParcelId, session: ReadSession, query: PageDep
) -> ListPage[RentalRead]:
    """Rentals of a parcel, latest first. No key is needed: the chain makes them public."""
    wanted = service.rentals(token_id=service.get(session, parcel_id).token_id)
    rows, more = page(session, Rental, wanted, query)
    return ListPage(data=[service.read_rental(session, row) for row in rows], has_more=more)


@router.get("/rentals")
def list_rentals(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[RentalRead]:
    """What you have rented, latest first."""
    rows, more = page(session, Rental, service.rentals(user=actor.address), query)
    return ListPage(data=[service.read_rental(session, row) for row in rows], has_more=more)


@router.post(
    "/parcels/{parcel_id}/transfer",
    status_code=202,
    response_model=ParcelRead,
    **operation(moves_value=True, by_wallet=True, events=("parcel.transferred",)),
)
async def transfer_parcel(
    parcel_id: ParcelId,
    body: ParcelTransfer,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Give a parcel of yours to somebody. A rental stays as it is, an offer to let ends."""

    def work(session: Session) -> Accepted:
        parcel = service.get(session, parcel_id)
        done = _parcels(session, gateway, actor).transfer(parcel, body.to)
        return Accepted(done.note, done.transactions, f"/v1/parcels/{parcel.id}")

    return await command(work, service.read_noted)


@router.post(
    "/parcels/{parcel_id}/rental_terms",
    status_code=202,
    response_model=ParcelRead,
    **operation(by_wallet=True, raises=(RentalTermsInvalid,), events=("parcel.rental_terms_set",)),
)
async def set_rental_terms(body: RentalTermsUpdate, step: StepDep) -> JSONResponse:
    """Offer your parcel for rent. It can be rented when nobody uses it and no deposit is held."""
    return await step(lambda renting, it: renting.offer(it, body))


@router.post(
    "/parcels/{parcel_id}/rental_terms/withdraw",
    status_code=202,
    response_model=ParcelRead,
    **operation(by_wallet=True, events=("parcel.rental_terms_set",)),
)
async def withdraw_rental_terms(step: StepDep) -> JSONResponse:
    """Offer your parcel for rent no more. Who uses it goes on doing so."""
    return await step(lambda renting, it: renting.withdraw(it))


@router.post(
    "/parcels/{parcel_id}/rent",
    status_code=202,
    response_model=ParcelRead,
    **operation(moves_value=True, by_wallet=True, events=("parcel.rented", "payment.received")),
)
async def rent_parcel(body: RentCreate, step: StepDep) -> JSONResponse:
    """Rent a parcel from now on.

    The price goes to its owner at once, and the deposit is held by the contract.
    """
    return await step(lambda renting, it: renting.rent(it, body))


@router.post(
    "/parcels/{parcel_id}/lend",
    status_code=202,
    response_model=ParcelRead,
    **operation(by_wallet=True),
)
async def lend_parcel(body: LendCreate, step: StepDep) -> JSONResponse:
    """Let somebody use your parcel for a time without rent, if nobody uses it now.

    It cannot be taken back before that time; the user can give it up.
    """
    return await step(lambda renting, it: renting.lend(it, body.to, body.days))


@router.post(
    "/parcels/{parcel_id}/give_up",
    status_code=202,
    response_model=ParcelRead,
    **operation(by_wallet=True, events=("parcel.given_up",)),
)
async def give_up_parcel(step: StepDep) -> JSONResponse:
    """End your use of a parcel early. What was paid is not paid back; the deposit stays yours."""
    return await step(lambda renting, it: renting.give_up(it))


@router.post(
    "/parcels/{parcel_id}/deposit/release",
    status_code=202,
    response_model=ParcelRead,
    **operation(
        moves_value=True, by_wallet=True, events=("parcel.deposit_settled", "payment.received")
    ),
)
async def release_deposit(step: StepDep) -> JSONResponse:
    """Pay the whole deposit back to the user.

    The owner can do so at any time; anybody when three days after the rental nothing was claimed,
    or a claim was not decided in its fourteen days.
    """
    return await step(lambda renting, it: renting.release(it))


@router.post(
    "/parcels/{parcel_id}/deposit/claim",
    status_code=202,
    response_model=ParcelRead,
    **operation(by_wallet=True, events=("parcel.deposit_claimed",)),
)
async def claim_deposit(body: ClaimCreate, step: StepDep) -> JSONResponse:
    """Claim a part of the deposit, as the owner, in the three days after the rental."""
    return await step(lambda renting, it: renting.claim(it, body.amount, body.reason))


@router.post(
    "/parcels/{parcel_id}/deposit/accept",
    status_code=202,
    response_model=ParcelRead,
    **operation(
        moves_value=True, by_wallet=True, events=("parcel.deposit_settled", "payment.received")
    ),
)
async def accept_claim(step: StepDep) -> JSONResponse:
    """Agree to the owner's claim on your deposit; the rest comes back to you."""
    return await step(lambda renting, it: renting.accept_claim(it))


@router.post(
    "/parcels/{parcel_id}/deposit/decide",
    status_code=202,
    response_model=ParcelRead,
    **operation(
        moves_value=True, by_wallet=True, events=("parcel.deposit_settled", "payment.received")
    ),
)
async def decide_claim(body: RulingCreate, step: StepDep) -> JSONResponse:
    """Decide the owner's claim on a deposit, as the arbiter; the rest goes back to the user."""
    return await step(lambda renting, it: renting.decide(it, body.owner_amount, body.ruling))
