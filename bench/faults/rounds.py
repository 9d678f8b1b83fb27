"""Rounds: break something while clients write, let everything settle, count."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.faults import kinds
from bench.faults.audit import Findings
from bench.faults.worlds import ManagedWorld, OutsideWorld, World
from pocplatform.chain.compiler import compile_project
from pocplatform.kit.settings import PROJECT_ROOT, Settings
from pocplatform.startup import open_platform

LONGEST_CHAIN = 1_500
"""Blocks after which a world is left for a new one: rebuilding it all takes too long then."""
TWO_FAULTS = 0.25
"""Share of the rounds with a second fault."""
NOTES = 20
"""Findings of a round that are told one by one."""


@dataclass(slots=True)
class Outcome:
    """All rounds together; the fields are those of the JSON."""

    rounds: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    lost: int = 0
    duplicated: int = 0
    executed_though_refused: int = 0
    divergent_rows: int = 0
    conserved: bool = True
    failures: list[dict[str, Any]] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    worlds: int = 0
    seed: int = 0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing was violated."""
        return not self.failures

    def add(self, found: Findings) -> None:
        """Count what one round has found beyond the books that were right before it."""
        self.lost += found.lost
        self.duplicated += found.duplicated
        self.executed_though_refused += found.executed_though_refused
        self.divergent_rows += found.divergent_rows
        self.conserved &= found.conserved


def plan(number: int, chance: random.Random, chosen: Sequence[str]) -> list[list[str]]:
    """The kinds of ``number`` rounds in a random order, each about as often as the others.

    In every fourth round or so a second fault follows upon the first.
    """
    planned: list[list[str]] = []
    while len(planned) < number:
        planned += [[kind] for kind in chance.sample(chosen, len(chosen))]
    del planned[number:]
    for kinds_ in planned:
        beside = [kind for kind in chosen if is_managed(kind) == is_managed(kinds_[0])]
        if chance.random() < TWO_FAULTS:
            kinds_.append(chance.choice(beside))
    return planned


def together(chosen: Sequence[str]) -> list[list[str]]:
    """All kinds one after the other, in one round for each world: the short form."""
    worlds = ([kind for kind in chosen if is_managed(kind) == managed] for managed in (True, False))
    return [kinds_ for kinds_ in worlds if kinds_]


def is_managed(kind: str) -> bool:
    """Whether a kind of fault befalls a platform with its own devnet."""
    return kind in kinds.MANAGED


def possible(only: Sequence[str] = ()) -> list[str]:
    """The kinds that this machine allows, of all or of those that are wanted."""
    return [kind for kind in only or kinds.KINDS if kind not in kinds.impossible()]


def run(
    rounds: Sequence[Sequence[str]],
    seed: int,
    told: Callable[[str], None],
    template: Path | None = None,
) -> Outcome:
    """Run rounds, and say what became of everything.

    Args:
        rounds: The kinds of faults of each, all of one world (:func:`plan`, :func:`together`).
        seed: Of all that is random.
        told: Gets a line of progress for each round.
        template: A data folder with contracts deployed, to begin from; made if not given.
    """
    began = time.monotonic()
    outcome = Outcome(seed=seed)
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    yard = _Yard(folder, random.Random(seed), outcome, template)
    try:
        for number, planned in enumerate(rounds, 1):
            _round(number, planned, yard, outcome, told)
        for world in yard.worlds:
            _end(world, yard, outcome)
    finally:
        yard.abandon()
        if outcome.ok:
            shutil.rmtree(folder)
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


class _Yard:
    """The worlds that are open, at most one of each kind.

    Args:
        folder: For all of them.
        chance: Gives each its seed.
        outcome: Counts them.
        template: A data folder with contracts deployed.
    """

    def __init__(
        self, folder: Path, chance: random.Random, outcome: Outcome, template: Path | None
    ) -> None:
        self.folder = folder
        self._chance = chance
        self._outcome = outcome
        self._template = template
        self._artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
        self._open: dict[bool, World] = {}  # by whether the node is the platform's own

    @property
    def worlds(self) -> list[World]:
        """Those that are open."""
        return list(self._open.values())

    def world(self, *, managed: bool) -> World:
        """The world for a kind of fault."""
        if managed not in self._open:
            self._outcome.worlds += 1
            folder = self.folder / f"world-{self._outcome.worlds}"
            seed = self._chance.randrange(2**32)
            world: World
            if managed:
                world = ManagedWorld(folder, self._artifacts, seed, self._deployed())
            else:
                world = OutsideWorld(folder, self._artifacts, seed)
            self._open[managed] = world  # before it opens: what it starts must be ended
            world.open()
        return self._open[managed]

    def leave(self, world: World) -> None:
        """End a world in order; its books are done."""
        world.close()
        del self._open[world.managed]
        shutil.rmtree(world.folder)

    def give_up(self, managed: bool, name: str) -> Path:
        """End a world in which something went wrong; where what remains of it is kept."""
        kept = self.folder / name
        world = self._open.pop(managed, None)
        if world is not None:
            try:
                world.keep(kept)
            finally:
                world.abandon()
        return kept

    def abandon(self) -> None:
        """End all worlds at once."""
        while self._open:
            self._open.popitem()[1].abandon()

    def _deployed(self) -> Path:
        """A data folder in which everything is deployed: worlds need not begin with that."""
        if self._template is None:
            self._template = self.folder / "deployed"
            open_platform(Settings(data_dir=self._template, port=0, _env_file=None)).close()
        return self._template


def _round(
    number: int,
    planned: Sequence[str],
    yard: _Yard,
    outcome: Outcome,
    told: Callable[[str], None],
) -> None:
    began = time.monotonic()
    managed = is_managed(planned[0])
    outcome.rounds += 1
    accepted = 0
    try:
        world = yard.world(managed=managed)
        before = world.ledger.accepted
        _break(world, planned, outcome)
        world.settle()
        accepted = world.ledger.accepted - before
        outcome.accepted += accepted
        found = world.audit()
        outcome.add(found)
        notes = found.notes
        if not notes and world.chain_blocks > LONGEST_CHAIN:
            yard.leave(world)
    except Exception as error:  # whatever it was, the round has failed and the next one can be run
        notes = [f"{type(error).__name__}: {error}"]
    name = "+".join(planned)
    if notes:
        kept = yard.give_up(managed, f"failed-{number}")
        outcome.failures.append(
            {"round": number, "faults": name, "folder": str(kept), "notes": notes[:NOTES]}
        )
    verdict = "ok" if not notes else f"FAILED: {notes[0]}"
    seconds = time.monotonic() - began
    told(f"{number:4} {name:30} {accepted:5} writes {seconds:6.1f} s  {verdict}")


def _end(world: World, yard: _Yard, outcome: Outcome) -> None:
    """An orderly end must be possible after all that has been."""
    try:
        yard.leave(world)
    except Exception as error:
        kept = yard.give_up(world.managed, f"failed-end-{world.folder.name}")
        notes = [f"{type(error).__name__}: {error}"]
        outcome.failures.append({"round": 0, "faults": "", "folder": str(kept), "notes": notes})


def _break(world: World, planned: Sequence[str], outcome: Outcome) -> None:
    """One fault after the other while clients write; each time, writes must go on afterwards."""
    world.clients.start()
    try:
        world.wait_for_writes()
        for kind in planned:
            kinds.KINDS[kind](world)
            outcome.faults[kind] = outcome.faults.get(kind, 0) + 1
            world.wait_for_writes()
    except BaseException:
        world.clients.give_up()
        raise
    world.clients.stop()
