"""The command line's verbs as people and scripts call them, in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from pocplatform import __version__
from pocplatform.chain.devnet.ports import free_port
from tests.processes import Sandbox, alive, copy_of_project, descendants, opened, until
from tests.starts import CONTRACTS, OWN_CONTRACTS

pytestmark = pytest.mark.slow  # each test starts processes of its own


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, dict]]:
    """A sandbox that runs during all tests of this file, and what its first start printed."""
    box = Sandbox(tmp_path_factory.mktemp("cli") / "data")
    process = box.start("--json")
    try:
        box.wait_ready()
        yield box, read_document(process)
    finally:
        box.close()


@pytest.fixture
def running(first_start: tuple[Sandbox, dict]) -> Sandbox:
    return first_start[0]


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that is not started."""
    box = Sandbox(tmp_path / "data")
    yield box
    box.close()


def read_document(process: subprocess.Popen[str]) -> dict:
    """The JSON that a process prints and then goes on."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line == "}\n":
            break
    document: dict = json.loads(text)
    return document


def error_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The error that a failed verb printed, after a look at its form."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    error: dict[str, str] = json.loads(done.stdout)["error"]
    assert set(error) == {"code", "detail", "next_step"}
    assert f"✗ {error['detail']}\n" in done.stderr
    assert f"→ {error['next_step']}\n" in done.stderr
    return error


# up


def test_up_as_json_says_where_everything_is_and_stays_up(first_start):
    box, facts = first_start
    assert set(facts["contracts"]) == set(facts["deployed_now"]) == CONTRACTS
    assert facts["api"] == f"{box.url}/v1"
    assert facts["data_dir"] == str(box.data_dir)
    assert facts["ready_seconds"] > 0
    for page in facts["pages"].values():
        assert httpx.get(page, timeout=10, follow_redirects=True).status_code == 200
    chain = httpx.get(f"{facts['api']}/chain", timeout=10).json()
    assert chain["chain_id"] == facts["chain_id"]
    assert {c["name"]: c["address"] for c in chain["contracts"]} == facts["contracts"]
    assert box.process.poll() is None


@pytest.mark.parametrize("same_port", [False, True])
def test_second_up_on_a_folder_names_the_first_and_leaves_it_alone(running, same_port):
    port = running.url.rpartition(":")[2] if same_port else "0"
    done = running.run("up", "--json", "--port", port)
    error = error_of(done)
    assert error["code"] == "already_running"
    assert f"process {running.process.pid} at {running.url}" in error["detail"]
    assert httpx.get(f"{running.url}/readyz", timeout=10).is_success


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_up_with_exit_code_zero_and_everything_kept(idle, how):
    idle.start()
    idle.wait_ready()
    below = descendants(idle.process.pid)
    idle.process.send_signal(how)
    _, stderr = idle.process.communicate(timeout=30)
    assert idle.process.returncode == 0
    assert "Everything is kept" in stderr
    assert "Traceback" not in stderr
    until(lambda: not any(map(alive, below)), what="nothing is left running")
    assert not idle.is_running


@pytest.mark.parametrize("verb", ["up", "deploy"])
def test_signal_while_starting_ends_in_order_and_the_next_run_goes_on(idle, verb):
    process = subprocess.Popen(
        idle.command(verb),
        env=idle.environment,
        cwd=idle.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    idle.process = process
    below = {idle.devnet_pid(): "anvil"} | descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 0, stderr
    assert "Everything is kept" in stderr
    assert "Traceback" not in stderr
    until(lambda: not any(map(alive, below)), what="nothing is left running")
    with opened(idle.data_dir) as platform:
        assert set(platform.gateway.contracts.manifest.contracts) == CONTRACTS


@pytest.mark.serial
def test_warm_start_is_ready_within_five_seconds_and_finds_everything(idle):
    with opened(idle.data_dir) as platform:
        assert set(platform.deployed) == CONTRACTS
    process = idle.start("--json")
    idle.wait_ready()
    facts = read_document(process)
    assert facts["deployed_now"] == []
    # From the first import on, however much else the machine has to do.
    used = psutil.Process(process.pid).cpu_times()
    assert used.user + used.system < 5
    if os.getloadavg()[0] <= (os.cpu_count() or 1):
        assert facts["ready_seconds"] < 5


# status


def test_status_of_a_running_sandbox_is_its_chain(running):
    facts = running.run_json("status")
    assert facts["url"] == running.url
    assert {contract["name"] for contract in facts["contracts"]} == CONTRACTS
    shown = running.run("status")
    assert shown.returncode == 0
    assert running.url in shown.stdout
    lines = {line.split()[0]: line for line in shown.stdout.splitlines() if line.strip()}
    for contract in facts["contracts"]:
        shown_line = lines[contract["name"]]
        assert contract["address"] in shown_line
        assert f"{contract['package']} {contract['version']}" in shown_line
        assert contract["license"] in shown_line


def test_status_takes_an_address_from_anywhere(running, idle):
    facts = idle.run_json("status", "--url", running.url + "/")
    assert facts["url"] == running.url


def test_status_without_a_sandbox_says_how_to_start_one(idle):
    error = error_of(idle.run("status", "--json"))
    assert error["code"] == "not_running"
    assert str(idle.data_dir) in error["detail"]
    assert "scripts/sandbox" in error["next_step"]
    plain = idle.run("status")
    assert plain.returncode == 1
    assert plain.stdout == ""
    assert "→" in plain.stderr


def test_status_does_not_take_the_trace_of_a_killed_sandbox_for_a_running_one(idle):
    idle.data_dir.mkdir()
    (idle.data_dir / "lock").write_text("process 1 at http://127.0.0.1:1\n")
    error = error_of(idle.run("status", "--json"))
    assert error["code"] == "not_running"
    assert str(idle.data_dir) in error["detail"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{free}", "nonsense", "{page}"])
def test_status_of_an_address_without_a_sandbox_names_it(idle, running, url):
    url = url.format(free=free_port(), page=f"{running.url}/docs")
    error = error_of(idle.run("status", "--json", "--url", url))
    assert error["code"] == "not_running"
    assert url in error["detail"]


# compile and deploy


def test_compile_lists_every_contract_with_its_size(running):
    result = running.run_json("compile")
    rows = {row["name"]: row for row in result["contracts"]}
    assert set(rows) >= OWN_CONTRACTS
    assert result["solc"] == "0.8.30"
    assert all(0 < rows[name]["bytes"] <= 24_576 for name in OWN_CONTRACTS)
    shown = running.run("compile")
    assert shown.returncode == 0
    assert "PilotEuro" in shown.stdout


def test_second_deploy_deploys_nothing(idle):
    first = idle.run_json("deploy")["contracts"]
    assert {contract["name"] for contract in first if contract["deployed_now"]} == CONTRACTS
    second = idle.run_json("deploy")["contracts"]
    assert [contract for contract in second if contract["deployed_now"]] == []
    assert {c["name"]: c["address"] for c in first} == {c["name"]: c["address"] for c in second}


def test_deploy_while_the_sandbox_runs_is_refused(running):
    error = error_of(running.run("deploy", "--json"))
    assert error["code"] == "already_running"
    assert running.url in error["detail"]


def with_dependents(name: str, manifest: Path) -> set[str]:
    """A contract and all that hold its address, or the address of one that does."""
    contracts = json.loads(manifest.read_bytes())["contracts"]
    found: set[str] = set()
    waiting = {name}
    while waiting:
        one = waiting.pop()
        found.add(one)
        address = contracts[one]["address"].lower()
        holders = {
            other for other, entry in contracts.items() if address in str(entry["args"]).lower()
        }
        waiting |= holders - found
    return found


@pytest.mark.slow
def test_changed_contract_is_deployed_with_what_depends_on_it_and_nothing_else(idle, tmp_path):
    idle.root = copy_of_project(tmp_path / "project")
    before = {c["name"]: c["address"] for c in idle.run_json("deploy")["contracts"]}
    wanted = with_dependents("PilotEuro", idle.data_dir / "manifest.json")
    assert "ServiceAgreements" in wanted
    assert "DidRegistry" not in wanted
    source = idle.root / "contracts" / "payments" / "PilotEuro.sol"
    text = source.read_text()
    source.write_text(text.rstrip().removesuffix("}") + "    uint256 public addition = 1;\n}\n")
    done = idle.run("deploy", "--json")
    assert done.returncode == 0, done.stderr
    after = {c["name"]: c for c in json.loads(done.stdout)["contracts"]}
    new = {name for name, contract in after.items() if contract["deployed_now"]}
    assert new == wanted
    assert {name for name in CONTRACTS if before[name] != after[name]["address"]} == new
    assert "deploying PilotEuro: code changed" in done.stderr
    assert "deploying ServiceAgreements: depends on PilotEuro, which changed" in done.stderr


# reset


def test_reset_while_the_sandbox_runs_is_refused_and_moves_nothing(running):
    before = sorted(path.name for path in running.data_dir.iterdir())
    error = error_of(running.run("reset", "--yes", "--json"))
    assert error["code"] == "already_running"
    assert sorted(path.name for path in running.data_dir.iterdir()) == before


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_reset_asks_and_does_nothing_without_a_yes(idle, answer):
    (idle.data_dir).mkdir()
    (idle.data_dir / "platform.db").write_text("precious")
    done = idle.run("reset", "--json", typed=answer)
    assert error_of(done)["code"] == "not_confirmed"
    assert str(idle.data_dir) in done.stderr
    assert (idle.data_dir / "platform.db").read_text() == "precious"


def test_reset_moves_everything_aside_and_the_next_start_is_fresh(idle):
    with opened(idle.data_dir) as platform:
        before = platform.gateway.contracts.addresses
    kept = {path.name: path.read_bytes() for path in idle.data_dir.iterdir() if path.is_file()}
    backup = Path(idle.run_json("reset", "--yes")["backup"])
    assert backup.parent == idle.data_dir / "backups"
    for name in ("platform.db", "manifest.json", "master.key", "admin.key"):
        assert (backup / name).read_bytes() == kept[name]
    assert {path.name for path in idle.data_dir.iterdir()} == {"backups", "lock"}
    with opened(idle.data_dir) as platform:
        assert set(platform.deployed) == CONTRACTS
        assert platform.gateway.contracts.addresses == before

    # The backup is whole: put back, it is found as it was left.
    idle.run_json("reset", "--yes")
    for path in backup.iterdir():
        shutil.move(path, idle.data_dir / path.name)
    with opened(idle.data_dir) as platform:
        assert platform.deployed == []


def test_resets_within_a_second_keep_a_backup_each(idle):
    from pocplatform.kit.settings import Settings
    from pocplatform.reset import set_aside

    backups = set()
    for number in range(5):
        idle.data_dir.mkdir(exist_ok=True)
        (idle.data_dir / "platform.db").write_text(str(number))
        backups.add(set_aside(Settings(data_dir=idle.data_dir)))
    assert len(backups) == 5
    assert {(backup / "platform.db").read_text() for backup in backups} == set("01234")
    assert set_aside(Settings(data_dir=idle.data_dir)) is None
    done = idle.run("reset", typed="y\n")
    assert done.returncode == 0
    assert "nothing to reset" in done.stdout


@pytest.mark.parametrize("url", ["postgresql://user:hunter2@127.0.0.1/x", "sqlite:////tmp/x.db"])
def test_reset_refuses_a_database_that_it_could_not_move(idle, url):
    idle.data_dir.mkdir()
    (idle.data_dir / "master.key").write_text("precious")
    done = idle.run("reset", "--yes", "--json", POC_DATABASE_URL=url)
    assert error_of(done)["code"] == "database_elsewhere"
    assert "hunter2" not in done.stdout + done.stderr
    assert (idle.data_dir / "master.key").read_text() == "precious"


# doctor, demo, version


def test_doctor_finds_nothing_amiss_with_a_running_sandbox(running):
    port = running.url.rpartition(":")[2]
    document = running.run_json("doctor", POC_PORT=port)
    assert document["ok"] is True
    checks = {check["id"]: check for check in document["checks"]}
    assert checks["port"]["found"] == f"{port} is used by our own sandbox"
    assert checks["manifest"]["found"].endswith(f"{len(CONTRACTS)} contracts")
    assert "revision" in checks["database"]["found"]


def test_doctor_names_a_setting_that_does_not_fit(idle):
    done = idle.run("doctor", "--json", POC_PORT="abc")
    assert done.returncode == 1
    (check,) = json.loads(done.stdout)["checks"]
    assert "POC_PORT is 'abc'" in check["found"]
    assert "POC_PORT" in check["fix"]


def test_demo_runs_against_a_running_sandbox_and_its_json_is_all_there_is_on_stdout(running):
    result = running.run_json("demo")
    assert result["ok"] is True
    assert result["conservation_ok"] is True
    for member in ("transactions", "balances_before", "balances_after", "agreement_states"):
        assert result[member]
    for transaction in result["transactions"]:
        assert {"hash", "contract", "function", "gas_used"} <= set(transaction)


def test_demo_without_a_sandbox_says_how_to_start_one(idle):
    error = error_of(idle.run("demo", "--json"))
    assert error["code"] == "not_running"
    assert "scripts/sandbox" in error["next_step"]


@pytest.mark.slow
def test_demo_only_ends_after_the_demo_with_one_document(idle):
    done = idle.run("up", "--demo-only", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["ready_seconds"] > 0
    assert result["conservation_ok"] is True
    assert not idle.is_running


def test_version_is_the_packages(idle):
    done = idle.run("version")
    assert (done.returncode, done.stdout) == (0, f"{__version__}\n")


def test_failure_is_told_in_the_language_asked_for(idle):
    english = error_of(idle.run("status", "--json"))
    finnish = error_of(idle.run("status", "--json", POC_LANGUAGE="fi"))
    assert finnish["code"] == english["code"]
    assert finnish["detail"] != english["detail"]
    assert str(idle.data_dir) in finnish["detail"]
