"""Read models of items from the events of Items."""

from typing import Any

from pocplatform.domains.assets import repository
from pocplatform.domains.assets.holdings import NOBODY, move
from pocplatform.domains.assets.models import (
    CancelledItemNonce,
    Holding,
    ItemGate,
    ItemRedemption,
    ItemState,
    MintVoucherUse,
)
from pocplatform.indexer.registry import Projected, Projections

projections = Projections(
    tables=[ItemState, ItemGate, Holding, ItemRedemption, MintVoucherUse, CancelledItemNonce]
)

_CONTRACT = "Items"
_OURS = 2**63
"""The platform's own nonces are below it; others' may be too large for a column."""


def _told(event: Projected, token_id: str, **facts: Any) -> dict[str, Any]:
    """What an event tells: the item by id and number, and what happened."""
    known = repository.by_number(event.session, token_id)
    return {"item": known.id if known else None, "token_id": token_id, **facts}


@projections.on(_CONTRACT, "ItemCreated")
def created(event: Projected) -> None:
    """There is a new kind of item."""
    token_id, creator = str(event.args["id"]), event.args["creator"]
    event.session.add(ItemState(token_id=token_id, creator=creator, created_at=event.timestamp))
    event.session.flush()
    event.emit("item.created", _told(event, token_id), audience=[creator])


@projections.on(_CONTRACT, "GateSet")
def gate_set(event: Projected) -> None:
    """A gate may, or may no longer, redeem; setting it again to what it was changes nothing."""
    token_id, gate, allowed = str(event.args["id"]), event.args["gate"], event.args["allowed"]
    known = repository.gate(event.session, token_id, gate)
    if allowed == (known is not None):
        return
    if known is None:
        event.session.add(ItemGate(token_id=token_id, gate=gate))
    else:
        event.session.delete(known)
    event.session.flush()
    creator = event.session.get_one(ItemState, token_id).creator
    told = _told(event, token_id, gate=gate)
    event.emit(
        "item.gate_allowed" if allowed else "item.gate_forbidden", told, audience=[creator, gate]
    )


@projections.on(_CONTRACT, "TransferSingle")
def transferred(event: Projected) -> None:
    """Items came into being, changed hands or were destroyed (ERC-1155)."""
    _moved(event, event.args["id"], event.args["value"], 0)


@projections.on(_CONTRACT, "TransferBatch")
def transferred_together(event: Projected) -> None:
    """Several kinds of items changed hands at once (ERC-1155)."""
    pairs = zip(event.args["ids"], event.args["values"], strict=True)
    for position, (id_, value) in enumerate(pairs):
        _moved(event, id_, value, position)


def _moved(event: Projected, id_: int, amount: int, part: int) -> None:
    token_id, giver, taker = str(id_), event.args["from"], event.args["to"]
    move(event.session, "item", token_id, giver, taker, amount)
    told = _told(event, token_id, amount=str(amount))
    if NOBODY not in (giver, taker):
        told |= {"from": giver, "to": taker}
        event.emit("item.transferred", told, audience=[giver, taker], part=part)
        return
    state = event.session.get(ItemState, token_id)
    if state is None:
        return  # nothing of what was never created is moved, but none of it can be
    if giver == NOBODY:
        state.minted = str(int(state.minted) + amount)
        told |= {"to": taker}
        event.emit("item.minted", told, audience=[state.creator, taker], part=part)
    else:
        state.burned = str(int(state.burned) + amount)
        told |= {"from": giver}
        event.emit("item.burned", told, audience=[state.creator, giver], part=part)
    event.session.add(state)
    event.session.flush()


@projections.on(_CONTRACT, "ItemRedeemed")
def redeemed(event: Projected) -> None:
    """Items were used up at a gate; that they are gone is told by their transfer."""
    args = event.args
    token_id, reference = str(args["id"]), "0x" + args["redemptionReference"].hex()
    state = event.session.get_one(ItemState, token_id)
    state.redeemed = str(int(state.redeemed) + args["amount"])
    event.session.add(state)
    event.session.add(
        ItemRedemption(
            transaction_hash=event.log.transaction_hash,
            log_index=event.log.log_index,
            token_id=token_id,
            holder=args["holder"],
            gate=args["gate"],
            amount=str(args["amount"]),
            reference=reference,
            redeemed_at=event.timestamp,
        )
    )
    event.session.flush()
    told = _told(
        event, token_id, holder=args["holder"], gate=args["gate"], amount=str(args["amount"]),
        reference=reference,
    )  # fmt: skip
    event.emit("item.redeemed", told, audience=[args["holder"], args["gate"], state.creator])


@projections.on(_CONTRACT, "MintVoucherUsed")
def voucher_used(event: Projected) -> None:
    """A voucher was redeemed; that items came into being is told by their transfer."""
    args, session = event.args, event.session
    creator, nonce = args["creator"], args["nonce"]
    session.add(MintVoucherUse(creator=creator, nonce=str(nonce), used_at=event.timestamp))
    session.flush()
    known = repository.voucher_by_nonce(session, creator, nonce) if nonce < _OURS else None
    told = _told(event, str(args["id"]), voucher=known.id if known else None, to=args["to"])
    event.emit("item.voucher_redeemed", told, audience=[creator, args["to"]])


@projections.on(_CONTRACT, "NonceCancelled")
def nonce_cancelled(event: Projected) -> None:
    """A voucher or a holder's consent was withdrawn."""
    signer, nonce, session = event.args["signer"], event.args["nonce"], event.session
    session.add(CancelledItemNonce(signer=signer, nonce=str(nonce)))
    session.flush()
    if nonce >= _OURS:
        return
    voucher = repository.voucher_by_nonce(session, signer, nonce)
    if voucher is not None:
        told = _told(event, voucher.token_id, voucher=voucher.id)
        event.emit("item.voucher_withdrawn", told, audience=[signer, voucher.recipient])
    consent = repository.consent_by_nonce(session, signer, nonce)
    if consent is not None:
        told = _told(event, consent.token_id, redemption=consent.id)
        event.emit("item.redemption_withdrawn", told, audience=[signer, consent.gate])
