"""The plugin for pytest, in an empty folder with nothing but the package."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from pocplatform.kit.settings import PROJECT_ROOT
from tests.processes import users_of

DOCUMENT = (PROJECT_ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
PLUGIN = ("-p", "no:ape_test", "-p", "pocplatform.testing", "-p", "no:cacheprovider")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, "-q", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_tests_of_the_document_pass_with_a_sandbox_that_is_gone_afterwards(tmp_path):
    folder, base = tmp_path / "empty", tmp_path / "base"
    folder.mkdir()
    [test] = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    (folder / "test_points.py").write_text(test)
    done = run(folder, f"--basetemp={base}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert [path.name for path in folder.iterdir() if path.name != "__pycache__"] == [
        "test_points.py"
    ]
    assert not [line for line in users_of(base) if line]


AGAINST_ONE_THAT_RUNS = """
import pytest
from pocplatform.client import InvalidInput
from pocplatform.testing.contracts import SourceMissing


def test_address(sandbox_url, sandbox):
    assert sandbox_url == sandbox.base_url


def test_organisers(organisers):
    raise AssertionError("skipped, since their key is not known")


def test_time(advance_time):
    raise AssertionError("skipped too")


def test_missing_source(deploy):
    with pytest.raises(SourceMissing, match="Did you mean contracts/Points.sol?"):
        deploy("contract/Pionts.sol")


def test_missing_contract(deploy):
    with pytest.raises(InvalidInput, match="Points.sol:Points"):
        deploy("contracts/Points.sol", "Nothing")


def test_what_a_file_imports_comes_along(deploy, organization):
    visitor = organization("Kavija (testi)")
    points = deploy("contracts/Points.sol", by=organization())
    points.send("add", by=visitor)
    assert points.call("last") == visitor.address
    assert [event.event for event in points.events()] == ["Added"]


def test_issuer(organization):
    issuer = organization(identity=True)
    assert issuer.api.identities.get(issuer.did).status == "active"
"""
POINTS = """
pragma solidity ^0.8.20;
import {Base} from "./lib/Base.sol";
import "../common/Adding.sol";
contract Points is Base, Adding {
    function add() external { last = msg.sender; emit Added(msg.sender); }
}
"""


def test_against_a_sandbox_that_runs(base_url, tmp_path):
    for name, text in {
        "test_one.py": AGAINST_ONE_THAT_RUNS,
        "contracts/Points.sol": POINTS,
        "contracts/lib/Base.sol": "abstract contract Base { address public last; }",
        "common/Adding.sol": "interface Adding { event Added(address who); }",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = run(tmp_path, "--sandbox-url", base_url)
    assert "5 passed, 2 skipped" in done.stdout, done.stdout


def test_sandbox_that_is_not_there_is_told(tmp_path):
    (tmp_path / "test_one.py").write_text("def test_it(sandbox): pass")
    done = run(tmp_path, "--sandbox-url", "http://127.0.0.1:9")
    assert "1 error" in done.stdout
    assert "127.0.0.1:9" in done.stdout
