"""The real set-up in a fresh folder: without Node, killed half-way, with a failing npm."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# What a shell script and npm need of a system; above all no node and no npm.
SYSTEM_TOOLS = ["sh", "env", "uname", "dirname", "sed", "cat"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the set-up reads, as a fresh clone has it."""
    target = tmp_path / "clone"
    target.mkdir()
    for name in ("pyproject.toml", "package.json", "package-lock.json", "LICENSE"):
        shutil.copy(ROOT / name, target)
    (target / "README.md").write_text("# A clone\n")
    for name in ("requirements", "scripts", "pocplatform"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, target / name, ignore=ignored)
    return target


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A folder of programs as on a machine without Node."""
    folder = tmp_path / "system"
    folder.mkdir()
    for name in SYSTEM_TOOLS:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def start(clone: Path, path: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [getattr(sys, "_base_executable", sys.executable), clone / "scripts" / "bootstrap.py"],
        env={**os.environ, "PATH": path},
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    _, said = process.communicate(timeout=500)
    if "the package registry cannot be reached" in said:
        pytest.skip("no package registry can be reached from here")
    assert process.returncode == 0, said
    return said


def wait_until(condition: Callable[[], bool], timeout: float = 240) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.network
def test_a_machine_without_node_gets_one_and_a_killed_set_up_is_finished(
    clone: Path, system: Path
) -> None:
    site = clone / ".venv" / "lib"
    first = start(clone, str(system))
    wait_until(lambda: first.poll() is not None or any(site.glob("*/site-packages/uv/__init__.py")))
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert not (clone / ".venv" / ".pocplatform-stamp.json").exists()

    said = finish(start(clone, str(system)))
    assert "half-finished or broken: making it afresh" in said
    assert "Installing Node.js into .venv" in said
    binaries = clone / ".venv" / "bin"
    for command in (
        [binaries / "node", "--version"],
        [binaries / "python", "-c", "import web3, sqlmodel, pocplatform"],
        [*(clone / "node_modules" / "@foundry-rs").glob("anvil-*/bin/anvil"), "--version"],
    ):
        subprocess.run(command, check=True, capture_output=True, cwd=clone)

    began = time.monotonic()
    assert finish(start(clone, str(system))) == ""
    assert time.monotonic() - began < 2


def test_a_failing_npm_stops_the_set_up_with_its_own_words(clone: Path, system: Path) -> None:
    (system / "node").write_text("#!/bin/sh\necho v20.0.0\n")
    (system / "npm").write_text("#!/bin/sh\necho npm error the cupboard is bare\nexit 7\n")
    for name in ("node", "npm"):
        (system / name).chmod(0o755)
    process = start(clone, str(system))
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "the cupboard is bare" in said
    assert "Set-up stopped: Installing the npm parts failed: npm ended with exit code 7." in said
    assert "Next step: " in said
    assert "Traceback" not in said
    assert not (clone / "node_modules" / ".pocplatform-stamp.json").exists()
