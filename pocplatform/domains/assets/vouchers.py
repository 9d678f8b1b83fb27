"""Mint vouchers: a creator signs that somebody gets items, which are minted once redeemed."""

from datetime import datetime

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.assets import repository
from pocplatform.domains.assets.errors import (
    ItemTermsInvalid,
    VoucherExpired,
    VoucherUsed,
    VoucherWithdrawn,
)
from pocplatform.domains.assets.models import Item, MintVoucher
from pocplatform.domains.assets.schemas import (
    ItemVoucherRead,
    SignedVoucher,
    VoucherStatus,
)
from pocplatform.domains.assets.service import name_of, number_of
from pocplatform.domains.credentials.service import end_of_validity
from pocplatform.domains.transactions.acting import Acting, Done, noted
from pocplatform.events import log as event_log
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.kit.ids import new_id

_CONTRACT = "Items"
_VALID_FOR_S = 30 * 86_400
_VOUCHER = "MintVoucher(address to,uint256 id,uint256 amount,uint256 nonce,uint256 deadline)"


class Vouchers(Acting):
    """What creators and those who were given vouchers do."""

    def issue(self, item: Item, to: str, amount: int, valid_until: datetime | None) -> MintVoucher:
        """Sign, as the creator, that somebody gets items. Nothing goes to the chain yet.

        Raises:
            Forbidden: The caller has not created the item.
            ItemTermsInvalid: More than its cap leaves.
            ValidityInvalid: It would end too early or too late.
        """
        if item.creator != self._me:
            raise Forbidden("Only who has created an item gives vouchers for it.")
        recipient = self._resolve(to, "to")
        self._check_cap(item, amount)
        nonce = repository.next_voucher_nonce(self._session, self._me)
        deadline = end_of_validity(valid_until) or self._ahead(_VALID_FOR_S)
        message = {
            "to": recipient, "id": int(item.token_id), "amount": amount, "nonce": nonce,
            "deadline": deadline,
        }  # fmt: skip
        voucher = MintVoucher(
            id=new_id("vch"),
            token_id=item.token_id,
            creator=self._me,
            recipient=recipient,
            amount=amount,
            nonce=nonce,
            deadline=deadline,
            signature=self._sign(_CONTRACT, _VOUCHER, message),
            created_ms=now_ms(),
        )
        self._session.add(voucher)
        self._session.flush()
        told = {
            "voucher": voucher.id, "item": item.id, "token_id": item.token_id, "to": recipient,
            "amount": str(amount), "valid_until": iso_s(deadline),
        }  # fmt: skip
        event = event_log.NewEvent(
            "item.voucher_issued", told, source=voucher.id, audience={self._me, recipient}
        )
        event_log.append(self._session, [event])
        return voucher

    def redeem(self, voucher: MintVoucher) -> Done:
        """Have the items minted for whom the voucher names.

        Raises :class:`VoucherUsed`, :class:`VoucherWithdrawn`, :class:`VoucherExpired` and
        :class:`ContractReverted`, which is also how a cap that is used up meanwhile is told.
        """
        check_open(self._session, voucher)
        write = self._send(
            voucher.id,
            _CONTRACT,
            "mintWithVoucher",
            to=voucher.recipient,
            id=int(voucher.token_id),
            amount=voucher.amount,
            nonce=voucher.nonce,
            deadline=voucher.deadline,
            signature=voucher.signature,
        )
        return Done(voucher.id, (write,))

    def withdraw(self, voucher: MintVoucher) -> Done:
        """Make a voucher useless, as who has signed it. Raises as :meth:`redeem`."""
        if voucher.creator != self._me:
            raise Forbidden("Only who has signed a voucher withdraws it.")
        check_open(self._session, voucher)
        return Done(voucher.id, (self._send(voucher.id, _CONTRACT, "cancelNonce",
                                            nonce=voucher.nonce),))  # fmt: skip

    def _check_cap(self, item: Item, amount: int) -> None:
        state = repository.state(self._session, item.token_id)
        left = item.cap - int(state.minted if state else 0)
        if item.cap and amount > left:
            raise ItemTermsInvalid(
                "Of the item {id} {left} can still be minted, and the voucher was to be for "
                "{amount}.",
                param="amount",
                id=item.id,
                left=left,
                amount=amount,
            )


def visible_to(
    session: Session, address: str | None, item: str | None
) -> SelectOfScalar[MintVoucher]:
    """The vouchers that somebody has signed or was given, of an item. Raises InvalidInput."""
    token_id = None if item is None else number_of(session, item, param="item")
    return repository.vouchers(address, token_id)


def get(session: Session, address: str | None, voucher_id: str) -> MintVoucher:
    """A voucher that somebody has signed or was given; None sees all. Raises :class:`NotFound`."""
    voucher = repository.voucher(session, address, voucher_id)
    if voucher is None:
        raise NotFound("There is no voucher {id}.", id=voucher_id)
    return voucher


def status(session: Session, voucher: MintVoucher) -> VoucherStatus:
    """How a voucher stands."""
    if repository.use_of_voucher(session, voucher) is not None:
        return "redeemed"
    if repository.is_cancelled(session, voucher.creator, voucher.nonce):
        return "withdrawn"
    return "expired" if voucher.deadline < now_s() else "open"


def check_open(session: Session, voucher: MintVoucher) -> None:
    """Raise :class:`VoucherUsed`, :class:`VoucherWithdrawn` or :class:`VoucherExpired`."""
    now = status(session, voucher)
    if now == "redeemed":
        raise VoucherUsed("The items of {id} were minted already.", id=voucher.id)
    if now == "withdrawn":
        raise VoucherWithdrawn("{id} was taken back by who had signed it.", id=voucher.id)
    if now == "expired":
        raise VoucherExpired(
            "{id} was valid until {moment}.",
            next_step="Ask the item's creator for another voucher.",
            id=voucher.id,
            moment=iso_s(voucher.deadline),
        )


def read(session: Session, voucher: MintVoucher, contracts: Contracts) -> ItemVoucherRead:
    """A voucher as it is shown."""
    use = repository.use_of_voucher(session, voucher)
    return ItemVoucherRead(
        id=voucher.id,
        item=name_of(session, voucher.token_id),
        creator=voucher.creator,
        to=voucher.recipient,
        amount=voucher.amount,
        status=status(session, voucher),
        valid_until=iso_s(voucher.deadline),
        signed=SignedVoucher(
            contract=contracts.address(_CONTRACT),
            to=voucher.recipient,
            token_id=voucher.token_id,
            amount=str(voucher.amount),
            nonce=str(voucher.nonce),
            deadline=str(voucher.deadline),
            signature="0x" + voucher.signature.hex(),
        ),
        redeemed=None if use is None else iso_s(use.used_at),
        created=iso(voucher.created_ms),
        transactions=[],
    )


def read_noted(session: Session, note: str, contracts: Contracts) -> ItemVoucherRead:
    """A voucher as it is shown, with the writes of a request."""
    id_, writes = noted(session, note)
    shown = read(session, get(session, None, id_), contracts)
    return shown.model_copy(update={"transactions": writes})
