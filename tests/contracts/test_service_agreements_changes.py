"""ServiceAgreements: how an agreement is amended, terminated and expires."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils import keccak
from evm_support.agreement_fixtures import *  # noqa: F403
from evm_support.agreement_fixtures import EVIDENCE, FIRST, RULING, SECOND
from evm_support.expect import assert_events, events_of, refusal
from evm_support.money import Money
from evm_support.signing import ZERO_SIGNATURE, malleated
from evm_support.terms import Agreement, Milestone, Role, State, Step
from evm_support.units import DAY


class TestAmendment:
    def test_all_together_change_the_terms(
        self, funded: Agreement, agreements: Any, euro: Any, rich: Any, bob: Any, relayer: Any
    ) -> None:
        old = funded.terms
        third = Milestone(bob.address, 7)
        terms = replace(
            old,
            document_hash=keccak(text="second version"),
            expires_at=old.expires_at + DAY,
            milestones=(*old.milestones, third),
        )
        receipt = funded.amend(terms, relayer)
        new_hash = bytes(agreements.hashTerms(terms.calldata()))
        assert_events(
            receipt,
            agreements,
            (
                "AgreementAmended",
                {
                    "agreementId": funded.id,
                    "revision": 1,
                    "termsHash": new_hash,
                    "documentHash": terms.document_hash,
                },
            ),
        )
        assert funded.state() == (State.ACTIVE, 1)
        assert bytes(agreements.termsHashOf(funded.id)) == new_hash
        with refusal("AgreementWrongEngagement", funded.id, 0):
            agreements.deliver(funded.id, 0, old.engagement(0), EVIDENCE, sender=bob)
        amended = funded.amended(terms)
        amended.fund(rich)
        amended.do("deliver", 2, EVIDENCE, sender=bob)
        amended.do("deliver", 0, EVIDENCE, sender=bob)
        amended.do("accept", 2, sender=rich)
        assert euro.balanceOf(bob) == 7
        again = replace(terms, document_hash=keccak(text="third version"))
        amended.amend(again, relayer)
        assert amended.state() == (State.ACTIVE, 2)

    def test_amended_terms_are_no_agreement_of_their_own(
        self, funded: Agreement, rich: Any, relayer: Any
    ) -> None:
        terms = replace(funded.terms, nonce=9)
        funded.amend(terms, relayer)
        with refusal("AgreementAlreadyActivated", funded.id):
            funded.activate(relayer)
        stray = funded.other(terms)
        with refusal("AgreementWrongTerms", stray.id, stray.id, bytes(32)):
            stray.fund(rich)

    @pytest.mark.parametrize(
        "changes",
        [
            {"token": "hostile"},
            {"parties": "other account"},
            {"parties": "other role"},
            {"parties": "fewer"},
            {"milestones": "fewer"},
            {"amount": FIRST + 1},
            {"payer": 2},
        ],
        ids=str,
    )
    def test_frame_and_what_is_funded_stay(
        self,
        funded: Agreement,
        hostile: Any,
        carol: Any,
        relayer: Any,
        changes: dict[str, Any],
    ) -> None:
        old = funded.terms
        alice, bob = old.parties
        kind = changes.get("parties")
        if "token" in changes:
            new = replace(old, token=hostile.address)
        elif kind == "other account":
            new = replace(old, parties=(alice, replace(bob, account=carol.address)))
        elif kind == "other role":
            new = replace(old, parties=(alice, replace(bob, role=Role.CLIENT)))
        elif kind == "fewer":
            witness = replace(bob, account=carol.address, role=Role.WITNESS)
            new = replace(old, parties=(alice, bob, witness))
        elif "milestones" in changes:
            new = replace(old, milestones=old.milestones[:1])
        else:
            new = old.with_milestone(0, **changes)
        with refusal("AgreementInvalidAmendment", funded.id):
            funded.amend(new, relayer)

    def test_settled_milestones_stay_and_unfunded_ones_are_free(
        self, active: Agreement, rich: Any, bob: Any, carol: Any, relayer: Any
    ) -> None:
        active.fund(rich, 1)
        active.do("deliver", 0, EVIDENCE, sender=bob)
        active.do("accept", 0, sender=rich)
        with refusal("AgreementInvalidAmendment", active.id):
            active.amend(active.terms.with_milestone(0, payee=carol.address), relayer)
        active.amend(active.terms.with_milestone(1, payee=carol.address, amount=1), relayer)
        assert active.state() == (State.ACTIVE, 1)

    def test_payee_of_a_funded_milestone_may_change(
        self, funded: Agreement, euro: Any, alice: Any, bob: Any, carol: Any, relayer: Any
    ) -> None:
        terms = funded.terms.with_milestone(0, payee=carol.address)
        funded.amend(terms, relayer)
        amended = funded.amended(terms)
        amended.do("deliver", 0, EVIDENCE, sender=bob)
        amended.do("accept", 0, sender=alice)
        assert (euro.balanceOf(carol), euro.balanceOf(bob)) == (FIRST, 0)

    def test_signatures_are_for_one_revision_and_one_agreement(
        self, funded: Agreement, relayer: Any, bob: Any, alice: Any
    ) -> None:
        new = replace(funded.terms, document_hash=keccak(text="second version"))
        for signatures in (
            funded.amendment(new, revision=2),
            funded.amendment(funded.terms),
            funded.signatures(),
            [malleated(s) for s in funded.amendment(new)],
        ):
            with refusal("AgreementInvalidSignature", 0, alice):
                funded.amend(new, relayer, signatures)
        good = funded.amendment(new)
        with refusal("AgreementSignatureCount", 2, 1):
            funded.amend(new, relayer, good[:1])
        funded.amend(new, relayer, good)
        with refusal("AgreementInvalidSignature", 0, alice):
            funded.amended(new).amend(new, relayer, good)

    def test_new_deadline_counts(self, funded: Agreement, relayer: Any, at: Any) -> None:
        at(funded.terms.sign_by + 1)
        with refusal("AgreementSignatureExpired", funded.terms.sign_by, ...):
            funded.amend(replace(funded.terms, nonce=3), relayer)

    def test_too_many_milestones_are_refused(
        self, funded: Agreement, relayer: Any, bob: Any
    ) -> None:
        extra = tuple(Milestone(bob.address, 1) for _ in range(31))
        new = replace(funded.terms, milestones=(*funded.terms.milestones, *extra))
        with refusal("AgreementMilestoneCount", 33):
            funded.amend(new, relayer)

    def test_ended_agreement_is_not_amended(
        self, active: Agreement, relayer: Any, at: Any, now: int
    ) -> None:
        at(active.terms.expires_at + 1)
        active.call("expire", sender=relayer)
        with refusal("AgreementNotActive", active.id, State.EXPIRED):
            active.amend(replace(active.terms, sign_by=now + 90 * DAY), relayer)


class TestTermination:
    def test_all_together_divide_what_is_in_escrow(
        self,
        disputed: Agreement,
        agreements: Any,
        euro: Any,
        alice: Any,
        bob: Any,
        relayer: Any,
        now: int,
    ) -> None:
        had = euro.balanceOf(alice)
        signatures = disputed.termination([4_000, 0], now + DAY)
        receipt = disputed.call("terminate", [4_000, 0], now + DAY, signatures, sender=relayer)
        names = [name for name, _ in events_of(receipt, agreements)]
        assert names == ["AgreementTerminated", "MilestoneResolved", "MilestoneResolved"]
        share = FIRST * 4_000 // 10_000
        assert (euro.balanceOf(bob), euro.balanceOf(alice)) == (share, had + FIRST - share + SECOND)
        assert disputed.state() == (State.TERMINATED, 0)
        assert disputed.steps() == [Step.RESOLVED, Step.RESOLVED]
        with refusal("AgreementNotActive", disputed.id, State.TERMINATED):
            disputed.call("terminate", [4_000, 0], now + DAY, signatures, sender=relayer)
        with refusal("AgreementNotActive", disputed.id, State.TERMINATED):
            disputed.fund(alice)

    def test_unfunded_is_cancelled_and_paid_stays_paid(
        self, active: Agreement, agreements: Any, euro: Any, rich: Any, bob: Any, now: int
    ) -> None:
        active.fund(rich, 1)
        active.do("deliver", 0, EVIDENCE, sender=bob)
        active.do("accept", 0, sender=rich)
        signatures = active.termination([0, 0], now + DAY)
        receipt = active.call("terminate", [0, 0], now + DAY, signatures, sender=bob)
        cancelled = ("MilestoneCancelled", {"agreementId": active.id, "milestone": 1})
        assert_events(
            receipt, agreements, cancelled, ("AgreementTerminated", {"agreementId": active.id})
        )
        assert active.steps() == [Step.PAID, Step.CANCELLED]
        assert euro.balanceOf(bob) == FIRST

    def test_everything_wrong_is_refused(
        self, funded: Agreement, alice: Any, relayer: Any, now: int, at: Any
    ) -> None:
        shares, deadline = [0, 0], now + DAY
        good = funded.termination(shares, deadline)

        def terminate(shares: list[int], signatures: list[bytes], deadline: int = deadline) -> None:
            funded.call("terminate", shares, deadline, signatures, sender=relayer)

        for signatures in (
            funded.termination([1, 0], deadline),
            funded.termination(shares, deadline + 1),
            funded.termination(shares, deadline, revision=1),
            [ZERO_SIGNATURE, good[1]],
        ):
            with refusal("AgreementInvalidSignature", 0, alice):
                terminate(shares, signatures)
        with refusal("AgreementShareCount", 2, 1):
            terminate([0], good)
        with refusal("AgreementInvalidShare", 10_001):
            terminate([0, 10_001], funded.termination([0, 10_001], deadline))
        at(deadline + 1)
        with refusal("AgreementSignatureExpired", deadline, ...):
            terminate(shares, good)


class TestExpiry:
    def test_undelivered_is_refunded_and_deliveries_keep_their_course(
        self,
        active: Agreement,
        agreements: Any,
        euro: Any,
        rich: Any,
        bob: Any,
        mallory: Any,
        relayer: Any,
        chain: Any,
    ) -> None:
        third = Milestone(bob.address, 7)
        terms = replace(active.terms, milestones=(*active.terms.milestones, third))
        active.amend(terms, relayer)
        active = active.amended(terms)
        active.fund(rich, 0b11)
        with refusal("AgreementNotExpired", active.id, active.terms.expires_at):
            active.call("expire", sender=mallory)
        chain.mine(timestamp=active.terms.expires_at - DAY)
        active.do("deliver", 0, EVIDENCE, sender=bob)
        had = euro.balanceOf(rich)
        chain.mine(timestamp=active.terms.expires_at + 1)
        receipt = active.call("expire", sender=mallory)
        assert_events(
            receipt,
            agreements,
            ("MilestoneCancelled", {"agreementId": active.id, "milestone": 2}),
            ("AgreementExpired", {"agreementId": active.id}),
            (
                "MilestoneRefunded",
                {"agreementId": active.id, "milestone": 1, "payer": rich, "amount": SECOND},
            ),
        )
        assert active.steps() == [Step.DELIVERED, Step.REFUNDED, Step.CANCELLED]
        assert euro.balanceOf(rich) == had + SECOND
        with refusal("AgreementNotActive", active.id, State.EXPIRED):
            active.call("expire", sender=mallory)
        with refusal("AgreementNotActive", active.id, State.EXPIRED):
            active.fund(rich)
        money = Money(euro, agreements)
        active.do("accept", 0, sender=rich)
        assert money.moved() == [-FIRST]

    def test_expired_agreement_can_be_terminated(
        self, delivered: Agreement, euro: Any, bob: Any, relayer: Any, chain: Any
    ) -> None:
        delivered.do("dispute", 0, RULING, sender=bob)
        end = delivered.terms.expires_at
        chain.mine(timestamp=end + 1)
        delivered.call("expire", sender=relayer)
        signatures = delivered.termination([10_000, 0], end + DAY)
        delivered.call("terminate", [10_000, 0], end + DAY, signatures, sender=relayer)
        assert delivered.steps() == [Step.RESOLVED, Step.REFUNDED]
        assert euro.balanceOf(bob) == FIRST
