"""A project that ``pocplatform new`` makes passes its own tests at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pocplatform.kit.settings import PROJECT_ROOT

PYTHON = {"PYTHONPATH": str(PROJECT_ROOT)}


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **PYTHON, "APE_DATA_FOLDER": str(folder / ".ape")},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def made(folder: Path, *arguments: str) -> Path:
    command = [sys.executable, "-m", "pocplatform.cli", "new", "my-pilot", "--json", *arguments]
    told = json.loads(run(folder, *command))
    assert sorted(told["files"]) == sorted(
        str(path.relative_to(told["folder"]))
        for path in Path(told["folder"]).rglob("*")
        if path.is_file()
    )
    return Path(told["folder"])


def sandbox_tests(folder: Path, base_url: str) -> str:
    return run(
        folder, sys.executable, "-m", "pytest", "-p", "pocplatform.testing", "-q", "sandbox_tests",
        "--sandbox-url", base_url,
    )  # fmt: skip


def test_agreement_is_told_and_tested(tmp_path, base_url):
    folder = made(tmp_path, "--template", "agreement")
    assert "2 passed" in sandbox_tests(folder, base_url)
    assert "has 200.00 tEUR" in run(folder, sys.executable, "story.py", base_url)


@pytest.mark.slow
def test_contract_is_tested_by_ape_and_in_the_sandbox_and_used(tmp_path, base_url):
    folder = made(tmp_path)
    ape = str(Path(sys.executable).parent / "ape")
    assert "3 passed" in run(folder, ape, "test", "tests")
    assert "2 passed" in sandbox_tests(folder, base_url)
    said = run(folder, sys.executable, "client.py", base_url)
    assert "40 points are awarded, 960 are left." in said


def test_refusal_is_a_sentence_and_a_next_step(tmp_path):
    command = [sys.executable, "-m", "pocplatform.cli", "new", "my pilot", "--json"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **PYTHON}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "project_name_invalid"
    assert "my-pilot" in error["next_step"]
    assert not list(tmp_path.iterdir())
