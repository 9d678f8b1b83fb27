"""Redeeming items: the holder presents them with a signature, a gate uses them up."""

import hashlib
from datetime import datetime

from sqlmodel import Session

from pocplatform.domains.assets import repository
from pocplatform.domains.assets.errors import (
    ItemTermsInvalid,
    RedemptionExpired,
    RedemptionUsed,
    RedemptionWithdrawn,
)
from pocplatform.domains.assets.models import Item, Redemption
from pocplatform.domains.assets.schemas import ItemRedemptionRead
from pocplatform.domains.assets.service import name_of
from pocplatform.domains.credentials.service import end_of_validity
from pocplatform.domains.transactions.acting import Acting, Done, noted
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.kit.ids import new_id

_CONTRACT = "Items"
_VALID_FOR_S = 1_800
_REDEMPTION = (
    "Redemption(address holder,uint256 id,uint256 amount,address gate,"
    "bytes32 redemptionReference,uint256 nonce,uint256 deadline)"
)


class Redemptions(Acting):
    """What holders and gates do with items that are to be used up."""

    def present(
        self, item: Item, gate: str | None, amount: int, valid_until: datetime | None
    ) -> Redemption:
        """Sign, as the holder, that a gate may redeem items. Nothing goes to the chain yet.

        Raises :class:`ItemTermsInvalid` if the caller has not so many, or the gate is none;
        :class:`ValidityInvalid`.
        """
        address = item.creator if gate is None else self._resolve(gate, "gate")
        held = repository.holding(self._session, self._me, "item", item.token_id)
        if held is None or int(held.amount) < amount:
            raise ItemTermsInvalid(
                "You hold {held} of the item {id}, and {amount} were to be redeemed.",
                param="amount",
                held="0" if held is None else held.amount,
                id=item.id,
                amount=amount,
            )
        if (
            address != item.creator
            and repository.gate(self._session, item.token_id, address) is None
        ):
            raise ItemTermsInvalid(
                "{gate} is no gate of the item {id}.",
                next_step="Name one of its gates, or leave the field out for its creator.",
                param="gate",
                gate=address,
                id=item.id,
            )
        nonce = repository.next_nonce(self._session, self._me)
        # Of what is known before: it must be the same when it comes again with the signature.
        reference = hashlib.sha256(f"{self._me} {nonce}".encode()).digest()
        deadline = end_of_validity(valid_until) or self._ahead(_VALID_FOR_S)
        message = {
            "holder": self._me, "id": int(item.token_id), "amount": amount, "gate": address,
            "redemptionReference": reference, "nonce": nonce, "deadline": deadline,
        }  # fmt: skip
        redemption = Redemption(
            id=new_id("rdn"),
            token_id=item.token_id,
            holder=self._me,
            gate=address,
            amount=amount,
            reference="0x" + reference.hex(),
            nonce=nonce,
            deadline=deadline,
            signature=self._sign(_CONTRACT, _REDEMPTION, message),
            created_ms=now_ms(),
        )
        self._session.add(redemption)
        self._session.flush()
        return redemption

    def redeem(self, redemption_id: str) -> Done:
        """Use items up, as the gate that their holder has named.

        Raises:
            NotFound: Nothing of that id was presented to the caller.
            RedemptionUsed, RedemptionWithdrawn, RedemptionExpired: It serves no more.
        """
        known = repository.redemption(self._session, redemption_id)
        if known is None or known.gate != self._me:
            raise NotFound(
                "Nothing with the id {id} was presented to you.",
                next_step="Only the gate that the holder has named can redeem.",
                id=redemption_id,
            )
        _check_open(self._session, known)
        write = self._send(
            known.id,
            _CONTRACT,
            "redeemWithSignature",
            holder=known.holder,
            id=int(known.token_id),
            amount=known.amount,
            redemptionReference=bytes.fromhex(known.reference[2:]),
            nonce=known.nonce,
            deadline=known.deadline,
            signature=known.signature,
        )
        return Done(known.id, (write,))

    def withdraw(self, redemption_id: str) -> Done:
        """Take a consent back, as the holder who gave it. Raises as :meth:`redeem`."""
        known = get(self._session, self._me, redemption_id)
        if known.holder != self._me:
            raise Forbidden("Only who has presented items takes them back.")
        _check_open(self._session, known)
        return Done(known.id, (self._send(known.id, _CONTRACT, "cancelNonce", nonce=known.nonce),))


def _check_open(session: Session, known: Redemption) -> None:
    status = _status(session, known)
    if status == "redeemed":
        raise RedemptionUsed("{id} was redeemed already.", id=known.id)
    if status == "withdrawn":
        raise RedemptionWithdrawn("{id} was taken back by the holder.", id=known.id)
    if status == "expired":
        raise RedemptionExpired(
            "{id} could be redeemed until {moment}.",
            next_step="The holder presents it again: POST /v1/items/{item}/redemptions.",
            id=known.id,
            item=name_of(session, known.token_id),
            moment=iso_s(known.deadline),
        )


def _status(session: Session, known: Redemption) -> str:
    if repository.use_of(session, known) is not None:
        return "redeemed"
    if repository.is_cancelled(session, known.holder, known.nonce):
        return "withdrawn"
    return "expired" if known.deadline < now_s() else "open"


visible_to = repository.redemptions


def get(session: Session, address: str | None, redemption_id: str) -> Redemption:
    """A consent of a holder or for a gate; None sees all. Raises :class:`NotFound`."""
    known = repository.redemption(session, redemption_id)
    if known is None or address not in (None, known.holder, known.gate):
        raise NotFound("There is no redemption {id}.", id=redemption_id)
    return known


def read(session: Session, redemption: Redemption) -> ItemRedemptionRead:
    """A consent as it is shown."""
    use = repository.use_of(session, redemption)
    return ItemRedemptionRead(
        id=redemption.id,
        item=name_of(session, redemption.token_id),
        holder=redemption.holder,
        gate=redemption.gate,
        amount=redemption.amount,
        status=_status(session, redemption),  # type: ignore[arg-type]
        reference=redemption.reference,
        valid_until=iso_s(redemption.deadline),
        redeemed=None if use is None else iso_s(use.redeemed_at),
        created=iso(redemption.created_ms),
        transactions=[],
    )


def read_noted(session: Session, note: str) -> ItemRedemptionRead:
    """A consent as it is shown, with the writes of a request."""
    id_, writes = noted(session, note)
    shown = read(session, get(session, None, id_))
    return shown.model_copy(update={"transactions": writes})
