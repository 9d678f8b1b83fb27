"""Fixtures of a service agreement of Alice, who buys, and Bob, who delivers."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak

from evm_support.signing import WHOLE, Domain
from evm_support.terms import DAY, EURO, Agreement, Milestone, Party, Role, Terms

EVIDENCE = keccak(text="evidence and its salt")
REASON = keccak(text="reason and its salt")
RULING = keccak(text="ruling and its salt")
FIRST, SECOND = 300 * EURO, 200 * EURO


@pytest.fixture(scope="module")
def domain(agreements: Any) -> Domain:
    return Domain.of(agreements)


@pytest.fixture
def terms(euro: Any, alice: Any, bob: Any, arbiter: Any, now: int) -> Terms:
    """Alice buys two milestones from Bob; the first is due in 10 days, late days cost 2 %."""
    return Terms(
        token=euro.address,
        sign_by=now + DAY,
        expires_at=now + 60 * DAY,
        parties=(Party(alice.address, Role.CLIENT), Party(bob.address, Role.PROVIDER)),
        milestones=(
            Milestone(bob.address, FIRST, now + 10 * DAY, 7 * DAY, 200, 1_000),
            Milestone(bob.address, SECOND),
        ),
        arbiter=arbiter.address,
        fallback_bps=2_500,
    )


@pytest.fixture
def rich(euro: Any, admin: Any, agreements: Any, alice: Any) -> Any:
    """Alice with money, which the contract may take."""
    euro.mint(alice, 10_000 * EURO, sender=admin)
    euro.approve(agreements, WHOLE, sender=alice)
    return alice


@pytest.fixture
def draft(agreements: Any, domain: Domain, terms: Terms, alice: Any, bob: Any) -> Agreement:
    """The agreement before it is activated."""
    return Agreement(agreements, terms, [alice.private_key, bob.private_key], domain)


@pytest.fixture
def active(draft: Agreement, relayer: Any) -> Agreement:
    draft.activate(relayer)
    return draft


@pytest.fixture
def funded(active: Agreement, rich: Any) -> Agreement:
    active.fund(rich)
    return active


@pytest.fixture
def delivered(funded: Agreement, bob: Any) -> Agreement:
    """The first milestone is delivered in time."""
    funded.do("deliver", 0, EVIDENCE, sender=bob)
    return funded


@pytest.fixture
def disputed(delivered: Agreement, alice: Any) -> Agreement:
    delivered.do("dispute", 0, REASON, sender=alice)
    return delivered
