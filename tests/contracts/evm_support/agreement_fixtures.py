"""Fixtures of service agreements of Alice, who buys, and Bob, who delivers.

Each state has an agreement of its own, which the tests of a module share: they differ in nonce.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils import keccak

from evm_support.signing import WHOLE, Domain
from evm_support.terms import Agreement, Milestone, Party, Role, Terms
from evm_support.units import DAY, EURO

EVIDENCE = keccak(text="evidence and its salt")
REASON = keccak(text="reason and its salt")
RULING = keccak(text="ruling and its salt")
FIRST, SECOND = 300 * EURO, 200 * EURO


@pytest.fixture(scope="module")
def domain(agreements: Any) -> Domain:
    return Domain.of(agreements)


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="module")
def rich(euro: Any, admin: Any, agreements: Any, alice: Any) -> Any:
    """Alice with money, which the contract may take."""
    euro.mint(alice, 10_000 * EURO, sender=admin)
    euro.approve(agreements, WHOLE, sender=alice)
    return alice


@pytest.fixture(scope="module")
def draft(agreements: Any, terms: Terms, alice: Any, bob: Any) -> Agreement:
    """An agreement before it is activated."""
    return Agreement.of(agreements, terms, [alice.private_key, bob.private_key])


@pytest.fixture(scope="module")
def active(draft: Agreement, relayer: Any) -> Agreement:
    return _activated(draft, 11, relayer)


@pytest.fixture(scope="module")
def funded(draft: Agreement, rich: Any) -> Agreement:
    return _funded(draft, 12, rich)


@pytest.fixture(scope="module")
def delivered(draft: Agreement, rich: Any, bob: Any) -> Agreement:
    """The first milestone is delivered in time."""
    return _delivered(draft, 13, rich, bob)


@pytest.fixture(scope="module")
def disputed(draft: Agreement, rich: Any, bob: Any) -> Agreement:
    """Alice disputes the first milestone."""
    agreement = _delivered(draft, 14, rich, bob)
    agreement.do("dispute", 0, REASON, sender=rich)
    return agreement


def _activated(draft: Agreement, nonce: int, sender: Any) -> Agreement:
    agreement = draft.other(replace(draft.terms, nonce=nonce))
    agreement.activate(sender)
    return agreement


def _funded(draft: Agreement, nonce: int, client: Any) -> Agreement:
    agreement = _activated(draft, nonce, client)
    agreement.fund(client)
    return agreement


def _delivered(draft: Agreement, nonce: int, client: Any, provider: Any) -> Agreement:
    agreement = _funded(draft, nonce, client)
    agreement.do("deliver", 0, EVIDENCE, sender=provider)
    return agreement
