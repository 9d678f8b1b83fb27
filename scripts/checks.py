"""Run every check in three lanes, log each to .build/checks, end with one line of counts.

Called by scripts/test after the set-up. Counts come from the JUnit reports of the test runners;
each check without a report (format, lint, types, layers) counts as one. A runner that ends badly
without naming a failed test, writes no report, or collects nothing counts as one failure: nothing
that went wrong can hide behind a zero.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / ".build" / "checks"
BINARIES = ROOT / ".venv" / "bin"
STEP_TIMEOUT_S = 3_600
NIGHTLY_TIMEOUT_S = 3_600
SHOWN_LINES = 120
PROPERTIES = "tests/properties"
APE_VARIABLES = {
    "APE_DATA_FOLDER": str(ROOT / ".build" / "ape"),
    # No plugin of pytest but ape's own: the others, hypothesis first, take longer to import than
    # the tests of a contract to run.
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}
"""For a process of ape: its files are kept in this folder, and it starts sooner."""


@dataclass
class Counts:
    """Numbers of tests by outcome."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass
class Step:
    """One tool.

    Attributes:
        name: For people, and the name of its log.
        command: What to run, from the checkout's root.
        report: Whether it writes a JUnit report to `OUTPUT/<name>.xml`.
        env: Variables on top of ours.
        timeout_s: After how many seconds it is ended.
    """

    name: str
    command: list[str]
    report: bool = False
    env: dict[str, str] = field(default_factory=dict)
    timeout_s: int = STEP_TIMEOUT_S

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return OUTPUT / f"{self.name.replace(' ', '-')}.log"

    @property
    def junit(self) -> Path:
        """Where its report goes."""
        return self.log.with_suffix(".xml")


def count(step: Step, exit_code: int) -> Counts:
    """What a finished step adds to the total."""
    if not step.report:
        return Counts(passed=1) if exit_code == 0 else Counts(failed=1)
    try:
        counts = read_report(step.junit)
    except (OSError, ElementTree.ParseError, ValueError):
        counts = Counts()
    total = counts.passed + counts.failed + counts.skipped
    if (exit_code != 0 and counts.failed == 0) or total == 0:
        counts += Counts(failed=1)
    return counts


def read_report(path: Path) -> Counts:
    """The counts of a JUnit report; an error in set-up or tear-down is a failure."""
    counts = Counts()
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        counts += Counts(max(total - failed - skipped, 0), failed, skipped)
    return counts


class Runner:
    """Runs lanes of steps beside one another and leaves none of their processes behind."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.failures: list[tuple[Step, int]] = []
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self._stopped = False

    def run_lanes(self, *lanes: Sequence[Step]) -> None:
        """Run each lane in its order, all lanes at once."""
        threads = [threading.Thread(target=self._run_lane, args=(lane,)) for lane in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)

    def stop(self) -> None:
        """End everything that runs."""
        with self._guard:
            self._stopped = True
            for process in self._processes:
                end_group(process)

    def _run_lane(self, steps: Sequence[Step]) -> None:
        for step in steps:
            began = time.monotonic()
            exit_code = self._run(step)
            counts = count(step, exit_code)
            seconds = time.monotonic() - began
            with self._guard:
                self.counts += counts
                mark = "FAIL" if counts.failed else "ok  "
                detail = f"  ({counts})" if step.report else ""
                print(f"{mark} {seconds:6.1f} s  {step.name}{detail}", flush=True)
                if counts.failed:
                    self.failures.append((step, exit_code))

    def _run(self, step: Step) -> int:
        with step.log.open("wb") as log:
            with self._guard:
                if self._stopped:
                    return 1
                try:
                    process = subprocess.Popen(
                        step.command,
                        cwd=ROOT,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        env={**os.environ, **step.env},
                        start_new_session=True,
                    )
                except OSError as error:
                    log.write(f"{step.command[0]} cannot be started: {error}\n".encode())
                    return 1
                self._processes.add(process)
            try:
                return process.wait(step.timeout_s)
            except subprocess.TimeoutExpired:
                end_group(process)
                log.write(f"\nEnded after {step.timeout_s} s.\n".encode())
                return process.wait()
            finally:
                end_group(process)  # whatever the step left running
                with self._guard:
                    self._processes.discard(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a step's process group: the step and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)


def tool(name: str, *arguments: str) -> list[str]:
    """A command of the environment."""
    return [str(BINARIES / name), *arguments]


def static_steps() -> list[Step]:
    """The checks that read the code without running it."""
    return [
        Step("format", tool("ruff", "format", "--check", "--quiet", ".")),
        Step("lint", tool("ruff", "check", ".")),
        Step("layers", tool("lint-imports")),
        Step("types", tool("mypy")),
        Step("locks", tool("python", "scripts/lock", "--check")),
        Step("slither", tool("python", "scripts/analysis.py")),
    ]


def contract_steps(*, long: bool, selection: list[str]) -> list[Step]:
    """ape's tests on the embedded EVM; in the long form on anvil too."""
    networks = {"embedded": "ethereum:local:test", "foundry": "ethereum:local:foundry"}
    named = selection != ["tests/contracts"]
    steps = []
    for short, network in list(networks.items())[: None if long else 1]:
        step = Step(f"contracts {short}", [], report=True, env=APE_VARIABLES)
        step.command = tool("ape", "test", *selection, "--network", network, "-p", "ape_test")
        step.command += ["-p", "no:cacheprovider", f"--junitxml={step.junit}"]
        step.command += [] if long or named else ["-m", "not slow"]
        steps.append(step)
    return steps


