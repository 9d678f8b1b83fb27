"""How many steps state machines take, and how they try a transaction."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from ape.exceptions import ContractLogicError
from hypothesis import HealthCheck, Phase, settings

DAY = 86_400
STEPS_PER_RUN = 50
RUNS = 204 if os.environ.get("POC_PROFILE") == "nightly" else 14
"""Some 10,000 steps with POC_PROFILE=nightly, else 500; the first runs of hypothesis are short."""

SETTINGS = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS_PER_RUN,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


class Clock:
    """Time of the chain. It runs ahead of the wall clock, which the chain would fall back on.

    ``tally`` counts what came through: a machine whose every act is refused shows nothing.
    """

    def __init__(self, chain: Any, tally: Counter[str]) -> None:
        self._chain = chain
        self._tally = tally
        self.time = int(chain.pending_timestamp) + 30 * DAY
        self.done = 0

    def skip(self, seconds: int) -> None:
        """Lets time pass."""
        self.time += seconds

    def attempt(self, verb: str, call: Callable[[], Any]) -> bool:
        """Sends a transaction two seconds after the last one; whether it came through.

        A second would not do: setting the time mines an empty block of its own.
        """
        self.time += 2
        self._chain.pending_timestamp = self.time
        try:
            receipt = call()
        except ContractLogicError:
            return False
        assert receipt.timestamp == self.time
        self.done += 1
        self._tally[verb] += 1
        return True
