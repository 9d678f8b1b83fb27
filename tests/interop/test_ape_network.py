"""The sandbox as a network of ape, by the configuration that `pocplatform ape-config` writes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pocplatform.ape_commands import FILE, NETWORK, ApeConfigTaken, with_section
from pocplatform.chain.toolchain import ape_environment
from pocplatform.cli import app
from pocplatform.kit.settings import PROJECT_ROOT
from tests.processes import ROOT

DEADLINE_S = 120
APE_TEST = """
def test_somebody_sends_nothing_to_somebody(accounts, chain):
    assert chain.chain_id == 31337
    receipt = accounts[0].transfer(accounts[1], 0)
    assert not receipt.failed
"""


@pytest.fixture(scope="module")
def member(join: Any) -> Any:
    return join("Apina Oy")


@pytest.fixture(scope="module")
def ape(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs ape in a project of its own: its folder, and what runs a command in it."""
    folder = tmp_path_factory.mktemp("ape")
    (folder / "scripts").mkdir()
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "scripts" / "ape_example.py", folder / "scripts")
    (folder / "tests" / "test_transfer.py").write_text(APE_TEST)
    environment = os.environ | ape_environment(PROJECT_ROOT)
    environment |= {"APE_DATA_FOLDER": str(folder / "data"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(*arguments: str, **variables: str) -> str:
        done = subprocess.run(
            [str(ROOT / ".venv" / "bin" / "ape"), *arguments, "--network", NETWORK],
            cwd=folder,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return folder, run


@pytest.fixture
def configured(ape: Any, base_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`pocplatform ape-config --write` in the project; what runs ape there."""
    folder, run = ape

    def write(*options: str) -> Any:
        monkeypatch.chdir(folder)
        written = CliRunner().invoke(app, ["ape-config", "--write", "--url", base_url, *options])
        assert written.exit_code == 0, written.output
        return run

    return write


def test_example_runs_by_the_wallet_of_a_key(configured: Any, member: Any) -> None:
    run = configured("--key", "$SANDBOX_KEY")
    key = member.api.headers["Authorization"].removeprefix("Bearer ")
    assert key not in Path(FILE).read_text()
    out = run("run", "ape_example", SANDBOX_KEY=key)
    assert f"has 1 guest: {member.address}" in out
    assert "1: Terveisiä Oulusta" in out
    sent = member.api.get("/v1/transactions").json()["data"]
    assert [one["function"] for one in sent] == ["eth_sendTransaction"] * 2
    code = "print(chain.chain_id, networks.provider.web3.eth.accounts)"
    assert f"31337 ['{member.address}']" in run("console", "-c", code, SANDBOX_KEY=key)


def test_apes_tests_run_with_accounts_of_its_own(configured: Any) -> None:
    run = configured()
    assert "1 passed" in run("test", "tests", "-p", "ape_test")


def test_section_is_written_again_in_its_place(tmp_path: Path) -> None:
    before = "name: ours\n"
    first = with_section(before, "http://127.0.0.1:1/rpc", 31337)
    assert first.startswith("name: ours\n\n# pocplatform: begin")
    path = next(line for line in first.splitlines() if "hd_path" in line)
    again = with_section(first + "solidity:\n  version: 0.8.30\n", "http://127.0.0.1:2/rpc", 5)
    assert again.count("# pocplatform: begin") == again.count("# pocplatform: end") == 1
    assert path in again
    assert "127.0.0.1:1" not in again
    assert again.endswith("# pocplatform: end\nsolidity:\n  version: 0.8.30\n")


def test_tests_of_a_projects_own_are_left_alone() -> None:
    assert "hd_path" not in with_section("test:\n  mnemonic: x\n", "http://127.0.0.1:1/rpc", 1)


@pytest.mark.parametrize("taken", ["networks", "node"])
def test_sections_of_a_projects_own_are_not_changed(taken: str) -> None:
    with pytest.raises(ApeConfigTaken, match=f"named: {taken}"):
        with_section(f"{taken}:\n  custom: []\n", "http://127.0.0.1:1/rpc", 1)


def test_without_a_sandbox_it_says_so() -> None:
    done = CliRunner().invoke(app, ["ape-config", "--url", "http://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "No sandbox answers" in str(done.exception)
