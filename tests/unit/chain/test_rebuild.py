"""The devnet from its journal."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from eth_account import Account
from eth_hash.auto import keccak

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet import (
    Devnet,
    JournalBlock,
    RebuildFailed,
    find_anvil,
    rebuild,
)
from pocplatform.chain.factory import CREATE2_FACTORY
from pocplatform.kit.settings import PROJECT_ROOT

REVERTING = bytes(32) + bytes.fromhex("60006000fd")  # creation code that reverts
GENESIS_TIME = 1_700_000_000
STORING = bytes.fromhex("42600055600160005360016000f3")  # stores the block's time


class Chain:
    """A chain with three accounts, and its journal."""

    def __init__(self, node: Devnet) -> None:
        self.node = node
        self.accounts = [Account.from_key(bytes([n]) * 32) for n in (1, 2, 3)]
        self.nonces = [0, 0, 0]
        self.time = GENESIS_TIME
        self.journal: list[JournalBlock] = []

    @property
    def client(self) -> ChainClient:
        return ChainClient(self.node.rpc_url)

    def transaction(self, who: int, data: bytes, gas: int = 15_000_000) -> bytes:
        fields = {
            "to": CREATE2_FACTORY,
            "data": data,
            "value": 0,
            "gas": gas,
            "gasPrice": 0,
            "nonce": self.nonces[who],
            "chainId": 31337,
        }
        self.nonces[who] += 1
        return bytes(self.accounts[who].sign_transaction(fields).raw_transaction)

    def mine(self, transactions: list[bytes], later: int) -> None:
        client = self.client
        for answer in client.batch(
            [("eth_sendRawTransaction", ("0x" + raw.hex(),)) for raw in transactions]
        ):
            answer.unwrap()
        self.time += later
        client.request("evm_mine", {"timestamp": self.time})
        block = client.block("latest")
        assert block is not None
        # The block's order, which need not be the order of sending.
        by_hash = {"0x" + keccak(raw).hex(): raw for raw in transactions}
        assert set(block["transactions"]) == set(by_hash)
        mined = [by_hash[h] for h in block["transactions"]]
        receipts = [client.receipt(h) for h in block["transactions"]]
        statuses = [int(receipt["status"], 16) for receipt in receipts if receipt]
        self.journal.append(
            JournalBlock(int(block["number"], 16), self.time, block["hash"], mined, statuses)
        )

    def state_root(self) -> str:
        block = self.client.block("latest")
        assert block is not None
        return str(block["stateRoot"])

    def emptied(self) -> "Chain":
        """The same journal, of whose blocks the node has none."""
        again = copy.copy(self)
        again.journal, again.nonces = list(self.journal), list(self.nonces)
        again.node.restart()
        return again


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Chain, str]]:
    """A chain of twelve blocks, and the root of its state."""
    folder = tmp_path_factory.mktemp("devnet")
    node = Devnet(find_anvil(PROJECT_ROOT), folder, genesis_time=GENESIS_TIME)
    node.start()
    node.wait_ready()
    chain = Chain(node)
    for number in range(12):
        count = (0, 1, 30)[number % 3]
        transactions = [
            chain.transaction(i % 3, bytes([number, i]).ljust(32, b"\0") + STORING)
            for i in range(count)
        ]
        if count == 1:
            transactions.append(chain.transaction(1, REVERTING))
        chain.mine(transactions, later=number % 2)
    yield chain, chain.state_root()
    node.stop()


@pytest.fixture
def chain(recorded: tuple[Chain, str]) -> Chain:
    """The recorded chain's journal, and a node that has just started empty."""
    return recorded[0].emptied()


