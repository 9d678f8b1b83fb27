"""A node that mines when it likes: the platform sends, waits and looks; and poorer nodes."""

import contextlib

import pytest

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet import Devnet, find_anvil
from pocplatform.chain.manifest import GenesisMismatch
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.startup import GENESIS_TIME
from tests.processes import outside_node
from tests.unit.outbox.harness import outside_bench


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    with (
        outside_node(folder, "--no-mining", "--gas-limit", "3000000000") as url,
        outside_bench(folder / "data", url, confirmations=1) as bench,
    ):
        bench.step()
        yield bench


def test_write_waits_for_the_node_to_mine_it_and_for_its_confirmations(outside):
    payer, payee = outside.wallet(100), outside.wallet()
    id_ = outside.pay(payer, payee, 1)
    outside.step()
    sent = outside.row(id_)
    assert sent.status == "sent"
    outside.step()
    assert outside.row(id_).hash == sent.hash
    outside.mine()
    outside.step()
    assert outside.row(id_).status == "mined"
    outside.mine()
    outside.step()
    assert outside.history(id_) == ["queued", "signed", "sent", "mined", "confirmed"]


def test_write_whose_block_is_reorganized_away_is_sent_again_at_once(outside):
    payer, payee = outside.wallet(100), outside.wallet()
    id_ = outside.pay(payer, payee, 1)
    outside.mined_step()
    assert outside.row(id_).status == "mined"
    outside.client.request("anvil_reorg", 1, [])
    outside.step()
    assert outside.row(id_).status == "sent"
    outside.mine()
    outside.step()
    assert outside.row(id_).status == "mined"
    outside.mine()
    outside.step()
    assert outside.client.nonce(payer) == 1


def test_sending_again_what_the_node_has_changes_nothing(outside):
    payer, payee = outside.wallet(100), outside.wallet()
    id_ = outside.pay(payer, payee, 1)
    outside.step()
    for _ in range(3):
        outside.engine._doubt = True
        outside.step()
    assert outside.history(id_) == ["queued", "signed", "sent"]
    outside.mined_step()
    assert outside.client.nonce(payer) == 1


def test_write_that_depends_on_one_in_flight_waits_for_it(outside):
    owner, spender = outside.wallet(100), outside.wallet()
    first = outside.call("approve", owner, spender=spender, value=100)
    second = outside.call("transferFrom", spender, **{"from": owner, "to": spender, "value": 100})
    outside.step()
    assert [row.status for row in outside.rows([first, second])] == ["sent", "queued"]
    outside.step()
    assert outside.row(second).status == "queued"
    outside.mine()
    outside.step()  # records the first
    outside.mined_step()
    assert outside.row(second).status in ("mined", "confirmed")
    assert outside.balance(spender) == 100


def test_write_that_nothing_ahead_can_help_is_refused_though_others_are_in_flight_behind(outside):
    rich, poor = outside.wallet(100), outside.wallet()
    outside.pay(rich, rich, 1)
    bad = outside.pay(poor, rich, 1)
    outside.mined_step()
    later = outside.pay(rich, rich, 1)
    outside.step()
    assert outside.row(bad).status == "refused"
    assert outside.row(bad).error["name"] == "ERC20InsufficientBalance"
    outside.mined_step()
    assert outside.row(later).status in ("mined", "confirmed")


def test_block_that_is_not_there_for_a_moment_is_no_reorganization(outside):
    """Behind one address may be several nodes, of which some lag."""
    blocks = outside.recorded_blocks()
    snapshot = outside.client.request("evm_snapshot")
    outside.mine()
    outside.step()
    recorded = outside.recorded_blocks()
    assert len(recorded) == len(blocks) + 1
    outside.client.request("evm_revert", snapshot)
    outside.step()
    assert outside.recorded_blocks() == recorded
    outside.client.request("evm_mine", {"timestamp": outside_time(outside) + 7})
    outside.step()
    assert outside.recorded_blocks()[: len(blocks)] == blocks
    assert outside.recorded_blocks()[-1] == outside.client.block("latest")["hash"] != recorded[-1]


def test_nothing_is_sent_to_a_node_that_lacks_recorded_blocks(outside):
    """What it would say of a write holds for a state that is over, or for none at all."""
    payer, payee = outside.wallet(100), outside.wallet()
    snapshot = outside.client.request("evm_snapshot")
    outside.mine()
    outside.step()
    outside.client.request("evm_revert", snapshot)
    paid = outside.pay(payer, payee, 10)
    outside.step()
    outside.engine._after_idle_step()
    outside.step()
    assert outside.row(paid).status == "queued"
    outside.mine()
    outside.mined_step()
    assert outside.row(paid).status in ("mined", "confirmed")


def test_node_of_another_chain_is_told_and_nothing_is_forgotten(outside, tmp_path):
    payer, payee = outside.wallet(100), outside.wallet()
    recorded, models, usual = outside.recorded_blocks(), outside.dump(), outside.client.url
    other = Devnet(find_anvil(PROJECT_ROOT), tmp_path, genesis_time=GENESIS_TIME + 1)
    with other, contextlib.closing(ChainClient(other.rpc_url)) as client:
        outside.client.url = other.rpc_url
        try:
            with pytest.raises(GenesisMismatch):  # while it is shorter
                outside.step()
            client.request("anvil_mine", len(recorded) + 100)
            with pytest.raises(GenesisMismatch):  # and when it is not
                outside.step()
        finally:
            outside.client.url = usual
    assert (outside.recorded_blocks(), outside.dump()) == (recorded, models)
    paid = outside.pay(payer, payee, 10)
    outside.mined_step()
    assert outside.row(paid).status in ("mined", "confirmed")


def outside_time(bench):
    return int(bench.client.block("latest")["timestamp"], 16)


def test_devnet_that_cannot_try_a_whole_block_tries_each_and_defers_dependents(own_bench, wire_to):
    owner, spender, last = own_bench.wallet(100), own_bench.wallet(), own_bench.wallet()
    wire_to(own_bench).unknown.add("eth_simulateV1")
    ids = [
        own_bench.call("approve", owner, spender=spender, value=100),
        own_bench.call("transferFrom", spender, **{"from": owner, "to": spender, "value": 100}),
        own_bench.pay(spender, last, 100),
        own_bench.pay(spender, last, 1),
    ]
    own_bench.step()
    assert [row.status for row in own_bench.rows(ids)] == ["confirmed"] + ["queued"] * 3
    own_bench.settle()
    # Tried on its own, the last looked good beside the one before: it costs a nonce here.
    assert [row.status for row in own_bench.rows(ids)] == ["confirmed"] * 3 + ["reverted"]
    assert own_bench.balance(last) == 100


def test_reason_of_a_revert_is_found_on_a_node_without_traces(own_bench, wire_to):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    wire_to(own_bench).unknown.add("debug_traceTransaction")
    hash_ = own_bench.send_directly(own_bench.signer(payer), own_bench.transfer_data(payee, 101))
    own_bench.step()
    row = own_bench.by_hash(hash_)
    assert (row.status, row.error["name"]) == ("reverted", "ERC20InsufficientBalance")
