"""Writing, paying, cancelling and refunding invoices."""

import json
import secrets
from contextlib import suppress
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from pocplatform.chain.codec import keccak256
from pocplatform.domains.agreements.terms import ZERO_ADDRESS, salted_hash
from pocplatform.domains.invoices import references, repository
from pocplatform.domains.invoices.errors import InvoiceAmountInvalid, InvoiceStateConflict
from pocplatform.domains.invoices.models import Invoice, InvoiceState
from pocplatform.domains.invoices.schemas import InvoiceCreate, InvoiceStatus
from pocplatform.domains.invoices.signed import (
    CONTRACT,
    as_abi,
    invoice_typed_data,
    reference_bytes,
)
from pocplatform.domains.invoices.totals import Line, Totals, totals_of
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.payments.authorizations import authorization
from pocplatform.events import log as event_log
from pocplatform.kit.clock import LATEST_S, iso_s, now_ms, now_s
from pocplatform.kit.errors import Forbidden, InvalidInput, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.money import CURRENCY, MAX_CENTS, Euros, to_cents, to_units
from pocplatform.outbox.errors import WalletNotCustodial
from pocplatform.outbox.service import Outbox, Write
from pocplatform.outbox.signers import Signers

_DAY = 86_400
_DUE_WITHIN_S = 14 * _DAY


