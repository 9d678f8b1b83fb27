"""What the demo reports: lines while it runs, and a result."""

from dataclasses import dataclass, field

from pydantic import BaseModel, Field


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step that is done, in plain words, for any renderer.

    Attributes:
        title: What was done.
        detail: What it means, in a sentence or two.
        facts: Labels and values, read back from the chain.
    """

    title: str
    detail: str
    facts: list[tuple[str, str]] = field(default_factory=list)


class TransactionLine(BaseModel):
    """A transaction of the demo."""

    id: str
    hash: str | None
    contract: str
    function: str
    by: str
    gas_used: int | None
    block: int | None
    status: str


class IdentityLine(BaseModel):
    """Who took part."""

    role: str
    name: str
    business_id: str | None
    check_digit_ok: bool
    did: str
    address: str
    resolved: bool = Field(description="The DID resolves to a document with a public key.")


class CheckLine(BaseModel):
    """A check of the credential."""

    check: str
    ok: bool
    detail: str


class MilestoneLine(BaseModel):
    """A milestone; amounts in cents, the state as the contract itself has it."""

    index: int
    title: str
    amount: int
    state: str
    payee_amount: int
    payer_amount: int


class AgreementLine(BaseModel):
    """An agreement at the end of the demo."""

    id: str
    title: str
    agreement_hash: str
    document_hash: str
    document_genuine: bool
    state: str
    onchain_state: str
    escrow_raw: int
    milestones: list[MilestoneLine]


class Checkpoint(BaseModel):
    """The books at a moment, in the token's units of 10⁻⁶ tEUR, all read from the chain."""

    at: str
    left_payers: int
    reached_payees: int
    in_escrow: int

    @property
    def ok(self) -> bool:
        """Whether nothing was lost and nothing made."""
        return self.left_payers == self.reached_payees + self.in_escrow


class EventLine(BaseModel):
    """An event that somebody of the demo was told."""

    id: str
    type: str
    block: int | None
    transaction_hash: str | None


class DemoResult(BaseModel):
    """Everything that the demo did, as the chain has it. Balances are whole cents."""

    run: str
    language: str
    base_url: str
    chain_id: int
    genesis_hash: str
    seconds: float
    ok: bool
    problems: list[str] = Field(description="What did not come out as it should, in words.")
    identities: list[IdentityLine]
    credential_valid: bool
    credential_checks: list[CheckLine]
    forgery_refused: bool
    agreement_states: list[AgreementLine]
    balances_before: dict[str, int]
    balances_after: dict[str, int]
    conservation: list[Checkpoint]
    conservation_ok: bool
    transactions: list[TransactionLine]
    gas_total: int
    events: list[EventLine]
