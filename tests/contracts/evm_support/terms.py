"""Terms of service agreements, as calldata and as EIP-712 messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from eth_abi.abi import encode
from eth_utils import keccak

from evm_support.signing import WHOLE, Domain, parse_types
from evm_support.units import DAY, EURO

ZERO_ADDRESS = "0x" + "00" * 20
AGREEMENT_TYPES = parse_types(
    "Agreement(Deal deal,Party[] parties,Milestone[] milestones,uint40 signBy,uint64 nonce)",
    "Deal(bytes32 documentHash,address token,address arbiter,uint40 expiresAt,"
    "uint32 arbitrationWindow,uint16 fallbackBps)",
    "Milestone(address payee,uint128 amount,uint40 dueAt,uint32 reviewWindow,"
    "uint16 penaltyBpsPerDay,uint16 maxPenaltyBps,uint8 payer,uint8 provider)",
    "Party(address account,uint8 role,bytes32 credentialType)",
    "Amendment(bytes32 agreementId,uint256 revision,Agreement terms)",
    "Termination(bytes32 agreementId,uint256 revision,uint16[] payeeBps,uint256 deadline)",
)


def _encode_data(kind: str, values: tuple[Any, ...]) -> bytes:
    """EIP-712's encoding of a struct that has no dynamic member."""
    fields = ",".join(f"{f['type']} {f['name']}" for f in AGREEMENT_TYPES[kind])
    type_hash = keccak(text=f"{kind}({fields})")
    return type_hash + encode([f["type"] for f in AGREEMENT_TYPES[kind]], values)


class Role(IntEnum):
    CLIENT, PROVIDER, WITNESS = range(3)


class State(IntEnum):
    """State of an agreement."""

    NONE, ACTIVE, TERMINATED, EXPIRED = range(4)


class Step(IntEnum):
    """State of a milestone."""

    UNFUNDED, FUNDED, DELIVERED, DISPUTED, PAID, RESOLVED, REFUNDED, CANCELLED = range(8)


@dataclass(frozen=True)
class Party:
    account: str
    role: Role
    credential_type: bytes = bytes(32)


@dataclass(frozen=True)
class Milestone:
    payee: str
    amount: int = 100 * EURO
    due_at: int = 0
    review_window: int = 7 * DAY
    penalty_bps_per_day: int = 0
    max_penalty_bps: int = 0
    payer: int = 0
    provider: int = 1


@dataclass(frozen=True)
class Terms:
    """All that the parties sign."""

    token: str
    sign_by: int
    expires_at: int
    parties: tuple[Party, ...]
    milestones: tuple[Milestone, ...]
    arbiter: str = ZERO_ADDRESS
    document_hash: bytes = keccak(text="the document and its salt")
    arbitration_window: int = 5 * DAY
    fallback_bps: int = 5_000
    nonce: int = 1

    def deal(self) -> tuple[Any, ...]:
        """What holds for the agreement as a whole, in the order of the ABI."""
        return (
            self.document_hash,
            self.token,
            self.arbiter,
            self.expires_at,
            self.arbitration_window,
            self.fallback_bps,
        )

    def party_tuples(self) -> list[tuple[Any, ...]]:
        return [(p.account, int(p.role), p.credential_type) for p in self.parties]

    def calldata(self) -> tuple[Any, ...]:
        """The terms in the order of the ABI."""
        milestones = [tuple(vars(m).values()) for m in self.milestones]
        return (self.deal(), self.sign_by, self.nonce, self.party_tuples(), milestones)

    def frame(self) -> tuple[Any, ...]:
        """The terms without parties: hashes of deal and milestones, deadline and nonce."""
        deal = _encode_data("Deal", self.deal())
        items = [_encode_data("Milestone", tuple(vars(m).values())) for m in self.milestones]
        milestones = keccak(b"".join(keccak(item) for item in items))
        return (keccak(deal), milestones, self.sign_by, self.nonce)

    def engagement(self, index: int) -> tuple[Any, ...]:
        """What the steps of one milestone go by."""
        item = self.milestones[index]
        return (
            self.token,
            self.parties[item.payer].account,
            self.parties[item.provider].account,
            item.payee,
            self.arbiter,
            item.amount,
            item.due_at,
            self.expires_at,
            item.review_window,
            self.arbitration_window,
            item.penalty_bps_per_day,
            item.max_penalty_bps,
            self.fallback_bps,
        )

    def message(self) -> dict[str, Any]:
        """The terms as an EIP-712 message."""
        milestones = [tuple(vars(m).values()) for m in self.milestones]
        return {
            "deal": self._named("Deal", self.deal()),
            "parties": [self._named("Party", p) for p in self.party_tuples()],
            "milestones": [self._named("Milestone", m) for m in milestones],
            "signBy": self.sign_by,
            "nonce": self.nonce,
        }

    @classmethod
    def of_message(cls, message: dict[str, Any]) -> Terms:
        """The terms of an EIP-712 message."""
        deal, parties, milestones, sign_by, nonce = message.values()
        document_hash, token, arbiter, expires_at, arbitration_window, fallback_bps = deal.values()
        return cls(
            token,
            sign_by,
            expires_at,
            tuple(Party(p["account"], Role(p["role"]), p["credentialType"]) for p in parties),
            tuple(Milestone(*milestone.values()) for milestone in milestones),
            arbiter,
            document_hash,
            arbitration_window,
            fallback_bps,
            nonce,
        )

    def with_milestone(self, index: int, **changes: Any) -> Terms:
        """The same with one milestone changed."""
        milestones = list(self.milestones)
        milestones[index] = replace(milestones[index], **changes)
        return replace(self, milestones=tuple(milestones))

    @staticmethod
    def _named(kind: str, values: Any) -> dict[str, Any]:
        return dict(zip([f["name"] for f in AGREEMENT_TYPES[kind]], values, strict=True))


