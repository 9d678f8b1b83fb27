"""Minting, moving and describing parcels."""

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assets import numbers
from pocplatform.domains.parcels import repository
from pocplatform.domains.parcels.errors import ParcelTaken
from pocplatform.domains.parcels.models import Parcel, ParcelState, Rental
from pocplatform.domains.parcels.schemas import (
    DepositRead,
    ParcelCreate,
    ParcelProperties,
    ParcelRead,
    PlanRead,
    PlanUpdate,
    RentalRead,
    RentalTermsRead,
)
from pocplatform.domains.spaces import service as spaces
from pocplatform.domains.spaces.models import Space
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.acting import Acting, Done, noted
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import to_cents
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.models import UNSETTLED, TransactionStatus

_CONTRACT = "Parcels"


class Parcels(Acting):
    """What owners of spaces and stewards do with parcels, and owners who give them away."""

    def set_plan(self, space: Space, plan: PlanUpdate) -> Done:
        """Say where parcels may be in a space, as its owner."""
        write = self._send(
            space.id,
            _CONTRACT,
            "setPlan",
            spaceId=int(space.number, 16),
            steward=self._resolve(plan.steward, "steward"),
            width=plan.width,
            depth=plan.depth,
            floors=plan.floors,
            royaltyBps=plan.royalty_bps,
        )
        return Done(space.id, (write,))

    def mint(self, request: ParcelCreate) -> Done:
        """Mint the parcel of a place, as the steward of its space.

        Raises :class:`ParcelTaken`, and :class:`ContractReverted` for anybody else.
        """
        space = spaces.get(self._session, request.space, param="space")
        # As the contract has it: space (128 bits, from bit 48), x, y and floor (16 bits each).
        number = int(space.number, 16) << 48 | request.x << 32 | request.y << 16 | request.floor
        earlier = repository.by_number(self._session, str(number))
        if earlier is not None:
            if _is_taken(self._session, earlier):
                raise ParcelTaken(
                    "The place {x}, {y} on the floor {floor} is taken by {id}.",
                    next_step="Choose another place.",
                    x=request.x,
                    y=request.y,
                    floor=request.floor,
                    id=earlier.id,
                )
            transactions.call_back(self._session, earlier.transaction_id, "its place was given on")
            repository.forget(self._session, earlier)
        self._check_steward(space, number)
        parcel = Parcel(
            id=new_id("prc"),
            org_id=self._org_id,
            token_id=str(number),
            space_number=space.number,
            x=request.x,
            y=request.y,
            floor=request.floor,
            name=request.name,
            description=request.description,
            image=request.image,
            transaction_id="",
            created_ms=now_ms(),
        )
        to = self._resolve(request.to, "to")
        write = self._send(parcel.id, _CONTRACT, "mint", to=to, tokenId=number)
        parcel.transaction_id = write.id
        self._session.add(parcel)
        self._session.flush()
        return Done(parcel.id, (write,))

    def _check_steward(self, space: Space, number: int) -> None:
        """Raise :class:`ContractReverted` if the caller may not mint in a space.

        The place's description is stored, and its place taken, before the sender tries the write:
        so nobody may come as far who has no say there. An owner's plan may be on its way yet.
        """
        plan = repository.plan(self._session, space.number)
        if self._me in (plan.steward if plan else None, spaces.owner_of(self._session, space)):
            return
        call = self._contracts.call(_CONTRACT, "mint", to=self._me, tokenId=number)
        if error := self._outbox.simulate([(self._me, call.to, call.data)])[0]:
            raise ContractReverted(error)

    def transfer(self, parcel: Parcel, to: str) -> Done:
        """Give a parcel of the caller's away. A rental stays as it is."""
        write = self._send(
            parcel.id,
            _CONTRACT,
            "safeTransferFrom(address,address,uint256)",
            **{"from": self._me, "to": self._resolve(to, "to")},
            tokenId=int(parcel.token_id),
        )
        return Done(parcel.id, (write,))


def find(session: Session, id_or_number: str) -> Parcel | None:
    """A parcel by its id, or by its number on the chain."""
    if id_or_number.startswith("prc_"):
        return repository.by_id(session, id_or_number)
    number = numbers.parse(id_or_number)
    return None if number is None else repository.by_number(session, number)


def get(session: Session, id_or_number: str) -> Parcel:
    """A parcel by its id, or by its number on the chain. Raises :class:`NotFound`."""
    parcel = find(session, id_or_number)
    if parcel is None:
        raise NotFound("There is no parcel {id}.", id=id_or_number)
    return parcel


def number_of(session: Session, id_or_number: str, *, param: str) -> str:
    """The number of a parcel that a field names; anybody may have minted it.

    Raises :class:`InvalidInput`.
    """
    parcel = find(session, id_or_number)
    number = numbers.parse(id_or_number) if parcel is None else parcel.token_id
    if number is None or repository.state(session, number) is None:
        raise InvalidInput("There is no parcel {id}.", param=param, id=id_or_number)
    return number


