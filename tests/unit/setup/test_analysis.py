"""slither as a step of scripts/test: what it refuses, what it leaves out, what it remembers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# Pays before it books: the receiver can call again and is paid again.
POT = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract {name} {{
    mapping(address => uint256) public owed;

    function put() external payable {{
        owed[msg.sender] += msg.value;
    }}

    function take() external {{
{comment}        (bool sent,) = msg.sender.call{{value: owed[msg.sender]}}("");
        require(sent);
        owed[msg.sender] = 0;
    }}
}}
"""
SILENCED = "        // slither-disable-next-line reentrancy-eth\n"
PAYING_LINE = 12


def analysed(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/analysis.py", "--root", str(root)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose compiler is ours, with one contract in which slither finds nothing."""
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "contracts" / "test").mkdir(parents=True)
    shutil.copy(ROOT / "contracts" / "payments" / "CreditorReference.sol", tmp_path / "contracts")
    return tmp_path


def write(project: Path, name: str, comment: str = "", folder: str = "contracts") -> None:
    text = POT.format(name=name, comment=comment)
    (project / folder / f"{name}.sol").write_text(text, encoding="utf-8")


def test_planted_reentrancy_is_found_with_its_file_and_line_and_next_step(project: Path) -> None:
    assert analysed(project).returncode == 0
    write(project, "Pot")
    answer = analysed(project)
    assert answer.returncode == 1
    assert f"contracts/Pot.sol:{PAYING_LINE}: reentrancy-eth (high)" in answer.stdout
    assert "slither-disable-next-line DETECTOR" in answer.stdout


def test_silenced_line_and_test_harness_are_left_out_until_the_comment_is_needless(
    project: Path,
) -> None:
    write(project, "Pot", comment=SILENCED)
    write(project, "Harness", folder="contracts/test")
    answer = analysed(project)
    assert (answer.returncode, answer.stderr) == (0, "")
    pot = project / "contracts" / "Pot.sol"
    mended = pot.read_text().replace("call{value: owed[msg.sender]}", "call{value: 0}")
    pot.write_text(mended.replace("owed[msg.sender] = 0;", ""))
    answer = analysed(project)
    assert answer.returncode == 1
    assert f"contracts/Pot.sol:{PAYING_LINE}: unused-comment" in answer.stdout


def test_clean_result_is_remembered_for_these_sources_only(project: Path) -> None:
    assert "no finding" in analysed(project).stdout
    assert "as they were" in analysed(project).stdout
    write(project, "Pot")
    assert analysed(project).returncode == 1
    assert analysed(project).returncode == 1


def test_contract_that_does_not_compile_is_a_failure_with_its_place(project: Path) -> None:
    (project / "contracts" / "Broken.sol").write_text("contract Broken { uint x = ; }")
    answer = analysed(project)
    assert answer.returncode == 1
    assert "contracts/Broken.sol:1:28" in answer.stderr