class Invoices:
    """What can be done with invoices, for one request.

    Args:
        session: The request's database transaction.
        outbox: Where writes to the chain begin.
        signers: Signs for custodial wallets.
        chain_id: The chain's id.
    """

    def __init__(self, session: Session, outbox: Outbox, signers: Signers, chain_id: int) -> None:
        self._session = session
        self._outbox = outbox
        self._signers = signers
        self._chain_id = chain_id

    def issue(self, org_id: str | None, payee: str, body: InvoiceCreate) -> Invoice:
        """Write an invoice, and sign it where the payee's wallet is custodial.

        Raises :class:`InvalidInput` and :class:`ReferenceInvalid` for what does not fit.
        """
        payer = self._payer(body, payee)
        reference = references.parse(body.reference) if body.reference else references.generate()
        due_at, payable_until = _times(body)
        lines = [
            Line(Decimal(line.quantity), line.unit_price, line.vat_rate_bps) for line in body.lines
        ]
        totals = _checked(totals_of(lines))
        shown_lines = [
            line.model_dump() | {"net": counted.net}
            for line, counted in zip(body.lines, lines, strict=True)
        ]
        vat = [{"rate_bps": p.rate_bps, "net": p.net, "vat": p.vat} for p in totals.by_rate]
        written = {
            "type": "invoice",
            "number": body.number,
            "seller": self._seller(org_id, payee),
            "payer": payer,
            "lines": shown_lines,
            "vat_by_rate": vat,
            "net": totals.net,
            "vat": totals.vat,
            "total": totals.total,
            "currency": CURRENCY,
            "reference": reference,
            "issued": iso_s(now_s()),
            "due_at": iso_s(due_at),
            "note": body.note,
        }
        document = json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        salt = secrets.token_hex(32)
        request = {
            "payee": payee,
            "payer": payer or ZERO_ADDRESS,
            "amount": to_units(totals.total),
            "dueAt": due_at,
            "payableUntil": payable_until,
            "partialAllowed": body.partial_allowed,
            "rfReference": "0x" + reference_bytes(reference).hex(),
            "documentHash": salted_hash(salt, document),
            "nonce": secrets.randbits(63),
        }
        contracts = self._outbox.contracts
        hash_: bytes = contracts.read(CONTRACT, "hashInvoice", as_abi(request))
        invoice = Invoice(
            id=new_id("inv"),
            org_id=org_id,
            payee=payee,
            payer=payer,
            number=body.number,
            reference=reference,
            lines=shown_lines,
            vat=vat,
            net_cents=totals.net,
            vat_cents=totals.vat,
            total_cents=totals.total,
            note=body.note,
            document=document,
            salt=salt,
            request=request,
            invoice_hash="0x" + hash_.hex(),
            due_at=due_at,
            metadata_=body.metadata,
            created_ms=now_ms(),
        )
        with suppress(WalletNotCustodial):  # whose owner signs the draft in two steps
            self.sign(invoice, payee)
        self._session.add(invoice)
        self._session.flush()
        return invoice

    def sign(self, invoice: Invoice, payee: str) -> None:
        """Sign with the payee's wallet. Signing again changes nothing."""
        _only_payee(invoice, payee)
        if invoice.signature is None:
            if invoice.erased:
                raise InvoiceStateConflict(
                    "What {invoice_id} said was erased, so there is nothing to sign.",
                    next_step="Write another one.",
                    invoice_id=invoice.id,
                )
            address = self._outbox.contracts.address(CONTRACT)
            typed_data = invoice_typed_data(invoice.request, self._chain_id, address)
            invoice.signature = self._signers.sign_typed_data(self._session, payee, typed_data)
            event_log.append(self._session, [event_of("invoice.issued", invoice)])
        self._session.add(invoice)
        self._session.flush()

    def get(self, address: str | None, invoice_id: str) -> Invoice:
        """An invoice that an address has written, is to pay, or may pay; None sees all.

        Raises :class:`NotFound`.
        """
        return find(self._session, address, invoice_id)

    def pay(
        self, invoice: Invoice, payer: str, org_id: str | None, amount_cents: int | None
    ) -> Write:
        """Pay from the caller's wallet, in whole or in part, by a signed authorization."""
        if payer == invoice.payee:
            raise Forbidden("An invoice is paid by its payer, not by who wrote it.")
        outstanding = self._outstanding(invoice)
        units = outstanding if amount_cents is None else to_units(amount_cents)
        partial = invoice.request["partialAllowed"]
        if units > outstanding:
            raise InvoiceAmountInvalid(
                "{amount} is more than the {outstanding} that is still to be paid.",
                next_step="Leave amount out to pay all that is outstanding.",
                param="amount",
                amount=Euros(to_cents(units)),
                outstanding=Euros(to_cents(outstanding)),
            )
        if units < outstanding and not partial:
            raise InvoiceAmountInvalid(
                "This invoice cannot be paid in parts: {outstanding} is to be paid at once.",
                next_step="Leave amount out to pay all that is outstanding.",
                param="amount",
                outstanding=Euros(to_cents(outstanding)),
            )
        contracts, id_ = self._outbox.contracts, bytes.fromhex(invoice.invoice_hash[2:])
        # Salt and time are the same each time, until it is on its way: who signs with a wallet of
        # their own is asked for the signature first, and then does the whole again.
        earlier = repository.writes_about(self._session, invoice.id, payer)
        salt = keccak256(f"{invoice.id} {payer} {units} {earlier}".encode())
        valid_before = self._signers.fixed("valid_before", lambda: now_s() + _DAY)
        typed_data = authorization(
            contracts,
            self._chain_id,
            sender=payer,
            recipient=contracts.address(CONTRACT),
            units=units,
            valid_before=valid_before,
            nonce=contracts.read(CONTRACT, "paymentNonce", id_, units, salt),
        )
        return self._enqueue(
            invoice,
            payer,
            org_id,
            "payWithAuthorization",
            invoice=as_abi(invoice.request),
            signature=invoice.signature,
            amount=units,
            **{"from": payer},
            validBefore=valid_before,
            salt=salt,
            authorization=self._signers.sign_typed_data(self._session, payer, typed_data),
        )

    def cancel(self, invoice: Invoice, payee: str, org_id: str | None) -> Write:
        """Call an invoice back that is not paid in whole: it cannot be paid from then on."""
        _only_payee(invoice, payee)
        self._outstanding(invoice, late=True)
        return self._enqueue(invoice, payee, org_id, "cancel", invoice=as_abi(invoice.request))

    def refund(
        self, invoice: Invoice, payee: str, org_id: str | None, amount_cents: int | None
    ) -> list[Write]:
        """Give back what was paid, in whole or in part: an allowance, and the refund itself."""
        _only_payee(invoice, payee)
        state = self._state(invoice)
        refundable = int(state.paid_units) - int(state.refunded_units) if state else 0
        if refundable == 0:
            raise InvoiceStateConflict(
                "Nothing is there to refund: {invoice_id} was not paid, or is refunded already.",
                next_step="GET /v1/invoices/{invoice_id} shows its payments.",
                invoice_id=invoice.id,
            )
        units = refundable if amount_cents is None else to_units(amount_cents)
        if units > refundable:
            raise InvoiceAmountInvalid(
                "{amount} is more than the {refundable} that can be refunded.",
                next_step="Leave amount out to refund all of it.",
                param="amount",
                amount=Euros(to_cents(units)),
                refundable=Euros(to_cents(refundable)),
            )
        contracts = self._outbox.contracts
        allow = contracts.call(
            "PilotEuro", "approve", spender=contracts.address(CONTRACT), value=units
        )
        allowed = self._outbox.enqueue(
            self._session, allow, sender=payee, org_id=org_id, resource_id=invoice.id
        )
        refunded = self._enqueue(
            invoice, payee, org_id, "refund", invoice=as_abi(invoice.request), amount=units
        )
        return [allowed, refunded]

    def _enqueue(
        self, invoice: Invoice, sender: str, org_id: str | None, function: str, /, **arguments: Any
    ) -> Write:
        call = self._outbox.contracts.call(CONTRACT, function, **arguments)
        return self._outbox.enqueue(
            self._session, call, sender=sender, org_id=org_id, resource_id=invoice.id
        )

    def _state(self, invoice: Invoice) -> InvoiceState | None:
        return repository.state_of(self._session, invoice.invoice_hash)

    def _outstanding(self, invoice: Invoice, *, late: bool = False) -> int:
        """Units still to be paid. Raises :class:`InvoiceStateConflict` where none can be.

        Args:
            invoice: Which.
            late: Whether it does not matter that the time for paying has passed.
        """
        state = self._state(invoice)
        status = status_of(invoice, state, now_s())
        if status in ("draft", "paid", "refunded", "cancelled"):
            raise InvoiceStateConflict(
                "{invoice_id} is {status}.",
                next_step="GET /v1/invoices/{invoice_id} shows its payments.",
                invoice_id=invoice.id,
                status=status,
            )
        until = invoice.request["payableUntil"]
        if not late and until and until < now_s():
            raise InvoiceStateConflict(
                "{invoice_id} could be paid until {until} only.",
                next_step="Ask its payee for a new one.",
                invoice_id=invoice.id,
                until=iso_s(until),
            )
        amount: int = invoice.request["amount"]
        return amount - (int(state.paid_units) if state else 0)

    def _payer(self, body: InvoiceCreate, payee: str) -> str | None:
        if body.payer is None:
            if body.partial_allowed:
                raise InvalidInput(
                    "An invoice that can be paid in parts must name its payer.",
                    next_step="Name the payer, or leave partial_allowed out.",
                    param="partial_allowed",
                )
            return None
        payer = organizations.resolve_address(
            self._session, body.payer, self._chain_id, param="payer"
        )
        if payer == payee:
            raise InvalidInput("You cannot send an invoice to yourself.", param="payer")
        return payer

    def _seller(self, org_id: str | None, payee: str) -> dict[str, str | None]:
        if org_id is None:
            return {"name": None, "business_id": None, "address": payee}
        organization = organizations.get(self._session, org_id)
        return {
            "name": organization.name,
            "business_id": organization.business_id,
            "address": payee,
        }


