"""Names of states and kinds on the desk, in people's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pocplatform.kit.i18n import Phrase
from pocplatform.web import showing, shown

AGREEMENTS = {
    "draft": Phrase("to be signed"),
    "withdrawn": Phrase("withdrawn"),
    "active": Phrase("in force"),
    "completed": Phrase("completed"),
    "terminated": Phrase("ended together"),
    "expired": Phrase("run out"),
}
INVOICES = {
    "draft": Phrase("not signed yet"),
    "open": Phrase("to be paid"),
    "partially_paid": Phrase("paid in part"),
    "overdue": Phrase("overdue"),
    "paid": Phrase("paid"),
    "refunded": Phrase("given back"),
    "cancelled": Phrase("called back"),
}
MOVEMENTS = {
    "faucet": Phrase("Test money"),
    "payment": Phrase("Payment"),
    "invoice": Phrase("Invoice"),
    "refund": Phrase("Refund"),
    "mandate": Phrase("Recurring payment"),
    "escrow": Phrase("Escrow"),
    "redemption": Phrase("Redeemed"),
}
CREDENTIALS = {
    "pending": Phrase("being recorded"),
    "active": Phrase("valid"),
    "suspended": Phrase("suspended"),
    "revoked": Phrase("revoked"),
    "expired": Phrase("expired"),
    "failed": Phrase("not recorded"),
}
CLAIMS = {
    "name": Phrase("Name"),
    "business_id": Phrase("Test business ID"),
}
ROLES = {
    "client": Phrase("pays"),
    "provider": Phrase("delivers"),
    "witness": Phrase("witnesses"),
}
FIELDS = {
    "title": Phrase("What"),
    "amount": Phrase("Price"),
    "due": Phrase("Ready by"),
    "partner": Phrase("Which partner (1, 2, …)"),
}
"""Fields of the rows of a template, which its schema gives no titles for."""
CHOICES = {
    "rights": {
        "client": Phrase("They pass to the client on payment"),
        "licence": Phrase("They stay with the provider; the client may use the result"),
        "open": Phrase("The result is published under an open licence"),
    }
}
"""Values of parameters of templates."""

_GOOD = {"active", "completed", "paid", "resolved"}
_WAITS = {"draft", "open", "partially_paid", "unfunded", "funded", "delivered", "pending"}


@dataclass(frozen=True, slots=True)
class Words:
    """The names in a reader's language.

    Attributes:
        language: Of the reader.
        types: What types of credentials are called, by their names on the chain.
    """

    language: str
    types: Mapping[str, str] = field(default_factory=dict)

    def agreement(self, state: str) -> str:
        """A state of an agreement."""
        return self._named(AGREEMENTS, state)

    def milestone(self, state: str) -> str:
        """A state of a milestone."""
        return self._named(showing.STATES, state)

    def invoice(self, status: str) -> str:
        """A state of an invoice."""
        return self._named(INVOICES, status)

    def movement(self, kind: str) -> str:
        """A kind of movement on an account."""
        return self._named(MOVEMENTS, kind)

    def credential(self, status: str) -> str:
        """A state of a credential."""
        return self._named(CREDENTIALS, status)

    def type(self, name: str) -> str:
        """A type of credential."""
        return self.types.get(name, name)

    def claim(self, name: str) -> str:
        """The name of a claim."""
        return self._named(CLAIMS, name)

    def check(self, name: str) -> str:
        """A check of a credential."""
        return self._named(showing.CHECKS, name)

    def role(self, name: str) -> str:
        """What a party does."""
        return self._named(ROLES, name)

    def field(self, name: str) -> str:
        """A field of a row of a template."""
        return self._named(FIELDS, name)

    def last_day(self, until: datetime) -> str:
        """The last day before a moment, in UTC: as documents of agreements name it."""
        return shown.day((until - timedelta(seconds=1)).astimezone(UTC).date(), self.language)

    def choice(self, parameter: str, value: str) -> str:
        """A value of a parameter of a template."""
        return self._named(CHOICES.get(parameter, {}), value)

    def _named(self, phrases: Mapping[str, Phrase], name: str) -> str:
        phrase = phrases.get(name)
        return phrase.render(self.language) if phrase is not None else name

    @staticmethod
    def tone(state: str) -> str:
        """How a state is coloured: good, bad or wait."""
        return "good" if state in _GOOD else "wait" if state in _WAITS else "bad"
