"""The demo: an identity, an agreement, a payment and a settled dispute.

Two companies work with each other as they would on a real chain: through the public API alone, with
every number read back from the chain.
"""

import time
from pathlib import Path
from typing import Any

from pocplatform.client import Retry, Sandbox
from pocplatform.client.models import Credential, Verification
from pocplatform.pilots.demo import evidence
from pocplatform.pilots.demo.agreements import Agreements
from pocplatform.pilots.demo.cast import sign_up
from pocplatform.pilots.demo.journal import Journal
from pocplatform.pilots.demo.result import AgreementLine, DemoResult, IdentityLine
from pocplatform.pilots.demo.stage import (
    ESCROW,
    FIRST_PRICES,
    PAYEE_BPS,
    SECOND_PRICE,
    TEST_MONEY,
    Report,
    gas,
)
from pocplatform.pilots.demo.texts import CREDENTIAL_TYPE, Words

PATIENCE_S = 120.0
"""How long a step goes on trying while the gateway or the devnet is down."""


def run(
    base_url: str,
    admin_key: str,
    report: Report,
    language: str = "en",
    *,
    state_path: Path | None = None,
    patience_s: float = PATIENCE_S,
) -> DemoResult:
    """Run the demo against a running sandbox.

    Args:
        base_url: The sandbox.
        admin_key: The organisers' secret key, for trusting the issuer.
        report: Is given a line for each step that is done.
        language: ``fi`` or ``en``.
        state_path: Where to remember the run, so that another process can go on with it after this
            one was killed; the file holds test keys and is deleted at the end.
        patience_s: Seconds to go on trying while the sandbox is down.

    Raises :class:`~pocplatform.client.SandboxError` if the sandbox stays away or refuses. What it
    does otherwise than it should is in the result's ``problems``.
    """
    retry = Retry(seconds=patience_s)
    with Sandbox(base_url, language=language, wait=patience_s, retry=retry) as sandbox:
        words = Words(language)
        journal = Journal(state_path, words.language)
        return _Demo(sandbox, admin_key, report, words, journal).play(patience_s)