def test_a_rebuilt_chain_has_the_same_block_hashes_and_state(
    chain: Chain, recorded: tuple[Chain, str]
) -> None:
    seen: list[tuple[int, int]] = []
    report = rebuild(chain.client, iter(chain.journal), lambda *done: seen.append(done))
    assert report.hash_mismatches == ()
    assert (report.blocks, report.transactions) == (12, 4 * 2 + 4 * 30)
    assert seen == [(12, 128)]
    assert chain.state_root() == recorded[1]
    for block in chain.journal:
        mined = chain.client.block(block.number)
        assert mined is not None
        assert mined["hash"] == block.hash


def test_a_large_block_is_rebuilt_in_its_own_order(make_devnet: Callable[..., Devnet]) -> None:
    chain = Chain(make_devnet())
    sent = [chain.transaction(i % 3, b"", gas=100_000) for i in range(450)]
    chain.mine(sent, later=1)
    assert chain.journal[0].transactions != sent  # anvil reorders such a batch
    again = chain.emptied()
    assert rebuild(again.client, again.journal).hash_mismatches == ()


def test_the_rest_of_a_journal_is_replayed_onto_its_beginning(chain: Chain) -> None:
    rebuild(chain.client, chain.journal[:5])
    assert rebuild(chain.client, chain.journal[5:]).hash_mismatches == ()


def test_an_empty_journal_is_a_rebuilt_chain(chain: Chain) -> None:
    assert rebuild(chain.client, []).blocks == 0


def test_the_chain_goes_on_after_a_rebuild(chain: Chain) -> None:
    rebuild(chain.client, chain.journal)
    chain.mine([chain.transaction(0, b"")], later=0)
    assert chain.journal[-1].number == 13


def test_other_hashes_with_the_same_content_are_reported_not_refused(chain: Chain) -> None:
    chain.journal[3] = replace(chain.journal[3], hash="0x" + "00" * 32)
    assert rebuild(chain.client, chain.journal).hash_mismatches == (4,)


def test_a_node_that_is_not_empty_is_refused(chain: Chain) -> None:
    rebuild(chain.client, chain.journal)
    with pytest.raises(RebuildFailed, match="s chain is at block 12"):
        rebuild(chain.client, chain.journal)


def test_a_gap_in_the_journal_is_named(chain: Chain) -> None:
    del chain.journal[4]
    with pytest.raises(RebuildFailed) as failure:
        rebuild(chain.client, chain.journal)
    assert failure.value.block == 6


def test_a_transaction_that_the_node_refuses_is_named(chain: Chain) -> None:
    spoiled = chain.journal[2].transactions[0][:-1]
    block = replace(chain.journal[2], transactions=[spoiled])
    chain.journal[2] = block
    with pytest.raises(RebuildFailed, match="block 3, transaction 0x") as failure:
        rebuild(chain.client, chain.journal)
    assert failure.value.transaction == "0x" + keccak(spoiled).hex()
    assert "Nothing is lost" in failure.value.next_step()


def test_a_transaction_that_is_missing_before_another_of_its_account_is_noticed(
    chain: Chain,
) -> None:
    chain.journal[2] = replace(
        chain.journal[2], transactions=chain.journal[2].transactions[1:], statuses=None
    )
    with pytest.raises(RebuildFailed, match="not in the block") as failure:
        rebuild(chain.client, chain.journal)
    assert failure.value.block == 3


def test_another_outcome_of_a_transaction_is_noticed(chain: Chain) -> None:
    chain.journal[1] = replace(chain.journal[1], hash="0x" + "00" * 32, statuses=[1, 1])
    with pytest.raises(RebuildFailed, match="its status was 1") as failure:
        rebuild(chain.client, chain.journal)
    assert (failure.value.block, failure.value.transaction) == (
        2,
        "0x" + keccak(chain.journal[1].transactions[1]).hex(),
    )


def test_a_time_that_goes_back_is_named(chain: Chain) -> None:
    chain.journal[3] = replace(chain.journal[3], timestamp=1_600_000_000)
    with pytest.raises(RebuildFailed, match="1600000000") as failure:
        rebuild(chain.client, chain.journal)
    assert failure.value.block == 4
