"""ServiceAgreements: every signature over an agreement, its amendment and its termination."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from evm_support.agreement_fixtures import *  # noqa: F403
from evm_support.signing import Domain
from evm_support.terms import AGREEMENT_TYPES, Agreement, State, Terms
from evm_support.units import DAY
from suites.signed_actions import MakeAction, SignedAction, SignedActionBehaviour


def with_client(draft: Agreement, client: Any, nonce: int) -> Agreement:
    """An agreement of the client with Bob, who signs whatever is to be signed."""
    buyer, provider = draft.terms.parties
    parties = (replace(buyer, account=client.address), provider)
    return draft.other(replace(draft.terms, parties=parties, nonce=nonce))


class TestAgreementSignature(SignedActionBehaviour):
    """The client's signature over an agreement."""

    @pytest.fixture(scope="class")
    def make_action(
        self, agreements: Any, draft: Agreement, domain: Domain, bob: Any, relayer: Any, zero: str
    ) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            mine = with_client(draft, signer, 31)

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                signatures = [signature, sign(domain, bob, "Agreement", fields)]
                terms = Terms.of_message(fields)
                return agreements.activate(
                    terms.frame(), terms.party_tuples(), signatures, [], sender=relayer
                )

            message = mine.terms.message()
            client, provider = message["parties"]
            return SignedAction(
                agreements,
                AGREEMENT_TYPES,
                "Agreement",
                message,
                signer,
                send,
                nobody={"parties": [{**client, "account": zero}, provider]},
                invalid=("AgreementInvalidSignature", 0, signer),
                unsigned=("AgreementInvalidParty", 0, zero),
                replayed=("AgreementAlreadyActivated", mine.id),
                expired=("AgreementSignatureExpired", mine.terms.sign_by, ...),
                deadline=mine.terms.sign_by,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, terms: Terms, carol: Any) -> dict[str, Any]:
        message = terms.with_milestone(0, payee=carol.address).message()
        client, provider = message["parties"]
        return {
            "deal": {**message["deal"], "documentHash": bytes(32)},
            "parties": [client, {**provider, "account": carol.address}],
            "milestones": message["milestones"],
            "signBy": terms.sign_by + 1,
            "nonce": 32,
        }


class TestAmendmentSignature(SignedActionBehaviour):
    """The client's signature over new terms."""

    @pytest.fixture(scope="class")
    def make_action(
        self, agreements: Any, draft: Agreement, domain: Domain, alice: Any, bob: Any, relayer: Any
    ) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            mine = with_client(draft, signer, 33)
            mine.activate(relayer)
            terms = replace(mine.terms, document_hash=b"\1" * 32)

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                signatures = [signature, sign(domain, bob, "Amendment", fields)]
                return mine.amend(Terms.of_message(fields["terms"]), relayer, signatures)

            return SignedAction(
                agreements,
                AGREEMENT_TYPES,
                "Amendment",
                {"agreementId": mine.id, "revision": 1, "terms": terms.message()},
                signer,
                send,
                nobody={},
                invalid=("AgreementInvalidSignature", 0, signer),
                unsigned=("AgreementInvalidSignature", 0, signer),
                replayed=("AgreementWrongTerms", mine.id, mine.id, ...),
                expired=("AgreementSignatureExpired", terms.sign_by, ...),
                deadline=terms.sign_by,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, terms: Terms) -> dict[str, Any]:
        return {"agreementId": bytes(32), "revision": 2, "terms": terms.message()}


class TestTerminationSignature(SignedActionBehaviour):
    """The client's signature over the end of an agreement."""

    @pytest.fixture(scope="class")
    def make_action(
        self, agreements: Any, draft: Agreement, domain: Domain, bob: Any, relayer: Any, now: int
    ) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            mine = with_client(draft, signer, 34)
            mine.activate(relayer)

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                _, _, shares, deadline = fields.values()
                signatures = [signature, sign(domain, bob, "Termination", fields)]
                return mine.call("terminate", shares, deadline, signatures, sender=relayer)

            return SignedAction(
                agreements,
                AGREEMENT_TYPES,
                "Termination",
                {"agreementId": mine.id, "revision": 0, "payeeBps": [0, 0], "deadline": now + DAY},
                signer,
                send,
                nobody={},
                invalid=("AgreementInvalidSignature", 0, signer),
                unsigned=("AgreementInvalidSignature", 0, signer),
                replayed=("AgreementNotActive", mine.id, State.TERMINATED),
                expired=("AgreementSignatureExpired", now + DAY, ...),
                deadline=now + DAY,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, now: int) -> dict[str, Any]:
        return {
            "agreementId": bytes(32),
            "revision": 1,
            "payeeBps": [1, 0],
            "deadline": now + 2 * DAY,
        }


def sign(domain: Domain, account: Any, primary: str, message: dict[str, Any]) -> bytes:
    return domain.sign(account.private_key, AGREEMENT_TYPES, primary, message)
