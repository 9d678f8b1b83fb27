"""Plays pilots through the public API of a real sandbox, for the tests of each pilot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from web3 import Web3

from pocplatform.client import AsyncSandbox, Sandbox
from pocplatform.pilots import playing
from pocplatform.pilots.evaluating import evaluate
from pocplatform.pilots.evaluation import Evaluation
from pocplatform.pilots.network_costs import prices
from pocplatform.pilots.runs import PlayedStep, scene
from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.story import Claim, Player, Refusal, Shown, Story
from tests.pilots.reading import disagreements


@dataclass
class Played:
    """A pilot that has been played to its end.

    Attributes:
        story: The pilot.
        shown: What each step has shown, by its name.
        evaluation: What the run has come to.
        players: By role.
        keys: Each role's secret key, for looking at what was done.
        again: Plays a step anew, as after an interruption, and gives what it shows.
    """

    story: Story
    language: str
    base_url: str
    players: dict[str, Player]
    keys: dict[str, str]
    evaluation: Evaluation
    shown: dict[str, Shown] = field(default_factory=dict)
    again: Callable[[str], Shown] = field(default=lambda name: Shown())

    @property
    def claims(self) -> list[Claim]:
        """As the pilot's own ``claims`` found them."""
        return self.evaluation.claims

    @property
    def measures(self) -> dict[str, int]:
        """What was measured, the last word on each."""
        return {name: value for one in self.shown.values() for name, value in one.measures.items()}

    @property
    def refusals(self) -> list[Refusal]:
        """What was refused, in order."""
        return [refusal for one in self.shown.values() for refusal in one.refusals]

    def sandbox(self, role: str) -> Sandbox:
        """The sandbox as a role, for blocking use; close it, or use it with ``with``."""
        return Sandbox(self.base_url, self.keys[role], language=self.language)


@pytest.fixture(scope="session")
def admin_key(platform) -> str:
    """The organisers' key."""
    from pocplatform.organisers import admin_secret

    return admin_secret(platform.settings)


@pytest.fixture(scope="session")
def node(platform) -> Web3:
    """The chain's node itself, not the platform's way to it."""
    return Web3(Web3.HTTPProvider(platform.gateway.client.url))


@pytest.fixture(scope="session")
def play(play_story) -> Callable[..., Played]:
    """``play("printing-licence", "fi")`` plays a pilot: all its criteria and claims must hold, and
    a second reading of the chain must give the same numbers.

    Played once for a process and language; tests share what came of it.
    """
    known: dict[tuple[str, str], Played] = {}

    def played(name: str, language: str = "en") -> Played:
        if (name, language) not in known:
            story = story_by_name(name)
            assert story is not None, f"there is no pilot {name}, or it is faulty: see the log"
            known[name, language] = play_story(story, language)
        return known[name, language]

    return played


@pytest.fixture(scope="session")
def play_story(base_url, admin_key, node) -> Callable[[Story, str], Played]:
    """``play_story(load(folder), "fi")`` plays a pilot of anywhere, as ``play`` does."""

    def played(story: Story, language: str) -> Played:
        result = asyncio.run(_played(story, language, base_url, admin_key))
        run = result.evaluation
        assert run.claims, "a pilot claims something"
        wrong = [one for one in run.claims if not one.ok]
        assert not wrong, f"the chain says otherwise: {wrong}"
        missed = [one for one in run.criteria if not one.met]
        assert not missed, f"criteria that are not met: {missed}"
        assert run.ok, run
        assert disagreements(run, node, result.shown) == []
        return result

    return played


async def _played(story: Story, language: str, base_url: str, admin_key: str) -> Played:
    async with AsyncSandbox(base_url, admin_key, language=language) as organisers:
        frame = await playing.begin(organisers, story, f"run_{uuid4().hex}", language)
        cast = [await playing.sign_up(organisers, role, story.name, None) for role in story.roles]
        played: list[PlayedStep] = []
        for step in story.steps:
            one = await playing.play(step, frame, cast, organisers, played)
            assert one.failure is None, f"{step.name}: {one.failure}"
            # As it comes back from where it is stored.
            played.append(PlayedStep.model_validate_json(one.model_dump_json()))
        evaluation = await evaluate(story, frame, cast, organisers, played, None, prices())
    result = Played(
        story,
        language,
        base_url,
        players={one.role: one.player for one in cast},
        keys={one.role: one.secret_key for one in cast},
        evaluation=evaluation,
        shown={one.name: one.shown for one in played},
    )

    async def once_more(number: int) -> Shown:
        async with AsyncSandbox(base_url, admin_key, language=language) as organisers:
            here = scene(frame, cast, organisers, played[:number])
            return await story.steps[number].play(here)

    def again(name: str) -> Shown:
        number = next(i for i, step in enumerate(story.steps) if step.name == name)
        result.shown[name] = asyncio.run(once_more(number))
        return result.shown[name]

    result.again = again
    return result
