"""ServiceAgreements: how money comes in, and in which tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils import keccak
from evm_support.agreement_fixtures import *  # noqa: F403
from evm_support.agreement_fixtures import EVIDENCE, FIRST, SECOND
from evm_support.expect import assert_events, refusal
from evm_support.money import Money
from evm_support.signing import WHOLE, ZERO_SIGNATURE, Domain, malleated, parse_types, split
from evm_support.terms import Agreement, Milestone, Step, funding_nonce
from evm_support.units import DAY

SALT = keccak(text="salt")
TOKEN_TYPES = parse_types(
    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
    "uint256 validBefore,bytes32 nonce)",
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
)


def funded_event(agreement: Agreement, index: int, funder: Any, amount: int) -> tuple[str, Any]:
    return "MilestoneFunded", {
        "agreementId": agreement.id,
        "milestone": index,
        "funder": funder,
        "amount": amount,
    }


class TestFunding:
    def test_whole(self, active: Agreement, agreements: Any, euro: Any, rich: Any) -> None:
        money = Money(euro, agreements, rich)
        receipt = active.fund(rich)
        assert_events(
            receipt,
            agreements,
            funded_event(active, 0, rich, FIRST),
            funded_event(active, 1, rich, SECOND),
        )
        assert money.moved() == [FIRST + SECOND, -FIRST - SECOND]
        assert active.steps() == [Step.FUNDED, Step.FUNDED]

    def test_by_milestone_and_then_the_rest(
        self, active: Agreement, agreements: Any, euro: Any, rich: Any
    ) -> None:
        money = Money(euro, agreements)
        active.fund(rich, 0b10)
        assert active.steps() == [Step.UNFUNDED, Step.FUNDED]
        with refusal("AgreementMilestoneState", active.id, 1, Step.FUNDED):
            active.fund(rich, 0b11)
        active.fund(rich)
        assert money.moved() == [FIRST + SECOND]
        with refusal("AgreementNothingToFund", active.id):
            active.fund(rich)

    def test_names_milestones_that_exist(self, active: Agreement, rich: Any) -> None:
        with refusal("AgreementNoMilestone", 4, 2):
            active.fund(rich, 0b10001)
        with refusal("AgreementNothingToFund", active.id):
            active.fund(rich, 0)

    def test_sponsor_may_pay_and_the_client_gets_refunds(
        self,
        active: Agreement,
        agreements: Any,
        euro: Any,
        admin: Any,
        carol: Any,
        alice: Any,
        at: Any,
    ) -> None:
        euro.mint(carol, FIRST + SECOND, sender=admin)
        euro.approve(agreements, FIRST + SECOND, sender=carol)
        active.fund(carol)
        at(active.terms.expires_at + 1)
        money = Money(euro, alice, carol)
        active.call("expire", sender=carol)
        assert money.moved() == [FIRST + SECOND, 0]

    def test_needs_an_active_agreement_its_terms_and_its_time(
        self, draft: Agreement, relayer: Any, rich: Any, at: Any
    ) -> None:
        with refusal("AgreementWrongTerms", draft.id, draft.id, bytes(32)):
            draft.fund(rich)
        draft.activate(relayer)
        other = draft.other(replace(draft.terms, fallback_bps=1))
        forged = replace(other, id=draft.id)
        with refusal("AgreementWrongTerms", draft.id, other.id, draft.id):
            forged.fund(rich)
        at(draft.terms.expires_at + 1)
        with refusal("AgreementHasExpired", draft.id, draft.terms.expires_at):
            draft.fund(rich)

    def test_refuses_milestones_that_money_would_be_lost_in(
        self, draft: Agreement, agreements: Any, relayer: Any, rich: Any, zero: str
    ) -> None:
        bad = [
            {"payee": zero},
            {"payee": agreements.address},
            {"amount": 0},
            {"payer": 1},
            {"provider": 0},
            {"payer": 2},
            {"provider": 2},
        ]
        for changes in bad:
            mine = draft.other(draft.terms.with_milestone(1, **changes))
            mine.activate(relayer)
            with refusal("AgreementInvalidMilestone", 1):
                mine.fund(rich)
            with refusal("AgreementInvalidMilestone"):
                agreements.engagementOf(mine.terms.calldata(), 1)

    def test_refuses_shares_above_the_whole_and_too_many_milestones(
        self, draft: Agreement, relayer: Any, rich: Any, bob: Any
    ) -> None:
        many = tuple(Milestone(bob.address, 1) for _ in range(33))
        cases = [
            (
                draft.terms.with_milestone(0, max_penalty_bps=10_001),
                "AgreementInvalidShare",
                10_001,
            ),
            (replace(draft.terms, fallback_bps=10_002), "AgreementInvalidShare", 10_002),
            (replace(draft.terms, milestones=many), "AgreementMilestoneCount", 33),
        ]
        for terms, error, value in cases:
            mine = draft.other(terms)
            mine.activate(relayer)
            with refusal(error, value):
                mine.fund(rich)

    def test_token_must_be_allowed(
        self, draft: Agreement, project: Any, admin: Any, relayer: Any, rich: Any
    ) -> None:
        other = admin.deploy(project.HostileToken)
        mine = draft.other(replace(draft.terms, token=other.address))
        mine.activate(relayer)
        with refusal("AgreementTokenNotAllowed", other):
            mine.fund(rich)

    def test_thirty_two_milestones_work(
        self, draft: Agreement, relayer: Any, rich: Any, bob: Any, euro: Any, alice: Any
    ) -> None:
        many = tuple(Milestone(bob.address, 10 + i) for i in range(32))
        mine = draft.other(replace(draft.terms, milestones=many))
        mine.activate(relayer)
        mine.fund(rich)
        mine.do("deliver", 31, EVIDENCE, sender=bob)
        mine.do("accept", 31, sender=alice)
        assert euro.balanceOf(bob) == 41


class TestPermit:
    def permit(self, euro: Any, agreements: Any, alice: Any, deadline: int, value: int) -> bytes:
        message = {
            "owner": alice.address,
            "spender": agreements.address,
            "value": value,
            "nonce": euro.nonces(alice),
            "deadline": deadline,
        }
        return Domain.of(euro).sign(alice.private_key, TOKEN_TYPES, "Permit", message)

    @pytest.fixture(scope="class")
    def poor(self, euro: Any, agreements: Any, rich: Any) -> Any:
        """Alice with money, of which the contract may take none yet."""
        euro.approve(agreements, 0, sender=rich)
        return rich

    def test_funds_in_one_transaction(
        self, active: Agreement, euro: Any, agreements: Any, poor: Any, now: int
    ) -> None:
        signature = self.permit(euro, agreements, poor, now + DAY, FIRST)
        active.call("fundWithPermit", 1, now + DAY, *split(signature), sender=poor)
        assert active.steps() == [Step.FUNDED, Step.UNFUNDED]
        assert euro.allowance(poor, agreements) == 0

    def test_works_though_somebody_sent_the_permit_before(
        self, active: Agreement, euro: Any, agreements: Any, poor: Any, mallory: Any, now: int
    ) -> None:
        parts = split(self.permit(euro, agreements, poor, now + DAY, FIRST))
        euro.permit(poor, agreements, FIRST, now + DAY, *parts, sender=mallory)
        active.call("fundWithPermit", 1, now + DAY, *parts, sender=poor)
        assert active.step(0) is Step.FUNDED

    def test_bad_permit_takes_nothing(
        self, active: Agreement, euro: Any, agreements: Any, poor: Any, now: int
    ) -> None:
        parts = split(self.permit(euro, agreements, poor, now + DAY, SECOND))
        with refusal("ERC20InsufficientAllowance", agreements, 0, FIRST):
            active.call("fundWithPermit", 1, now + DAY, *parts, sender=poor)
        assert active.step(0) is Step.UNFUNDED


class TestAuthorization:
    def authorize(
        self, agreement: Agreement, euro: Any, alice: Any, now: int, bits: int, value: int
    ) -> bytes:
        message = {
            "from": alice.address,
            "to": agreement.contract.address,
            "value": value,
            "validAfter": 0,
            "validBefore": now + DAY,
            "nonce": funding_nonce(agreement.id, bits, SALT),
        }
        primary = "ReceiveWithAuthorization"
        return Domain.of(euro).sign(alice.private_key, TOKEN_TYPES, primary, message)

    def test_anybody_sends_it_and_it_pays_what_was_signed(
        self, active: Agreement, euro: Any, agreements: Any, rich: Any, relayer: Any, now: int
    ) -> None:
        euro.approve(agreements, 0, sender=rich)
        money = Money(euro, agreements, rich)
        signature = self.authorize(active, euro, rich, now, WHOLE, FIRST + SECOND)
        receipt = active.call(
            "fundWithAuthorization", WHOLE, rich, 0, now + DAY, SALT, signature, sender=relayer
        )
        assert_events(
            receipt,
            agreements,
            funded_event(active, 0, rich, FIRST),
            funded_event(active, 1, rich, SECOND),
        )
        assert money.moved() == [FIRST + SECOND, -FIRST - SECOND]
        assert bytes(agreements.fundingNonce(active.id, WHOLE, SALT)) == funding_nonce(
            active.id, WHOLE, SALT
        )

    def test_it_serves_for_no_other_agreement_milestone_or_amount(
        self, active: Agreement, euro: Any, rich: Any, relayer: Any, now: int
    ) -> None:
        twin = active.other(replace(active.terms, nonce=2))
        twin.activate(relayer)
        signature = self.authorize(active, euro, rich, now, 0b01, FIRST)
        for agreement, bits, salt in (
            (twin, 0b01, SALT),
            (active, 0b10, SALT),
            (active, WHOLE, SALT),
            (active, 0b01, bytes(32)),
        ):
            with refusal("ERC3009InvalidSignature"):
                agreement.call(
                    "fundWithAuthorization",
                    bits,
                    rich,
                    0,
                    now + DAY,
                    salt,
                    signature,
                    sender=relayer,
                )

    def test_bad_signatures_take_nothing(
        self, active: Agreement, euro: Any, rich: Any, mallory: Any, relayer: Any, now: int
    ) -> None:
        good = self.authorize(active, euro, rich, now, 1, FIRST)
        for signature in (malleated(good), ZERO_SIGNATURE, b""):
            with refusal("ERC3009InvalidSignature"):
                active.call(
                    "fundWithAuthorization", 1, rich, 0, now + DAY, SALT, signature, sender=relayer
                )
        assert active.step(0) is Step.UNFUNDED


class TestTokens:
    def test_only_the_administrator_allows_tokens(
        self, project: Any, agreements: Any, admin: Any, mallory: Any, euro: Any
    ) -> None:
        other = admin.deploy(project.HostileToken)
        assert not agreements.isTokenAllowed(other)
        with refusal("OwnableUnauthorizedAccount", mallory):
            agreements.setTokenAllowed(other, True, sender=mallory)
        receipt = agreements.setTokenAllowed(other, True, sender=admin)
        assert_events(receipt, agreements, ("TokenAllowed", {"token": other, "allowed": True}))
        assert agreements.isTokenAllowed(other)
        agreements.setTokenAllowed(other, False, sender=admin)
        assert not agreements.isTokenAllowed(other)

    def test_settlement_token_stays_and_accounts_are_no_tokens(
        self, agreements: Any, admin: Any, euro: Any, bob: Any
    ) -> None:
        assert agreements.settlementToken() == euro
        assert agreements.isTokenAllowed(euro)
        with refusal("AgreementTokenNotAllowed", euro):
            agreements.setTokenAllowed(euro, False, sender=admin)
        with refusal("AgreementTokenNotAllowed", bob):
            agreements.setTokenAllowed(bob, True, sender=admin)

    def test_constructor_refuses_tokens_without_code(
        self, project: Any, admin: Any, bob: Any, euro: Any, status: Any
    ) -> None:
        with refusal("AgreementTokenNotAllowed", bob):
            admin.deploy(project.ServiceAgreements, admin, bob, [], status)
        with refusal("AgreementTokenNotAllowed", bob):
            admin.deploy(project.ServiceAgreements, admin, euro, [bob], status)

    def test_administrator_is_somebody_and_hands_over(
        self,
        project: Any,
        agreements: Any,
        admin: Any,
        carol: Any,
        euro: Any,
        status: Any,
        zero: str,
    ) -> None:
        with refusal("OwnableInvalidOwner", zero):
            admin.deploy(project.ServiceAgreements, zero, euro, [], status)
        with refusal("OwnableInvalidOwner", zero):
            agreements.transferOwnership(zero, sender=admin)
        receipt = agreements.transferOwnership(carol, sender=admin)
        handed_over = {"previousOwner": admin, "newOwner": carol}
        assert_events(receipt, agreements, ("OwnershipTransferred", handed_over))
        with refusal("OwnableUnauthorizedAccount", admin):
            agreements.setTokenAllowed(euro, True, sender=admin)

    def test_disallowed_token_is_still_paid_out(
        self,
        draft: Agreement,
        agreements: Any,
        hostile: Any,
        admin: Any,
        alice: Any,
        bob: Any,
        relayer: Any,
    ) -> None:
        hostile.mint(alice, FIRST, sender=admin)
        hostile.approve(agreements, FIRST, sender=alice)
        deal = draft.other(replace(draft.terms, token=hostile.address, nonce=2))
        deal.activate(relayer)
        deal.fund(alice, 1)
        agreements.setTokenAllowed(hostile, False, sender=admin)
        deal.do("deliver", 0, EVIDENCE, sender=bob)
        deal.do("accept", 0, sender=alice)
        assert hostile.balanceOf(bob) == FIRST
        with refusal("AgreementTokenNotAllowed", hostile):
            deal.fund(alice)
