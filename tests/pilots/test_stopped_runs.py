"""Runs that are cut off: steps that are done again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from pocplatform.client import AsyncSandbox
from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.story import Player, Scene

ALL = (
    "robot-cell-twin", "solar-neighbours", "battery-capacity", "shared-delivery", "joint-offering"
)  # fmt: skip


@asynccontextmanager
async def opened(name: str, base_url: str, admin_key: str) -> AsyncIterator[Scene]:
    """The scene of a new run, whose ``before`` is a list to add to."""
    story = story_by_name(name)
    assert story is not None
    async with AsyncSandbox(base_url, admin_key) as organisers:
        cast = {
            role.name: await organisers.organizations.sign_up(role.company) for role in story.roles
        }
        yield Scene(
            run=f"run_{uuid4().hex}",
            language="en",
            players={
                role: Player(role, one.id, one.name, "", one.wallet.address, one.wallet.did)
                for role, one in cast.items()
            },
            sandbox=lambda role: organisers.with_key(cast[role].secret_key),
            organisers=organisers,
            before=[],
        )


async def everybody_has(scene: Scene) -> dict[str, int]:
    return {role: await scene.chain.money(one.address) for role, one in scene.players.items()}


@pytest.mark.parametrize("name", ALL)
def test_every_step_can_be_done_again_as_after_an_interruption(base_url, admin_key, name):
    story = story_by_name(name)

    async def played() -> None:
        async with opened(name, base_url, admin_key) as scene:
            for step in story.steps:
                first = await step.play(scene)
                has = await everybody_has(scene)
                again = await step.play(scene)
                assert await everybody_has(scene) == has, step.name
                assert [one.hash for one in again.entries] == [one.hash for one in first.entries]
                assert again.measures == first.measures
                scene.before.append(again)
            assert [one for one in await story.claims(scene) if not one.ok] == []

    asyncio.run(played())
