"""How many steps state machines take, and how they try a transaction."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ape.exceptions import ContractLogicError
from hypothesis import HealthCheck, Phase, settings

STEPS_PER_RUN = 50
RUNS = 200 if os.environ.get("POC_PROFILE") == "nightly" else 10
"""10,000 steps with POC_PROFILE=nightly, else 500."""

SETTINGS = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS_PER_RUN,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


class Clock:
    """Time of the chain: each transaction comes a second after the one before."""

    def __init__(self, chain: Any) -> None:
        self._chain = chain
        self.time = int(chain.pending_timestamp) + 1

    def skip(self, seconds: int) -> None:
        """Lets time pass."""
        self.time += seconds

    def attempt(self, call: Callable[[], Any]) -> bool:
        """Sends a transaction at the next second; whether it came through."""
        self.time += 1
        self._chain.pending_timestamp = self.time
        try:
            call()
        except ContractLogicError:
            return False
        return True
