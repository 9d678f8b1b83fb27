"""ServiceAgreements: tokens that misbehave, and what is held for a payee meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from evm_support.agreement_fixtures import *  # noqa: F403
from evm_support.agreement_fixtures import EVIDENCE, FIRST, REASON, RULING, SECOND
from evm_support.expect import assert_event, assert_events, reason_of, refusal
from evm_support.signing import WHOLE
from evm_support.terms import Agreement, Terms
from evm_support.units import DAY

CALLS_BACK, RETURNS_FALSE, HONEST = 4, 2, 0


@pytest.fixture(scope="module")
def deal(
    draft: Agreement, terms: Terms, hostile: Any, agreements: Any, admin: Any, alice: Any
) -> Agreement:
    """An active agreement in a token that can misbehave."""
    hostile.mint(alice, FIRST + SECOND, sender=admin)
    hostile.approve(agreements, WHOLE, sender=alice)
    deal = draft.other(replace(terms, token=hostile.address, nonce=21))
    deal.activate(admin)
    return deal


class TestHostileToken:
    def test_token_that_takes_a_fee_is_refused(
        self, deal: Agreement, hostile: Any, admin: Any, alice: Any
    ) -> None:
        hostile.setMode(1, admin, b"", sender=admin)
        with refusal("AgreementFundingMismatch", FIRST, FIRST - FIRST // 100):
            deal.fund(alice, 1)

    def test_token_that_returns_false_is_refused(
        self, deal: Agreement, hostile: Any, admin: Any, alice: Any
    ) -> None:
        hostile.setMode(2, admin, b"", sender=admin)
        with refusal("SafeERC20FailedOperation", hostile):
            deal.fund(alice)

    @pytest.mark.parametrize("mode", [2, 3], ids=["returns false", "reverts"])
    def test_payment_that_the_token_refuses_is_held(
        self,
        deal: Agreement,
        hostile: Any,
        agreements: Any,
        admin: Any,
        alice: Any,
        bob: Any,
        carol: Any,
        mode: int,
    ) -> None:
        deal.fund(alice)
        deal.do("deliver", 0, EVIDENCE, sender=bob)
        hostile.setMode(mode, admin, b"", sender=admin)
        receipt = deal.do("accept", 0, sender=alice)
        held = {"token": hostile, "account": bob, "amount": FIRST}
        assert_event(receipt, agreements, "PaymentHeld", held)
        assert agreements.heldOf(hostile, bob) == FIRST
        error = "SafeERC20FailedOperation" if mode == 2 else "HostileTokenRefuses"
        with refusal(error):
            agreements.withdrawHeld(hostile, carol, sender=bob)
        hostile.setMode(0, admin, b"", sender=admin)
        receipt = agreements.withdrawHeld(hostile, carol, sender=bob)
        assert_events(
            receipt,
            agreements,
            (
                "HeldPaymentWithdrawn",
                {"token": hostile, "account": bob, "to": carol, "amount": FIRST},
            ),
        )
        assert hostile.balanceOf(carol) == FIRST
        with refusal("AgreementNothingHeld", hostile, bob):
            agreements.withdrawHeld(hostile, carol, sender=bob)

    def test_refused_receiver_does_not_block_the_other(
        self,
        deal: Agreement,
        hostile: Any,
        agreements: Any,
        admin: Any,
        alice: Any,
        bob: Any,
        arbiter: Any,
    ) -> None:
        deal.fund(alice)
        deal.do("deliver", 0, EVIDENCE, sender=bob)
        deal.do("dispute", 0, EVIDENCE, sender=alice)
        hostile.setRefused(bob, sender=admin)
        deal.do("resolve", 0, 5_000, RULING, sender=arbiter)
        assert hostile.balanceOf(alice) == FIRST // 2
        assert agreements.heldOf(hostile, bob) == FIRST // 2
        assert hostile.balanceOf(agreements) == SECOND + FIRST // 2

    def test_payment_cannot_be_entered_again(
        self, deal: Agreement, hostile: Any, agreements: Any, admin: Any, alice: Any, bob: Any
    ) -> None:
        deal.fund(alice)
        deal.do("deliver", 0, EVIDENCE, sender=bob)
        again = agreements.acceptBySilence.encode_input(deal.id, 0, deal.terms.engagement(0))
        hostile.setMode(4, agreements, again, sender=admin)
        deal.do("accept", 0, sender=alice)
        assert not hostile.calledBack()
        assert reason_of(hostile.answer()) == "ReentrancyGuardReentrantCall"
        assert (hostile.balanceOf(bob), hostile.balanceOf(agreements)) == (FIRST, SECOND)

    def test_funding_cannot_be_entered_again(
        self, deal: Agreement, hostile: Any, agreements: Any, admin: Any, alice: Any
    ) -> None:
        again = agreements.withdrawHeld.encode_input(hostile, alice)
        hostile.setMode(4, agreements, again, sender=admin)
        deal.fund(alice)
        assert not hostile.calledBack()
        assert reason_of(hostile.answer()) == "ReentrancyGuardReentrantCall"

    def test_paused_euro_is_held_and_paid_later(
        self, delivered: Agreement, euro: Any, agreements: Any, admin: Any, alice: Any, bob: Any
    ) -> None:
        euro.pause(sender=admin)
        delivered.do("accept", 0, sender=alice)
        euro.unpause(sender=admin)
        agreements.withdrawHeld(euro, bob, sender=bob)
        assert euro.balanceOf(bob) == FIRST


@pytest.fixture(scope="module")
def calls_back(hostile: Any, agreements: Any, admin: Any) -> Callable[[], None]:
    """From now on the token asks for what it holds, or would, whenever it is moved."""
    again = agreements.withdrawHeld.encode_input(hostile, admin)
    return lambda: hostile.setMode(CALLS_BACK, agreements, again, sender=admin)


def assert_turned_away(hostile: Any) -> None:
    assert not hostile.calledBack()
    assert reason_of(hostile.answer()) == "ReentrancyGuardReentrantCall"


def test_funding_with_a_permit(
    deal: Agreement, hostile: Any, calls_back: Any, alice: Any, now: int
) -> None:
    calls_back()
    deal.call("fundWithPermit", WHOLE, now, 27, bytes(32), bytes(32), sender=alice)
    assert_turned_away(hostile)


@pytest.fixture
def delivered_deal(deal: Agreement, alice: Any, bob: Any) -> Agreement:
    deal.fund(alice)
    deal.do("deliver", 0, EVIDENCE, sender=bob)
    return deal


def test_acceptance_by_silence(
    delivered_deal: Agreement, hostile: Any, calls_back: Any, bob: Any, chain: Any
) -> None:
    calls_back()
    chain.mine(timestamp=chain.blocks.head.timestamp + 7 * DAY + 2)
    delivered_deal.do("acceptBySilence", 0, sender=bob)
    assert_turned_away(hostile)


@pytest.mark.parametrize("verb", ["resolve", "resolveByFallback"])
def test_end_of_a_dispute(
    delivered_deal: Agreement,
    hostile: Any,
    calls_back: Any,
    alice: Any,
    arbiter: Any,
    chain: Any,
    verb: str,
) -> None:
    delivered_deal.do("dispute", 0, REASON, sender=alice)
    calls_back()
    if verb == "resolve":
        delivered_deal.do("resolve", 0, 5_000, RULING, sender=arbiter)
    else:
        chain.mine(timestamp=chain.blocks.head.timestamp + 5 * DAY + 2)
        delivered_deal.do("resolveByFallback", 0, sender=alice)
    assert_turned_away(hostile)


@pytest.mark.parametrize("verb", ["terminate", "expire"])
def test_end_of_the_agreement(
    deal: Agreement,
    hostile: Any,
    calls_back: Any,
    alice: Any,
    chain: Any,
    now: int,
    verb: str,
) -> None:
    deal.fund(alice)
    calls_back()
    if verb == "terminate":
        signatures = deal.termination([0, 0], now + DAY)
        deal.call("terminate", [0, 0], now + DAY, signatures, sender=alice)
    else:
        chain.mine(timestamp=deal.terms.expires_at + 1)
        deal.call("expire", sender=alice)
    assert_turned_away(hostile)


def test_withdrawal_of_what_is_held(
    delivered_deal: Agreement,
    hostile: Any,
    agreements: Any,
    calls_back: Any,
    admin: Any,
    alice: Any,
    bob: Any,
) -> None:
    hostile.setMode(RETURNS_FALSE, admin, b"", sender=admin)
    delivered_deal.do("accept", 0, sender=alice)
    hostile.setMode(HONEST, admin, b"", sender=admin)
    calls_back()
    agreements.withdrawHeld(hostile, bob, sender=bob)
    assert_turned_away(hostile)
    assert hostile.balanceOf(bob) == FIRST
