"""ServiceAgreements: how an agreement comes into force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_utils import keccak
from evm_support.agreement_fixtures import *  # noqa: F403
from evm_support.expect import assert_events, refusal
from evm_support.terms import Agreement, Party, Role, State, Step


class TestActivation:
    def test_all_signatures_bring_it_into_force(
        self, draft: Agreement, agreements: Any, relayer: Any
    ) -> None:
        assert draft.state() == (State.NONE, 0)
        assert bytes(agreements.termsHashOf(draft.id)) == bytes(32)
        receipt = draft.activate(relayer)
        assert_events(receipt, agreements, ("AgreementActivated", {"agreementId": draft.id}))
        assert draft.state() == (State.ACTIVE, 0)
        assert bytes(agreements.termsHashOf(draft.id)) == draft.id
        assert draft.steps() == [Step.UNFUNDED, Step.UNFUNDED]

    def test_contract_and_sdk_agree_on_frame_and_engagement(
        self, draft: Agreement, agreements: Any
    ) -> None:
        calldata = draft.terms.calldata()
        assert tuple(agreements.frameOf(calldata)) == draft.terms.frame()
        for index in range(2):
            assert tuple(agreements.engagementOf(calldata, index)) == draft.terms.engagement(index)
        with refusal("AgreementNoMilestone"):
            agreements.engagementOf(calldata, 2)

    def test_signature_of_each_party_counts_for_that_party(
        self, draft: Agreement, agreements: Any, bob: Any, relayer: Any
    ) -> None:
        frame, parties = draft.terms.frame(), draft.terms.party_tuples()
        first, _ = draft.signatures()
        with refusal("AgreementInvalidSignature", 1, bob):
            agreements.activate(frame, parties, [first, first], [], sender=relayer)

    def test_number_of_signatures_must_be_that_of_parties(
        self, draft: Agreement, agreements: Any, relayer: Any
    ) -> None:
        good = draft.signatures()
        frame, parties = draft.terms.frame(), draft.terms.party_tuples()
        for signatures in ([good[0]], [*good, good[0]], []):
            with refusal("AgreementSignatureCount", 2, len(signatures)):
                agreements.activate(frame, parties, signatures, [], sender=relayer)

    def test_same_agreement_is_activated_once_only(self, active: Agreement, relayer: Any) -> None:
        with refusal("AgreementAlreadyActivated", active.id):
            active.activate(relayer)

    def test_another_nonce_makes_another_agreement(self, active: Agreement, relayer: Any) -> None:
        twin = active.other(replace(active.terms, nonce=2))
        twin.activate(relayer)
        assert twin.id != active.id
        assert twin.state() == (State.ACTIVE, 0)

    def test_number_of_parties_is_bounded(
        self, draft: Agreement, accounts: Any, relayer: Any
    ) -> None:
        one = draft.terms.parties[:1]
        many = tuple(Party(f"0x{i:040x}", Role.WITNESS) for i in range(1, 18))
        for parties in (one, many):
            bad = draft.other(replace(draft.terms, parties=parties))
            with refusal("AgreementPartyCount", len(parties)):
                bad.activate(relayer)

    def test_parties_are_distinct_and_not_zero(
        self, draft: Agreement, relayer: Any, zero: str
    ) -> None:
        alice, bob = draft.terms.parties
        for parties in (
            (alice, replace(bob, account=alice.account)),
            (alice, Party(zero, bob.role)),
        ):
            bad = draft.other(replace(draft.terms, parties=parties))
            with refusal("AgreementInvalidParty", 1, parties[1].account):
                bad.activate(relayer)


class TestCredentialGate:
    @pytest.fixture(scope="class")
    def gated(self, draft: Agreement, company_type: bytes) -> Agreement:
        """Bob must hold a company credential."""
        alice, bob = draft.terms.parties
        parties = (alice, replace(bob, credential_type=company_type))
        return draft.other(replace(draft.terms, parties=parties))

    @pytest.fixture(scope="class")
    def digest(
        self, issuers: Any, status: Any, admin: Any, carol: Any, bob: Any, company_type: bytes
    ) -> bytes:
        """Carol is trusted and gave Bob his credential."""
        issuers.accredit(carol, company_type, 0, 0, sender=admin)
        digest = keccak(text="Bob's credential and its salt")
        status.anchor(company_type, digest, bob, 0, sender=carol)
        return digest

    def test_valid_credential_opens(
        self, gated: Agreement, digest: bytes, carol: Any, relayer: Any
    ) -> None:
        gated.activate(relayer, [(0, carol, digest), (1, carol, bytes(32)), (1, carol, digest)])
        assert gated.state() == (State.ACTIVE, 0)

    def test_missing_foreign_or_revoked_credential_does_not(
        self,
        gated: Agreement,
        digest: bytes,
        status: Any,
        alice: Any,
        bob: Any,
        carol: Any,
        mallory: Any,
        relayer: Any,
        company_type: bytes,
    ) -> None:
        foreign = keccak(text="Alice's credential")
        status.anchor(company_type, foreign, alice, 0, sender=carol)
        status.anchor(company_type, digest, bob, 0, sender=mallory)
        for proofs in ([], [(0, carol, digest)], [(1, carol, foreign)], [(1, mallory, digest)]):
            with refusal("AgreementCredentialMissing", 1, bob, company_type):
                gated.activate(relayer, proofs)
        status.revoke(company_type, digest, sender=carol)
        with refusal("AgreementCredentialMissing", 1, bob, company_type):
            gated.activate(relayer, [(1, carol, digest)])
