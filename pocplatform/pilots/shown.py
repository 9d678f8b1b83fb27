"""What the steps of pilots have to show: stored with a run, told by pages, runner and reports.

Everything is numbers, states, names and words in both languages, so that whoever shows it puts it
into the reader's language.
"""

from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field, PlainSerializer, computed_field

ESCROW = "escrow"
"""The place of money that a contract holds, beside the roles."""
FAUCET = "faucet"
"""Where test money comes from."""
BANK = "bank"
"""Where redeemed test money goes: the bank account of who redeems it, in the simulation."""
ORGANISERS = "organisers"
"""Who the programme's organisers are where a role is named."""


class Text(NamedTuple):
    """A sentence in both languages; a ``str.format`` template where there are values."""

    en: str
    fi: str

    def render(self, language: str, **values: Any) -> str:
        """In a language."""
        text = self.fi if language == "fi" else self.en
        return text.format(**values) if values else text


StoredText = Annotated[Text, PlainSerializer(lambda text: {"en": text.en, "fi": text.fi})]
"""A text as a field of what is stored: ``{"en": …, "fi": …}``."""

Value = bool | int | str
"""What claims compare and facts tell."""


class Signature(BaseModel):
    """Who has signed a document."""

    role: str
    signed: bool


class Paper(BaseModel):
    """A document with its fingerprint, and whose signatures are under it."""

    title: str
    text: str
    hash: str
    signatures: list[Signature] = []


class Check(BaseModel):
    """A check of a credential, by the API's name for it."""

    check: str
    ok: bool


class Moved(BaseModel):
    """Money that a step has moved between roles, :data:`ESCROW`, :data:`FAUCET`,
    :data:`ORGANISERS` and :data:`BANK`; cents."""

    sender: str
    recipient: str
    amount: int


class Work(BaseModel):
    """A milestone with its price in cents and its state."""

    title: str
    amount: int
    state: str


class Entry(BaseModel):
    """A transaction as the chain has it, with the names of the events that it caused.

    Attributes:
        role: Who has asked for it; :data:`ORGANISERS` where it was they.
    """

    id: str
    role: str = ""
    hash: str
    contract: str
    function: str
    gas_used: int
    block: int
    events: list[str] = []


class Refusal(BaseModel):
    """Something that the platform or a contract refused, as it should.

    Attributes:
        role: Who has tried it.
        what: What they have tried.
        code: The contract's own error where the contract refused, else the API's code.
        sentence: As it was answered, in the run's language.
    """

    role: str
    what: StoredText
    code: str
    sentence: str


class Fact(BaseModel):
    """What else is worth seeing: a hash, a count, a name, a date."""

    label: StoredText
    value: str


class Claim(BaseModel):
    """Something that a pilot says it has shown, beside what the chain itself says.

    Attributes:
        name: Snake case; never changes.
        text: The claim as a sentence.
        expected: What holds if the claim is true.
        found: What the chain says; read past the platform's tables where that can be.
    """

    name: str
    text: StoredText
    expected: Value
    found: Value

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether the chain says the same."""
        return type(self.expected) is type(self.found) and self.expected == self.found


class Shown(BaseModel):
    """What a step has to show.

    Attributes:
        known: Ids that later steps need, by their names.
        agreement_state: As the contract has it.
        balances: Cents by role, and in :data:`ESCROW`.
        measures: Numbers for the criteria; what a later step says of one replaces it.
        refusals: What was refused, as it should be.
        facts: What else is worth seeing.
    """

    known: dict[str, str] = {}
    papers: list[Paper] = []
    checks: list[Check] = []
    forgery_refused: bool | None = None
    money: list[Moved] = []
    balances: dict[str, int] = Field(default_factory=dict)
    agreement_state: str | None = None
    work: list[Work] = []
    entries: list[Entry] = []
    measures: dict[str, int] = {}
    refusals: list[Refusal] = []
    facts: list[Fact] = []
