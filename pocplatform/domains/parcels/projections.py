"""Read models of parcels from the events of Parcels."""

from typing import Any

from pocplatform.domains.assets.holdings import NOBODY, move
from pocplatform.domains.parcels import repository
from pocplatform.domains.parcels.models import ParcelState, PlanState, Rental
from pocplatform.domains.spaces.models import number_of
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.ids import derived_id
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[PlanState, ParcelState, Rental])

_CONTRACT = "Parcels"


def _state(event: Projected) -> ParcelState:
    return event.session.get_one(ParcelState, str(event.args["tokenId"]))


def _store(event: Projected, state: ParcelState) -> None:
    state.release_after = repository.release_after(state)
    event.session.add(state)
    event.session.flush()


def _changed(
    event: Projected, state: ParcelState, type_: str, *others: str | None, **facts: Any
) -> None:
    """Store the state, and tell its owner and others what happened to the parcel."""
    _store(event, state)
    known = repository.by_number(event.session, state.token_id)
    told = {"parcel": known.id if known else None, "token_id": state.token_id, **facts}
    audience = [one for one in (state.owner, *others) if one is not None and one != NOBODY]
    event.emit(type_, told, audience=audience)


@projections.on(_CONTRACT, "PlanSet")
def plan_set(event: Projected) -> None:
    """Parcels may be in a space, or in more of it."""
    number = number_of(event.args["spaceId"])
    plan = event.session.get(PlanState, number) or PlanState(
        space_number=number, steward="", width=0, depth=0, floors=0, royalty_bps=0
    )
    plan.steward = event.args["steward"]
    plan.width, plan.depth = event.args["width"], event.args["depth"]
    plan.floors, plan.royalty_bps = event.args["floors"], event.args["royaltyBps"]
    event.session.add(plan)
    event.session.flush()
    told = {"space_number": number, "steward": plan.steward, "royalty_bps": plan.royalty_bps}
    event.emit("parcel.plan_set", told, audience=[plan.steward])


@projections.on(_CONTRACT, "Transfer")
def transferred(event: Projected) -> None:
    """A parcel came into being or changed hands (ERC-721)."""
    token_id, giver, taker = str(event.args["tokenId"]), event.args["from"], event.args["to"]
    move(event.session, "parcel", token_id, giver, taker, 1)
    if giver == NOBODY:
        state = ParcelState(token_id=token_id, owner=taker)
        _changed(event, state, "parcel.minted", to=taker)
        return
    state = _state(event)
    state.owner = taker
    _changed(event, state, "parcel.transferred", giver, **{"from": giver, "to": taker})


@projections.on(_CONTRACT, "RentalTermsSet")
def terms_set(event: Projected) -> None:
    """The parcel is to let on these terms; on none, if price and deposit are zero."""
    state = _state(event)
    arbiter = event.args["arbiter"]
    state.arbiter = None if arbiter == NOBODY else arbiter
    state.price_per_day, state.deposit = event.args["pricePerDay"], event.args["deposit"]
    _changed(
        event, state, "parcel.rental_terms_set",
        price_per_day=to_cents(state.price_per_day), deposit=to_cents(state.deposit),
        currency=CURRENCY,
    )  # fmt: skip


@projections.on(_CONTRACT, "UpdateUser")
def user_set(event: Projected) -> None:
    """Somebody may use the parcel until a given time (ERC-4907)."""
    state, user = _state(event), event.args["user"]
    state.user = None if user == NOBODY else user
    state.user_expires = event.args["expires"]
    _store(event, state)


@projections.on(_CONTRACT, "ParcelRented")
def rented(event: Projected) -> None:
    """A rental begins; who uses the parcel is told by the log before."""
    args, state = event.args, _state(event)
    state.held = args["deposit"]
    rental = Rental(
        id=derived_id("rnt", event.log.transaction_hash, event.ordinal),
        transaction_hash=event.log.transaction_hash,
        log_index=event.log.log_index,
        token_id=state.token_id,
        user=args["user"],
        owner=args["owner"],
        price=args["price"],
        deposit=args["deposit"],
        rented_at=event.timestamp,
        expires_at=args["expires"],
    )
    event.session.add(rental)
    _changed(
        event, state, "parcel.rented", rental.user,
        rental=rental.id, user=rental.user, price=to_cents(rental.price),
        deposit=to_cents(rental.deposit), currency=CURRENCY, expires=rental.expires_at,
    )  # fmt: skip


@projections.on(_CONTRACT, "ParcelGivenUp")
def given_up(event: Projected) -> None:
    """The user ended its use early."""
    state, user = _state(event), event.args["user"]
    rental = repository.last_rental(event.session, state.token_id)
    # Who was made user without renting gives up no rental: the last one has ended before.
    if rental is not None and rental.expires_at >= event.timestamp:
        rental.expires_at = state.user_expires
        event.session.add(rental)
    _changed(event, state, "parcel.given_up", user, user=user)


@projections.on(_CONTRACT, "DepositClaimed")
def deposit_claimed(event: Projected) -> None:
    """The owner claims a part of the deposit."""
    state = _state(event)
    state.claimed, state.decide_by = event.args["amount"], event.args["decideBy"]
    _changed(
        event, state, "parcel.deposit_claimed", state.user, state.arbiter,
        amount=to_cents(state.claimed), currency=CURRENCY, decide_by=state.decide_by,
    )  # fmt: skip


@projections.on(_CONTRACT, "DepositSettled")
def deposit_settled(event: Projected) -> None:
    """The deposit was paid out."""
    args, state = event.args, _state(event)
    state.held = state.claimed = state.decide_by = 0
    rental = repository.last_rental(event.session, state.token_id)
    assert rental is not None, "only a rental leaves a deposit"
    rental.settled_at = event.timestamp
    rental.user_amount, rental.owner_amount = args["userAmount"], args["ownerAmount"]
    event.session.add(rental)
    _changed(
        event, state, "parcel.deposit_settled", rental.user, state.arbiter,
        rental=rental.id, user=rental.user, user_amount=to_cents(rental.user_amount),
        owner_amount=to_cents(rental.owner_amount), currency=CURRENCY,
    )  # fmt: skip
