"""Blocks, read models and the checkpoint are written together or not at all."""

import pytest
from sqlalchemy.exc import OperationalError
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


def test_block_whose_projection_raises_is_recorded_without_read_models_until_they_are_rewritten(
    bench,
):
    payer, payee = bench.wallet(100), bench.wallet()
    before, blocks, events = transfers(bench), bench.recorded_blocks(), bench.events()
    mend = break_projection(bench)
    try:
        ids = [bench.pay(payer, payee, units) for units in (1, 2)]
        bench.settle()
        ids.append(bench.pay(payer, payee, 4))
        bench.settle()
        assert [row.status for row in bench.rows(ids)] == ["confirmed"] * 3
        assert bench.recorded_blocks() == bench.block_hashes()
        assert len(bench.recorded_blocks()) == len(blocks) + 2
        assert (transfers(bench), bench.events()) == (before, events)  # nothing of it is there
    finally:
        mend()
    assert bench.engine._scanner.stopped_at() == len(blocks)
    bench.engine._scanner.rewind()
    bench.settle()
    bench.engine._scanner.scan()
    assert bench.engine._scanner.stopped_at() is None
    assert transfers(bench) == before + 3
    assert len(bench.events()) > len(events)
    assert bench.history(ids[0])[-2:] == ["mined", "confirmed"]
    assert bench.balance(payee) == 7


def test_database_that_cannot_be_written_is_no_defect_of_a_projection(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    handlers = bench.engine._scanner._projections.handlers[("PilotEuro", "Transfer")]

    def without_room(event):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    handlers.append(without_room)
    try:
        paid = bench.pay(payer, payee, 1)
        with pytest.raises(OperationalError):
            bench.step()
    finally:
        handlers.remove(without_room)
    assert bench.engine._scanner.stopped_at() is None
    bench.settle()
    assert bench.row(paid).status == "confirmed"


def test_writes_go_on_under_a_broken_projection_and_the_next_start_writes_the_models_anew(
    data_dir, caplog
):
    bench = Bench(data_dir, run=True)
    try:
        until(lambda: not bench.engine._unsettled(), "idle")
        mend = break_projection(bench)
        address = bench.signers.operator.address
        ids = [bench.call("drip", address, to=address, amount=1)]
        bench.engine.wake()
        until(lambda: bench.engine.trouble, "the trouble is told")
        assert bench.engine.trouble.startswith("The read models stand still since block ")
        assert "PilotEuro.Transfer: Defect: cannot project this" in bench.engine.trouble
        ids.append(bench.call("drip", address, to=address, amount=1))
        bench.engine.wake()
        until(lambda: {r.status for r in bench.rows(ids)} == {"confirmed"}, "writes go on")
        assert len([r for r in caplog.records if "stand still" in r.message]) == 1
        assert transfers(bench) == 0
        mend()
        bench.close()
        bench.open()
        assert transfers(bench) == 2
        assert bench.engine._scanner.stopped_at() is None
        assert bench.engine.trouble is None
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
