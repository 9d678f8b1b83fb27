"""State machines that do the same to a contract and to its model, and compare."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.properties.support.chain import ZERO, Call, Chain
from tests.properties.support.signing import STRANGER, Person

DAY = 86_400
WHOLE = 2**256 - 1


@dataclass(frozen=True)
class Profile:
    """How much is tried: so many acts on each contract, by runs of so many rules.

    Long runs go deeper; of short ones there are more that differ. ``enough`` is how often an act
    must have been taken at least to count as tried.
    """

    acts: int
    enough: int
    rules_a_run: int
    is_random: bool


PROFILES = {
    "normal": Profile(500, enough=3, rules_a_run=20, is_random=False),
    "nightly": Profile(10_000, enough=15, rules_a_run=50, is_random=True),
}
PROFILE = PROFILES[os.environ.get("POC_PROFILE", "normal")]
RUNS_A_SEED = 9
"""Of fewer than ten runs hypothesis makes the first as simple as can be, and all others at random;
of more, many would be variations of one another."""


class Refusal(Exception):
    """A model says that an act is refused, and with which error."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def refuse_if(condition: object, error: str) -> None:
    """The act is refused with this error where the condition holds."""
    if condition:
        raise Refusal(error)


class Model:
    """What a contract keeps: sets, dictionaries and numbers, whose values are never changed inside.

    A refused act may have changed some of it before it was refused: then the machine puts all back.
    """

    def saved(self) -> dict[str, Any]:
        """All of it, to be put back."""
        return {
            name: value.saved() if isinstance(value, Model) else copy(value)
            for name, value in vars(self).items()
        }

    def put_back(self, saved: dict[str, Any]) -> None:
        """Make all as it was."""
        for name, value in saved.items():
            mine = getattr(self, name)
            if isinstance(mine, Model):
                mine.put_back(value)
            else:
                setattr(self, name, value)


class ChainMachine(RuleBasedStateMachine):
    """Beside every act of the chain one of the model; after every act, every view is compared.

    A machine gives ``model`` in its ``__init__``, and ``views``. ``now`` is the second in which
    views are asked, that of the last block or later; ``soon`` is the second of the next act.
    ``tally`` counts what was tried.
    """

    chain: ClassVar[Chain]
    people: ClassVar[list[Person]]
    tally: ClassVar[Counter[str]]
    model: Model

    def __init__(self) -> None:
        super().__init__()
        if not PROFILE.is_random:
            # Hypothesis leaves rules out of each run at random, which takes hundreds of runs to
            # even out. In the few runs of the normal profile every rule takes part. The first one
            # is what the simplest run consists of, and what a failing run is filled up with.
            rules = sorted(
                self.setup_state().rules, key=lambda each: each.function.__name__ != "wait"
            )
            self._rules_strategy = st.one_of(
                [st.tuples(st.just(each), st.fixed_dictionaries(each.arguments)) for each in rules]
            )
        self._undone = ExitStack()
        self._undone.enter_context(self.chain.undone())
        self.now = self.chain.time

    def teardown(self) -> None:
        self._undone.close()

    @property
    def soon(self) -> int:
        """The second in which the next act is mined."""
        return self.now + 1

    def act(self, verb: str, sender: str, call: Call, predicted: Callable[[], object]) -> bool:
        """Do it on the chain and in the model; whether it was taken.

        Both must take it, or refuse it with the same error.
        """
        self.now = self.soon
        saved, expected = self.model.saved(), None
        try:
            predicted()
        except Refusal as refusal:
            self.model.put_back(saved)
            expected = refusal.error
        refused = self.chain.send(sender, call, at=self.now)
        assert refused == expected, (
            f"{call} from {sender}: {refused or 'taken'} instead of {expected or 'taken'}"
        )
        self.tally["acts"] += 1
        self.tally[f"{verb} refused: {refused}" if refused else verb] += 1
        self.look()
        return refused is None

    def look(self) -> None:
        """Compare what the chain tells with what the model has."""
        self.chain.compare(list(self.views()), at=self.now)
        self.check()

    def views(self) -> Iterable[tuple[Call, Any]]:
        """Each view to look at, and what it has to answer."""
        raise NotImplementedError

    def check(self) -> None:
        """What must hold of the model whatever was done; views show that the chain is the same."""

    def moments(self) -> Iterable[int]:
        """Seconds in which something begins or ends."""
        return ()

    def wait_until(self, time: int) -> None:
        """The next act is in that second, unless it has passed."""
        self.now = max(self.now, time - 1)

    def address(self, which: int) -> str:
        """The address of one of the people; beyond the last one, the zero address."""
        return self.people[which].address if which < len(self.people) else ZERO

    def person(self, address: str) -> Person:
        """Who has the key of an address; of one that is nobody's, a stranger."""
        return next((person for person in self.people if person.address == address), STRANGER)

    @rule(seconds=st.sampled_from([1, 59, DAY // 2, DAY, 3 * DAY]))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.look()

    @rule(which=st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3]), shift=st.sampled_from([-1, 0, 1]))
    def wait_for_a_boundary(self, which: int, shift: int) -> None:
        """The next act is in the last second of something, or just beside it."""
        moments = sorted({m + shift for m in self.moments() if m + shift > self.soon})
        if moments:
            self.now = moments[min(which, len(moments) - 1)] - 1
            self.look()


def run(
    machine: type[ChainMachine],
    chain: Chain,
    config: pytest.Config,
    must_succeed: Sequence[str],
    **world: Any,
) -> None:
    """Run a machine until it has done as many acts as the profile asks for.

    Args:
        machine: The machine; its runs begin with the chain as it is now.
        chain: The chain.
        config: Of pytest, for ``--hypothesis-seed``.
        must_succeed: Acts of which each must have been taken a sensible number of times: a machine
            whose every act is refused shows nothing.
        world: Further attributes of the machine, such as its contracts and people.
    """
    tally: Counter[str] = Counter()
    tried = type(machine.__name__, (machine,), {"chain": chain, "tally": tally, **world})
    number = first_seed(config)
    while tally["acts"] < PROFILE.acts:
        print(f"--hypothesis-seed={number} begins here")
        _run_once(seed(number)(tried))
        number += 1
    for act, count in sorted(tally.items()):
        print(f"{count:6} {act}")
    rare = {act: tally[act] for act in must_succeed if tally[act] < PROFILE.enough}
    assert not rare, f"hardly ever taken: {rare}"


def first_seed(config: pytest.Config) -> int:
    """The given one; else a random one where the profile is random."""
    given = config.getoption("--hypothesis-seed")
    if given not in (None, "random"):
        return int(given)
    return random.SystemRandom().randrange(2**32) if PROFILE.is_random else 0


def _run_once(machine: type[ChainMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS_A_SEED,
            stateful_step_count=PROFILE.rules_a_run,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
