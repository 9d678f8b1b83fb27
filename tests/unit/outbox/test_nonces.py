"""Nonces: somebody else with the same key, refusals of the node, fillers."""

import asyncio

import pytest

from pocplatform.chain.errors import NodeUnreachable
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id
from pocplatform.outbox.journal import journal_blocks
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import add_transaction


@pytest.fixture
def never_taken(bench, wire_to):
    """Makes intents that the trial lets pass and the node does not take.

    The account has ether when they are tried, and none any more when they are sent.
    """

    def make(sender: str) -> str:
        bench.client.request("anvil_setBalance", sender, hex(10**31))
        wire.first["eth_sendRawTransaction"] = "anvil_setBalance", [sender, "0x0"]
        with bench.database.transaction() as session:
            row = Transaction(
                id=new_id("tx"), sender=sender, to=sender, data=b"", value=str(10**30),
                function="send_ether", created_ms=now_ms(), updated_ms=now_ms(),
            )  # fmt: skip
            return add_transaction(session, row).id

    wire = wire_to(bench)
    return make


def test_nonce_used_directly_and_recorded_is_not_given_out_again(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    hash_ = bench.send_directly(bench.signer(payer), bench.transfer_data(payee, 1))
    bench.step()
    foreign = bench.by_hash(hash_)
    assert (foreign.status, foreign.sender, foreign.nonce) == ("confirmed", payer, 0)
    id_ = bench.pay(payer, payee, 2)
    bench.step()
    assert (bench.row(id_).status, bench.row(id_).nonce) == ("confirmed", 1)
    assert bench.balance(payee) == 3


def test_nonce_taken_by_a_transaction_that_waits_in_the_node_is_replaced_by_another(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    hash_ = bench.send_directly(bench.signer(payer), bench.transfer_data(payee, 1))
    ours, next_ = bench.pay(payer, payee, 2), bench.pay(payer, payee, 4)
    bench.settle()
    assert bench.by_hash(hash_).nonce == 0
    assert [row.status for row in bench.rows([ours, next_])] == ["confirmed", "confirmed"]
    assert {row.nonce for row in bench.rows([ours, next_])} == {1, 2}
    assert bench.history(ours).count("queued") == 2
    assert bench.balance(payee) == 7


def test_nonce_used_in_a_block_that_is_not_recorded_yet_is_replaced_by_another(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    bench.send_directly(bench.signer(payer), bench.transfer_data(payee, 1))
    bench.client.request("evm_mine")
    ours = bench.pay(payer, payee, 2)
    bench.settle()
    assert (bench.row(ours).status, bench.row(ours).nonce) == ("confirmed", 1)
    assert bench.history(ours)[:3] == ["queued", "signed", "queued"]
    assert bench.balance(payee) == 3


def test_many_nonces_used_directly_are_skipped_at_once(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    for nonce in range(5):
        bench.send_directly(bench.signer(payer), bench.transfer_data(payee, 1), nonce)
    bench.client.request("evm_mine")
    ours = bench.pay(payer, payee, 2)
    bench.settle()
    assert (bench.row(ours).status, bench.row(ours).nonce) == ("confirmed", 5)


def test_last_nonce_of_a_write_that_the_node_never_takes_is_given_back(bench, never_taken):
    payer, payee = bench.wallet(100), bench.wallet()
    paid = bench.pay(payer, payee, 1)
    bad, worse = (never_taken(payer) for _ in range(2))
    bench.settle()
    assert [row.status for row in bench.rows([paid, bad, worse])] == [
        "confirmed", "refused", "refused",
    ]  # fmt: skip
    assert "insufficient funds" in bench.row(bad).error["name"].lower()
    assert bench.next_nonce(payer) == bench.client.nonce(payer) == 1
    after = bench.pay(payer, payee, 1)
    bench.settle()
    assert (bench.row(after).status, bench.row(after).nonce) == ("confirmed", 1)


def test_request_that_waits_for_what_the_node_refuses_is_woken(bench, never_taken):
    payer = bench.wallet(100)
    bad = never_taken(payer)

    async def wait() -> None:
        settled = bench.platform.gateway.watch.register(bad, asyncio.get_running_loop())
        await asyncio.to_thread(bench.settle)
        assert (await asyncio.wait_for(settled, timeout=5)).status == "refused"

    asyncio.run(wait())
    assert bench.row(bad).status == "refused"


def test_request_that_waits_for_a_refusal_is_woken_though_the_node_fails_in_the_same_round(
    own_bench, wire_to
):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    _good, bad = own_bench.calls(
        *[("transfer", payer, None, {"to": payee, "value": 60}) for _ in range(2)]
    )
    wire = wire_to(own_bench)

    async def wait() -> None:
        settled = own_bench.platform.gateway.watch.register(bad, asyncio.get_running_loop())
        wire.cut_before.add("eth_sendRawTransaction")
        with pytest.raises(NodeUnreachable):
            await asyncio.to_thread(own_bench.step)
        wire.cut_before.clear()
        own_bench.engine._on_silence()
        await asyncio.to_thread(own_bench.settle)
        assert (await asyncio.wait_for(settled, timeout=5)).status == "refused"

    asyncio.run(wait())


def test_nonce_in_the_middle_of_a_write_that_the_node_never_takes_is_filled(bench, never_taken):
    payer, payee = bench.wallet(100), bench.wallet()
    before = bench.pay(payer, payee, 1)
    bad = never_taken(payer)
    after = bench.pay(payer, payee, 2)
    bench.settle()
    assert [row.status for row in bench.rows([before, bad, after])] == [
        "confirmed", "refused", "confirmed",
    ]  # fmt: skip
    assert [bench.row(before).nonce, bench.row(bad).nonce, bench.row(after).nonce] == [0, None, 2]
    assert bench.next_nonce(payer) == bench.client.nonce(payer) == 3
    assert bench.balance(payee) == 3


def test_transactions_sent_directly_are_journaled_and_survive_a_restart(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    hashes = [
        own_bench.send_directly(own_bench.signer(payer), own_bench.transfer_data(payee, 1), n)
        for n in range(3)
    ]
    own_bench.step()
    ours = own_bench.pay(payer, payee, 5)
    own_bench.settle()
    before = own_bench.block_hashes()
    own_bench.reopen()
    assert own_bench.block_hashes() == before == own_bench.recorded_blocks()
    assert [own_bench.by_hash(h).status for h in hashes] == ["confirmed"] * 3
    assert own_bench.row(ours).status == "confirmed"
    assert own_bench.balance(payee) == 8
    ours = own_bench.pay(payer, payee, 5)
    own_bench.settle()
    assert own_bench.balance(payee) == 13


def test_journal_says_how_each_transaction_came_out(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    signer = own_bench.signer(payer)
    good = own_bench.send_directly(signer, own_bench.transfer_data(payee, 60), 0)
    bad = own_bench.send_directly(signer, own_bench.transfer_data(payee, 60), 1)
    own_bench.settle()
    assert [own_bench.by_hash(h).status for h in (good, bad)] == ["confirmed", "reverted"]
    with own_bench.database.snapshot() as session:
        *_, last = journal_blocks(session)
    assert list(last.statuses) == [1, 0]
    own_bench.reopen()
    assert [own_bench.by_hash(h).status for h in (good, bad)] == ["confirmed", "reverted"]
