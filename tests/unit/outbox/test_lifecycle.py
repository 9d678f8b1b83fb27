"""From intent to receipt: history, order, fairness, refusals."""

import pytest

from pocplatform.outbox.errors import ContractReverted, QueueFull, WalletNotCustodial
from pocplatform.outbox.sender import BATCH
from tests.unit.outbox.harness import FAUCET

ALL_STEPS = ["queued", "signed", "sent", "mined", "confirmed"]


def test_write_goes_through_every_status_and_each_change_is_kept(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    id_ = bench.pay(payer, payee, 60)
    assert bench.history(id_) == ["queued"]
    assert bench.row(id_).nonce is None
    assert bench.step()
    row = bench.row(id_)
    assert bench.history(id_) == ALL_STEPS
    assert (row.status, row.nonce, row.error) == ("confirmed", 0, None)
    assert bench.client.receipt(row.hash)["blockNumber"] == hex(row.block_number)
    assert bench.balance(payee) == 60


def test_idle_round_does_nothing_and_mines_nothing(bench):
    bench.settle()
    height = bench.client.block_number()
    assert not bench.step()
    assert bench.client.block_number() == height


def test_write_that_would_revert_is_refused_at_once_and_leaves_no_row(bench):
    payer, payee = bench.wallet(10), bench.wallet()
    bench.settle()
    with pytest.raises(ContractReverted) as caught:
        bench.pay(payer, payee, 11)
    assert caught.value.error["name"] == "ERC20InsufficientBalance"
    assert not bench.step()
    assert bench.next_nonce(payer) == 0


def test_second_write_that_the_first_makes_impossible_is_refused_and_uses_no_nonce(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    first, second, third = (bench.pay(payer, payee, units) for units in (80, 80, 20))
    bench.settle()
    assert [row.status for row in bench.rows([first, second, third])] == [
        "confirmed", "refused", "confirmed",
    ]  # fmt: skip
    refused = bench.row(second)
    assert (refused.nonce, refused.raw, refused.hash) == (None, None, None)
    assert refused.error["name"] == "ERC20InsufficientBalance"
    assert int(refused.error["args"]["balance"]) == 20
    assert bench.history(second) == ["queued", "refused"]
    assert [bench.row(first).nonce, bench.row(third).nonce] == [0, 1]
    assert bench.next_nonce(payer) == bench.client.nonce(payer) == 2
    assert bench.balance(payee) == 100


def test_chain_of_dependent_writes_of_several_senders_is_mined_in_one_round(bench):
    """Each needs the one before: money, approval, pull by another, payment onwards."""
    owner, spender, last = bench.wallet(), bench.wallet(), bench.wallet()
    ids = [
        bench.call("drip", bench.operator.address, to=owner, amount=500),
        bench.call("approve", owner, spender=spender, value=500),
        bench.call("transferFrom", spender, **{"from": owner, "to": spender, "value": 500}),
        bench.pay(spender, last, 500),
    ]
    assert bench.step()
    rows = bench.rows(ids)
    assert {row.status for row in rows} == {"confirmed"}
    assert len({row.block_number for row in rows}) == 1
    assert [row.position for row in rows] == sorted(row.position for row in rows)
    assert bench.balance(last) == 500


def test_write_that_depends_on_a_later_one_is_refused(bench):
    """What was accepted later is no reason to wait."""
    poor, rich = bench.wallet(), bench.wallet(100)
    bench.pay(rich, rich, 1)  # something on its way, so that acceptance does not try
    early = bench.pay(poor, rich, 50)
    bench.pay(rich, poor, 50)
    bench.settle()
    assert bench.row(early).status == "refused"


def test_refusal_of_one_tenant_does_not_hold_up_another(bench):
    poor, rich, payee = bench.wallet(), bench.wallet(100), bench.wallet()
    bench.pay(rich, payee, 1, "org_rich")
    bad = bench.pay(poor, payee, 1, "org_poor")
    good = bench.pay(rich, payee, 1, "org_rich")
    bench.step()
    assert [bench.row(bad).status, bench.row(good).status] == ["refused", "confirmed"]


def test_more_than_a_block_takes_is_mined_in_order_and_turns_are_fair(bench):
    """One tenant's flood does not push another behind it; each sender's own order is kept."""
    loud, quiet, payee = bench.wallet(FAUCET), bench.wallet(FAUCET), bench.wallet()
    flood = bench.calls(*[("transfer", loud, "org_loud", {"to": payee, "value": 1})] * (BATCH + 30))
    few = bench.calls(*[("transfer", quiet, "org_quiet", {"to": payee, "value": 1})] * 3)
    height = bench.client.block_number()
    bench.step()
    assert {row.status for row in bench.rows(few)} == {"confirmed"}
    statuses = [row.status for row in bench.rows(flood)]
    assert statuses == ["confirmed"] * (BATCH - 3) + ["queued"] * 33
    bench.settle()
    assert bench.client.block_number() == height + 2
    rows = bench.rows(flood)
    assert [row.nonce for row in rows] == list(range(BATCH + 30))
    places = [(row.block_number, row.position) for row in rows]
    assert places == sorted(places)
    assert bench.balance(payee) == BATCH + 33


def test_write_is_not_refused_while_something_older_may_still_make_it_possible(bench, monkeypatch):
    """The money for it is at the end of a queue that is longer than a block."""
    rich, poor, payee = bench.wallet(100), bench.wallet(), bench.wallet()
    monkeypatch.setattr(bench.engine._sender, "batch", 5)
    for _ in range(9):
        bench.pay(rich, payee, 1, "org_rich")
    money = bench.pay(rich, poor, 70, "org_rich")
    spend, too_much = bench.pay(poor, payee, 70, "org_poor"), bench.pay(poor, payee, 1, "org_poor")
    for _ in range(2):
        bench.step()
        assert [r.status for r in bench.rows([money, spend, too_much])] == ["queued"] * 3
    bench.settle()
    assert [r.status for r in bench.rows([money, spend, too_much])] == [
        "confirmed", "confirmed", "refused",
    ]  # fmt: skip


def test_state_that_changes_between_trial_and_mining_is_recorded_as_reverted_with_the_error(bench):
    """Somebody's own transaction is ahead in the same block and takes the money."""
    payer, payee = bench.wallet(100), bench.wallet()
    thief = bench.wallet()
    bench.call("approve", payer, spender=thief, value=100)
    bench.settle()
    pull = bench.outbox.contracts.call(
        "PilotEuro", "transferFrom", **{"from": payer, "to": thief, "value": 70}
    )
    bench.send_directly(bench.signer(thief), pull.data)
    id_ = bench.pay(payer, payee, 100)
    bench.step()
    row = bench.row(id_)
    assert row.status == "reverted"
    assert row.error["name"] == "ERC20InsufficientBalance"
    assert int(row.error["args"]["balance"]) == 30
    assert row.error["explanation"]
    assert bench.history(id_) == ["queued", "signed", "sent", "reverted"]
    assert row.gas_used > 21_000
    again = bench.pay(payer, payee, 30)
    bench.step()
    assert bench.row(again).status == "confirmed"


def test_transaction_that_runs_out_of_gas_is_recorded_with_that_reason(bench):
    payer = bench.wallet(10)
    signer = bench.signer(payer)
    signed = signer.sign_transaction(
        {"chainId": bench.settings.chain_id, "nonce": 0, "value": 0, "gasPrice": 0, "gas": 25_000,
         "to": bench.outbox.contracts.address("PilotEuro"),
         "data": bench.transfer_data(bench.wallet(), 1)}
    )  # fmt: skip
    bench.client.request("eth_sendRawTransaction", "0x" + signed.raw.hex())
    bench.step()
    row = bench.by_hash(signed.hash)
    assert row.status == "reverted"
    assert "gas" in row.error["name"].lower()


def test_more_waiting_writes_than_allowed_are_refused_until_there_is_room(bench):
    payer, payee = bench.wallet(100), bench.wallet()
    bench.settle()
    bench.outbox.max_queued, before = 3, bench.outbox.max_queued
    try:
        for _ in range(3):
            bench.pay(payer, payee, 1)
        with pytest.raises(QueueFull) as caught:
            bench.pay(payer, payee, 1)
        assert "3" in caught.value.detail()
        bench.settle()
        bench.pay(payer, payee, 1)
    finally:
        bench.outbox.max_queued = before
    bench.settle()
    assert bench.balance(payee) == 4


def test_write_of_an_account_without_a_key_is_not_accepted(bench):
    """In the queue nobody could sign it, and it would stand in everybody's way."""
    with pytest.raises(WalletNotCustodial):
        bench.pay("0x" + "11" * 20, bench.wallet(), 0)


def test_write_is_not_tried_twice_on_the_same_state(own_bench, wire_to):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    wire = wire_to(own_bench)
    paid = own_bench.pay(payer, payee, 1)
    own_bench.step()
    assert own_bench.row(paid).status == "confirmed"
    assert "eth_call" in wire.seen  # when it was accepted
    assert "eth_simulateV1" not in wire.seen


def test_write_is_tried_again_when_another_was_mined_since_it_was_accepted(own_bench, wire_to):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    wire = wire_to(own_bench)
    first = own_bench.pay(payer, payee, 60)
    own_bench.outbox.chain_moved()  # as after any block
    own_bench.step()
    assert own_bench.row(first).status == "confirmed"
    assert "eth_simulateV1" in wire.seen


def test_writes_accepted_together_are_tried_in_their_order_before_they_are_sent(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    first, second = own_bench.calls(
        *[("transfer", payer, None, {"to": payee, "value": 60}) for _ in range(2)]
    )
    own_bench.settle()
    assert own_bench.row(first).status == "confirmed"
    refused = own_bench.row(second)
    assert refused.status == "refused"
    assert refused.error["name"] == "ERC20InsufficientBalance"
    assert own_bench.next_nonce(payer) == 1
