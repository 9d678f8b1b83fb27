"""Errors of invoices.

PlatformError
├── InvalidInput
│   ├── ReferenceInvalid      422  neither a creditor reference nor a Finnish reference number
│   └── InvoiceAmountInvalid  422  an amount that does not suit the invoice
└── Conflict
    └── InvoiceStateConflict  409  not possible in the invoice's present state
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class ReferenceInvalid(InvalidInput):
    """Neither a creditor reference (ISO 11649) nor a Finnish reference number."""

    code = "reference_invalid"
    title = "The reference is not valid"


class InvoiceAmountInvalid(InvalidInput):
    """An amount that does not suit the invoice: too much, or a part where none is allowed."""

    code = "invoice_amount_invalid"
    title = "The amount does not suit the invoice"


class InvoiceStateConflict(Conflict):
    """The invoice is in a state in which this cannot be done."""

    code = "invoice_state_conflict"
