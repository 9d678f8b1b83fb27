"""What the parties of a service agreement sign, and what each of its milestones goes by."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from tests.properties.support.chain import ZERO

FULL = 10_000


class Role(IntEnum):
    CLIENT, PROVIDER, WITNESS = range(3)


class State(IntEnum):
    NONE, ACTIVE, TERMINATED, EXPIRED = range(4)


class Stage(IntEnum):
    """State of a milestone."""

    UNFUNDED, FUNDED, DELIVERED, DISPUTED, PAID, RESOLVED, REFUNDED, CANCELLED = range(8)


ESCROWED = (Stage.FUNDED, Stage.DELIVERED, Stage.DISPUTED)


class Party(NamedTuple):
    account: str
    role: int
    credential_type: bytes


class Milestone(NamedTuple):
    payee: str
    amount: int
    due_at: int
    review_window: int
    penalty_bps_per_day: int
    max_penalty_bps: int
    payer: int
    provider: int


class Deal(NamedTuple):
    document_hash: bytes
    token: str
    arbiter: str
    expires_at: int
    arbitration_window: int
    fallback_bps: int


class Terms(NamedTuple):
    """What the parties sign; members in the order of the contract's struct."""

    deal: Deal
    sign_by: int
    nonce: int
    parties: tuple[Party, ...]
    milestones: tuple[Milestone, ...]

    @property
    def message(self) -> tuple[object, ...]:
        """In the order of the EIP-712 type."""
        return self.deal, self.parties, self.milestones, self.sign_by, self.nonce


class Engagement(NamedTuple):
    token: str
    payer: str
    provider: str
    payee: str
    arbiter: str
    amount: int
    due_at: int
    expires_at: int
    review_window: int
    arbitration_window: int
    penalty_bps_per_day: int
    max_penalty_bps: int
    fallback_bps: int


def engage(terms: Terms, index: int) -> Engagement:
    """The engagement of a milestone, whether or not money can be put into it."""
    deal, item = terms.deal, terms.milestones[index]
    accounts = [party.account for party in terms.parties] + [ZERO] * 256
    return Engagement(
        deal.token,
        accounts[item.payer],
        accounts[item.provider],
        item.payee,
        deal.arbiter,
        item.amount,
        item.due_at,
        deal.expires_at,
        item.review_window,
        deal.arbitration_window,
        item.penalty_bps_per_day,
        item.max_penalty_bps,
        deal.fallback_bps,
    )