def pytest_step(name: str, marks: str, arguments: list[str], *, coverage: bool = False) -> Step:
    """A pytest run; with coverage, its own processes are included in that."""
    step = Step(name, [], report=True)
    run = tool("coverage", "run", "-m", "pytest") if coverage else tool("pytest")
    step.command = [*run, "-p", "no:ape_test", *arguments]
    step.command += [f"--junitxml={step.junit}", *(["-m", marks] if marks else [])]
    step.env = {"COVERAGE_FILE": str(OUTPUT / "coverage")}
    return step


def nightly_step(arguments: list[str]) -> Step:
    """The state machines of the contracts, with many times as many steps, and random ones."""
    step = pytest_step("properties", "", ["-n", "2", "--dist", "loadfile", *arguments])
    step.env |= {"POC_PROFILE": "nightly", "POC_RANDOM": "1"}
    step.timeout_s = NIGHTLY_TIMEOUT_S
    return step


def run_everything(runner: Runner, *, long: bool, nightly: bool) -> None:
    """All checks: what reads the code and the contracts' tests beside the tests of the code."""
    shutil.rmtree(ROOT / ".build" / "looked-at", ignore_errors=True)
    marks = "not serial" if long else "not serial and not slow"
    apart = [f"--ignore={PROPERTIES}"] if nightly else []
    # Two workers, for the tests wait for processes of theirs as often as they compute. A file's
    # tests stay together, since they share a platform or a compilation; and in their order, in
    # which what takes long is not last.
    workers = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    tests = pytest_step("tests", marks, [*workers, *apart], coverage=long)
    tests.env |= {"POC_RANDOM": "1"} if long else {}
    # The contracts' tests are one process and take longest: they get a processor, and the tests of
    # the code all that is left, so that no processor is idle at the end.
    tests.command = ["nice", *tests.command]
    runner.run_lanes(
        contract_steps(long=long, selection=["tests/contracts"]),
        [tests],
        static_steps(),
    )
    runner.run_lanes([Step("pages", tool("python", "scripts/pages.py"))])
    if long:
        # Alone on the machine: these measure times or use up something.
        runner.run_lanes([pytest_step("serial tests", "serial", [], coverage=True)])
    if nightly:
        runner.run_lanes([nightly_step([PROPERTIES])])


def run_selection(runner: Runner, arguments: list[str], *, long: bool, nightly: bool) -> None:
    """Only what the arguments name; contracts go to ape, all else to pytest."""
    paths = [argument for argument in arguments if (ROOT / argument.split("::")[0]).exists()]
    if paths and all(path.startswith("tests/contracts") for path in paths):
        runner.run_lanes(contract_steps(long=long, selection=arguments))
    else:
        runner.run_lanes(
            [nightly_step(arguments) if nightly else pytest_step("tests", "", arguments)]
        )


def show_failures(runner: Runner) -> None:
    """The end of the log of each step that failed."""
    for step, exit_code in runner.failures:
        print(f"\n--- {step.name} (exit code {exit_code}; all of it: {step.log.relative_to(ROOT)})")
        lines = step.log.read_text(encoding="utf-8", errors="replace").splitlines()
        print("\n".join(lines[-SHOWN_LINES:]))


def show_coverage() -> None:
    """One line with the share of the code that the tests ran, where it is known."""
    env = {**os.environ, "COVERAGE_FILE": str(OUTPUT / "coverage")}
    for verb in (("combine", "--quiet"), ("xml", "--quiet", "-o", str(OUTPUT / "coverage.xml"))):
        subprocess.run(tool("coverage", *verb), cwd=ROOT, env=env, capture_output=True, check=False)
    total = subprocess.run(
        tool("coverage", "report", "--format=total"),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if total.returncode == 0:
        print(f"coverage {total.stdout.strip()} % of pocplatform (lines and branches)")


def main() -> int:
    """Command line: see scripts/test. Answers the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/test",
        description="Run every check and test; the last line has the counts.",
        epilog="Anything else is passed to pytest: paths, -k, -x, -v.",
    )
    parser.add_argument(
        "--long", action="store_true", help="also the tests marked slow, and contracts on anvil"
    )
    parser.add_argument(
        "--nightly",
        action="store_true",
        help="as --long, with 10,000 random steps of each contract's state machine",
    )
    options, selection = parser.parse_known_args()
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    # Often set in containers; without compiled modules every process of the tests starts slower.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    long = options.long or options.nightly
    if not selection or any(argument.startswith("tests/browser") for argument in selection):
        # Without it, the tests of pages are skipped and say why.
        subprocess.run([sys.executable, str(ROOT / "scripts" / "chromium.py")], check=False)
    runner = Runner()
    began = time.monotonic()
    try:
        if selection:
            run_selection(runner, selection, long=long, nightly=options.nightly)
        else:
            run_everything(runner, long=long, nightly=options.nightly)
    except KeyboardInterrupt:
        return 130
    finally:
        runner.stop()
    show_failures(runner)
    print()
    show_coverage()
    print(f"took {time.monotonic() - began:.0f} s")
    print(runner.counts)
    return 1 if runner.counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
