"""Blocks, read models and the checkpoint are written together or not at all."""

import pytest
from sqlmodel import func, select

from pocplatform.domains.payments.models import TokenTransfer
from tests.unit.outbox.harness import Bench, until


class Defect(Exception):
    pass


def break_projection(bench):
    """Let a projection raise after another one has written; returns what mends it."""
    handlers = bench.engine._scanner._projections.handlers[("PilotEuro", "Transfer")]

    def defective(event):
        event.session.flush()
        raise Defect("cannot project this")

    handlers.append(defective)
    return lambda: handlers.remove(defective)


def transfers(bench):
    with bench.database.snapshot() as session:
        return session.exec(select(func.count()).select_from(TokenTransfer)).one()


def test_block_whose_projection_raises_is_not_half_recorded(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    before, blocks, events = transfers(bench), bench.recorded_blocks(), bench.events()
    mend = break_projection(bench)
    try:
        id_ = bench.pay(payer, payee, 1)
        for _ in range(2):  # and again
            with pytest.raises(Defect):
                bench.step()
        assert bench.row(id_).status == "sent"
        assert bench.recorded_blocks() == blocks
        assert bench.client.block_number() == len(blocks)
        assert (transfers(bench), bench.events()) == (before, events)
    finally:
        mend()
    bench.settle()
    assert bench.history(id_) == ["queued", "signed", "sent", "mined", "confirmed"]
    assert transfers(bench) == before + 1
    assert bench.balance(payee) == 1


def test_engine_goes_on_trying_says_what_is_wrong_and_does_not_flood_the_log(data_dir, caplog):
    bench = Bench(data_dir, run=True)
    try:
        until(lambda: not bench.engine._unsettled(), "idle")
        mend = break_projection(bench)
        address = bench.signers.operator.address
        id_ = bench.call("drip", address, to=address, amount=1)
        bench.engine.wake()
        until(lambda: bench.engine.trouble, "the trouble is told")
        assert bench.engine.trouble == "Defect: cannot project this"
        rounds = []
        scan = bench.engine._scanner.scan
        bench.engine._scanner.scan = lambda: rounds.append(1) or scan()
        until(lambda: len(rounds) > 3, "the engine tries again")
        assert len([r for r in caplog.records if r.name == "pocplatform.worker"]) == 1
        assert bench.engine._scanner.checkpoint() < bench.client.block_number()
        mend()
        until(lambda: bench.row(id_).status == "confirmed", "recorded after all")
        until(lambda: bench.engine.trouble is None, "no trouble")
    finally:
        bench.close()


def test_events_of_other_contracts_in_a_transaction_do_not_change_an_events_source(bench):
    """A contract that becomes known later would else have events told twice after a rewind."""
    payer, payee = bench.wallet(100), bench.wallet()
    bench.pay(payer, payee, 1)
    bench.settle()
    token = bench.outbox.contracts.address("PilotEuro").lower()
    sources = [row for row in bench.events() if f":{token}:0" in "".join(row)]
    assert sources
