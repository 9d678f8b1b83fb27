"""What the API answers, as typed objects.

Amounts are whole euro cents; ``raw`` values are the token's units of 10⁻⁶ tEUR. Fields that this
version does not know are kept and can be read as attributes.
"""

import hashlib
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

_SETTLED = frozenset({"mined", "confirmed", "reverted", "refused", "replaced", "cancelled"})
_FAILED = frozenset({"reverted", "refused", "cancelled"})


class Model(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Page(Model, Generic[T]):
    """A page of a list."""

    data: list[T]
    has_more: bool = False


class Wallet(Model):
    """An organization's account on the chain."""

    address: str
    did: str
    custody: str = "platform"


class Organization(Model):
    """A company or person that takes part."""

    id: str
    name: str
    business_id: str | None = None
    wallet: Wallet
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime


class NewOrganization(Organization):
    """A new organization with its secret key, which is shown only once."""

    secret_key: str = Field(repr=False)


class ContractError(Model):
    """Why a contract refused, by its own error."""

    name: str
    signature: str = ""
    args: dict[str, Any] = Field(default_factory=dict)
    explanation: str = ""


class StatusChange(Model):
    """One line of a transaction's history."""

    status: str
    detail: str = ""
    at: datetime


class Transaction(Model):
    """A write on its way to the chain, or there."""

    id: str
    status: str
    contract: str = ""
    function: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    sender: str | None = None
    to: str | None = None
    nonce: int | None = None
    hash: str | None = None
    block: int | None = None
    gas_used: int | None = None
    error: ContractError | None = None
    resource: str | None = None
    created: datetime | None = None
    history: list[StatusChange] = Field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether it is on the chain, or certain never to be."""
        return self.status in _SETTLED

    @property
    def failed(self) -> bool:
        """Whether it had no effect: the contract refused, or it was cancelled."""
        return self.status in _FAILED


class Payment(Model):
    """A payment with its transaction."""

    id: str
    kind: str
    sender: str | None = None
    recipient: str
    amount: int
    currency: str = "tEUR"
    transaction: Transaction
    created: datetime


class Balance(Model):
    """tEUR of an address, read from the chain."""

    address: str
    amount: int
    raw: int
    block: int
    currency: str = "tEUR"


class Service(Model):
    """A service in a DID document."""

    id: str
    type: str
    endpoint: Any


class Identity(Model):
    """A DID in the on-chain registry; ``status`` is pending, active, deactivated or failed."""

    id: str
    address: str
    status: str
    owner: str | None = None
    verification_method: str | None = None
    services: list[Service] = Field(default_factory=list)
    document: dict[str, Any] = Field(default_factory=dict)
    transaction: Transaction | None = None
    created: datetime | None = None


class DidResolution(Model):
    """A DID resolution result (W3C DID Resolution)."""

    document: dict[str, Any] | None = Field(default=None, alias="didDocument")
    resolution_metadata: dict[str, Any] = Field(default_factory=dict, alias="didResolutionMetadata")
    document_metadata: dict[str, Any] = Field(default_factory=dict, alias="didDocumentMetadata")

    @property
    def deactivated(self) -> bool:
        """Whether the identity was given up for ever."""
        return bool(self.document_metadata.get("deactivated"))


class TrustedIssuer(Model):
    """Who may issue a type of credential.

    ``status`` is pending, trusted, not_yet, ended or withdrawn.
    """

    id: str
    issuer: str
    issuer_did: str
    credential_type: str | None = None
    credential_type_hash: str
    status: str
    accreditor: str | None = None
    since: datetime | None = None
    valid_until: datetime | None = None
    transaction: Transaction | None = None


class Credential(Model):
    """A credential; ``credential`` is the signed text.

    That is a W3C Verifiable Credential as a JWT, or an SD-JWT VC with all its disclosures, and
    empty once it was erased. ``status`` is pending, active, suspended, revoked, expired or failed.
    """

    id: str
    type: str
    issuer: str
    subject: str | None = None
    claims: dict[str, Any] = Field(default_factory=dict)
    format: str = "jwt_vc"
    credential: str
    disclosable: list[str] = Field(default_factory=list)
    digest: str
    status_list: str | None = None
    status_index: int | None = None
    erased: datetime | None = None
    status: str
    valid_until: datetime | None = None
    transaction: Transaction | None = None
    created: datetime


class CredentialCheck(Model):
    """The answer to one question about a credential."""

    check: str
    ok: bool
    detail: str = ""


class Verification(Model):
    """Whether a credential counts, with every check on its own."""

    valid: bool
    checks: list[CredentialCheck]
    format: str | None = None
    presentation: bool = False
    type: str | None = None
    issuer: str | None = None
    subject: str | None = None
    claims: dict[str, Any] | None = None
    digest: str | None = None


class Document(Model):
    """An agreement's written document, whose salted hash is on the chain."""

    text: str
    salt: str
    hash: str

    def computed_hash(self) -> str:
        """SHA-256 over the salt's bytes and the UTF-8 text, as 0x-hex, computed here."""
        salt = bytes.fromhex(self.salt.removeprefix("0x"))
        return "0x" + hashlib.sha256(salt + self.text.encode()).hexdigest()

    def is_genuine(self) -> bool:
        """Whether text and salt give the hash."""
        return self.computed_hash() == self.hash.lower()


class Party(Model):
    """A party to an agreement."""

    index: int
    address: str | None = None
    did: str | None = None
    name: str | None = None
    role: str
    signed: bool
    signed_at: datetime | None = None
    credential_type: str | None = None


class Milestone(Model):
    """A step of the work, with its state on the chain."""

    index: int
    title: str
    amount: int
    state: str
    payee: str | None = None
    payer: int | None = None
    provider: int | None = None
    due_at: datetime | None = None
    payee_amount: int = 0
    payer_amount: int = 0
    review_ends_at: datetime | None = None


class AgreementNote(Model):
    """Evidence, the reason of a dispute or a ruling, whose hash is on the chain."""

    hash: str
    kind: Literal["evidence", "reason", "ruling"]
    milestone: int
    author: str
    created: datetime
    text: str | None = None
    salt: str | None = None


class Agreement(Model):
    """An agreement as its parties see it."""

    id: str
    title: str
    state: Literal["draft", "withdrawn", "active", "completed", "terminated", "expired"]
    revision: int = 0
    agreement_hash: str
    terms_hash: str = ""
    document: Document
    document_hash: str
    parties: list[Party]
    arbiter: str | None = None
    milestones: list[Milestone]
    escrow: int
    sign_by: datetime | None = None
    expires_at: datetime | None = None
    notes: list[AgreementNote] = Field(default_factory=list)
    transactions: list[Transaction] = Field(default_factory=list)
    created: datetime


class OnchainMilestone(Model):
    """A milestone read from the contract."""

    index: int
    state: str


class OnchainAgreement(Model):
    """An agreement read from the contract, not from the platform's tables."""

    state: str
    milestones: list[OnchainMilestone]
    escrow_raw: int
    block: int | None = None


class Event(Model):
    """Something that happened, such as ``agreement.activated``."""

    id: str
    type: str
    data: dict[str, Any] = Field(default_factory=dict)
    block: int | None = None
    transaction_hash: str | None = None
    created: datetime


class DeployedContract(Model):
    """A contract of the platform on the chain."""

    name: str
    address: str


class Time(Model):
    """What time it is for a sandbox and its chain."""

    now: datetime


class ChainEpoch(Model):
    """A stretch of the chain's history that goes on from block to block."""

    id: str
    began: datetime
    why: str


class Chain(Model):
    """The chain behind the sandbox.

    Attributes:
        epoch: Another one means that what was remembered of the chain is not true any more.
    """

    chain_id: int
    genesis_hash: str
    block: int
    managed: bool = True
    epoch: ChainEpoch | None = None
    recorded_block: int | None = None
    unsettled_transactions: int = 0
    contracts: list[DeployedContract] = Field(default_factory=list)

    def address_of(self, contract: str) -> str:
        """The address of a contract by its name. Raises :class:`KeyError`."""
        return {one.name: one.address for one in self.contracts}[contract]


class Webhook(Model):
    """An endpoint that events are sent to."""

    id: str
    url: str
    event_types: list[str]
    description: str = ""
    metadata: dict[str, str] = Field(default_factory=dict)
    status: str
    disabled_reason: str | None = None
    secret: str | None = Field(default=None, repr=False)
    created: datetime


class WebhookDeleted(Model):
    """A webhook that is no more."""

    id: str
    deleted: bool


class DeliveryAttempt(Model):
    """One request to an endpoint."""

    at: datetime
    status: int | None = None
    error: str | None = None
    duration_ms: int
    answer: str = ""


class Delivery(Model):
    """An event on its way to an endpoint."""

    id: str
    webhook: str
    event: str
    event_type: str
    state: str
    attempts: list[DeliveryAttempt]
    next_attempt: datetime | None = None
    created: datetime
