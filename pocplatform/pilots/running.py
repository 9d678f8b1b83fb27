"""Runs pilots durably: a run that is cut off, by whatever, goes on at the step where it stopped.

A run is a workflow of DBOS, and each sign-up, step, unwinding and evaluation a step of it, whose
result is kept in a file of mode 0600: it holds the companies' secret keys. There is one file for
each history of a chain, so that a run never goes on where its companies are not known. A process
that begins takes on what another left unfinished; two at a time there cannot be.

DBOS is one a process and takes half a second of a processor to load: this module is loaded by who
runs pilots, never by the gateway, which has a DBOS of its own.
"""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import uuid4

# Before DBOS is loaded: without a handler it would write to standard error by itself.
logging.getLogger("dbos").addHandler(logging.NullHandler())

from dbos import DBOS, DBOSConfig, SetWorkflowID  # noqa: E402

from pocplatform.client import AsyncSandbox, Retry  # noqa: E402
from pocplatform.pilots import evidence_pack, playing  # noqa: E402
from pocplatform.pilots.comparing import keep  # noqa: E402
from pocplatform.pilots.errors import (  # noqa: E402
    PASSING,
    RunnerBusy,
    StateUnusable,
)
from pocplatform.pilots.evaluating import evaluate  # noqa: E402
from pocplatform.pilots.evaluation import Evaluation, Failure, Unwound  # noqa: E402
from pocplatform.pilots.network_costs import Prices  # noqa: E402
from pocplatform.pilots.runs import CastMember, Frame, PlayedStep  # noqa: E402
from pocplatform.pilots.shown import Shown  # noqa: E402
from pocplatform.pilots.story import Story  # noqa: E402

logger = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 4
"""Runs that go on at a time: most of one is waiting."""

_VERSION = "2"
"""Of the workflow below: what was begun under another version is not gone on with."""
_UNFINISHED = ["PENDING", "ENQUEUED"]
_LOOK_S = 0.2
_WAIT_S = 60.0
_RETRY = Retry(seconds=60.0)
_RECOVERIES = 1000

