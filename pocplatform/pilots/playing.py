"""Plays a pilot's parts one by one; :mod:`pocplatform.pilots.running` makes that durable.

Everything here may be done again after an interruption, except that signing up makes another
company, which nobody uses.
"""

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from pocplatform.client import AsyncSandbox, ContractReverted, SandboxError
from pocplatform.pilots.errors import PASSING
from pocplatform.pilots.evaluation import Failure, Unwound
from pocplatform.pilots.runs import CastMember, Frame, PlayedStep, scene
from pocplatform.pilots.scene import Scene
from pocplatform.pilots.shown import Shown, Text
from pocplatform.pilots.story import Role, Step, Story
from pocplatform.pilots.unwinding import unwind as unwind_generally

T = TypeVar("T")

PATIENCE_S = 300.0
"""How long a sandbox that does not answer is waited for."""
_LOOK_AGAIN_S = 1.0
_OF_THE_MOMENT = frozenset({"compilation_too_expensive"})
"""Refusals that a busy machine is enough for; a step is played again after one of them,"""
_TRIES = 3
"""so often altogether."""

logger = logging.getLogger(__name__)


async def patiently(do: Callable[[], Awaitable[T]], patience_s: float = PATIENCE_S) -> T:
    """Do something that may be done again, as often as the sandbox does not answer.

    Raises what the last try has raised, when the patience is at its end.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return await do()
        except PASSING as error:
            if time.monotonic() >= deadline:
                raise
            logger.info("the sandbox is waited for: %s", error)
        await asyncio.sleep(_LOOK_AGAIN_S)


async def begin(organisers: AsyncSandbox, story: Story, run: str, language: str) -> Frame:
    """Where a run begins, and what it is to play."""
    chain = await organisers.chain.get()
    return Frame(
        pilot=story.name,
        run=run,
        language=language,
        began=datetime.now(UTC),
        chain_id=chain.chain_id,
        genesis_hash=chain.genesis_hash,
        first_block=chain.block,
        roles=[role.name for role in story.roles],
        steps=[step.name for step in story.steps],
    )


async def sign_up(
    organisers: AsyncSandbox, role: Role, pilot: str, sign_up_code: str | None
) -> CastMember:
    """A company for a role, by the public API."""
    one = await organisers.with_key(None).organizations.sign_up(
        role.company, metadata={"pilot": pilot}, sign_up_code=sign_up_code
    )
    return CastMember(
        role=role.name,
        org_id=one.id,
        name=one.name,
        business_id=one.business_id or "",
        address=one.wallet.address,
        did=one.wallet.did,
        secret_key=one.secret_key,
    )


async def play(
    step: Step,
    frame: Frame,
    cast: Sequence[CastMember],
    organisers: AsyncSandbox,
    played: Sequence[PlayedStep],
) -> PlayedStep:
    """Play a step; a refusal that the story does not know of is its failure.

    Raises what says that the sandbox does not answer.
    """
    here = scene(frame, cast, organisers, played)
    began = time.monotonic()
    shown, failure = Shown(), None
    try:
        shown = await _persistently(step, here)
    except PASSING:
        raise
    except Exception as error:
        if not isinstance(error, SandboxError):
            logger.warning("the step %s of %s failed", step.name, frame.pilot, exc_info=error)
        failure = failure_of(error)
    seconds = time.monotonic() - began
    known = {id_ for one in played for id_ in one.transactions}
    sent = await new_transactions(here, known)
    if failure is None and sent.unasked:
        failure = failure_of(next(iter(sent.unasked.values())))
    return PlayedStep(
        name=step.name,
        shown=shown,
        seconds=round(seconds, 3),
        transactions=sent.ids,
        failure=failure,
    )


async def _persistently(step: Step, here: Scene) -> Shown:
    for _ in range(_TRIES - 1):
        try:
            return await step.play(here)
        except SandboxError as error:
            if error.code not in _OF_THE_MOMENT:
                raise
            logger.info("the step %s is played again: %s", step.name, error)
        await asyncio.sleep(_LOOK_AGAIN_S)
    return await step.play(here)


def failure_of(error: Exception) -> Failure:
    """Why a step failed, in words."""
    if isinstance(error, ContractReverted) and error.contract_error is not None:
        return Failure(
            code=error.contract_error.name, sentence=error.detail, next_step=error.next_step
        )
    if isinstance(error, SandboxError):
        return Failure(code=error.code, sentence=error.detail, next_step=error.next_step)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return Failure(
        code="internal_error",
        sentence=f"{type(error).__name__}: {error} ({place})",
        next_step="Correct the scenario.",
    )


class Sent(NamedTuple):
    """What the roles of a run have sent.

    Attributes:
        ids: Of transactions, each role's oldest first.
        unasked: What kept a role's from being asked for, by role: it has revoked its key, say.
    """

    ids: list[str]
    unasked: dict[str, Exception]


async def new_transactions(here: Scene, known: set[str]) -> Sent:
    """The roles' transactions that are not known yet."""
    unasked: dict[str, Exception] = {}

    async def of(role: str) -> list[str]:
        found: list[str] = []
        try:
            async for one in here.sandbox(role).transactions.list():
                if one.id in known:
                    break
                found.append(one.id)
        except PASSING:
            raise
        except Exception as error:
            unasked[role] = error
        return found[::-1]

    each = await asyncio.gather(*(of(role) for role in here.players))
    return Sent(list(dict.fromkeys(id_ for found in each for id_ in found)), unasked)


async def unwind(
    story: Story,
    frame: Frame,
    cast: Sequence[CastMember],
    organisers: AsyncSandbox,
    played: Sequence[PlayedStep],
) -> Unwound:
    """Leave nothing stuck after a failure: the pilot's own way first, then the general one."""
    here = scene(frame, cast, organisers, played)
    done: list[Text] = []
    left: list[Text] = []
    if story.unwind is not None:
        try:
            await story.unwind(here)
            done.append(
                Text(
                    "What this pilot alone has, such as contracts of its own, was ended its way",
                    "Pilotin omat järjestelyt, kuten sen omat älysopimukset, päätettiin",
                )
            )
        except PASSING:
            raise
        except Exception as error:
            logger.warning("%s could not unwind itself", frame.pilot, exc_info=error)
            why = failure_of(error).sentence
            left.append(
                Text(
                    f"What this pilot alone has could not be ended: {why}",
                    f"Pilotin omia järjestelyjä ei voitu päättää: {why}",
                )
            )
    generally = await unwind_generally(here)
    return Unwound(done=[*done, *generally.done], left=[*left, *generally.left])
