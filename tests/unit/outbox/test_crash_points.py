"""Wherever the power goes: every accepted write is mined once."""

import os
import signal

import pytest
from sqlmodel import select

from pocplatform.chain.errors import NodeUnreachable
from pocplatform.outbox.models import Transaction
from tests.unit.outbox.harness import Bench, until

CUTS = {
    "signed, not sent": ("before", "eth_sendRawTransaction"),
    "sent, the answer lost": ("after", "eth_sendRawTransaction"),
    "sent, not mined": ("before", "evm_mine"),
    "mined, the answer lost": ("after", "evm_mine"),
    "mined, not recorded": ("before", "eth_getBlockReceipts"),
}


def interrupt(bench, wire_to, cut):
    """Three payments of a new payer, in whose round the connection to the node is cut."""
    side, method = CUTS[cut]
    payer, payee = bench.wallet(100), bench.wallet()
    wire = wire_to(bench)
    ids = [bench.pay(payer, payee, units) for units in (1, 2, 4)]
    (wire.cut_before if side == "before" else wire.cut_after).add(method)
    with pytest.raises(NodeUnreachable):
        bench.step()
    # Our devnet mines at once what it was sent, and both are noted together.
    assert {row.status for row in bench.rows(ids)} == {"signed"}
    bench.engine._on_silence()  # what the engine's thread does then
    wire.close()
    return ids, payer, payee


def check_mined_once(bench, ids, payer, payee):
    rows = bench.rows(ids)
    assert {row.status for row in rows} == {"confirmed"}
    assert [row.nonce for row in rows] == [0, 1, 2]
    assert bench.client.nonce(payer) == 3
    assert bench.balance(payee) == 7
    for row in rows:
        assert bench.history(row.id) == ["queued", "signed", "sent", "mined", "confirmed"]
    assert bench.block_hashes() == bench.recorded_blocks()


@pytest.mark.parametrize("cut", CUTS, ids=lambda name: name.replace(" ", "_"))
def test_round_that_is_cut_off_loses_and_doubles_nothing(own_bench, wire_to, cut):
    """First only the connection is lost, then node and platform are killed."""
    interrupted = interrupt(own_bench, wire_to, cut)
    own_bench.settle()
    check_mined_once(own_bench, *interrupted)
    killed = interrupt(own_bench, wire_to, cut)
    own_bench.reopen()
    check_mined_once(own_bench, *killed)
    check_mined_once(own_bench, *interrupted)


def test_before_an_error_is_believed_the_node_is_asked_for_our_hash(own_bench, wire_to):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    wire = wire_to(own_bench)
    id_ = own_bench.pay(payer, payee, 1)
    wire.cut_after.add("eth_sendRawTransaction")
    with pytest.raises(NodeUnreachable):
        own_bench.step()
    wire.cut_after.clear()
    wire.seen.clear()
    own_bench.engine._on_silence()
    own_bench.settle()
    asked, mined = wire.seen.index("eth_getTransactionByHash"), wire.seen.index("evm_mine")
    assert wire.seen.index("eth_sendRawTransaction") < asked < mined
    assert own_bench.history(id_) == ["queued", "signed", "sent", "mined", "confirmed"]


def test_killed_with_writes_still_queued_mines_them_after_the_start(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    ids = [own_bench.pay(payer, payee, 1) for _ in range(3)]
    own_bench.reopen()
    assert [row.status for row in own_bench.rows(ids)] == ["confirmed"] * 3
    assert own_bench.balance(payee) == 3


def test_devnet_that_cannot_be_rebuilt_is_not_mistaken_for_a_reorganized_chain(data_dir):
    """A damaged journal must not make the scanner forget the rest of it."""
    quiet = Bench(data_dir)
    payer, payee = quiet.wallet(100), quiet.wallet()
    ids = []
    for units in (1, 2, 3):
        ids.append(quiet.pay(payer, payee, units))
        quiet.settle()
    quiet.close()
    bench = Bench(data_dir, run=True)
    try:
        until(lambda: not bench.engine._unsettled(), "idle")
        blocks = bench.recorded_blocks()
        with bench.database.transaction() as session:
            row = session.exec(select(Transaction).where(Transaction.id == ids[1])).one()
            raw, row.raw = row.raw, b"\x02damaged"
            session.add(row)
        os.kill(bench.devnet_pid(), signal.SIGKILL)
        until(lambda: bench.engine._broken, "the rebuild failed")
        until(lambda: "RebuildFailed" in (bench.engine.trouble or ""), "the trouble is told")
        assert bench.recorded_blocks() == blocks
        with bench.database.transaction() as session:
            row = session.exec(select(Transaction).where(Transaction.id == ids[1])).one()
            row.raw = raw
            session.add(row)
        until(lambda: bench.engine.trouble is None, "the devnet is back")
        assert bench.recorded_blocks() == blocks == bench.block_hashes()
    finally:
        bench.close()


def test_devnet_that_is_emptied_under_the_platform_is_rebuilt_from_the_journal(data_dir):
    bench = Bench(data_dir, run=True)

    def is_back(blocks):
        try:
            return bench.block_hashes() == blocks
        except NodeUnreachable:  # while it is being rebuilt
            return False

    try:
        payer, payee = bench.wallet(100), bench.wallet()
        paid = bench.pay(payer, payee, 30)
        until(lambda: bench.row(paid).status == "confirmed", "the payment is recorded")
        blocks = bench.block_hashes()
        bench.client.request("anvil_reset")
        until(lambda: is_back(blocks), "the same blocks, at the same times")
        until(lambda: bench.engine.trouble is None, "the engine works again")
        assert bench.recorded_blocks() == blocks
        assert bench.history(paid) == ["queued", "signed", "sent", "mined", "confirmed"]
        again = bench.pay(payer, payee, 12)
        until(lambda: bench.row(again).status == "confirmed", "writes go on")
        assert bench.balance(payee) == 42
    finally:
        bench.close()
