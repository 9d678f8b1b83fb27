"""Pilots of which a step fails: before it begins, amid its writes, or when all its work is done."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from uuid import uuid4

import httpx

from pocplatform.client import AsyncSandbox
from pocplatform.pilots import playing
from pocplatform.pilots.chain_reader import UNITS_PER_CENT
from pocplatform.pilots.evaluating import evaluate
from pocplatform.pilots.evaluation import Evaluation, Unwound
from pocplatform.pilots.network_costs import prices
from pocplatform.pilots.runs import PlayedStep, scene
from pocplatform.pilots.scene import Scene
from pocplatform.pilots.shown import Shown
from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.unwinding import unwind as unwind_generally

ALL_ITS_WRITES = None
"""The step has done all its work when it fails, but what it found is lost."""


class Cut(Exception):
    """What the step fails by."""


class Fuse(httpx.AsyncBaseTransport):
    """Lets so many writes through, and none after them; one that is repeated counts once."""

    def __init__(self) -> None:
        self._within = httpx.AsyncHTTPTransport()
        self._left: int | None = None
        self._keys: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" and not request.url.path.startswith("/rpc"):
            # A wallet's requests, which follow OpenID's protocols, have no key.
            key = request.headers.get("Idempotency-Key") or uuid4().hex
            if key not in self._keys and self._left is not None and self._left <= self.writes:
                raise Cut
            self._keys.add(key)
        return await self._within.handle_async_request(request)

    async def aclose(self) -> None:
        await self._within.aclose()

    @property
    def writes(self) -> int:
        """How many have been let through since :meth:`allow`."""
        return len(self._keys)

    def allow(self, writes: int | None) -> None:
        """Count anew, up to so many."""
        self._left, self._keys = writes, set()


@dataclass(frozen=True)
class Ended:
    """A run that has failed, been unwound and been evaluated.

    Attributes:
        writes: Those that the failing step has made.
        organisers: The address to which the market's fees go; these are paid, not held.
        held_raw: What contracts, and devices of the run, held when it failed.
        again: What a second unwinding did, which must find nothing.
    """

    step: str
    writes: int
    organisers: str
    held_raw: int
    evaluation: Evaluation
    again: Unwound

    @property
    def held_cents(self) -> int:
        """As :attr:`held_raw`, in cents."""
        return self.held_raw // UNITS_PER_CENT

    def faults(self) -> list[str]:
        """What is not as it must be after a failure."""
        told, money = self.evaluation, self.evaluation.money
        names = [step.name for step in told.steps]
        before, after = names.index(self.step), len(names) - names.index(self.step) - 1
        states = ["done"] * before + ["failed"] + ["left"] * after
        failed, unwound = told.failed_step, told.unwound
        assert unwound is not None
        checks = {
            "the states of the steps": [step.state for step in told.steps] == states,
            "why it failed": failed is not None
            and failed.failure is not None
            and failed.failure.sentence.startswith("Cut"),
            "not a success": not told.ok,
            f"all is ended, not {unwound.left}": not unwound.left,
            f"no contract holds money, not {money.contracts_raw}": money.held_raw == 0,
            f"nobody else has money, not {money.elsewhere_raw}": money.elsewhere_raw.keys()
            <= {self.organisers},
            f"the books are right, not {money}": money.conserved,
            f"a second unwinding finds nothing, not {self.again}": not (
                self.again.done or self.again.left
            ),
        }
        return [what for what, holds in checks.items() if not holds]


def failing(
    base_url: str, admin_key: str, pilot: str, step: str, *writes: int | None
) -> list[Ended]:
    """Runs of a pilot whose step fails after so many writes, beside one another."""

    async def all_of_them() -> list[Ended]:
        return await asyncio.gather(
            *(_failing(base_url, admin_key, pilot, step, one) for one in writes)
        )

    return asyncio.run(all_of_them())


async def _failing(
    base_url: str, admin_key: str, pilot: str, step: str, writes: int | None
) -> Ended:
    story, fuse = story_by_name(pilot), Fuse()
    assert story is not None
    async with AsyncSandbox(base_url, admin_key, transport=fuse) as organisers:
        frame = await playing.begin(organisers, story, f"run_{uuid4().hex}", "en")
        cast = [await playing.sign_up(organisers, role, pilot, None) for role in story.roles]
        played: list[PlayedStep] = []
        for one in story.steps:
            if one.name != step:
                played.append(await playing.play(one, frame, cast, organisers, played))
                assert played[-1].failure is None, played[-1]
                continue

            async def cut(here: Scene, whole=one.play) -> Shown:
                await whole(here)
                raise Cut

            fuse.allow(writes)
            played.append(
                await playing.play(replace(one, play=cut), frame, cast, organisers, played)
            )
            break
        made = fuse.writes
        fuse.allow(None)

        async def evaluated(unwound: Unwound | None) -> Evaluation:
            return await evaluate(story, frame, cast, organisers, played, unwound, prices())

        here = scene(frame, cast, organisers, played)
        fees_to = (await here.chain.call("Market", "feeReceiver()(address)")).lower()
        held = (await evaluated(None)).money
        unwound = await playing.unwind(story, frame, cast, organisers, played)
        evaluation = await evaluated(unwound)
        return Ended(
            step=step,
            writes=made,
            organisers=fees_to,
            held_raw=held.held_raw
            + sum(raw for at, raw in held.elsewhere_raw.items() if at != fees_to),
            evaluation=evaluation,
            again=await unwind_generally(here),
        )
