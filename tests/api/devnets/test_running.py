"""Devnets that start, stop, die and compete for room."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from pocplatform import snapshots
from pocplatform.chain.devnet.fleet import Fleet
from pocplatform.domains.devnets import service
from pocplatform.domains.devnets.schemas import DevnetCreate
from pocplatform.http.quotas import STORAGE, TenantUsage
from pocplatform.kit.database import Database
from pocplatform.kit.settings import Settings
from pocplatform.team_devnets import team_devnets
from tests.api.devnets.conftest import COUNTER, ENDLESS, Devnet, eventually


@pytest.fixture
def fleet(platform):
    """The devnets of all teams; its limits are as before afterwards."""
    found = platform.gateway.devnets
    limits = found.limits
    yield found
    found.limits = limits


def processes(devnet: Devnet) -> list[int]:
    """The nodes with the devnet's chain id that this platform has started.

    Platforms of other tests beside this one give their devnets the same chain ids.
    """
    wanted = f"--chain-id\0{devnet.read()['chain_id']}\0"
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            line = "\0".join(process.cmdline())
            if wanted in line and "guard.py" not in line:
                found.append(process.pid)
    return found


def saved(devnet: Devnet, block: int) -> bool:
    state = devnet.read()["saved"]
    return state is not None and state["block"] >= block


def test_many_first_requests_at_once_start_one_node(make):
    devnet = make()
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: devnet.api.post(devnet.rpc_path, json=call), range(8)))
    assert {answer.json()["result"] for answer in answers} == {hex(devnet.read()["chain_id"])}
    assert len(processes(devnet)) == 1


def test_change_is_saved_soon_and_idle_devnet_is_stopped_and_comes_back_as_it_was(make, fleet):
    fleet.limits = replace(fleet.limits, save_s=0.1)
    devnet = make()
    contract = devnet.deploy(COUNTER)
    devnet.add(contract, 3)
    eventually(lambda: saved(devnet, 2))
    assert devnet.read()["status"] == "running"

    fleet.limits = replace(fleet.limits, idle_s=0.1)
    eventually(lambda: devnet.read()["status"] == "stopped")
    assert processes(devnet) == []
    fleet.limits = replace(fleet.limits, idle_s=900)
    assert devnet.sum(contract) == 3
    assert devnet.read()["epoch"] == 1


def test_devnet_whose_node_is_killed_goes_on_from_what_was_saved_and_says_so(make, fleet):
    devnet = make()
    contract = devnet.deploy(COUNTER)
    devnet.add(contract, 3)
    devnet.do("snapshots", {"name": "three"})
    devnet.add(contract, 4)
    os.kill(fleet.pid(devnet.id), signal.SIGKILL)
    eventually(lambda: devnet.read()["epoch"] == 2)

    assert devnet.sum(contract) == 3
    found = devnet.read()
    recovery = found["recovery"]
    assert (recovery["reason"], recovery["epoch"], recovery["block"]) == ("ended", 2, 2)
    told = devnet.api.get("/v1/events", params={"type": "devnet.epoch_changed"}).json()["data"]
    assert told[0]["data"] == {
        "devnet": devnet.id, "epoch": 2, "reason": "recovered", "block": 2,
    }  # fmt: skip


def test_node_that_is_killed_when_all_is_saved_loses_nothing(make, fleet):
    devnet = make()
    contract = devnet.deploy(COUNTER)
    devnet.do("snapshots", {"name": "all"})
    os.kill(fleet.pid(devnet.id), signal.SIGKILL)
    eventually(lambda: fleet.pid(devnet.id) is None)
    assert devnet.sum(contract) == 0
    assert (devnet.read()["epoch"], devnet.read()["recovery"]) == (1, None)


def test_request_whose_node_dies_is_told_from_where_it_goes_on(make, fleet):
    devnet = make()
    endless = devnet.deploy(ENDLESS)
    devnet.do("snapshots", {"name": "ready"})
    devnet.pay()
    with ThreadPoolExecutor(1) as pool:
        # A trace of an endless call takes seconds.
        asked = pool.submit(devnet.ask, "debug_traceCall", {"to": endless}, "latest")
        eventually(lambda: fleet.under_way(devnet.id) == 1)
        os.kill(fleet.pid(devnet.id), signal.SIGKILL)
        error = asked.result()["error"]
    assert error["data"] == {"code": "devnet_ended", "epoch": 2, "block": 1, "lost": True}
    assert "block 1" in error["message"]
    assert devnet.w3.eth.block_number == 1


def test_what_eats_memory_ends_its_own_devnet_only(make, fleet, anonymous):
    other = make()
    kept = other.deploy(COUNTER)
    fleet.limits = replace(fleet.limits, memory_bytes=1_000_000_000)
    devnet = make()
    endless = devnet.deploy(ENDLESS)
    devnet.do("snapshots", {"name": "ready"})
    error = devnet.ask("debug_traceCall", {"to": endless}, "latest")["error"]
    assert error["data"]["code"] == "devnet_ended", error
    assert devnet.w3.eth.block_number == 1
    assert other.sum(kept) == 0
    assert anonymous.get("/v1/chain").status_code == 200


def test_request_that_takes_too_long_ends_the_node(make, fleet):
    # The trace grows by some 4 GB a second: the time is to be up well before the memory is.
    fleet.limits = replace(fleet.limits, request_s=0.5, memory_bytes=8_000_000_000)
    devnet = make()
    endless = devnet.deploy(ENDLESS)
    devnet.do("snapshots", {"name": "ready"})
    error = devnet.ask("debug_traceCall", {"to": endless}, "latest")["error"]
    assert error["data"]["code"] == "devnet_ended"
    assert "0.5 s" in error["message"]
    assert devnet.w3.eth.block_number == 1


def test_one_more_devnet_takes_the_place_of_the_longest_unused(make, join, fleet):
    api = join("Monta Ketjua Oy").api
    first, second, third = make(api), make(api), make(api)
    fleet.limits = replace(fleet.limits, of_an_owner=2)
    first.pay()
    second.pay()
    assert third.w3.eth.block_number == 0
    assert [d.read()["status"] for d in (first, second, third)] == ["stopped", "running", "running"]
    assert first.w3.eth.block_number == 1  # it was saved
    assert second.read()["status"] == "stopped"


def test_devnet_at_work_is_not_stopped_for_another(make, join, fleet):
    api = join("Kiireinen Oy").api
    busy, other = make(api), make(api)
    fleet.limits = replace(fleet.limits, of_an_owner=1)
    busy.pay()
    with fleet.using(busy.id):
        assert other.ask("eth_blockNumber")["error"]["data"] == {"code": "devnets_busy"}
        assert other.refused("start") == (429, "devnets_busy", None)
    assert other.ask("eth_blockNumber")["result"] == "0x0"


def test_devnet_that_is_being_saved_is_not_stopped_for_another(make, join, fleet):
    api = join("Tallentava Oy").api
    one, other = make(api), make(api)
    fleet.limits = replace(fleet.limits, of_an_owner=1)
    one.pay()
    slot = fleet._slots[one.id]
    slot.draining = True  # what was under way is done, and the save is about to go on
    assert other.ask("eth_blockNumber")["error"]["data"] == {"code": "devnets_busy"}
    with slot.turn:
        slot.draining = False
        slot.turn.notify_all()
    assert other.ask("eth_blockNumber")["result"] == "0x0"


def test_organization_has_so_many_devnets_and_no_more(join, platform):
    api = join("Liikaa Oy").api
    for _ in range(platform.settings.devnets_per_organization):
        assert api.write("/v1/devnets", {"name": "x"}, wait=0).status_code == 201
    refused = api.write("/v1/devnets", {"name": "x"}, wait=0)
    assert (refused.status_code, refused.json()["code"]) == (403, "too_many_devnets")
    gone = api.get("/v1/devnets").json()["data"][0]["id"]
    assert api.delete(f"/v1/devnets/{gone}").status_code == 200
    assert api.write("/v1/devnets", {"name": "x"}, wait=0).status_code == 201


def test_state_whose_file_is_gone_is_told_and_a_reset_helps(make, platform):
    devnet = make()
    devnet.pay()
    devnet.do("stop")
    for path in (platform.settings.data_dir / "devnets" / devnet.id).glob("*.state"):
        path.unlink()
    assert devnet.refused("start") == (409, "devnet_not_started", None)
    found = devnet.read()
    assert found["status"] == "failed"
    assert found["failure"]
    devnet.do("reset")
    assert devnet.do("start")["status"] == "running"
    assert devnet.w3.eth.block_number == 0


def made_in(database: Database) -> str:
    """The id of a new devnet."""
    with database.transaction() as session:
        request = DevnetCreate(name="Oma")
        made = service.create(session, org_id=None, address="0x0", request=request, at_most=1)
        return made.id


def mine(fleet: Fleet, id_: str) -> None:
    with fleet.using(id_, changes=True) as (node, _):
        node.client.request("evm_mine")


@pytest.fixture
def opened(tmp_path):
    """Opens the devnets of a data folder, as a sandbox does when it starts."""
    open_ = []

    def opening(folder: Path) -> tuple[Database, Fleet]:
        settings = Settings(data_dir=folder)
        database = Database.configured(settings.database)
        database.migrate()
        found = team_devnets(settings, database, lambda client, place: None, lambda: None)
        open_.append((database, found))
        return database, found

    yield opening
    for database, found in open_:
        found.close()
        database.close()


def test_sandbox_that_stops_leaves_no_node_and_has_saved_all(opened, tmp_path):
    """And one that was cut off says at its next start what it has lost."""
    database, fleet = opened(tmp_path / "data")
    id_ = made_in(database)
    mine(fleet, id_)
    fleet.save(id_)
    mine(fleet, id_)
    shutil.copytree(tmp_path / "data", tmp_path / "cut off")
    pid = fleet.pid(id_)
    fleet.close()
    eventually(lambda: not Path(f"/proc/{pid}").exists())

    for folder, wanted_block, wanted_epoch in (("data", 2, 1), ("cut off", 1, 2)):
        database, fleet = opened(tmp_path / folder)
        with fleet.using(id_) as (node, epoch):
            assert (node.client.block_number(), epoch) == (wanted_block, wanted_epoch)
        with database.snapshot() as session:
            recovery = service.get(session, None, id_).recovery
        assert (recovery and recovery["reason"]) == (None if epoch == 1 else "sandbox_ended")


def test_devnet_that_mines_by_the_clock_is_stopped_without_loss(opened, tmp_path):
    """What it has mined since it was started is saved too, or its blocks would come again."""
    database, fleet = opened(tmp_path / "data")
    id_ = made_in(database)
    with fleet.using(id_, changes=True) as (node, _):
        node.client.request("evm_setIntervalMining", 1)
    fleet.stop(id_)
    with fleet.using(id_) as (node, _):
        before = node.client.block_number()
        eventually(lambda: node.client.block_number() > before + 1)
        seen = node.client.block_number()
    fleet.close()

    _, fleet = opened(tmp_path / "data")
    with fleet.using(id_) as (node, epoch):
        assert node.client.block_number() >= seen
    assert epoch == 1


def test_snapshot_of_the_whole_sandbox_holds_the_states_of_devnets(opened, tmp_path):
    settings, file = Settings(data_dir=tmp_path / "data"), tmp_path / "whole.tgz"
    database, fleet = opened(settings.data_dir)
    id_ = made_in(database)
    mine(fleet, id_)
    fleet.save(id_)
    snapshots.take(settings, file)
    mine(fleet, id_)
    fleet.close()
    database.close()

    snapshots.restore(settings, file)
    _, fleet = opened(settings.data_dir)
    with fleet.using(id_) as (node, epoch):
        assert (node.client.block_number(), epoch) == (1, 1)


def test_room_is_the_owners_whoever_keeps_or_deletes_a_snapshot(make, join, admin, platform):
    member = join("Tilaa Oy")
    devnet = make(member.api)

    def kept() -> int:
        with platform.gateway.database.snapshot() as session:
            row = session.get(TenantUsage, (member.id, STORAGE))
            return row.amount if row is not None else 0

    before = kept()
    made = admin.write(f"{devnet.path}/snapshots", {"name": "ours"}, wait=0).json()
    assert kept() == before + made["size"]
    devnet.do("snapshots", {"name": "own"})
    assert admin.delete(f"{devnet.path}/snapshots/{made['id']}").status_code == 200
    assert admin.delete(devnet.path).status_code == 200
    assert kept() == before