class _Demo(Agreements):
    def play(self, patience_s: float) -> DemoResult:
        """All steps in their order."""
        chain = self._sandbox.chain.get()
        self._tell(
            "chain",
            [
                ("label.chain_id", str(chain.chain_id)),
                ("label.block", self._words.number(chain.block)),
                ("label.contracts", ", ".join(one.name for one in chain.contracts)),
            ],
        )
        self._players = sign_up(self._sandbox, self._journal, patience_s)
        self._introduce()
        identities = self._register()
        self._accredit()
        credential, verification, forgery_refused = self._issue()
        before = self._fund_customer(chain.address_of(ESCROW))
        self._first_agreement(credential)
        self._second_agreement()
        after = self._balances(chain.address_of(ESCROW))
        return self._close(
            chain_id=chain.chain_id,
            genesis_hash=chain.genesis_hash,
            identities=identities,
            credential_valid=verification.valid,
            credential_checks=evidence.checks(verification),
            forgery_refused=forgery_refused,
            balances_before=before,
            balances_after=after,
        )

    # Who takes part

    def _introduce(self) -> None:
        facts = []
        for player in self._players.values():
            right = player.check_digit_ok
            number = player.organization.business_id or ""
            self._expect(right, "problem.check_digit", business_id=number)
            value = "value.check_digit_ok" if right else "value.check_digit_wrong"
            facts.append((player.name, self._words(value, business_id=number)))
        self._tell("signup", facts)

    def _register(self) -> list[IdentityLine]:
        lines, facts, used = [], [], 0
        for player in self._players.values():
            identity = player.sandbox.identities.register(
                idempotency_key=self._key(f"identity-{player.role}")
            )
            used += gas([identity.transaction])
            document = self._sandbox.identities.resolve(player.did).document or {}
            resolved = document.get("id") == player.did and len(
                document.get("verificationMethod") or []
            ) > 1  # fmt: skip
            self._expect(resolved, "problem.did", did=player.did)
            lines.append(
                IdentityLine(
                    role=player.role,
                    name=player.name,
                    business_id=player.organization.business_id,
                    check_digit_ok=player.check_digit_ok,
                    did=player.did,
                    address=player.address,
                    resolved=resolved,
                )
            )
            facts.append((player.name, player.did))
        self._tell("identities", [*facts, ("label.gas", self._words.number(used))])
        return lines

    def _accredit(self) -> None:
        issuer = self._players["issuer"]
        self._admin.trusted_issuers.accredit(
            issuer.did, CREDENTIAL_TYPE, idempotency_key=self._key("accredit")
        )
        self._accredited = evidence.accreditation(self._admin, issuer.address)
        self._tell(
            "accredit",
            [("label.gas", self._words.number(gas([self._accredited])))],
            issuer=issuer.name,
            type=CREDENTIAL_TYPE,
        )

    def _issue(self) -> tuple[Credential, Verification, bool]:
        issuer, company = self._players["issuer"], self._players["company"]
        credential = issuer.sandbox.credentials.issue(
            CREDENTIAL_TYPE,
            company.did,
            {
                "name": company.name,
                "business_id": company.organization.business_id,
                "test_data": True,
            },
            idempotency_key=self._key("credential"),
        )
        token = credential.credential or ""
        verification = self._sandbox.credentials.verify(token)
        self._expect(verification.valid, "problem.credential")
        refused = not self._sandbox.credentials.verify(evidence.forged(token)).valid
        self._expect(refused, "problem.forgery")
        facts = [
            (
                self._words.named("check", one.check),
                self._words("value.ok" if one.ok else "value.not_ok"),
            )
            for one in verification.checks
        ]
        facts += [
            ("label.forgery", self._words("value.refused" if refused else "value.not_refused")),
            ("label.credential_digest", credential.digest or ""),
            ("label.gas", self._words.number(gas([credential.transaction]))),
        ]
        self._tell("credential", facts, issuer=issuer.name, company=company.name)
        return credential, verification, refused

    # Money

    def _fund_customer(self, escrow: str) -> dict[str, int]:
        customer = self._players["customer"]
        payment = customer.sandbox.payments.faucet(TEST_MONEY, idempotency_key=self._key("faucet"))
        before: dict[str, int] = self._journal.once("before", lambda: self._raw_balances(escrow))
        cents = {name: raw // evidence.UNITS_PER_CENT for name, raw in before.items()}
        self._tell(
            "money",
            [
                *((name, self._words.euros(amount)) for name, amount in cents.items()),
                ("label.gas", self._words.number(gas([payment.transaction]))),
            ],
            amount=self._words.euros(TEST_MONEY),
            customer=customer.name,
        )
        return cents

    # The end

    def _close(self, **known: Any) -> DemoResult:
        checkpoint = self._count("end")
        players = list(self._players.values())
        transactions = evidence.transactions(players, self._accredited)
        events = evidence.events(players)
        lines = [evidence.agreement(players[0], one) for one in self._agreements]
        self._expect_outcome(lines, known["balances_after"])
        gas_total = sum(one.gas_used or 0 for one in transactions)
        result = DemoResult(
            run=self._journal.run,
            language=self._words.language,
            base_url=self._sandbox.base_url,
            seconds=round(time.monotonic() - self._began, 3),
            ok=not self._problems,
            problems=self._problems,
            agreement_states=lines,
            conservation=self._checkpoints,
            conservation_ok=all(one.ok for one in self._checkpoints),
            transactions=transactions,
            gas_total=gas_total,
            events=events,
            **known,
        )
        facts = [
            (name, self._words.euros(amount)) for name, amount in result.balances_after.items()
        ]
        facts += [
            ("label.left_payers", self._units(checkpoint.left_payers)),
            ("label.reached_payees", self._units(checkpoint.reached_payees)),
            ("label.escrow", self._units(checkpoint.in_escrow)),
            ("label.transactions", self._words.number(len(transactions))),
            ("label.events", self._words.number(len(events))),
            ("label.gas", self._words.number(gas_total)),
        ]
        title = "accounts.title" if result.conservation_ok else "accounts.title_bad"
        self._tell("accounts", facts, title_name=title)
        self._journal.finish()
        return result

    def _expect_outcome(self, agreements: list[AgreementLine], after: dict[str, int]) -> None:
        for one in agreements:
            for state in (one.state, one.onchain_state):
                self._expect(
                    state == "completed",
                    "problem.state",
                    agreement=one.title,
                    found=self._words.named("state", state),
                    expected=self._words.named("state", "completed"),
                )
        earned = sum(FIRST_PRICES) + SECOND_PRICE * PAYEE_BPS // 10_000
        expected = {"company": earned, "customer": TEST_MONEY - earned}
        for role, cents in expected.items():
            name = self._players[role].name
            self._expect(
                after[name] == cents,
                "problem.balance",
                name=name,
                found=self._words.euros(after[name]),
                expected=self._words.euros(cents),
            )
