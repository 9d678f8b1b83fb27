"""Pilots as data and steps: what people play on the pages, and what the runner runs.

A :class:`Story` is loaded from a folder's ``pilot.yaml`` and ``scenario.py``
(:mod:`pocplatform.pilots.loading`). It has roles, each played by a company that is made for the
run, and steps. A step says in plain words what is about to happen, what has happened and why a
blockchain is in it, and does it through the SDK. It may be done again at any time, after an
interruption or by a second click: every write carries an idempotency key of :meth:`Scene.key`, so
nothing is done twice.

What a step has to show is a :class:`Shown` (:mod:`pocplatform.pilots.shown`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pocplatform.pilots.scene import Player, Scene, checks_of
from pocplatform.pilots.shown import (
    BANK,
    ESCROW,
    FAUCET,
    ORGANISERS,
    Check,
    Claim,
    Entry,
    Fact,
    Moved,
    Paper,
    Refusal,
    Shown,
    Signature,
    Text,
    Value,
    Work,
)

__all__ = [
    "BANK", "ESCROW", "FAUCET", "ORGANISERS", "Check", "Claim", "Criterion", "Entry", "Fact",
    "Moved", "Paper", "Player", "Readiness", "Refusal", "Role", "Scene", "Shown", "Signature",
    "Step", "Story", "Text", "Value", "Volume", "Work", "checks_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A part in a story.

    Attributes:
        name: For programs.
        title: What they are in it.
        company: The invented company's name.
    """

    name: str
    title: Text
    company: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Attributes:
        name: For addresses and idempotency keys; it never changes.
        short: Two or three words, for the list of steps.
        title: A heading.
        roles: Who acts; the first one is asked to.
        before: What is about to happen. ``{customer}`` and the like are the companies' names.
        button: What the button says.
        after: What has happened.
        why: What the blockchain is good for here.
        play: Does it.
    """

    name: str
    short: Text
    title: Text
    roles: tuple[str, ...]
    before: Text
    button: Text
    after: Text
    why: Text
    play: Callable[[Scene], Awaitable[Shown]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a pilot is held to: a measured number, and what it must be.

    Attributes:
        measure: The name in :attr:`Shown.measures`.
        equals: Exactly this; or
        at_least: this or more; or
        at_most: this or less.
    """

    name: str
    text: Text
    measure: str
    equals: int | None = None
    at_least: int | None = None
    at_most: int | None = None

    def met(self, found: int | None) -> bool:
        """Whether a measured number is as wanted; one that was not measured never is."""
        if found is None:
            return False
        return (
            (self.equals is None or found == self.equals)
            and (self.at_least is None or found >= self.at_least)
            and (self.at_most is None or found <= self.at_most)
        )


@dataclass(frozen=True, slots=True)
class Readiness:
    """The technology readiness level, 1 to 9, that a pilot shows."""

    level: int
    why: Text


@dataclass(frozen=True, slots=True)
class Volume:
    """The company's own volume, for costs per customer and per year.

    Attributes:
        unit: What is counted.
        units_in_run: How many of them one run does.
        units_per_year: How many the company has in a year.
        customers: How many customers share them.
    """

    unit: Text
    units_in_run: int
    units_per_year: int
    customers: int


@dataclass(frozen=True, slots=True)
class Story:
    """A pilot.

    Attributes:
        name: For addresses; it never changes.
        number: Of the programme's pilots; None for a demo beside them.
        area: Focus area, by its name for programs.
        sector: The trade.
        title: What it is about.
        summary: Two sentences for who chooses.
        story: Who they are and what they need.
        learn: What the company wants to learn.
        minutes: How long it takes people.
        roles: Who plays.
        steps: What happens, in order.
        claims: What the pilot says it has shown, beside what the chain says.
        criteria: What it is held to.
        deeds: What functions of its own contracts do, by ``Contract.function``.
        risks: What may go otherwise outside of a sandbox.
        questions: Left open.
        readiness: How far it carries.
        volume: The company's own.
        trouble: The step in which something goes wrong.
        mended: The step that puts it right.
        unwind: Leaves nothing stuck after a failure; None for the general way.
    """

    name: str
    number: int | None
    area: str
    sector: Text
    title: Text
    summary: Text
    story: Text
    learn: Text
    minutes: int
    roles: tuple[Role, ...]
    steps: tuple[Step, ...]
    claims: Callable[[Scene], Awaitable[list[Claim]]]
    criteria: tuple[Criterion, ...]
    risks: tuple[Text, ...]
    questions: tuple[Text, ...]
    readiness: Readiness
    volume: Volume
    trouble: str | None = None
    mended: str | None = None
    deeds: Mapping[str, Text] = field(default_factory=dict)
    unwind: Callable[[Scene], Awaitable[None]] | None = None

    def step(self, name: str) -> Step | None:
        """A step by its name."""
        return next((step for step in self.steps if step.name == name), None)

    def role(self, name: str) -> Role:
        """A role by its name. Raises :class:`KeyError`."""
        return {role.name: role for role in self.roles}[name]
