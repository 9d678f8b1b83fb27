"""What callers give where an operation takes more than plain values."""

import hashlib
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Request(BaseModel):
    """Base of what is sent; a misspelt field fails here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_json(self) -> dict[str, Any]:
        """The fields that are set, as JSON."""
        return self.model_dump(mode="json", exclude_none=True)


class PartyTerms(Request):
    """Who is to sign an agreement.

    Attributes:
        who: DID, organization id or address; without it, somebody is to be invited.
        role: A client pays, a provider delivers, a witness only signs.
        credential_type: Type of a credential that the party must hold at activation.
        name: As the document names the party.
    """

    who: str | None = None
    role: Literal["client", "provider", "witness"]
    credential_type: str | None = None
    name: str | None = None


class MilestoneTerms(Request):
    """A step of the work, with its price.

    Attributes:
        title: What it is.
        amount: Euro cents.
        payer: Index of the party that pays, from 0.
        provider: Index of the party that delivers.
        payee: Who gets the money; the provider if not given.
        due_at: When it is to be delivered.
        review_window_s: Seconds to accept or dispute; then silence is acceptance.
        penalty_bps_per_day: Taken off for each day of delay, in 1/100 of a percent.
        max_penalty_bps: The most that lateness takes off.
    """

    title: str
    amount: int
    payer: int
    provider: int
    payee: str | None = None
    due_at: datetime | None = None
    review_window_s: int | None = None
    penalty_bps_per_day: int | None = None
    max_penalty_bps: int | None = None


class Proof(Request):
    """A credential that a party shows at activation.

    Attributes:
        party: Index of the party.
        credential: Id of the credential, ``crd_…``.
    """

    party: int
    credential: str


class NamedDocument(Request):
    """A file that belongs to evidence or to a dispute; the file itself is not sent.

    Attributes:
        name: Its name.
        sha256: 64 hex digits.
    """

    name: str
    sha256: str

    @classmethod
    def of(cls, name: str, content: bytes) -> "NamedDocument":
        """The document that a file's content is."""
        return cls(name=name, sha256=hashlib.sha256(content).hexdigest())
