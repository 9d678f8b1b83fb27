"""Pilots that stop in the middle: money that contracts hold comes back."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from pocplatform.client import AsyncSandbox
from pocplatform.pilots import playing
from pocplatform.pilots.evaluation import Unwound
from pocplatform.pilots.runs import scene
from pocplatform.pilots.stories import story as story_by_name


async def stopped(
    name: str, last: str, holder: str, base_url: str, admin_key: str
) -> tuple[int, int, Unwound, list[str]]:
    """Play up to a step, then leave: cents of the holder before and after, and what was done."""
    story = story_by_name(name)
    async with AsyncSandbox(base_url, admin_key) as organisers:
        frame = await playing.begin(organisers, story, f"run_{uuid4().hex}", "en")
        cast = [await playing.sign_up(organisers, role, name, None) for role in story.roles]
        played = []
        for step in story.steps:
            played.append(await playing.play(step, frame, cast, organisers, played))
            if step.name == last:
                break
        here = scene(frame, cast, organisers, played)
        ids = {known: id_ for one in played for known, id_ in one.shown.known.items()}
        address = ids.get(holder) or await here.chain.address(holder)
        before = await here.chain.money(address)
        unwound = await playing.unwind(story, frame, cast, organisers, played)
        after = await here.chain.money(address)
        return before, after, unwound, [str(one.failure) for one in played if one.failure]


@pytest.mark.parametrize(
    ("name", "last", "holder", "held"),
    [
        ("side-streams", "second-load", "split_account", 126_000),
        ("side-streams", "second-load", "ServiceAgreements", 126_000),
        ("harvest-shares", "sale", "pool", 98_000),
        ("harvest-shares", "frost", "pool", 98_000),
        ("arctic-tickets", "resale", "desk", 77_400),
        ("linked-exhibition", "opening", "Parcels", 10_000),
    ],
)
def test_what_a_contract_held_comes_back_after_a_run_that_stopped(
    base_url, admin_key, name, last, holder, held
):
    before, after, unwound, failures = asyncio.run(stopped(name, last, holder, base_url, admin_key))
    assert failures == []
    assert before - after == held
    assert unwound.left == []


def test_capital_of_a_pool_comes_back_although_its_step_was_cut_off(base_url, admin_key):
    async def cut_off() -> tuple[int, int]:
        story = story_by_name("harvest-shares")
        async with AsyncSandbox(base_url, admin_key) as organisers:
            frame = await playing.begin(organisers, story, f"run_{uuid4().hex}", "en")
            cast = [await playing.sign_up(organisers, one, story.name, None) for one in story.roles]
            done = await playing.play(story.steps[0], frame, cast, organisers, [])
            here = scene(frame, cast, organisers, [])
            pool = done.shown.known["pool"]
            before = await here.chain.money(pool)
            await playing.unwind(story, frame, cast, organisers, [])
            return before, await here.chain.money(pool)

    assert asyncio.run(cut_off()) == (50_000, 0)