@dataclass(frozen=True)
class Agreement:
    """An agreement on a chain: the contract, the terms in force, the parties' keys and its id."""

    contract: Any
    terms: Terms
    keys: list[str]
    domain: Domain
    id: bytes
    revision: int = 0

    @classmethod
    def of(cls, contract: Any, terms: Terms, keys: list[str]) -> Agreement:
        """The agreement that the terms make; its id is their hash."""
        id = bytes(contract.hashTerms(terms.calldata()))
        return cls(contract, terms, keys, Domain.of(contract), id)

    def other(self, terms: Terms) -> Agreement:
        """Another agreement, of the same parties on other terms."""
        return self.of(self.contract, terms, self.keys)

    def amended(self, terms: Terms) -> Agreement:
        """The same agreement once the terms are amended."""
        return replace(self, terms=terms, revision=self.revision + 1)

    def signatures(self) -> list[bytes]:
        """One of each party over the terms."""
        return [
            self.domain.sign(key, AGREEMENT_TYPES, "Agreement", self.terms.message())
            for key in self.keys
        ]

    def activate(self, sender: Any, proofs: list[Any] | None = None) -> Any:
        return self.contract.activate(
            self.terms.frame(),
            self.terms.party_tuples(),
            self.signatures(),
            proofs or [],
            sender=sender,
        )

    def amendment(self, terms: Terms, revision: int | None = None) -> list[bytes]:
        """One signature of each party over new terms."""
        message = {
            "agreementId": self.id,
            "revision": self.revision + 1 if revision is None else revision,
            "terms": terms.message(),
        }
        return [self.domain.sign(k, AGREEMENT_TYPES, "Amendment", message) for k in self.keys]

    def amend(self, terms: Terms, sender: Any, signatures: list[bytes] | None = None) -> Any:
        """Amends the terms; what goes on is then :meth:`amended`."""
        signatures = self.amendment(terms) if signatures is None else signatures
        return self.contract.amend(
            self.id, self.terms.calldata(), terms.calldata(), signatures, [], sender=sender
        )

    def termination(
        self, shares: list[int], deadline: int, revision: int | None = None
    ) -> list[bytes]:
        """One signature of each party over the end of the agreement."""
        message = {
            "agreementId": self.id,
            "revision": self.revision if revision is None else revision,
            "payeeBps": shares,
            "deadline": deadline,
        }
        return [self.domain.sign(k, AGREEMENT_TYPES, "Termination", message) for k in self.keys]

    def call(self, verb: str, *arguments: Any, sender: Any) -> Any:
        """A call that takes the id, the terms in force and further arguments."""
        function = getattr(self.contract, verb)
        return function(self.id, self.terms.calldata(), *arguments, sender=sender)

    def do(self, verb: str, milestone: int, *arguments: Any, sender: Any) -> Any:
        """A step of a milestone: it takes the id, the index, the engagement and what follows."""
        engagement = self.terms.engagement(milestone)
        function = getattr(self.contract, verb)
        return function(self.id, milestone, engagement, *arguments, sender=sender)

    def fund(self, sender: Any, milestones: int = WHOLE) -> Any:
        return self.call("fund", milestones, sender=sender)

    def state(self) -> tuple[int, ...]:
        """State and revision."""
        return tuple(self.contract.agreementOf(self.id))

    def step(self, milestone: int) -> Step:
        return Step(self.contract.milestoneOf(self.id, milestone)[0])

    def steps(self) -> list[Step]:
        return [self.step(i) for i in range(len(self.terms.milestones))]


def funding_nonce(agreement_id: bytes, milestones: int, salt: bytes) -> bytes:
    """The nonce that an EIP-3009 authorization to fund must carry."""
    return keccak(encode(["bytes32", "uint256", "bytes32"], [agreement_id, milestones, salt]))