def name_of(session: Session, token_id: str) -> str:
    """A parcel's id, or its number if it was not minted through the platform."""
    parcel = repository.by_number(session, token_id)
    return token_id if parcel is None else parcel.id


def existing(
    session: Session,
    *,
    space: str | None,
    owner: str | None,
    user: str | None,
    to_let: bool | None,
) -> SelectOfScalar[Parcel]:
    """The parcels that are on the chain: of a space, an owner, a present user; to let or not."""
    number = None if space is None else spaces.get(session, space, param="space").number
    return repository.existing(
        space_number=number, owner=owner, user=user, to_let=to_let, now=now_s()
    )


rentals = repository.rentals


def read_plan(session: Session, space: Space) -> PlanRead:
    """The plan of a space as the chain has it; without steward and places if there is none."""
    plan = repository.plan(session, space.number)
    return PlanRead(
        space=space.id,
        steward=plan.steward if plan else None,
        width=plan.width if plan else 0,
        depth=plan.depth if plan else 0,
        floors=plan.floors if plan else 0,
        royalty_bps=plan.royalty_bps if plan else 0,
        transactions=[],
    )


def read_plan_noted(session: Session, note: str) -> PlanRead:
    """The plan of a space, with the writes of a request."""
    id_, writes = noted(session, note)
    plan = read_plan(session, spaces.get(session, id_))
    return plan.model_copy(update={"transactions": writes})


def read_noted(session: Session, note: str) -> ParcelRead:
    """A parcel as it is shown, with the writes of a request."""
    id_, writes = noted(session, note)
    return read(session, get(session, id_)).model_copy(update={"transactions": writes})


def read(session: Session, parcel: Parcel) -> ParcelRead:
    """A parcel as it is shown."""
    state = repository.state(session, parcel.token_id)
    space = spaces.name_of(session, parcel.space_number)
    return shown(parcel, state, space, _status(session, parcel))


def shown(parcel: Parcel, state: ParcelState | None, space: str, status: str) -> ParcelRead:
    """A parcel as it is shown, of which all is known: its state, its space's id, its status."""
    in_use = state is not None and state.user is not None and state.user_expires >= now_s()
    return ParcelRead(
        id=parcel.id,
        token_id=parcel.token_id,
        status=status,  # type: ignore[arg-type]
        name=parcel.name,
        description=parcel.description,
        image=parcel.image,
        properties=ParcelProperties(space=space, x=parcel.x, y=parcel.y, floor=parcel.floor),
        space=space,
        x=parcel.x,
        y=parcel.y,
        floor=parcel.floor,
        owner=state.owner if state else None,
        user=state.user if state and in_use else None,
        user_until=iso_s(state.user_expires) if state and in_use else None,
        rental_terms=_terms(state),
        deposit=_deposit(state),
        created=iso(parcel.created_ms),
        transactions=[],
    )


def read_rental(session: Session, rental: Rental) -> RentalRead:
    """A rental as it is shown."""
    settled = rental.settled_at is not None or not rental.deposit
    status = "running" if rental.expires_at >= now_s() else "settled" if settled else "ended"
    return RentalRead(
        id=rental.id,
        parcel=name_of(session, rental.token_id),
        user=rental.user,
        owner=rental.owner,
        price=to_cents(rental.price),
        deposit=to_cents(rental.deposit),
        status=status,  # type: ignore[arg-type]
        expires=iso_s(rental.expires_at),
        user_amount=to_cents(rental.user_amount),
        owner_amount=to_cents(rental.owner_amount),
        created=iso_s(rental.rented_at),
    )


_TAKES = (
    *UNSETTLED,
    TransactionStatus.SEEMS_MINED,
    TransactionStatus.MINED,
    TransactionStatus.CONFIRMED,
)
"""Held back or unsigned, a write may never come: it keeps a place from nobody."""


def _is_taken(session: Session, parcel: Parcel) -> bool:
    if repository.state(session, parcel.token_id) is not None:
        return True
    return transactions.get(session, None, parcel.transaction_id).status in _TAKES


def _status(session: Session, parcel: Parcel) -> str:
    minting = transactions.get(session, None, parcel.transaction_id)
    # Asked first: another one may have taken the place.
    if transactions.has_failed(minting):
        return "failed"
    return "pending" if repository.state(session, parcel.token_id) is None else "minted"


def _terms(state: ParcelState | None) -> RentalTermsRead | None:
    if state is None or not (state.price_per_day or state.deposit):
        return None
    return RentalTermsRead(
        price_per_day=to_cents(state.price_per_day),
        deposit=to_cents(state.deposit),
        arbiter=state.arbiter or "",
    )


def _deposit(state: ParcelState | None) -> DepositRead | None:
    if state is None or not state.held:
        return None
    return DepositRead(
        user=state.user or "",
        amount=to_cents(state.held),
        claimed=to_cents(state.claimed),
        decide_by=iso_s(state.decide_by) if state.claimed else None,
    )
