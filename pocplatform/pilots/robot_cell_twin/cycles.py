"""The acceptance test of the twin: 200 cycles of picking, turning and placing a machined part.

Invented measurements that are the same in every run. Times are milliseconds.
"""

from dataclasses import dataclass

CYCLES = 200
LONGEST_CYCLE_MS = 38_000
"""What the parties agreed on: the mean of all cycles."""
LEAST_GRIPS_PERMILLE = 980
"""What the parties agreed on: grips that hold, of a thousand."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle: how long it took, whether the grip held, and whether the part was as drawn."""

    number: int
    time_ms: int
    held: bool
    part_in_tolerance: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """What cycles come to."""

    cycles: int
    mean_ms: int
    held_permille: int

    @property
    def fast_enough(self) -> bool:
        """Whether the mean cycle time is as agreed."""
        return self.mean_ms <= LONGEST_CYCLE_MS

    @property
    def grips_well(self) -> bool:
        """Whether enough grips held."""
        return self.held_permille >= LEAST_GRIPS_PERMILLE

    @property
    def failed(self) -> int:
        """How many of the two requirements are not met."""
        return (not self.fast_enough) + (not self.grips_well)


def measured() -> list[Cycle]:
    """The cycles as the twin has logged them; every other bad grip was at a part out of drawing."""
    return [
        Cycle(
            number=number,
            time_ms=41_000 + number * 7 % 13 * 100,
            held=number % 33 != 32,
            part_in_tolerance=number % 66 != 32,
        )
        for number in range(CYCLES)
    ]


def findings(cycles: list[Cycle]) -> Findings:
    """Mean time and grips that held."""
    return Findings(
        cycles=len(cycles),
        mean_ms=sum(one.time_ms for one in cycles) // len(cycles),
        held_permille=sum(one.held for one in cycles) * 1000 // len(cycles),
    )


def as_csv(cycles: list[Cycle]) -> bytes:
    """The log as a file, whose hash goes with the delivery."""
    rows = ["cycle;time_ms;held;part_in_tolerance"]
    rows += [
        f"{one.number};{one.time_ms};{int(one.held)};{int(one.part_in_tolerance)}" for one in cycles
    ]
    return "\n".join(rows).encode() + b"\n"
