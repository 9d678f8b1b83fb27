"""Transactions that the devnet's pool loses are mined all the same, each once."""

from __future__ import annotations

import threading

import pytest

from pocplatform.chain.signer import LocalSigner
from pocplatform.outbox.models import SignerAccount

STRANGER = LocalSigner(b"\x33" * 32)


def pool(bench) -> tuple[int, int]:
    status = bench.client.request("txpool_status")
    return int(status["pending"], 16), int(status["queued"], 16)


def lose_sight_of_next(bench, payer: str, payee: str, count: int) -> list[str]:
    """Writes that the pool holds for later, though the first one's nonce is the account's next."""
    before = pool(bench)[1]
    with bench.database.transaction() as session:
        session.get_one(SignerAccount, payer).next_nonce = 1
    ids = [bench.pay(payer, payee, 1) for _ in range(count)]
    bench.engine._sender.send_queued()
    bench.client.request("anvil_setNonce", payer, "0x1")
    bench.client.request("evm_mine")
    assert pool(bench) == (0, before + count)  # mining alone does not help
    return ids


def test_transactions_that_the_pool_would_hold_for_ever_are_mined_once(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    ids = lose_sight_of_next(own_bench, payer, payee, 3)
    own_bench.engine._sender.resend()
    assert pool(own_bench) == (0, 3)  # nor does sending again
    own_bench.settle()
    assert [row.status for row in own_bench.rows(ids)] == ["confirmed"] * 3
    assert own_bench.client.nonce(payer) == 4
    assert own_bench.balance(payee) == 3
    assert pool(own_bench) == (0, 0)


def test_rescue_keeps_what_others_have_in_the_pool(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    theirs = own_bench.send_directly(STRANGER, own_bench.transfer_data(payee, 0), nonce=1)
    ids = lose_sight_of_next(own_bench, payer, payee, 1)
    own_bench.settle()
    assert [row.status for row in own_bench.rows(ids)] == ["confirmed"]
    assert pool(own_bench) == (0, 1)
    first = own_bench.send_directly(STRANGER, own_bench.transfer_data(payee, 0), nonce=0)
    own_bench.step()
    assert [own_bench.by_hash(hash_).status for hash_ in (first, theirs)] == ["confirmed"] * 2


@pytest.mark.parametrize("which", ["first", "last"])
def test_transaction_dropped_behind_the_senders_back_is_mined_once(own_bench, which):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    ids = [own_bench.pay(payer, payee, 1) for _ in range(3)]
    own_bench.engine._sender.send_queued()
    dropped = own_bench.rows(ids)[0 if which == "first" else -1].hash
    own_bench.client.request("anvil_dropTransaction", dropped)
    own_bench.settle()
    assert [row.status for row in own_bench.rows(ids)] == ["confirmed"] * 3
    assert own_bench.client.nonce(payer) == 3
    assert own_bench.balance(payee) == 3


def test_pool_emptied_behind_the_senders_back_loses_nothing(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    ids = [own_bench.pay(payer, payee, 1) for _ in range(3)]
    own_bench.engine._sender.send_queued()
    own_bench.client.request("anvil_dropAllTransactions")
    own_bench.settle()
    assert [row.status for row in own_bench.rows(ids)] == ["confirmed"] * 3
    assert own_bench.balance(payee) == 3


def test_gap_that_a_stranger_left_in_the_pool_is_no_reason_to_empty_it(own_bench, wire_to):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    own_bench.send_directly(STRANGER, own_bench.transfer_data(payee, 0), nonce=5)
    wire = wire_to(own_bench)
    own_bench.pay(payer, payee, 1)
    own_bench.engine._doubt = True
    own_bench.settle()
    assert "anvil_dropAllTransactions" not in wire.seen
    assert pool(own_bench) == (0, 1)


def test_every_write_is_mined_once_though_others_mine_while_it_is_sent(own_bench):
    payers, payee = [own_bench.wallet(1000) for _ in range(8)], own_bench.wallet()
    done = threading.Event()

    def mine() -> None:
        while not done.is_set():
            if pool(own_bench)[0]:
                own_bench.client.request("evm_mine")

    miner = threading.Thread(target=mine)
    miner.start()
    try:
        ids = [
            id_
            for _ in range(25)
            for id_ in own_bench.calls(
                *(("transfer", payer, None, {"to": payee, "value": 1}) for payer in payers)
            )
        ]
        own_bench.settle()
    finally:
        done.set()
        miner.join()
    own_bench.settle()
    assert {row.status for row in own_bench.rows(ids)} == {"confirmed"}
    assert [own_bench.client.nonce(payer) for payer in payers] == [25] * 8
    assert own_bench.balance(payee) == 200
