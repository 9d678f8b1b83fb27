"""ServiceAgreements: deliveries, acceptance, disputes and payments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from evm_support.agreement_fixtures import *  # noqa: F403
from evm_support.agreement_fixtures import EVIDENCE, FIRST, REASON, RULING
from evm_support.expect import assert_events, refusal
from evm_support.money import Money
from evm_support.terms import Agreement, Step
from evm_support.units import DAY


class TestDelivery:
    def test_provider_delivers_with_evidence(
        self, funded: Agreement, agreements: Any, bob: Any
    ) -> None:
        receipt = funded.do("deliver", 0, EVIDENCE, sender=bob)
        assert_events(
            receipt,
            agreements,
            (
                "MilestoneDelivered",
                {
                    "agreementId": funded.id,
                    "milestone": 0,
                    "provider": bob,
                    "evidenceHash": EVIDENCE,
                    "penaltyBps": 0,
                },
            ),
        )
        assert tuple(agreements.milestoneOf(funded.id, 0)) == (
            Step.DELIVERED,
            receipt.timestamp,
            0,
        )

    def test_only_the_provider_delivers(
        self, funded: Agreement, alice: Any, bob: Any, mallory: Any
    ) -> None:
        for actor in (alice, mallory):
            with refusal("AgreementNotAuthorized", actor, bob):
                funded.do("deliver", 0, EVIDENCE, sender=actor)

    def test_unfunded_or_delivered_milestone_is_refused(
        self, active: Agreement, delivered: Agreement, bob: Any
    ) -> None:
        with refusal("AgreementMilestoneState", delivered.id, 0, Step.DELIVERED):
            delivered.do("deliver", 0, EVIDENCE, sender=bob)
        twin = active.other(replace(active.terms, nonce=2))
        twin.activate(bob)
        with refusal("AgreementMilestoneState", twin.id, 0, Step.UNFUNDED):
            twin.do("deliver", 0, EVIDENCE, sender=bob)

    @pytest.mark.parametrize(
        ("late", "bps"),
        [(0, 0), (1, 200), (DAY, 200), (DAY + 1, 400), (4 * DAY + 1, 1_000), (30 * DAY, 1_000)],
    )
    def test_each_begun_day_of_lateness_costs_up_to_the_cap(
        self, funded: Agreement, agreements: Any, bob: Any, at: Any, late: int, bps: int
    ) -> None:
        at(funded.terms.milestones[0].due_at + late)
        funded.do("deliver", 0, EVIDENCE, sender=bob)
        assert agreements.milestoneOf(funded.id, 0).penaltyBps == bps

    def test_nothing_is_delivered_after_the_end(self, funded: Agreement, bob: Any, at: Any) -> None:
        at(funded.terms.expires_at + 1)
        with refusal("AgreementHasExpired", funded.id, funded.terms.expires_at):
            funded.do("deliver", 0, EVIDENCE, sender=bob)

    def test_engagement_must_be_the_one_that_was_funded(
        self, funded: Agreement, agreements: Any, mallory: Any, bob: Any
    ) -> None:
        mine = list(funded.terms.engagement(0))
        for position, value in ((2, mallory.address), (3, mallory.address), (5, 1), (0, mine[1])):
            forged = [*mine]
            forged[position] = value
            with refusal("AgreementWrongEngagement", funded.id, 0):
                agreements.deliver(funded.id, 0, forged, EVIDENCE, sender=mallory)
        with refusal("AgreementWrongEngagement", funded.id, 1):
            agreements.deliver(funded.id, 1, mine, EVIDENCE, sender=bob)


class TestAcceptance:
    def paid(self, agreement: Agreement, payee: Any, **values: Any) -> tuple[str, dict[str, Any]]:
        event = {
            "agreementId": agreement.id,
            "milestone": 0,
            "payee": payee,
            "payeeAmount": FIRST,
            "payerAmount": 0,
            "bySilence": False,
        }
        return "MilestonePaid", {**event, **values}

    def test_client_accepts_and_the_money_arrives(
        self, delivered: Agreement, agreements: Any, euro: Any, alice: Any, bob: Any
    ) -> None:
        money = Money(euro, bob, agreements)
        receipt = delivered.do("accept", 0, sender=alice)
        assert_events(receipt, agreements, self.paid(delivered, bob))
        assert money.moved() == [FIRST, -FIRST]
        assert delivered.steps() == [Step.PAID, Step.FUNDED]

    def test_only_the_client_accepts(
        self, delivered: Agreement, alice: Any, bob: Any, mallory: Any
    ) -> None:
        for actor in (bob, mallory):
            with refusal("AgreementNotAuthorized", actor, alice):
                delivered.do("accept", 0, sender=actor)

    def test_nothing_is_paid_twice(
        self, delivered: Agreement, alice: Any, bob: Any, chain: Any
    ) -> None:
        delivered.do("accept", 0, sender=alice)
        chain.mine(deltatime=8 * DAY)
        with refusal("AgreementMilestoneState", delivered.id, 0, Step.PAID):
            delivered.do("accept", 0, sender=alice)
        with refusal("AgreementMilestoneState", delivered.id, 0, Step.PAID):
            delivered.do("acceptBySilence", 0, sender=bob)
        with refusal("AgreementMilestoneState", delivered.id, 0, Step.PAID):
            delivered.do("dispute", 0, REASON, sender=bob)

    def test_undelivered_milestone_is_not_accepted(self, funded: Agreement, alice: Any) -> None:
        for verb in ("accept", "acceptBySilence"):
            with refusal("AgreementMilestoneState", funded.id, 0, Step.FUNDED):
                funded.do(verb, 0, sender=alice)

    def test_silence_accepts_after_the_window(
        self,
        delivered: Agreement,
        agreements: Any,
        euro: Any,
        bob: Any,
        mallory: Any,
        at: Any,
        chain: Any,
    ) -> None:
        ends_at = agreements.milestoneOf(delivered.id, 0).since + 7 * DAY
        at(ends_at)
        with refusal("AgreementReviewOpen", ends_at):
            delivered.do("acceptBySilence", 0, sender=mallory)
        chain.mine(timestamp=ends_at + 1)
        receipt = delivered.do("acceptBySilence", 0, sender=mallory)
        assert_events(receipt, agreements, self.paid(delivered, bob, bySilence=True))
        assert euro.balanceOf(bob) == FIRST

    def test_lateness_goes_back_to_the_client(
        self, funded: Agreement, agreements: Any, euro: Any, alice: Any, bob: Any, at: Any
    ) -> None:
        at(funded.terms.milestones[0].due_at + 2 * DAY)
        funded.do("deliver", 0, EVIDENCE, sender=bob)
        had = euro.balanceOf(alice)
        receipt = funded.do("accept", 0, sender=alice)
        penalty = FIRST * 400 // 10_000
        amounts = {"payeeAmount": FIRST - penalty, "payerAmount": penalty}
        assert_events(receipt, agreements, self.paid(funded, bob, **amounts))
        assert euro.balanceOf(bob) == FIRST - penalty
        assert euro.balanceOf(alice) == had + penalty

    def test_completed_means_every_milestone_is_settled(
        self, delivered: Agreement, agreements: Any, alice: Any, bob: Any
    ) -> None:
        calldata = delivered.terms.calldata()
        delivered.do("accept", 0, sender=alice)
        assert not agreements.isCompleted(delivered.id, calldata)
        delivered.do("deliver", 1, EVIDENCE, sender=bob)
        assert not agreements.isCompleted(delivered.id, calldata)
        delivered.do("accept", 1, sender=alice)
        assert agreements.isCompleted(delivered.id, calldata)


class TestDispute:
    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_client_or_provider_disputes_within_the_window(
        self, delivered: Agreement, agreements: Any, request: Any, who: str
    ) -> None:
        actor = request.getfixturevalue(who)
        receipt = delivered.do("dispute", 0, REASON, sender=actor)
        assert_events(
            receipt,
            agreements,
            (
                "MilestoneDisputed",
                {"agreementId": delivered.id, "milestone": 0, "by": actor, "reasonHash": REASON},
            ),
        )
        assert delivered.step(0) is Step.DISPUTED
        assert agreements.milestoneOf(delivered.id, 0).since == receipt.timestamp

    def test_others_do_not(self, delivered: Agreement, alice: Any, mallory: Any) -> None:
        with refusal("AgreementNotAuthorized", mallory, alice):
            delivered.do("dispute", 0, REASON, sender=mallory)

    def test_window_closes(
        self, delivered: Agreement, agreements: Any, alice: Any, at: Any
    ) -> None:
        ends_at = agreements.milestoneOf(delivered.id, 0).since + 7 * DAY
        at(ends_at + 1)
        with refusal("AgreementReviewOver", ends_at):
            delivered.do("dispute", 0, REASON, sender=alice)

    def test_disputed_milestone_is_not_accepted(
        self, disputed: Agreement, alice: Any, chain: Any
    ) -> None:
        chain.mine(deltatime=30 * DAY)
        for verb in ("accept", "acceptBySilence"):
            with refusal("AgreementMilestoneState", disputed.id, 0, Step.DISPUTED):
                disputed.do(verb, 0, sender=alice)

    @pytest.mark.parametrize("bps", [0, 1, 3_333, 10_000])
    def test_arbiter_divides_without_losing_anything(
        self,
        disputed: Agreement,
        agreements: Any,
        euro: Any,
        alice: Any,
        bob: Any,
        arbiter: Any,
        bps: int,
    ) -> None:
        had = euro.balanceOf(alice)
        receipt = disputed.do("resolve", 0, bps, RULING, sender=arbiter)
        share = FIRST * bps // 10_000
        assert_events(
            receipt,
            agreements,
            (
                "MilestoneResolved",
                {
                    "agreementId": disputed.id,
                    "milestone": 0,
                    "by": arbiter,
                    "payeeAmount": share,
                    "payerAmount": FIRST - share,
                    "rulingHash": RULING,
                },
            ),
        )
        assert (euro.balanceOf(bob), euro.balanceOf(alice)) == (share, had + FIRST - share)
        assert disputed.steps() == [Step.RESOLVED, Step.FUNDED]
        with refusal("AgreementMilestoneState", disputed.id, 0, Step.RESOLVED):
            disputed.do("resolve", 0, bps, RULING, sender=arbiter)

    def test_only_the_arbiter_within_its_window_and_up_to_the_whole(
        self,
        disputed: Agreement,
        agreements: Any,
        alice: Any,
        bob: Any,
        mallory: Any,
        arbiter: Any,
        at: Any,
    ) -> None:
        for actor in (alice, bob, mallory):
            with refusal("AgreementNotAuthorized", actor, arbiter):
                disputed.do("resolve", 0, 5_000, RULING, sender=actor)
        with refusal("AgreementInvalidShare", 10_001):
            disputed.do("resolve", 0, 10_001, RULING, sender=arbiter)
        ends_at = agreements.milestoneOf(disputed.id, 0).since + 5 * DAY
        at(ends_at + 1)
        with refusal("AgreementArbitrationOver", ends_at):
            disputed.do("resolve", 0, 5_000, RULING, sender=arbiter)

    def test_fallback_share_applies_after_the_arbiters_window(
        self,
        disputed: Agreement,
        agreements: Any,
        euro: Any,
        bob: Any,
        mallory: Any,
        at: Any,
        chain: Any,
        zero: str,
    ) -> None:
        ends_at = agreements.milestoneOf(disputed.id, 0).since + 5 * DAY
        at(ends_at)
        with refusal("AgreementArbitrationOpen", ends_at):
            disputed.do("resolveByFallback", 0, sender=mallory)
        chain.mine(timestamp=ends_at + 1)
        receipt = disputed.do("resolveByFallback", 0, sender=mallory)
        share = FIRST * 2_500 // 10_000
        assert_events(
            receipt,
            agreements,
            (
                "MilestoneResolved",
                {
                    "agreementId": disputed.id,
                    "milestone": 0,
                    "by": zero,
                    "payeeAmount": share,
                    "payerAmount": FIRST - share,
                    "rulingHash": bytes(32),
                },
            ),
        )
        assert euro.balanceOf(bob) == share

    def test_undisputed_milestone_is_not_resolved(self, delivered: Agreement, arbiter: Any) -> None:
        with refusal("AgreementMilestoneState", delivered.id, 0, Step.DELIVERED):
            delivered.do("resolve", 0, 5_000, RULING, sender=arbiter)
        with refusal("AgreementMilestoneState", delivered.id, 0, Step.DELIVERED):
            delivered.do("resolveByFallback", 0, sender=arbiter)
