"""A node that mines when it likes: the platform sends, waits and looks; and poorer nodes."""

import threading

import pytest

from pocplatform import worker
from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet import Devnet, find_anvil
from pocplatform.chain.signer import DEVNET_OPERATOR_KEY, LocalSigner
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.startup import GENESIS_TIME
from tests.unit.outbox.harness import Bench


def give_ether(client, address):
    """This node wants gas to be paid for."""
    client.request("anvil_setBalance", address, hex(10**20))


class Outside(Bench):
    """A platform on a node that the test mines on."""

    def wallet(self, units: int = 0) -> str:
        address = super().wallet()
        give_ether(self.client, address)
        if units:
            self.call("drip", self.operator.address, to=address, amount=units)
            self.mined_step()
        return address

    def mine(self) -> None:
        self.client.request("evm_mine")

    def mined_step(self) -> None:
        """Send, let the node mine, record."""
        self.step()
        self.mine()
        self.step()


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    node = Devnet(
        find_anvil(PROJECT_ROOT, None), folder, port=None, genesis_time=GENESIS_TIME,
        chain_id=31337, memory_limit=8_000 * 1024 * 1024,
    )  # fmt: skip
    node.start()
    node.wait_ready()
    client, deployed = ChainClient(node.rpc_url), threading.Event()
    give_ether(client, LocalSigner.from_hex(DEVNET_OPERATOR_KEY).address)

    def mine_while_it_deploys() -> None:
        while not deployed.wait(0.02):
            if client.request("txpool_status")["pending"] != "0x0":
                client.request("evm_mine")

    miner = threading.Thread(target=mine_while_it_deploys)
    miner.start()
    monkeypatch = pytest.MonkeyPatch()
    try:
        # Twice a second would be often enough for a network, not for a test.
        monkeypatch.setattr(worker, "_POLL_S", 0.02)
        bench = Outside(
            folder / "data", rpc_url=node.rpc_url, operator_key=DEVNET_OPERATOR_KEY,
            confirmations=1,
        )  # fmt: skip
    finally:
        monkeypatch.undo()
        deployed.set()
        miner.join()
    bench.step()
    yield bench
    bench.close()
    client.close()
    node.stop()


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
