"""Recording anew: rewinding, reorganizations, and a devnet that comes back."""

from sqlmodel import select

from pocplatform.domains.payments.models import TokenBalance
from pocplatform.events.models import Event


def busy_chain(bench):
    """Some blocks with several kinds of events."""
    payer, payee = bench.wallet(1_000), bench.wallet()
    for units in (1, 2, 3):
        bench.pay(payer, payee, units)
        bench.settle()
    bench.call("approve", payer, spender=payee, value=50)
    bench.call("transferFrom", payee, **{"from": payer, "to": payee, "value": 50})
    bench.settle()
    return payer, payee


def check_against_chain(bench):
    """The read models say what the contract says, and the blocks are the chain's."""
    with bench.database.snapshot() as session:
        balances = session.exec(select(TokenBalance)).all()
    assert balances
    for row in balances:
        assert int(row.units) == bench.balance(row.address), row.address
    assert bench.recorded_blocks() == bench.block_hashes()


def reorganized_events(bench):
    with bench.database.snapshot() as session:
        return session.exec(select(Event).where(Event.type == "chain.reorganized")).all()


def test_rewinding_and_scanning_again_gives_the_same_models_and_no_event_twice(bench):
    busy_chain(bench)
    models, events, blocks = bench.dump(), bench.events(), bench.recorded_blocks()
    assert any(models.values())
    bench.engine._scanner.rewind()
    assert not any(bench.dump().values())
    assert bench.engine._scanner.checkpoint() == -1
    assert bench.engine._scanner.scan() == ()
    assert bench.dump() == models
    assert bench.events() == events
    assert bench.recorded_blocks() == blocks


def test_rewinding_twice_in_a_row_changes_nothing_more(bench):
    busy_chain(bench)
    models, events = bench.dump(), bench.events()
    bench.engine._scanner.rewind()
    bench.engine._scanner.rewind()
    bench.settle()
    bench.engine._scanner.scan()
    assert (bench.dump(), bench.events()) == (models, events)


def test_restarted_devnet_has_the_same_blocks_balances_and_models(own_bench):
    payer, payee = busy_chain(own_bench)
    own_bench.send_directly(own_bench.signer(payer), own_bench.transfer_data(payee, 5_000))
    own_bench.settle()  # reverted, and part of the journal all the same
    blocks, models, events = own_bench.block_hashes(), own_bench.dump(), own_bench.events()
    balances = [own_bench.balance(a) for a in (payer, payee)]
    own_bench.reopen()
    assert own_bench.block_hashes() == blocks == own_bench.recorded_blocks()
    assert own_bench.dump() == models
    assert own_bench.events() == events
    assert [own_bench.balance(a) for a in (payer, payee)] == balances


def test_blocks_that_are_reorganized_away_are_forgotten_and_their_writes_are_mined_again(own_bench):
    bench = own_bench
    payer, payee = busy_chain(bench)
    lost = bench.pay(payer, payee, 100)
    bench.settle()
    before = bench.row(lost)
    bench.client.request("anvil_reorg", 1, [])
    assert bench.client.receipt(before.hash) is None
    bench.step()  # sees it without any new block
    assert len(reorganized_events(bench)) == 1
    bench.engine._after_idle_step()
    bench.settle()
    after = bench.row(lost)
    assert (after.status, after.hash, after.nonce) == ("confirmed", before.hash, before.nonce)
    assert after.block_number > before.block_number
    assert bench.history(lost)[-3:] == ["sent", "mined", "confirmed"]
    assert bench.balance(payee) == 156
    check_against_chain(bench)
    received = [e for e in bench.events() if before.hash in e and "payment.received" in e]
    assert len(received) == 1


def test_chain_set_back_to_a_snapshot_is_written_again_in_the_first_order(own_bench):
    """The writes that are lost depend on one another across accounts."""
    bench = own_bench
    owner, spender, last = bench.wallet(500), bench.wallet(), bench.wallet()
    snapshot = bench.client.request("evm_snapshot")
    height = bench.client.block_number()
    ids = []
    for function, sender, arguments in (
        ("approve", owner, {"spender": spender, "value": 500}),
        ("transferFrom", spender, {"from": owner, "to": spender, "value": 500}),
        ("transfer", spender, {"to": last, "value": 500}),
        ("transfer", last, {"to": owner, "value": 500}),
    ):
        ids.append(bench.call(function, sender, **arguments))
        bench.settle()
    assert bench.client.request("evm_revert", snapshot)
    assert bench.client.block_number() == height
    bench.step()
    bench.engine._after_idle_step()
    bench.settle()
    assert [row.status for row in bench.rows(ids)] == ["confirmed"] * 4
    assert (bench.balance(owner), bench.balance(last)) == (500, 0)
    check_against_chain(bench)
    new = bench.pay(owner, last, 1)
    bench.settle()
    assert bench.row(new).status == "confirmed"
    check_against_chain(bench)


def test_chain_with_other_blocks_after_a_snapshot_is_recorded_anew_and_survives_a_restart(
    own_bench,
):
    bench = own_bench
    payer, payee = bench.wallet(500), bench.wallet()
    snapshot = bench.client.request("evm_snapshot")
    lost = bench.pay(payer, payee, 100)
    bench.settle()
    bench.client.request("evm_revert", snapshot)
    # The same account's nonce goes to somebody else's transaction, in a block of its own.
    other = bench.send_directly(bench.signer(payer), bench.transfer_data(payee, 7))
    for _ in range(3):
        bench.client.request("evm_mine")
    bench.step()
    bench.engine._after_idle_step()
    bench.settle()
    assert bench.by_hash(other).status == "confirmed"
    row = bench.row(lost)
    assert (row.status, row.nonce) == ("confirmed", 1)
    assert bench.balance(payee) == 107
    check_against_chain(bench)
    models = bench.dump()
    bench.reopen()
    assert bench.dump() == models
    check_against_chain(bench)


def test_somebodys_own_transaction_that_a_reorganization_replaced_is_not_made_anew(own_bench):
    bench = own_bench
    payer, payee = bench.wallet(500), bench.wallet()
    snapshot = bench.client.request("evm_snapshot")
    first = bench.send_directly(bench.signer(payer), bench.transfer_data(payee, 1))
    bench.settle()
    bench.client.request("evm_revert", snapshot)
    second = bench.send_directly(bench.signer(payer), bench.transfer_data(payee, 2))
    bench.client.request("evm_mine")
    bench.step()
    bench.engine._after_idle_step()
    bench.settle()
    assert [bench.by_hash(h).status for h in (first, second)] == ["replaced", "confirmed"]
    assert bench.balance(payee) == 2
    check_against_chain(bench)
