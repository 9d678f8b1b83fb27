"""Operations: what is measured, under which conditions, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bench.gas.lab import Lab

Measure: TypeAlias = Callable[[Lab], int]
"""Does everything that has to come before, then the operation; answers the operation's gas."""


@dataclass
class Operation:
    """One operation.

    Attributes:
        name: Contract and operation.
        conditions: In words, on what the figure depends: which slots are new, how many parties.
        target: Gas that the design allows; None where it says nothing.
        ours: Measures our contract.
        reference: Measures somebody else's contract doing the same, where npm carries one.
        against: Which one that is.
        accepted: A documented exception: what is accepted instead of the target.
        why: Why the target is missed.
    """

    name: str
    conditions: str
    target: int | None
    ours: Measure
    reference: Measure | None = None
    against: str = ""
    accepted: int | None = None
    why: str = ""

    @property
    def limit(self) -> int | None:
        """More than this fails the tests."""
        return self.target if self.accepted is None else self.accepted

    def compare(self, against: str) -> Callable[[Measure], Measure]:
        """Decorates what measures a reference."""

        def register(measure: Measure) -> Measure:
            self.reference, self.against = measure, against
            return measure

        return register


REGISTERED: list[Operation] = []
"""All of them, once the modules that declare them are imported."""


def operation(
    name: str,
    conditions: str,
    target: int | None,
    *,
    accepted: int | None = None,
    why: str = "",
) -> Callable[[Measure], Operation]:
    """Decorates what measures ours; see :class:`Operation`."""

    def register(measure: Measure) -> Operation:
        made = Operation(name, conditions, target, measure, accepted=accepted, why=why)
        REGISTERED.append(made)
        return made

    return register
