"""Every type of event, with what is told about it: the one list.

What is appended to the log is checked against it, endpoints subscribe by it, and documents are made
of it: ``docs/api.md`` and the section ``webhooks`` of the OpenAPI document. All members of a
payload are always there; one that may be unknown is null then.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

Schema = dict[str, Any]


class EventType(NamedTuple):
    """A type of event.

    Attributes:
        description: What has happened, in one sentence.
        members: What is told about it: JSON Schemas by name.
    """

    description: str
    members: Mapping[str, Schema]

    @property
    def shape(self) -> Schema:
        """The JSON Schema of an event's ``data``."""
        return {
            "type": "object",
            "properties": dict(self.members),
            "required": list(self.members),
            "additionalProperties": False,
        }


def _text(description: str = "") -> Schema:
    return {"type": "string", **({"description": description} if description else {})}


def _or_null(schema: Schema, why: str) -> Schema:
    return {**schema, "type": [schema["type"], "null"], "description": f"Null {why}."}


def _id(prefix: str) -> Schema:
    return {"type": "string", "pattern": f"^{prefix}_"}


def _known(prefix: str) -> Schema:
    return _or_null(_id(prefix), "if it was not made through this sandbox")


_ADDRESS: Final = {"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}
_HASH: Final = {"type": "string", "pattern": "^0x[0-9a-f]{64}$"}
_HEX: Final = {"type": "string", "pattern": "^0x[0-9a-f]*$"}
_CENTS: Final = {"type": "integer", "description": "Cents of the test euro."}
_UNITS: Final = {
    "type": "string",
    "pattern": "^[0-9]+$",
    "description": "In the smallest unit on the chain.",
}
_COUNT: Final = {"type": "string", "pattern": "^[0-9]+$", "description": "How many, or which."}
_NUMBER: Final = {"type": "integer"}
_SPACE_NUMBER: Final = {
    "type": "string",
    "pattern": "^0x[0-9a-f]{32}$",
    "description": "Of a space on the chain.",
}
_SECONDS: Final = {"type": "integer", "description": "Seconds since 1970 (UTC)."}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_TEUR: Final = {"const": "tEUR"}

_AGREEMENT: Final = {"agreement_hash": _HASH}
_MILESTONE: Final = {**_AGREEMENT, "milestone": _NUMBER}
_DRAFT: Final = {"agreement": _id("agr")}
_REMINDER: Final = {"agreement": _id("agr"), **_AGREEMENT, "deadline": _MOMENT}
_OF_CREDENTIAL: Final = {
    "credential": _known("crd"),
    "issuer": _ADDRESS,
    "subject": _ADDRESS,
    "credential_type": _or_null(_text(), "if nobody here has named it"),
    "credential_type_hash": _HASH,
    "digest": _HASH,
}
_OF_TRUST: Final = {
    "trusted_issuer": _id("tri"),
    "issuer": _ADDRESS,
    "credential_type": _or_null(_text(), "if nobody here has named it"),
    "credential_type_hash": _HASH,
    "since": _SECONDS,
    "until": _or_null(_SECONDS, "if it has no end"),
}
_INVOICE: Final = {
    "invoice": _known("inv"),
    "invoice_hash": _HASH,
    "reference": _or_null(_text(), "if it was not made through this sandbox"),
}
_INVOICE_TOLD: Final = {
    "invoice": _id("inv"),
    "invoice_hash": _HASH,
    "reference": _text("ISO 11649."),
    "total": _CENTS,
    "currency": _TEUR,
    "due_at": _MOMENT,
}
_PAID_IN: Final = {**_INVOICE, "amount": _CENTS, "outstanding": _CENTS, "currency": _TEUR}
_MANDATE: Final = {"mandate": _known("mnd"), "mandate_hash": _HASH}
_COLLECTED: Final = {**_MANDATE, "amount": _CENTS, "currency": _TEUR, "period": _NUMBER}
_HELD: Final = {
    "held_payment": _id("hpy"),
    "source": {"enum": ["agreement", "parcel", "split"]},
    "holder": _ADDRESS,
    "raw": _UNITS,
}
_ITEM: Final = {"item": _known("itm"), "token_id": _COUNT}
_PARCEL: Final = {"parcel": _known("prc"), "token_id": _COUNT}
_SPACE: Final = {"space": _known("spc"), "space_number": _SPACE_NUMBER}
_SOLD: Final = {
    "order": _or_null(_text(), "if it was not made through this sandbox"),
    "order_hash": _HASH,
    "sale": _id("sal"),
    "seller": _ADDRESS,
    "buyer": _ADDRESS,
    "token_id": _COUNT,
    "quantity": _COUNT,
    "price": _CENTS,
    "royalty": _CENTS,
    "fee": _CENTS,
    "currency": _TEUR,
}


def _shares(payee: str, payer: str) -> dict[str, Schema]:
    return {
        "state": _text(),
        "payee_amount": {**_CENTS, "description": f"Cents that {payee}."},
        "payer_amount": {**_CENTS, "description": f"Cents that {payer}."},
    }


_LISTED: Final[tuple[tuple[str, str, Mapping[str, Schema]], ...]] = (
    # Identities and credentials
    ("identity.owner_changed", "Another account controls a DID.",
     {"identity": _ADDRESS, "owner": _ADDRESS}),
    ("identity.delegate_changed", "An account may, or may no longer, sign in a DID's name.",
     {"identity": _ADDRESS, "delegate_type": _text(), "delegate": _ADDRESS,
      "valid_to": _COUNT}),
    ("identity.attribute_changed", "An attribute of a DID was set or taken back.",
     {"identity": _ADDRESS, "name": _text(), "value": _or_null(_HEX, "if it is long"),
      "valid_to": _COUNT}),
    ("credential.anchored", "A credential was issued; its digest is on the chain.",
     {**_OF_CREDENTIAL, "expires_at": _or_null(_SECONDS, "if it has no end")}),
    ("credential.revoked", "A credential ended for ever.", _OF_CREDENTIAL),
    ("credential.suspended", "A credential does not count for the time being.", _OF_CREDENTIAL),
    ("credential.resumed", "A suspended credential counts again.", _OF_CREDENTIAL),
    ("issuer.accredited", "An issuer is trusted for a type of credential.", _OF_TRUST),
    ("issuer.renewed", "The end of the trust in an issuer was moved.", _OF_TRUST),
    ("issuer.withdrawn", "An issuer is trusted no longer.", _OF_TRUST),
    # Agreements
    ("agreement.drafted", "An agreement was drafted, and is to be signed.", _DRAFT),
    ("agreement.joined", "Somebody has taken a party's place by an invitation.",
     {**_DRAFT, "party": _NUMBER}),
    ("agreement.signed", "A party has signed an agreement.", {**_DRAFT, "party": _NUMBER}),
    ("agreement.withdrawn", "A draft was taken back by who drafted it.", _DRAFT),
    ("agreement.activated", "An agreement is in force.", _AGREEMENT),
    ("agreement.amended", "All parties have changed an agreement's terms.",
     {**_AGREEMENT, "revision": _NUMBER}),
    ("agreement.completed", "Every milestone of an agreement is settled.", _AGREEMENT),
    ("agreement.terminated", "All parties together have ended an agreement.", _AGREEMENT),
    ("agreement.expired", "An agreement's time has run out.", _AGREEMENT),
    ("agreement.signature_due", "An agreement is to be signed soon; told to who has not yet.",
     _REMINDER),
    ("agreement.ends_soon", "An agreement's time runs out soon.", _REMINDER),
    ("milestone.funded", "A milestone's amount is in escrow.",
     {**_MILESTONE, "state": _text(), "funded_amount": _CENTS}),
    ("milestone.delivered", "A milestone was delivered.", {**_MILESTONE, "state": _text()}),
    ("milestone.disputed", "A delivery is disputed.", {**_MILESTONE, "state": _text()}),
    ("milestone.paid", "A delivery was accepted and paid.",
     {**_MILESTONE, **_shares("were paid", "came back")}),
    ("milestone.resolved", "A dispute was settled, or an amount divided at the end.",
     {**_MILESTONE, **_shares("were paid", "came back")}),
    ("milestone.refunded", "A milestone's amount was given back whole.",
     {**_MILESTONE, "state": _text(), "payer_amount": _CENTS}),
    ("milestone.cancelled", "A milestone ended without ever being funded.",
     {**_MILESTONE, "state": _text()}),
    ("milestone.due_soon", "A milestone is to be delivered soon; told to its provider.",
     {**_REMINDER, "milestone": _NUMBER}),
    ("milestone.review_ending", "Silence accepts a delivery soon; told to who reviews it.",
     {**_REMINDER, "milestone": _NUMBER}),
    # Payments
    ("payment.received", "Test money has moved; told to both sides.",
     {"from": _ADDRESS, "to": _ADDRESS, "amount": _CENTS, "currency": _TEUR, "raw": _UNITS}),
    ("payment.held", "A payment out of a contract was refused by the token; it waits to be "
     "fetched.", _HELD),
    ("payment.held_withdrawn", "A payment that waited was fetched.", _HELD),
    ("invoice.issued", "An invoice was signed.", _INVOICE_TOLD),
    ("invoice.due_soon", "An invoice is due soon.", _INVOICE_TOLD),
    ("invoice.overdue", "An invoice is overdue.", _INVOICE_TOLD),
    ("invoice.partially_paid", "A part of an invoice was paid.", _PAID_IN),
    ("invoice.paid", "An invoice is paid in full.", _PAID_IN),
    ("invoice.cancelled", "An invoice was called back by its payee.", _INVOICE),
    ("invoice.refunded", "The payee of an invoice gave money back.",
     {**_INVOICE, "amount": _CENTS, "refunded": _CENTS, "currency": _TEUR}),
    ("mandate.activated", "A mandate can be collected by.",
     {**_MANDATE, "cap": _CENTS, "currency": _TEUR, "period_s": _NUMBER}),
    ("mandate.paused", "A mandate is stopped for the time being.", _MANDATE),
    ("mandate.resumed", "A paused mandate can be collected by again.", _MANDATE),
    ("mandate.cancelled", "A mandate ended for ever.", {**_MANDATE, "by": _ADDRESS}),
    ("mandate.collected", "The payee has collected by a mandate.", _COLLECTED),
    ("mandate.collection_failed", "A scheduled collection came to nothing.", _COLLECTED),
    ("redemption.paid_out", "Test money was given back, at par in the simulation.",
     {"holder": _ADDRESS, "amount": _CENTS, "currency": _TEUR, "reference": _text()}),
    ("split.created", "The shares of a split are known to all.",
     {"account": _ADDRESS, "shares": {
         "type": "array",
         "items": {"type": "object", "properties": {"recipient": _ADDRESS, "bps": _NUMBER},
                   "required": ["recipient", "bps"]}}}),
    ("split.distributed", "What lay on a split was divided; told to each with its part.",
     {"account": _ADDRESS, "recipient": _ADDRESS, "amount": _CENTS, "raw": _UNITS,
      "of": _CENTS, "bps": _NUMBER, "currency": _TEUR}),
    ("split.held", "A recipient's part could not be paid; it waits on the split.",
     {"account": _ADDRESS, "recipient": _ADDRESS, "amount": _CENTS, "raw": _UNITS,
      "currency": _TEUR}),
    # Assets
    ("item.created", "There is a new kind of item.", _ITEM),
    ("item.minted", "Items came into being.", {**_ITEM, "amount": _COUNT, "to": _ADDRESS}),
    ("item.transferred", "Items changed hands.",
     {**_ITEM, "amount": _COUNT, "from": _ADDRESS, "to": _ADDRESS}),
    ("item.burned", "Items were destroyed.", {**_ITEM, "amount": _COUNT, "from": _ADDRESS}),
    ("item.redeemed", "Items were used up at a gate.",
     {**_ITEM, "holder": _ADDRESS, "gate": _ADDRESS, "amount": _COUNT, "reference": _HASH}),
    ("item.redemption_withdrawn", "A holder presents items no more.",
     {**_ITEM, "redemption": _id("rdn")}),
    ("item.voucher_issued", "A creator has signed that somebody gets items.",
     {**_ITEM, "voucher": _id("vch"), "to": _ADDRESS, "amount": _COUNT,
      "valid_until": _MOMENT}),
    ("item.voucher_redeemed", "The items of a voucher were minted.",
     {**_ITEM, "voucher": _known("vch"), "to": _ADDRESS}),
    ("item.voucher_withdrawn", "A creator has made a voucher useless.",
     {**_ITEM, "voucher": _id("vch")}),
    ("item.gate_allowed", "A gate may redeem an item.", {**_ITEM, "gate": _ADDRESS}),
    ("item.gate_forbidden", "A gate may no longer redeem an item.",
     {**_ITEM, "gate": _ADDRESS}),
    ("parcel.plan_set", "Parcels may be in a space, or in more of it.",
     {"space_number": _SPACE_NUMBER, "steward": _ADDRESS, "royalty_bps": _NUMBER}),
    ("parcel.minted", "A parcel came into being.", {**_PARCEL, "to": _ADDRESS}),
    ("parcel.transferred", "A parcel changed hands.",
     {**_PARCEL, "from": _ADDRESS, "to": _ADDRESS}),
    ("parcel.rental_terms_set", "A parcel is to let on new terms, or on none.",
     {**_PARCEL, "price_per_day": _CENTS, "deposit": _CENTS, "currency": _TEUR}),
    ("parcel.rented", "A parcel was rented.",
     {**_PARCEL, "rental": _id("rnt"), "user": _ADDRESS, "price": _CENTS, "deposit": _CENTS,
      "currency": _TEUR, "expires": _SECONDS}),
    ("parcel.given_up", "The user of a parcel ended its use early.",
     {**_PARCEL, "user": _ADDRESS}),
    ("parcel.deposit_claimed", "The owner of a parcel claims a part of the deposit.",
     {**_PARCEL, "amount": _CENTS, "currency": _TEUR, "decide_by": _SECONDS}),
    ("parcel.deposit_settled", "The deposit of a rental was paid out.",
     {**_PARCEL, "rental": _id("rnt"), "user": _ADDRESS, "user_amount": _CENTS,
      "owner_amount": _CENTS, "currency": _TEUR}),
    ("listing.sold", "Something was bought from a listing.", _SOLD),
    ("listing.cancelled", "A listing was taken back.", {"order": _id("lst")}),
    ("offer.accepted", "Something was sold to who had made an offer.", _SOLD),
    ("offer.cancelled", "An offer was taken back.", {"order": _id("ofr")}),
    # Spaces
    ("space.created", "There is a new space.",
     {**_SPACE, "owner": _ADDRESS, "provider": _ADDRESS}),
    ("space.entry_changed", "Others may enter a space, or more of them.",
     {**_SPACE, "rule": _text(), "capacity": _NUMBER}),
    ("space.closed", "A space lets nobody in.", _SPACE),
    ("space.reopened", "A closed space lets people in again.", _SPACE),
    ("space.offered", "A space was offered to a new owner, or no longer is.",
     {**_SPACE, "candidate": _or_null(_ADDRESS, "if it is offered to nobody")}),
    ("space.transferred", "A space changed hands.",
     {**_SPACE, "previous_owner": _ADDRESS, "owner": _ADDRESS}),
    ("space.provider_changed", "Somebody else provides a space.",
     {**_SPACE, "provider": _ADDRESS}),
    ("space.invitations_withdrawn", "Invitations signed so far let nobody in.", _SPACE),
    ("space.linked", "A way from one space to another was opened.",
     {**_SPACE, "to": _SPACE_NUMBER}),
    ("space.unlinked", "A way from one space to another was closed.",
     {**_SPACE, "to": _SPACE_NUMBER}),
    ("space.entered", "Somebody has entered a space.",
     {**_SPACE, "visitor": _ADDRESS, "visit": _id("vst")}),
    ("space.left", "Somebody has left a space.",
     {**_SPACE, "visitor": _ADDRESS, "visit": _id("vst"), "by": _ADDRESS}),
    # The sandbox itself
    ("chain.reorganized", "Blocks were lost; what was in them is on its way again.",
     {"from_block": _NUMBER}),
    ("transaction.reorganized", "A write seemed to be done, and is on its way again; this was "
     "asked for.",
     {"transaction": _id("tx"), "resource": _or_null(_text(), "if it is about nothing"),
      "simulated": {"const": True}}),
    ("demo.step_done", "A step of a guided demo was played.",
     {"demo": _id("run"), "step": _text()}),
    ("devnet.epoch_changed", "What was on a devnet of yours is no longer true.",
     {"devnet": _id("dvn"), "epoch": _NUMBER,
      "reason": {"enum": ["reset", "restored", "recovered"]},
      "block": _or_null(_NUMBER, "if it begins anew")}),
    ("hackathon.announced", "The organisers of an event have told its teams something.",
     {"hackathon": _id("hck"), "announcement": _id("ann"), "text": _text()}),
    ("hackathon.frozen", "Writing is paused for the teams of an event, or no more.",
     {"hackathon": _id("hck"), "frozen": {"type": "boolean"}}),
    ("hackathon.team_reset", "The organisers have put a team back to its beginning.",
     {"hackathon": _id("hck"), "team": _id("team")}),
    ("webhook.test", "What was asked for to try an endpoint.",
     {"webhook": _id("whk"), "message": _text()}),
    ("webhook.disabled", "An endpoint has taken nothing for days; nothing is sent to it.",
     {"webhook": _id("whk"), "url": _text(), "reason": _text()}),
)  # fmt: skip

EVENT_TYPES: Final[dict[str, EventType]] = {
    name: EventType(description, members) for name, description, members in _LISTED
}


class UnknownEventType(LookupError):
    """A type that is not listed was to be told: a mistake in our own code."""


def check(type_: str) -> None:
    """Raises :class:`UnknownEventType` for a type that is not in the list."""
    if type_ not in EVENT_TYPES:
        raise UnknownEventType(f"the event type {type_} is not in pocplatform/events/types.py")


def nearest(pattern: str) -> str | None:
    """A type or family like the one that is asked for; None where that is one itself."""
    families = {f"{name.partition('.')[0]}.*" for name in EVENT_TYPES}
    if pattern in ("*", *EVENT_TYPES, *families):
        return None
    (found,) = get_close_matches(pattern, [*EVENT_TYPES, *families], n=1, cutoff=0.0)
    return found
