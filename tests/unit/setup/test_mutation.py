"""scripts/mutate: which faults it makes, that a fault is found or not, and what its page says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "scripts"
UNIT = "contracts/Till.sol"
TILL = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// ä: solc counts bytes
contract Till {
    error TooMuch(uint256 amount);
    event Paid(address from, address to, uint256 amount);
    mapping(address => uint256) public paid;
    bool public open = true;

    modifier whenOpen() {
        require(open);
        _;
    }

    function pay(address to, uint256 amount) external whenOpen {
        if (amount > 10 || amount == 0) revert TooMuch(amount);
        paid[to] += amount;
        paid[to] += amount;
        emit Paid(msg.sender, to, amount);
        for (uint256 i = 0; i < 2; ++i) delete paid[address(0)];
    }

    function least(uint256 a, uint256 b) external pure returns (uint256) {
        return a < b ? a : b;
    }
}
"""


@pytest.fixture
def mutation(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from mutation import compiling, document, operators, plugin, targets

    return SimpleNamespace(
        compiling=compiling, document=document, operators=operators, plugin=plugin, targets=targets
    )


@pytest.fixture
def compiler(mutation: Any, tmp_path: Path) -> Any:
    """A project with one contract."""
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "contracts").mkdir()
    (tmp_path / UNIT).write_text(TILL, encoding="utf-8")
    return mutation.compiling.MutantCompiler(tmp_path, UNIT, "Till")


@pytest.fixture
def mutants(compiler: Any) -> list[Any]:
    found: list[Any] = compiler.mutants([UNIT])
    return found


def test_every_kind_of_fault_is_made_in_its_place(mutants: list[Any]) -> None:
    made = {(m.operator, m.line, m.original.strip(), m.replacement.strip()) for m in mutants}
    assert made >= {
        ("boundary", 17, ">", ">="),
        ("flipped comparison", 17, ">", "<="),
        ("logic", 17, "||", "&&"),
        ("dropped check", 12, "require(open);", "{}"),
        ("dropped check", 17, "amount > 10 || amount == 0", "false"),
        ("arithmetic", 18, "+=", "-="),
        ("dropped effect", 18, "paid[to] += amount;", "{}"),
        ("dropped effect", 21, "delete paid[address(0)];", "{}"),
        ("dropped event", 20, "emit Paid(msg.sender, to, amount);", "{}"),
        ("swapped arguments", 20, "msg.sender, to", "to, msg.sender"),
        ("dropped modifier", 16, "whenOpen", ""),
        ("branch", 25, "a : b", "b : a"),
        ("constant", 9, "true", "false"),
        ("constant", 17, "10", "(10 + 1)"),
    }


def test_equal_faults_in_one_function_have_names_of_their_own(mutants: list[Any]) -> None:
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    assert [m.repeat for m in mutants if m.original == "paid[to] += amount;"] == [0, 1]


def test_sample_is_the_same_each_time_and_has_every_kind(mutation: Any, mutants: list[Any]) -> None:
    kinds = {mutant.operator for mutant in mutants}
    chosen = mutation.operators.sample(mutants, len(kinds))
    assert {mutant.operator for mutant in chosen} == kinds
    assert chosen == mutation.operators.sample(mutants[::-1], len(kinds))


def test_what_does_not_compile_is_left_out_and_does_not_spoil_the_others(
    compiler: Any, mutants: list[Any], mutation: Any
) -> None:
    good = next(m for m in mutants if m.operator == "dropped modifier")
    bad = mutation.operators.Mutant(UNIT, "test", "-", 1, good.start, good.end, "", "nonsense")
    codes = compiler.compile([bad, good])
    assert list(codes) == [good.id]
    assert codes[good.id] != compiler.original()


def run_plugin(mutation: Any, folder: Path, codes: dict[str, tuple[str, str]]) -> tuple[int, Any]:
    """The tests of a folder for each of the codes: exit code and the verdicts."""
    verdicts = folder / "verdicts.jsonl"
    mutation.plugin.Job("Till", codes, str(verdicts), 60).save(folder / "job.json")
    plugins = ["-p", "no:ape_test", "-p", "no:cacheprovider", "-p", "mutation.plugin"]
    plugins += ["-c", os.devnull]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--rootdir", str(folder), str(folder)],
        env={
            **os.environ,
            mutation.plugin.VARIABLE: str(folder / "job.json"),
            "PYTHONPATH": f"{SCRIPTS}{os.pathsep}{ROOT}",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = verdicts.read_text().splitlines() if verdicts.exists() else []
    return done.returncode, [tuple(json.loads(line).values()) for line in lines]


def test_mutant_is_killed_by_a_failing_test_and_survives_where_all_pass(
    mutation: Any, compiler: Any, tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text(
        "import pathlib, pytest\n"
        "from pocplatform.chain.compiler import compile_project\n"
        f"ROOT = pathlib.Path({str(tmp_path)!r})\n"
        "@pytest.fixture(scope='session')\n"
        "def till():\n"
        "    return compile_project(ROOT, ROOT / 'cache')['Till']\n"
    )
    (tmp_path / "test_till.py").write_text(
        "def test_first(till):\n    assert till.deployed_bytecode\n"
        "def test_second(till):\n    assert till.bytecode[0] == 0x60\n"
    )
    exit_code, verdicts = run_plugin(
        mutation,
        tmp_path,
        {"original": ("6001", "60"), "one": ("6002", "60"), "other": ("5002", "60")},
    )
    assert exit_code == 0
    assert verdicts == [("one", ""), ("other", "test_till.py::test_second")]


def test_nothing_is_judged_by_tests_that_fail_on_the_contract_as_it_is(
    mutation: Any, tmp_path: Path
) -> None:
    (tmp_path / "test_till.py").write_text("def test_it():\n    assert False\n")
    codes = {"original": ("60", "60"), "one": ("61", "60")}
    assert run_plugin(mutation, tmp_path, codes) == (1, [])


def test_page_tells_of_every_contract_that_the_tests_find_the_faults(mutation: Any) -> None:
    text = mutation.document.PATH.read_text(encoding="utf-8")
    rows = mutation.document.read(text)
    assert set(rows) == {target.contract for target in mutation.targets.TARGETS}
    assert all(row.mutants >= 15 for row in rows.values())
    killed = sum(row.killed for row in rows.values())
    assert killed >= mutation.document.LEAST * sum(row.mutants for row in rows.values())
    assert not [s.id for row in rows.values() for s in row.survivors if not s.reason]
    assert mutation.document.write(rows) == text


def test_page_that_contradicts_itself_is_refused(mutation: Any) -> None:
    survivor = mutation.document.Survivor("0123456789", "a:1 in b", "logic: `a || b`", "equal")
    text = mutation.document.write(
        {"Market": mutation.document.Row("Market", 20, "abcdef", (survivor,))}
    )
    assert mutation.document.read(text)["Market"].survivors == (survivor,)
    listed = next(line for line in text.splitlines() if "0123456789" in line)
    with pytest.raises(ValueError, match="Market: 1 survivors counted, 0 listed"):
        mutation.document.read(text.replace(listed, ""))
