"""Runs that stop where something has gone wrong: all money goes back to the companies."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from pocplatform.client import AsyncSandbox
from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.story import ESCROW, FAUCET, Player, Scene, Shown
from pocplatform.pilots.unwinding import unwind


@pytest.fixture
def stopped(base_url, admin_key):
    """Plays a pilot up to its trouble, and unwinds it; what was shown, and what everybody has."""

    async def played(name: str) -> tuple[list[Shown], dict[str, int], list[str]]:
        story = story_by_name(name)
        assert story is not None
        async with AsyncSandbox(base_url, admin_key) as organisers:
            cast = {
                role.name: await organisers.organizations.sign_up(role.company)
                for role in story.roles
            }
            shown: list[Shown] = []
            scene = Scene(
                run=f"run_{uuid4().hex}",
                language="en",
                players={
                    role: Player(role, one.id, one.name, "", one.wallet.address, one.wallet.did)
                    for role, one in cast.items()
                },
                sandbox=lambda role: organisers.with_key(cast[role].secret_key),
                organisers=organisers,
                before=shown,
            )
            for step in story.steps:
                shown.append(await step.play(scene))
                if step.name == story.trouble:
                    break
            if story.unwind is not None:
                await story.unwind(scene)
            left = (await unwind(scene)).left
            has = {role: await scene.chain.money(p.address) for role, p in scene.players.items()}
        return shown, has, [one.en for one in left]

    return lambda name: asyncio.run(played(name))


@pytest.mark.parametrize("name", ["robot-cell-twin", "battery-capacity", "shared-delivery"])
def test_run_that_stops_at_its_trouble_leaves_no_money_behind(stopped, name):
    shown, has, left = stopped(name)
    given = sum(one.amount for step in shown for one in step.money if one.sender == FAUCET)
    assert shown[-1].balances[ESCROW] > 0
    assert left == []
    assert sum(has.values()) == given
