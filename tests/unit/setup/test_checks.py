"""The runner's counts: nothing that went wrong may hide."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.fixture
def step(checks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(checks, "OUTPUT", tmp_path)
    return checks.Step("some tests", ["true"], report=True)


@pytest.mark.parametrize(
    ("report", "exit_code", "counts"),
    [
        (REPORT.format(5, 0, 0, 1), 0, "4 passed, 0 failed, 1 skipped"),
        (REPORT.format(5, 1, 1, 0), 1, "3 passed, 2 failed, 0 skipped"),
        (REPORT.format(5, 0, 0, 0), 2, "5 passed, 1 failed, 0 skipped"),  # interrupted
        (REPORT.format(0, 0, 0, 0), 5, "0 passed, 1 failed, 0 skipped"),  # nothing collected
        (REPORT.format(0, 0, 0, 0), 0, "0 passed, 1 failed, 0 skipped"),
        ("<testsuites><test", 0, "0 passed, 1 failed, 0 skipped"),  # killed while writing
        (None, 0, "0 passed, 1 failed, 0 skipped"),
        (None, -9, "0 passed, 1 failed, 0 skipped"),
    ],
)
def test_a_runner_counts_its_failures_and_its_own(
    checks: ModuleType, step: Any, report: str | None, exit_code: int, counts: str
) -> None:
    if report is not None:
        step.junit.write_text(report)
    assert str(checks.count(step, exit_code)) == counts


def test_lanes_add_up_and_keep_what_failed(
    checks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "OUTPUT", tmp_path)
    runner = checks.Runner()
    runner.run_lanes(
        [checks.Step("good", ["true"]), checks.Step("bad", ["false"])],
        [checks.Step("gone", [str(tmp_path / "no-such-tool")])],
    )
    assert str(runner.counts) == "1 passed, 2 failed, 0 skipped"
    assert sorted(step.name for step, _ in runner.failures) == ["bad", "gone"]


def test_what_a_step_leaves_running_is_ended(
    checks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "OUTPUT", tmp_path)
    runner = checks.Runner()
    note = tmp_path / "pid"
    runner.run_lanes([checks.Step("leaky", ["sh", "-c", f"sleep 300 & echo $! > {note}"])])
    listing = subprocess.run(
        ["ps", "-o", "stat=", "-p", note.read_text().strip()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert listing.stdout.strip() in ("", "Z")


def test_the_last_line_has_the_counts_in_the_agreed_form(root: Path, checks: ModuleType) -> None:
    assert re.fullmatch(
        r"\d+ passed, \d+ failed, \d+ skipped", str(checks.Counts(passed=3, failed=1, skipped=2))
    )
    source = (root / "scripts" / "checks.py").read_text(encoding="utf-8")
    assert "print(runner.counts)\n    return 1 if runner.counts.failed else 0" in source


def test_the_verbs_are_few_and_executable(root: Path) -> None:
    names = {path.name for path in (root / "scripts").iterdir() if path.is_file()}
    verbs = {name for name in names if "." not in name}
    assert verbs == {"sandbox", "test", "lock", "bench", "faults", "mutate", "docs"}
    for path in [*(root / "scripts" / verb for verb in verbs), root / ".ci" / "run"]:
        assert path.stat().st_mode & 0o111, f"{path} is not executable"


@pytest.mark.parametrize("name", ["sandbox", "test", "python.sh"])
def test_the_shell_scripts_are_valid_posix(root: Path, name: str) -> None:
    subprocess.run(["sh", "-n", str(root / "scripts" / name)], check=True)


def test_an_old_python_gets_a_sentence_and_no_traceback(root: Path, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for name in ("sandbox", "python.sh", "bootstrap.py"):
        (tmp_path / "scripts" / name).write_bytes((root / "scripts" / name).read_bytes())
    binaries = tmp_path / "bin"
    binaries.mkdir()
    old = binaries / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.8.10 && exit 0\nexit 1\n')
    old.chmod(0o755)
    for tool in ("sh", "dirname"):
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=True)
        (binaries / tool).symlink_to(found.stdout.strip())
    outcome = subprocess.run(
        ["/bin/sh", str(tmp_path / "scripts" / "sandbox")],
        env={"PATH": str(binaries)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Set-up stopped: Python 3.11")
    assert "Python 3.8.10" in outcome.stderr
    assert "Next step: " in outcome.stderr


def test_this_interpreter_is_one_that_the_project_supports() -> None:
    assert (3, 11) <= sys.version_info[:2] <= (3, 14)