def find(session: Session, address: str | None, invoice_id: str) -> Invoice:
    """An invoice that an address has written, is to pay, or may pay; None sees all.

    Raises :class:`NotFound`.
    """
    invoice = repository.by_id(session, invoice_id)
    if invoice is not None:
        state = repository.state_of(session, invoice.invoice_hash)
        payer = invoice.payer or (state.payer if state else None)
        # An invoice without a payer is for whoever was given its id, until somebody has paid.
        unsigned = status_of(invoice, state, now_s()) == "draft"
        if address is None or address == invoice.payee:
            return invoice
        if not unsigned and (payer is None or address == payer):
            return invoice
    raise NotFound("There is no invoice {invoice_id}.", invoice_id=invoice_id)


def event_of(type_: str, invoice: Invoice) -> event_log.NewEvent:
    """Something that is told to payee and payer once for each invoice, without the chain."""
    data = {
        "invoice": invoice.id,
        "invoice_hash": invoice.invoice_hash,
        "reference": invoice.reference,
        "total": invoice.total_cents,
        "currency": CURRENCY,
        "due_at": iso_s(invoice.due_at),
    }
    audience = [address for address in (invoice.payee, invoice.payer) if address]
    return event_log.NewEvent(type_, data, source=invoice.id, audience=audience)


def status_of(invoice: Invoice, state: InvoiceState | None, at_s: int) -> InvoiceStatus:
    """How far an invoice is at a time (seconds since 1970)."""
    if state is not None and state.state == "cancelled":
        return "cancelled"
    if state is None and invoice.signature is None:
        return "draft"
    if state is not None and state.state == "paid":
        return "refunded" if state.refunded_units == state.paid_units else "paid"
    if invoice.due_at < at_s:
        return "overdue"
    return "open" if state is None else "partially_paid"


def _only_payee(invoice: Invoice, address: str) -> None:
    if address != invoice.payee:
        raise Forbidden("Only who wrote the invoice may do this.")


def _times(body: InvoiceCreate) -> tuple[int, int]:
    """Due time and last time to pay (0: none), in seconds since 1970."""
    now = now_s()
    due_at = int(body.due_at.timestamp()) if body.due_at else now + _DUE_WITHIN_S
    if due_at <= now:
        raise InvalidInput("An invoice must be due in the future.", param="due_at")
    until = int(body.payable_until.timestamp()) if body.payable_until else 0
    for param, at_s in (("due_at", due_at), ("payable_until", until)):
        if at_s > LATEST_S:
            raise InvalidInput("{param} is after the year 9999.", param=param)
    if until and until < due_at:
        raise InvalidInput(
            "An invoice must be payable until it is due, at least.", param="payable_until"
        )
    return due_at, until


def _checked(totals: Totals) -> Totals:
    if not 0 < totals.total <= MAX_CENTS:
        raise InvalidInput(
            "The lines come to {total}; an invoice must come to {least} to {most}.",
            param="lines",
            total=Euros(totals.total),
            least=Euros(1),
            most=Euros(MAX_CENTS),
        )
    return totals