State = Literal["begun", "going_on", "signed_up", "step", "failed", "unwound", "evaluated"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Something that has happened in a run; ``step`` is the name of a step that was played."""

    pilot: str
    state: State
    step: str = ""


@dataclass(frozen=True)
class Options:
    """How and where pilots are run.

    Attributes:
        base_url: The sandbox.
        organisers_key: Their secret key.
        folder: Where state and results are kept.
        prices: What gas costs.
        language: Of the texts that go into documents.
        sign_up_code: For sandboxes that ask for one.
        at_once: Runs that go on at a time.
        patience_s: How long a sandbox that does not answer is waited for.
        tell: Told of progress.
    """

    base_url: str
    organisers_key: str = field(repr=False)
    folder: Path
    prices: Prices
    language: str = "en"
    sign_up_code: str | None = field(default=None, repr=False)
    at_once: int = AT_ONCE
    patience_s: float = playing.PATIENCE_S
    tell: Callable[[Progress], None] = lambda _: None


def run(stories: Sequence[Story], options: Options) -> list[Evaluation]:
    """Run pilots, or go on with runs of theirs that were cut off; their evaluations, in order.

    Runs of other pilots that were cut off go on beside them. Raises
    :class:`~pocplatform.client.problems.SandboxError` if the sandbox does not answer for longer
    than the patience lasts; the same call goes on then.
    """
    with _alone(options.folder):
        return asyncio.run(_run(stories, options))


async def _run(stories: Sequence[Story], options: Options) -> list[Evaluation]:
    async with AsyncSandbox(
        options.base_url,
        options.organisers_key,
        language=options.language,
        wait=_WAIT_S,
        retry=_RETRY,
    ) as organisers:
        chain = await organisers.chain.get()
        history = chain.epoch.id if chain.epoch is not None else chain.genesis_hash
        runner = _Runner({story.name: story for story in stories}, options, organisers)
        runner.launch(options.folder / f"state-{history.removeprefix('0x')[:16]}.db")
        try:
            return await runner.all([story.name for story in stories])
        finally:
            await asyncio.to_thread(runner.close)


class _Runner:
    """DBOS with the runs of pilots; one in a process."""

    current: "_Runner"
    """The one in use: DBOS has its functions by name, and they find their way by this."""

    def __init__(
        self, stories: dict[str, Story], options: Options, organisers: AsyncSandbox
    ) -> None:
        self._stories = stories
        self.options = options
        self.organisers = organisers
        self.gate = asyncio.Semaphore(options.at_once)
        self._gave_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        _Runner.current = self

    def launch(self, state: Path) -> None:
        """Begin, and take on what was cut off. Called in the event loop, which DBOS then uses."""
        try:
            # Made first, so that nobody else can ever read it; what SQLite puts beside it is alike.
            os.close(os.open(state, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise state_unusable(state, error) from error
        config: DBOSConfig = {
            "name": "pocplatform-pilots",
            "application_version": _VERSION,
            "executor_id": "runner",
            "log_level": "WARNING",
            "system_database_url": f"sqlite:///{state}",
        }
        DBOS(config=config)
        DBOS.launch()

    @staticmethod
    def close() -> None:
        """End; what is under way goes on with the next runner."""
        DBOS.destroy()

    async def all(self, names: Sequence[str]) -> list[Evaluation]:
        """The evaluations of pilots, by their names."""
        unfinished = {
            tuple(found.input["args"]): found.workflow_id
            for found in await DBOS.list_workflows_async(
                status=_UNFINISHED, name=_WORKFLOW, app_version=_VERSION
            )
            if found.input is not None
        }
        handles: dict[tuple[str, ...], Any] = {}
        for (pilot, language), id_ in unfinished.items():
            if self.find(pilot) is None:
                logger.warning("a run of %s waits until its folder is named again", pilot)
                continue
            self.tell(pilot, "going_on")
            handles[pilot, language] = await DBOS.retrieve_workflow_async(id_)
        for name in names:
            if (name, self.options.language) not in handles:
                with SetWorkflowID(f"run_{uuid4().hex}"):
                    handles[name, self.options.language] = await DBOS.start_workflow_async(
                        _run_pilot, name, self.options.language
                    )
        results = {
            which: asyncio.ensure_future(handle.get_result(polling_interval_sec=_LOOK_S))
            for which, handle in handles.items()
        }
        open_ones: set[asyncio.Future[Any]] = {self._gave_up, *results.values()}
        while open_ones - {self._gave_up} and not self._gave_up.done():
            _, open_ones = await asyncio.wait(open_ones, return_when=asyncio.FIRST_COMPLETED)
        if self._gave_up.done():
            await self._gave_up
        wanted = [results[name, self.options.language] for name in names]
        for (pilot, _), result in results.items():
            if result not in wanted and result.exception() is not None:
                logger.error("a run of %s that went on has failed: %s", pilot, result.exception())
        return [Evaluation.model_validate_json(result.result()) for result in wanted]

    def find(self, pilot: str) -> Story | None:
        """A pilot by its name: one of those to be run, or another of the package."""
        from pocplatform.pilots.stories import story

        return self._stories.get(pilot) or story(pilot)

    def story(self, pilot: str) -> Story:
        """A pilot that a run goes on with, which has begun by finding it."""
        found = self.find(pilot)
        assert found is not None
        return found

    async def patiently(self, do: Callable[[], Awaitable[T]]) -> T:
        """Do something as often as the sandbox does not answer; in the end, give up for now.

        The workflow then stays as it is, and the next runner goes on with it.
        """
        try:
            return await playing.patiently(do, self.options.patience_s)
        except PASSING as error:
            if not self._gave_up.done():
                self._gave_up.set_exception(error)
            await asyncio.Event().wait()
            raise  # not come to: the process ends

    def tell(self, pilot: str, state: State, step: str = "") -> None:
        """Tell of progress."""
        self.options.tell(Progress(pilot, state, step))


@DBOS.step(name="pilot.begin")
async def _begin(pilot: str, run_id: str, language: str) -> str:
    runner = _Runner.current
    frame = await runner.patiently(
        lambda: playing.begin(runner.organisers, runner.story(pilot), run_id, language)
    )
    runner.tell(pilot, "begun")
    return frame.model_dump_json()


@DBOS.step(name="pilot.sign_up")
async def _sign_up(pilot: str, role: str) -> str:
    """A company for a role, or nothing if the pilot has no such role any more."""
    runner = _Runner.current
    story = runner.story(pilot)
    if not any(one.name == role for one in story.roles):
        return ""
    member = await runner.patiently(
        lambda: playing.sign_up(
            runner.organisers, story.role(role), pilot, runner.options.sign_up_code
        )
    )
    return member.model_dump_json()


@DBOS.step(name="pilot.play")
async def _play(step: str, frame: str, cast: list[str], played: list[str]) -> str:
    runner, here = _Runner.current, Frame.model_validate_json(frame)
    story = runner.story(here.pilot)
    found = story.step(step)
    if found is None or _changes(story, here):
        one = _changed(step, _changes(story, here))
    else:
        one = await runner.patiently(
            lambda: playing.play(found, here, _cast(cast), runner.organisers, _played(played))
        )
    runner.tell(here.pilot, "step" if one.failure is None else "failed", step)
    return one.model_dump_json()


@DBOS.step(name="pilot.compare")
async def _compare(frame: str) -> list[str]:
    """How a pilot that was played to its end differs from what was begun."""
    here = Frame.model_validate_json(frame)
    return _changes(_Runner.current.story(here.pilot), here)


@DBOS.step(name="pilot.unwind")
async def _unwind(frame: str, cast: list[str], played: list[str]) -> str:
    runner, here = _Runner.current, Frame.model_validate_json(frame)
    story = runner.story(here.pilot)
    unwound = await runner.patiently(
        lambda: playing.unwind(story, here, _cast(cast), runner.organisers, _played(played))
    )
    runner.tell(here.pilot, "unwound")
    return unwound.model_dump_json()


@DBOS.step(name="pilot.evaluate")
async def _evaluate(frame: str, cast: list[str], played: list[str], unwound: str | None) -> str:
    runner, here = _Runner.current, Frame.model_validate_json(frame)
    evaluation = await runner.patiently(
        lambda: evaluate(
            runner.story(here.pilot),
            here,
            _cast(cast),
            runner.organisers,
            _played(played),
            Unwound.model_validate_json(unwound) if unwound is not None else None,
            runner.options.prices,
        )
    )
    keep(evaluation, runner.options.folder)
    runner.tell(here.pilot, "evaluated")
    return evaluation.model_dump_json()


@DBOS.step(name="pilot.publish")
async def _publish(evaluation: str, cast: list[str]) -> None:
    """Give the evaluation to the sandbox, which makes reports of it, and pack the evidence."""
    runner, found = _Runner.current, Evaluation.model_validate_json(evaluation)
    content = json.loads(evaluation)
    kept = await runner.patiently(
        lambda: runner.organisers.pilot_runs.create(content, idempotency_key=found.run)
    )
    files = await runner.patiently(
        lambda: evidence_pack.gather(found, _cast(cast), runner.organisers, kept)
    )
    evidence_pack.keep(evidence_pack.packed(files, found), runner.options.folder, found.pilot)


_WORKFLOW = "pilot.run"


@DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=_RECOVERIES)
async def _run_pilot(pilot: str, language: str) -> str:
    """A run from its beginning to its evaluation, as JSON.

    Roles and steps are those that it was begun with, since DBOS holds each of its steps against
    what was done before an interruption; a pilot that was changed meanwhile fails at the step that
    comes next, and is unwound.
    """
    if _Runner.current.find(pilot) is None:
        await asyncio.Event().wait()  # for a runner that is told of its folder
    async with _Runner.current.gate:
        run_id = DBOS.workflow_id
        assert run_id is not None
        frame = await _begin(pilot, run_id, language)
        plan = Frame.model_validate_json(frame)
        cast = [one for role in plan.roles if (one := await _sign_up(pilot, role))]
        _Runner.current.tell(pilot, "signed_up")
        played: list[str] = []
        failed = False
        for step in plan.steps:
            played.append(await _play(step, frame, cast, played))
            failed = _played(played)[-1].failure is not None
            if failed:
                break
        if not failed and (changes := await _compare(frame)):
            last = _played(played)[-1]
            failure = _changed(last.name, changes).failure
            played[-1] = last.model_copy(update={"failure": failure}).model_dump_json()
            failed = True
        unwound = await _unwind(frame, cast, played) if failed else None
        evaluation = await _evaluate(frame, cast, played, unwound)
        await _publish(evaluation, cast)
        return evaluation


def _changes(story: Story, frame: Frame) -> list[str]:
    """The roles and steps by which a pilot differs from what a run was begun with."""
    before = {"role": frame.roles, "step": frame.steps}
    now = {
        "role": [role.name for role in story.roles],
        "step": [step.name for step in story.steps],
    }
    found = []
    for kind, names in before.items():
        found += [f"the {kind} {name} is gone" for name in names if name not in now[kind]]
        found += [f"the {kind} {name} is new" for name in now[kind] if name not in names]
        if not found and names != now[kind]:
            found.append(f"the {kind}s are in another order")
    return found


def _changed(step: str, changes: Sequence[str]) -> PlayedStep:
    """The failure of a run whose pilot was changed while it was cut off."""
    return PlayedStep(
        name=step,
        shown=Shown(),
        seconds=0.0,
        transactions=[],
        failure=Failure(
            code="pilot_changed",
            sentence=f"The pilot was changed while its run was cut off: {', '.join(changes)}.",
            next_step="What was begun is ended; run the pilot again.",
        ),
    )


def _cast(cast: Sequence[str]) -> list[CastMember]:
    return [CastMember.model_validate_json(one) for one in cast]


def _played(played: Sequence[str]) -> list[PlayedStep]:
    return [PlayedStep.model_validate_json(one) for one in played]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only runner of a folder. The system lets go of it however the process ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise state_unusable(folder, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunnerBusy(
                f"Pilots are being run by another process, with its state in {folder}.",
                next_step="Wait for it, or end it; its runs can be gone on with.",
            ) from error
        yield
    finally:
        os.close(descriptor)


def state_unusable(path: Path, error: OSError) -> StateUnusable:
    """The error for a folder or file of the runner's that cannot be used."""
    return StateUnusable(
        f"{path} cannot be used: {error.strerror}.",
        next_step="Make its folder one that you may write to, with room on its disk.",
    )
