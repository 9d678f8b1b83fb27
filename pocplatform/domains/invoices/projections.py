"""Read models of invoices from the events of Invoices."""

from pocplatform.domains.invoices import repository
from pocplatform.domains.invoices.models import InvoicePayment, InvoiceState
from pocplatform.domains.invoices.signed import CONTRACT
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[InvoiceState, InvoicePayment])


def _hash(event: Projected) -> str:
    invoice_id: bytes = event.args["invoiceId"]
    return "0x" + invoice_id.hex()


def _state(event: Projected) -> InvoiceState:
    key = _hash(event)
    return event.session.get(InvoiceState, key) or InvoiceState(invoice_hash=key, state="open")


def _payment(event: Projected, kind: str, reference: str | None) -> None:
    event.session.add(
        InvoicePayment(
            transaction_hash=event.log.transaction_hash,
            log_index=event.log.log_index,
            invoice_hash=_hash(event),
            kind=kind,
            payer=event.args["payer"],
            payee=event.args["payee"],
            units=str(event.args["amount"]),
            reference=reference,
            timestamp=event.timestamp,
        )
    )


def _tell(event: Projected, type_: str, amounts: dict[str, int], audience: set[str]) -> None:
    invoice = repository.by_hash(event.session, _hash(event))
    data: dict[str, object] = {
        "invoice": invoice.id if invoice else None,
        "invoice_hash": _hash(event),
        "reference": invoice.reference if invoice else None,
    }
    data |= {name: to_cents(units) for name, units in amounts.items()}
    if amounts:
        data["currency"] = CURRENCY
    event.emit(type_, data, audience=audience)


@projections.on(CONTRACT, "InvoicePaid")
def paid(event: Projected) -> None:
    """It was paid, in whole or in part."""
    outstanding, payer = event.args["outstanding"], event.args["payer"]
    row = _state(event)
    row.state = "partially_paid" if outstanding else "paid"
    row.payer = payer
    row.paid_units = str(int(row.paid_units) + event.args["amount"])
    event.session.add(row)
    reference: bytes = event.args["rfReference"]
    _payment(event, "payment", reference.rstrip(b"\0").decode("ascii"))
    event.session.flush()
    amounts = {"amount": event.args["amount"], "outstanding": outstanding}
    _tell(event, f"invoice.{row.state}", amounts, {payer, event.args["payee"]})


@projections.on(CONTRACT, "InvoiceCancelled")
def cancelled(event: Projected) -> None:
    """Its payee called it back."""
    row = _state(event)
    row.state = "cancelled"
    event.session.add(row)
    event.session.flush()
    invoice = repository.by_hash(event.session, row.invoice_hash)
    payers = {row.payer, invoice.payer if invoice else None}
    _tell(event, "invoice.cancelled", {}, {event.args["payee"], *(p for p in payers if p)})


@projections.on(CONTRACT, "InvoiceRefunded")
def refunded(event: Projected) -> None:
    """Its payee gave money back."""
    row = _state(event)
    row.refunded_units = str(event.args["refunded"])
    event.session.add(row)
    paid_before = repository.payments_of(event.session, row.invoice_hash)
    _payment(event, "refund", paid_before[0].reference if paid_before else None)
    event.session.flush()
    amounts = {"amount": event.args["amount"], "refunded": event.args["refunded"]}
    _tell(event, "invoice.refunded", amounts, {event.args["payer"], event.args["payee"]})
