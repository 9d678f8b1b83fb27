"""What every step of the demo has at hand: its people, its words, its books."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from pocplatform.client import Sandbox
from pocplatform.client.models import Agreement, Transaction
from pocplatform.pilots.demo import evidence
from pocplatform.pilots.demo.cast import Player
from pocplatform.pilots.demo.journal import Journal
from pocplatform.pilots.demo.result import Checkpoint, StepLine
from pocplatform.pilots.demo.texts import Words

TEST_MONEY = 300_000
FIRST_PRICES = (120_000, 80_000)
SECOND_PRICE = 50_000
PAYEE_BPS = 6_000
"""The arbiter gives the company 60 %."""

ESCROW = "ServiceAgreements"
"""The contract that holds the escrow of all agreements; its name among the balances."""

Report = Callable[[StepLine], None]


class Stage:
    """A run of the demo.

    Args:
        sandbox: Without a key.
        admin_key: The organisers' key.
        report: Is given a line for each step.
        words: The language.
        journal: What the run remembers.
    """

    def __init__(
        self, sandbox: Sandbox, admin_key: str, report: Report, words: Words, journal: Journal
    ) -> None:
        self._began = time.monotonic()
        self._sandbox = sandbox
        self._admin = sandbox.with_key(admin_key)
        self._report = report
        self._words = words
        self._journal = journal
        self._problems: list[str] = []
        self._checkpoints: list[Checkpoint] = []
        self._players: dict[str, Player] = {}
        self._accredited: Transaction | None = None

    def _balances(self, escrow: str) -> dict[str, int]:
        raw = self._raw_balances(escrow)
        return {name: units // evidence.UNITS_PER_CENT for name, units in raw.items()}

    def _raw_balances(self, escrow: str) -> dict[str, int]:
        anybody = self._players["company"].sandbox.payments
        shown = {player.name: player.address for player in self._players.values()}
        shown[ESCROW] = escrow
        return {name: anybody.balance(address).raw for name, address in shown.items()}

    def _count(self, at: str) -> Checkpoint:
        """Compare what left the payer with what arrived and what is held, from the chain alone."""
        before: dict[str, int] = self._journal.known("before")
        customer, company = self._players["customer"], self._players["company"]
        checkpoint = Checkpoint(
            at=at,
            left_payers=before[customer.name] - customer.sandbox.payments.balance().raw,
            reached_payees=company.sandbox.payments.balance().raw - before[company.name],
            in_escrow=sum(
                company.sandbox.agreements.onchain(one).escrow_raw for one in self._agreements
            ),
        )
        self._checkpoints.append(checkpoint)
        difference = checkpoint.left_payers - checkpoint.reached_payees - checkpoint.in_escrow
        self._expect(checkpoint.ok, "problem.conservation", difference=difference)
        return checkpoint

    @property
    def _agreements(self) -> list[str]:
        """The ids of the run's agreements, those of an interrupted try included."""
        known = (self._journal.known(f"agreement.{name}") for name in ("first", "second"))
        return [one for one in known if one is not None]

    def _tell(
        self,
        step: str,
        facts: Sequence[tuple[str, str]],
        *,
        title_name: str | None = None,
        **values: Any,
    ) -> None:
        named = [(self._label(label), value) for label, value in facts]
        title = self._words(title_name or f"{step}.title", **values)
        self._report(StepLine(title, self._words(f"{step}.detail", **values), named))

    def _label(self, label: str) -> str:
        if label == ESCROW:
            label = "label.escrow_contract"
        return self._words(label) if label.startswith("label.") else label

    def _expect(self, condition: bool, problem: str, **values: Any) -> None:
        if not condition:
            self._problems.append(self._words(problem, **values))

    def _key(self, step: str) -> str:
        return self._journal.key(step)

    def _state(self, agreement_id: str, milestone: int | None = None) -> str:
        found = self._players["company"].sandbox.agreements.onchain(agreement_id)
        state = found.state if milestone is None else found.milestones[milestone].state
        return self._words.named("state", state)

    def _euros_of(self, player: Player) -> str:
        return self._words.euros(player.sandbox.payments.balance().amount)

    def _units(self, raw: int) -> str:
        return self._words.euros(raw // evidence.UNITS_PER_CENT)

    def _gas_of(self, agreement: Agreement, function: str, ordinal: int = 0) -> str:
        fitting = [one for one in agreement.transactions if one.function.startswith(function)]
        return self._words.number(gas(fitting[ordinal : ordinal + 1]))


def gas(transactions: Sequence[Transaction | None]) -> int:
    """The gas that transactions have used."""
    return sum(one.gas_used or 0 for one in transactions if one is not None)
