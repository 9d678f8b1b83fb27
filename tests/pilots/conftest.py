"""Plays pilots through the public API of a real sandbox, for the tests of each pilot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from pocplatform.client import AsyncSandbox, Sandbox
from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.story import Claim, Player, Refusal, Scene, Shown, Story


@dataclass
class Played:
    """A pilot that has been played to its end.

    Attributes:
        story: The pilot.
        shown: What each step has shown, by its name.
        claims: As the pilot's own ``claims`` found them.
        players: By role.
        keys: Each role's secret key, for looking at what was done.
        again: Plays a step anew, as after an interruption, and gives what it shows.
    """

    story: Story
    language: str
    base_url: str
    players: dict[str, Player]
    keys: dict[str, str]
    shown: dict[str, Shown] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    again: Callable[[str], Shown] = field(default=lambda name: Shown())

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
def play(base_url, admin_key) -> Callable[..., Played]:
    """``play("printing-licence", "fi")`` plays a pilot; all its criteria and claims must hold.

    Played once for a process and language; tests share what came of it.
    """
    known: dict[tuple[str, str], Played] = {}

    def played(name: str, language: str = "en") -> Played:
        if (name, language) not in known:
            story = story_by_name(name)
            assert story is not None, f"there is no pilot {name}, or it is faulty: see the log"
            known[name, language] = _played(story, language, base_url, admin_key)
        return known[name, language]

    return played


@pytest.fixture(scope="session")
def play_story(base_url, admin_key) -> Callable[[Story, str], Played]:
    """``play_story(load(folder), "fi")`` plays a pilot of anywhere, as ``play`` does."""
    return lambda story, language: _played(story, language, base_url, admin_key)


def _played(story: Story, language: str, base_url: str, admin_key: str) -> Played:
    with Sandbox(base_url) as anybody:
        signed_up = {role.name: anybody.organizations.sign_up(role.company) for role in story.roles}
    run = f"run_{uuid4().hex}"
    result = Played(
        story,
        language,
        base_url,
        players={
            role: Player(
                role, one.id, one.name, one.business_id or "", one.wallet.address, one.wallet.did
            )
            for role, one in signed_up.items()
        },
        keys={role: one.secret_key for role, one in signed_up.items()},
    )
    names = [step.name for step in story.steps]

    async def in_scene(upto: str | None) -> list[Claim]:
        """Play all steps, or one of them again."""
        async with AsyncExitStack() as stack:
            organisers = AsyncSandbox(base_url, admin_key, language=language)
            await stack.enter_async_context(organisers)

            def scene(before: list[str]) -> Scene:
                return Scene(
                    run=run,
                    language=language,
                    players=result.players,
                    sandbox=lambda role: organisers.with_key(result.keys[role]),
                    organisers=organisers,
                    before=[result.shown[one] for one in before],
                )

            if upto is not None:
                step = story.step(upto)
                assert step is not None
                result.shown[upto] = await step.play(scene(names[: names.index(upto)]))
                return []
            for number, step in enumerate(story.steps):
                shown = await step.play(scene(names[:number]))
                # As it comes back from where it is stored.
                result.shown[step.name] = Shown.model_validate_json(shown.model_dump_json())
            return await story.claims(scene(names))

    def again(step: str) -> Shown:
        asyncio.run(in_scene(step))
        return result.shown[step]

    result.again = again
    result.claims = asyncio.run(in_scene(None))
    assert result.claims, "a pilot claims something"
    wrong = [one for one in result.claims if not one.ok]
    assert not wrong, f"the chain says otherwise: {wrong}"
    missed = [
        (one, result.measures.get(one.measure))
        for one in story.criteria
        if not one.met(result.measures.get(one.measure))
    ]
    assert not missed, f"criteria that are not met: {missed}"
    return result
