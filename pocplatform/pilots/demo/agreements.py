"""The demo's two agreements: one that goes well, one that needs the arbiter."""

from collections.abc import Sequence
from typing import Any

from pocplatform.client import MilestoneTerms, PartyTerms, Proof
from pocplatform.client.models import Agreement, Credential
from pocplatform.pilots.demo.stage import FIRST_PRICES, PAYEE_BPS, SECOND_PRICE, Stage
from pocplatform.pilots.demo.texts import CREDENTIAL_TYPE


class Agreements(Stage):
    """The steps from draft to payment, and to a settled dispute."""

    def _first_agreement(self, credential: Credential) -> None:
        agreement = self._agree("first", FIRST_PRICES, credential)
        company, customer = self._players["company"], self._players["customer"]
        self._tell(
            "agreement",
            [
                ("label.document_hash", agreement.document.computed_hash()),
                ("label.agreement_hash", agreement.agreement_hash),
                ("label.state", self._state(agreement.id)),
                ("label.gas", self._gas_of(agreement, "activate")),
            ],
            title=agreement.title,
        )
        funded = customer.sandbox.agreements.fund(
            agreement.id, idempotency_key=self._key("first-fund")
        )
        checkpoint = self._count("first.funded")
        self._tell(
            "fund",
            [
                ("label.escrow", self._units(checkpoint.in_escrow)),
                (customer.name, self._euros_of(customer)),
                ("label.gas", self._gas_of(funded, "fund")),
            ],
        )
        for index, milestone in enumerate(agreement.milestones):
            number = index + 1
            company.sandbox.agreements.deliver(
                agreement.id,
                index,
                self._words(f"terms.first.evidence{number}"),
                idempotency_key=self._key(f"first-deliver-{number}"),
            )
            accepted = customer.sandbox.agreements.accept(
                agreement.id, index, idempotency_key=self._key(f"first-accept-{number}")
            )
            checkpoint = self._count(f"first.milestone{number}")
            self._tell(
                "milestone",
                [
                    ("label.state", self._state(agreement.id, index)),
                    (company.name, self._euros_of(company)),
                    ("label.escrow", self._units(checkpoint.in_escrow)),
                    ("label.gas", self._gas_of(accepted, "accept", index)),
                ],
                number=number,
                title=milestone.title,
            )

    def _second_agreement(self) -> None:
        agreement = self._agree("second", (SECOND_PRICE,), None)
        company, customer = self._players["company"], self._players["customer"]
        arbiter = self._players["arbiter"]
        customer.sandbox.agreements.fund(agreement.id, idempotency_key=self._key("second-fund"))
        company.sandbox.agreements.deliver(
            agreement.id,
            0,
            self._words("terms.second.evidence"),
            idempotency_key=self._key("second-deliver"),
        )
        disputed = customer.sandbox.agreements.dispute(
            agreement.id,
            0,
            self._words("terms.second.reason"),
            idempotency_key=self._key("second-dispute"),
        )
        checkpoint = self._count("second.disputed")
        self._tell(
            "dispute",
            [
                ("label.state", self._state(agreement.id, 0)),
                ("label.escrow", self._units(checkpoint.in_escrow)),
                ("label.gas", self._gas_of(disputed, "dispute")),
            ],
            title=agreement.title,
        )
        resolved = arbiter.sandbox.agreements.resolve(
            agreement.id,
            0,
            PAYEE_BPS,
            self._words("terms.second.ruling"),
            idempotency_key=self._key("second-resolve"),
        )
        settled = resolved.milestones[0]
        self._tell(
            "ruling",
            [
                (company.name, self._words.euros(settled.payee_amount)),
                (customer.name, self._words.euros(settled.payer_amount)),
                ("label.state", self._state(agreement.id)),
                ("label.gas", self._gas_of(resolved, "resolve")),
            ],
            arbiter=arbiter.name,
            payee=PAYEE_BPS // 100,
            payer=100 - PAYEE_BPS // 100,
        )

    def _agree(self, name: str, prices: Sequence[int], credential: Credential | None) -> Agreement:
        """An agreement between customer and company, signed by both and in force."""
        customer, company = self._players["customer"], self._players["company"]
        arbiter = self._players["arbiter"]
        values: dict[str, Any] = {
            "customer": customer.name,
            "company": company.name,
            "arbiter": arbiter.name,
            **dict(zip(("first", "second"), map(self._words.euros, prices), strict=False)),
        }
        asked = CREDENTIAL_TYPE if credential is not None else None
        drafted = customer.sandbox.agreements.create(
            self._words(f"terms.{name}.title"),
            self._words(f"terms.{name}.document", **values),
            [
                PartyTerms(who=customer.did, role="client"),
                PartyTerms(who=company.did, role="provider", credential_type=asked),
            ],
            [
                MilestoneTerms(
                    title=self._words(f"terms.{name}.milestone{number}"),
                    amount=price,
                    payer=0,
                    provider=1,
                )
                for number, price in enumerate(prices, start=1)
            ],
            arbiter=arbiter.did,
            idempotency_key=self._key(f"{name}-draft"),
        )
        self._journal.once(f"agreement.{name}", lambda: drafted.id)
        for player in (customer, company):
            seen = player.sandbox.agreements.get(drafted.id)
            genuine = seen.document.is_genuine() and seen.document.hash == seen.document_hash
            self._expect(genuine, "problem.document", agreement=drafted.title)
            player.sandbox.agreements.sign(
                drafted.id, idempotency_key=self._key(f"{name}-sign-{player.role}")
            )
        proofs = [Proof(party=1, credential=credential.id)] if credential is not None else []
        return company.sandbox.agreements.activate(
            drafted.id, proofs, idempotency_key=self._key(f"{name}-activate")
        )
