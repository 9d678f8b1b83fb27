"""A pytest plugin: the collected tests run once for every mutant, each time in a forked process.

The mutant's code takes the contract's place in memory, wherever compiled contracts are looked up;
nothing on the disk changes. The first run is of the contract as it is:
it has to pass, and tells which tests are quick. These go first, and the first failure ends a run.

Loaded with `-p mutation.plugin`; `POC_MUTATION_JOB` names the job, a file as `Job` writes it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from pocplatform.chain.artifacts import Artifact, Artifacts

VARIABLE = "POC_MUTATION_JOB"
ORIGINAL = "original"


@dataclass(frozen=True)
class Job:
    """What to run.

    Attributes:
        contract: The contract's name.
        codes: Creation and runtime code (hex) by the mutant's id, `original` first.
        verdicts: A file to which a line of JSON is added for each: `id`, and `by`, the name of the
            test that failed, or nothing where all passed.
        seconds: Longer than this is a failure too.
    """

    contract: str
    codes: dict[str, tuple[str, str]]
    verdicts: str
    seconds: float

    def save(self, path: Path) -> None:
        """Write it for the plugin."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


class Watch:
    """Notes the first failure and how long each test takes."""

    def __init__(self) -> None:
        self.failed = self.why = ""
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for set-up, call and tear-down of each test."""
        if report.failed and not self.failed:
            self.failed = report.nodeid
            self.why = report.longreprtext
        spent = self.seconds.get(report.nodeid, 0.0)
        if report.when == "call":
            self.seconds[report.nodeid] = spent + report.duration


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of running the tests once; what the tests' conftest does here comes before."""
    if session.testsfailed:
        raise session.Interrupted("the tests cannot be collected")
    job = Job(**json.loads(Path(os.environ[VARIABLE]).read_text(encoding="utf-8")))
    _get_ready()
    sys.stdout.flush()
    for mutant, code in job.codes.items():
        spent = Path(job.verdicts).with_suffix(".seconds")
        by = _forked(session, job, code, spent)
        if mutant == ORIGINAL:
            if by:
                pytest.exit(f"{by} fails on the contract as it is", returncode=1)
            _quick_files_first(session, json.loads(spent.read_text(encoding="utf-8")))
        else:
            with Path(job.verdicts).open("a", encoding="utf-8") as verdicts:
                verdicts.write(json.dumps({"id": mutant, "by": by}) + "\n")
    return True


def _quick_files_first(session: pytest.Session, seconds: dict[str, float]) -> None:
    """Whole files, since a file's tests share fixtures."""
    files: defaultdict[Path, float] = defaultdict(float)
    for item in session.items:
        files[item.path] += seconds.get(item.nodeid, 0.0)
    session.items.sort(key=lambda item: files[item.path])


def _forked(session: pytest.Session, job: Job, code: tuple[str, str], spent: Path) -> str:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        watch = Watch()
        try:
            _run(session, job.contract, code, watch)
        except BaseException as error:
            watch.failed = watch.failed or type(error).__name__
        finally:
            spent.write_text(json.dumps(watch.seconds), encoding="utf-8")
            Path(job.verdicts).with_suffix(".why").write_text(watch.why, encoding="utf-8")
            os.write(writer, watch.failed.encode())
            os._exit(0)
    os.close(writer)
    try:
        return _awaited(child, reader, time.monotonic() + job.seconds)
    finally:
        os.close(reader)
        for number in (signal.SIGTERM, signal.SIGKILL):  # with what it started, such as anvil
            try:
                os.killpg(child, number)
            except ProcessLookupError:
                break


def _awaited(child: int, reader: int, deadline: float) -> str:
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.read(reader, 10_000).decode() if status == 0 else f"exit status {status}"
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "the time limit"


def _run(session: pytest.Session, contract: str, code: tuple[str, str], watch: Watch) -> None:
    look_up = Artifacts.__getitem__

    def look_up_mutant(artifacts: Artifacts, name: str) -> Artifact:
        artifact = look_up(artifacts, name)
        if name != contract:
            return artifact
        creation, runtime = map(bytes.fromhex, code)
        return replace(artifact, bytecode=creation, deployed_bytecode=runtime)

    Artifacts.__getitem__ = look_up_mutant  # type: ignore[method-assign]
    session.config.pluginmanager.register(watch)
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if watch.failed:
            break
    session._setupstate.teardown_exact(None)  # ends the fixtures of those not run any more


def _get_ready() -> None:
    """What the tests do in a thread has to be done: threads do not live on in a fork."""
    compiled = sys.modules.get("evm_support.compiled")
    if compiled:
        compiled.revert_decoder()
    # A failure is all that counts here; the smallest example of it would take long to find.
    from hypothesis.internal.conjecture import engine

    engine.MAX_SHRINKS = 0
