"""On a network with fees: fees that rise, writes that are called back, what is mined of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from pocplatform.kit.clock import now_ms
from pocplatform.main import create_app
from pocplatform.organisers import admin_secret
from pocplatform.outbox.attempts import of_transaction
from pocplatform.outbox.models import Transaction
from tests.processes import outside_node
from tests.unit.outbox.harness import Outside, outside_bench, until

GWEI = 10**9
CAP_GWEI = 50


@pytest.fixture(scope="module")
def paid(tmp_path_factory) -> Iterator[Outside]:
    """A platform on a network with fees that mines when a test says so."""
    folder = tmp_path_factory.mktemp("paid")
    with (
        outside_node(folder, "--no-mining", base_fee=GWEI) as url,
        outside_bench(folder / "data", url, max_fee_gwei=CAP_GWEI) as bench,
    ):
        bench.step()
        yield bench


@pytest.fixture
def api(paid) -> Iterator[TestClient]:
    """The gateway, as the organisers."""
    client = TestClient(create_app(paid.platform))
    client.headers["Authorization"] = f"Bearer {admin_secret(paid.settings)}"
    with client:
        yield client


@pytest.fixture
def pair(paid) -> tuple[str, str]:
    """A payer with money, and a payee."""
    return paid.wallet(100), paid.wallet()


def wait_too_long(bench, id_: str) -> None:
    """As if the transaction had been sent an hour ago."""
    with bench.database.transaction() as session:
        row = session.get_one(Transaction, bench.row(id_).seq)
        row.updated_ms = now_ms() - 3_600_000
        session.add(row)


def on_node(bench, hash_: str) -> dict:
    return bench.client.request("eth_getTransactionByHash", hash_)


def fees(bench, hash_: str) -> tuple[int, int]:
    transaction = on_node(bench, hash_)
    return int(transaction["maxFeePerGas"], 16), int(transaction["maxPriorityFeePerGas"], 16)


def kinds(bench, id_: str) -> list[str]:
    with bench.database.snapshot() as session:
        return [attempt.kind for attempt in of_transaction(session, id_)]


def set_base_fee(bench, wei: int) -> None:
    bench.client.request("anvil_setNextBlockBaseFeePerGas", hex(wei))


def take_first_nonce(bench, payer: str, payee: str) -> None:
    """A transaction of somebody else who has the same key is mined."""
    signed = bench.signer(payer).sign_transaction(
        {"chainId": 31337, "nonce": 0, "to": payee, "data": b"", "value": 1, "gas": 21_000,
         "maxFeePerGas": 40 * GWEI, "maxPriorityFeePerGas": GWEI}
    )  # fmt: skip
    bench.client.request("eth_sendRawTransaction", "0x" + signed.raw.hex())
    bench.mine()


def cancel(api: TestClient, id_: str, **params: object):
    return api.post(f"/v1/transactions/{id_}/cancel", params=params)


# Fees


def test_write_is_sent_as_eip_1559_transaction_that_can_pay_rising_base_fees(paid, pair):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    base_fee = int(paid.client.block("latest")["baseFeePerGas"], 16)
    limit, tip = fees(paid, paid.row(id_).hash)
    assert on_node(paid, paid.row(id_).hash)["type"] == "0x2"
    assert tip > 0
    assert limit == 2 * base_fee + tip
    paid.mined_step()
    assert paid.row(id_).status == "confirmed"
    assert kinds(paid, id_) == ["original"]


def test_fee_of_what_is_not_mined_rises_by_an_eighth_or_more_until_it_is(paid, pair):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    hashes = [paid.row(id_).hash]
    offered = [fees(paid, hashes[0])]
    for _ in range(3):
        wait_too_long(paid, id_)
        paid.step()
        hashes.append(paid.row(id_).hash)
        offered.append(fees(paid, hashes[-1]))
    assert len(set(hashes)) == 4
    for (limit, tip), (higher_limit, higher_tip) in pairwise(offered):
        assert higher_limit * 8 >= limit * 9
        assert higher_tip * 8 >= tip * 9
    paid.mined_step()
    assert paid.row(id_).status == "confirmed"
    assert kinds(paid, id_) == ["original", "raised", "raised", "raised"]
    assert (paid.client.nonce(payer), paid.balance(payee)) == (1, 1)


def test_fee_is_not_raised_before_its_time_nor_for_what_waits_behind_another(paid, pair):
    payer, payee = pair
    first, second = paid.pay(payer, payee, 1), paid.pay(payer, payee, 1)
    paid.step()
    wait_too_long(paid, second)
    paid.step()
    assert kinds(paid, first) == kinds(paid, second) == ["original"]
    paid.mined_step()


def test_fee_follows_a_base_fee_that_has_outgrown_it(paid, pair):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    set_base_fee(paid, 20 * GWEI)
    paid.mine()
    paid.step()
    assert paid.row(id_).status == "sent"  # too little for that block
    wait_too_long(paid, id_)
    paid.step()
    assert fees(paid, paid.row(id_).hash)[0] > 2 * 15 * GWEI
    paid.mined_step()
    assert paid.row(id_).status == "confirmed"
    set_base_fee(paid, GWEI)
    paid.mine()


def test_fee_that_the_node_finds_too_low_is_raised_at_once(paid, pair):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.engine._sender._send = lambda signed, **_: None  # the platform was cut off here
    try:
        paid.engine._sender.send_queued()
    finally:
        del paid.engine._sender._send
    set_base_fee(paid, 20 * GWEI)
    paid.mine()
    paid.engine._doubt = True
    paid.step()
    paid.step()
    assert kinds(paid, id_) == ["original", "raised"]
    paid.mined_step()
    assert paid.row(id_).status == "confirmed"
    set_base_fee(paid, GWEI)
    paid.mine()


def test_fee_stays_at_the_cap_and_the_write_waits(paid, pair):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    for _ in range(30):
        wait_too_long(paid, id_)
        paid.step()
    limit, _ = fees(paid, paid.row(id_).hash)
    assert CAP_GWEI * GWEI * 8 / 9 < limit <= CAP_GWEI * GWEI
    assert paid.row(id_).status == "sent"
    paid.mined_step()
    assert paid.row(id_).status == "confirmed"


def test_earlier_form_that_is_mined_all_the_same_is_recognised(paid, pair):
    payer, payee = pair
    id_, behind = paid.pay(payer, payee, 1), paid.pay(payer, payee, 2)
    paid.step()
    first = paid.row(id_)
    wait_too_long(paid, id_)
    paid.step()
    assert paid.row(id_).hash != first.hash
    # What another node of the network would do, which never saw the second form.
    paid.client.request("anvil_dropTransaction", paid.row(id_).hash)
    paid.client.request("eth_sendRawTransaction", "0x" + first.raw.hex())
    paid.mine()
    paid.engine._doubt = True
    paid.step()
    assert (paid.row(id_).status, paid.row(id_).hash) == ("confirmed", first.hash)
    paid.mined_step()
    assert paid.row(behind).status == "confirmed"
    assert (paid.client.nonce(payer), paid.balance(payee)) == (2, 3)


def test_earlier_form_that_is_mined_before_the_scanner_looks_is_not_sent_anew(paid, pair):
    """The node says "nonce too low" of the later form: because the earlier one is ours."""
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    first = paid.row(id_).hash
    wait_too_long(paid, id_)
    assert paid.engine._replacements.due()
    paid.mine()
    paid.engine._sender.resend()
    assert paid.row(id_).status == "signed"
    paid.step()
    assert (paid.row(id_).status, paid.row(id_).hash) == ("confirmed", first)
    assert (paid.client.nonce(payer), paid.balance(payee)) == (1, 1)


def test_write_whose_nonce_somebody_else_took_after_its_fee_was_raised_gets_another(paid, pair):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    wait_too_long(paid, id_)
    paid.step()
    paid.client.request("anvil_dropAllTransactions")
    take_first_nonce(paid, payer, payee)
    paid.engine._doubt = True
    paid.step()
    paid.mined_step()
    assert (paid.row(id_).status, paid.row(id_).nonce) == ("confirmed", 1)
    assert kinds(paid, id_) == ["original", "raised", "original"]
    assert paid.balance(payee) == 1


# Cancelling


def test_queued_write_is_cancelled_at_once_and_never_sent(paid, pair, api):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    answer = cancel(api, id_)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    paid.mined_step()
    assert paid.history(id_) == ["queued", "cancelled"]
    assert (paid.client.nonce(payer), paid.balance(payee)) == (0, 0)
    again = cancel(api, id_)
    assert (again.status_code, again.json()) == (200, answer.json())


def test_sent_write_is_cancelled_by_an_empty_one_that_pays_more(paid, pair, api):
    payer, payee = pair
    id_, behind = paid.pay(payer, payee, 1), paid.pay(payer, payee, 2)
    paid.step()
    original = paid.row(id_)
    offered = fees(paid, original.hash)
    answer = cancel(api, id_)
    assert (answer.status_code, answer.json()["status"]) == (202, "signed")
    again = cancel(api, id_)
    assert (again.status_code, again.json()["hash"]) == (202, answer.json()["hash"])
    paid.step()
    replacement = on_node(paid, paid.row(id_).hash)
    assert (replacement["from"], replacement["to"], replacement["input"], replacement["value"]) == (
        payer.lower(), payer.lower(), "0x", "0x0",
    )  # fmt: skip
    assert int(replacement["nonce"], 16) == original.nonce
    assert fees(paid, paid.row(id_).hash)[0] * 8 >= offered[0] * 9
    paid.mined_step()
    row = paid.row(id_)
    assert (row.status, row.hash) == ("cancelled", replacement["hash"])
    assert paid.history(id_)[-1] == "cancelled"
    assert paid.row(behind).status == "confirmed"
    assert (paid.client.nonce(payer), paid.balance(payee)) == (2, 2)
    shown = api.get(f"/v1/transactions/{original.hash}").json()
    assert [one["kind"] for one in shown["attempts"]] == ["original", "cancelling"]
    assert (shown["id"], shown["hash"]) == (id_, replacement["hash"])


def test_cancelling_what_is_mined_first_says_so(paid, pair, api):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    original = paid.row(id_).hash
    assert cancel(api, id_).status_code == 202
    paid.mine()  # the replacement has not been sent yet
    paid.step()
    assert (paid.row(id_).status, paid.row(id_).hash) == ("confirmed", original)
    answer = cancel(api, id_)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_settled")
    assert answer.json()["next_step"]
    assert paid.balance(payee) == 1


def test_waiting_for_a_cancellation_gives_its_outcome(paid, pair, api):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    cancel(api, id_)
    paid.mined_step()
    paid.mined_step()
    answer = cancel(api, id_, wait=5)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_cancellation_survives_a_crash_before_it_was_sent(paid, pair, api):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    assert cancel(api, id_).status_code == 202
    paid.engine._doubt = True  # as the next process begins
    paid.step()
    paid.mined_step()
    assert paid.row(id_).status == "cancelled"
    assert paid.balance(payee) == 0


def test_cancelling_whose_nonce_somebody_else_took_is_cancelled(paid, pair, api):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    paid.client.request("anvil_dropTransaction", paid.row(id_).hash)
    assert cancel(api, id_).status_code == 202
    take_first_nonce(paid, payer, payee)
    paid.step()
    assert (paid.row(id_).status, paid.row(id_).nonce) == ("cancelled", None)
    later = paid.pay(payer, payee, 1)
    paid.mined_step()
    assert (paid.row(later).status, paid.row(later).nonce) == ("confirmed", 1)


def test_cancellation_whose_block_is_reorganized_away_is_mined_again(paid, pair, api):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    cancel(api, id_)
    paid.step()
    before = paid.client.request("evm_snapshot")
    paid.mined_step()
    assert paid.row(id_).status == "cancelled"
    paid.client.request("evm_revert", before)
    later = int(paid.client.block("latest")["timestamp"], 16) + 7
    paid.client.request("evm_mine", {"timestamp": later})
    paid.step()
    paid.engine._doubt = True
    paid.step()
    paid.mined_step()
    assert paid.row(id_).status == "cancelled"
    assert (paid.client.nonce(payer), paid.balance(payee)) == (1, 0)


def test_write_that_is_called_back_while_its_block_is_recorded_counts_as_mined(
    paid, api, pair, monkeypatch
):
    payer, payee = pair
    id_ = paid.pay(payer, payee, 1)
    paid.step()
    mined = paid.row(id_).hash
    paid.mine()
    reader = paid.engine._scanner._reader
    fetched = reader.fetched

    def fetched_and_called_back(*seen):
        block = fetched(*seen)
        monkeypatch.undo()
        assert cancel(api, id_).status_code == 202
        assert paid.row(id_).hash != mined
        return block

    monkeypatch.setattr(reader, "fetched", fetched_and_called_back)
    paid.step()
    row = paid.row(id_)
    assert (row.status, row.hash) == ("confirmed", mined)
    paid.mined_step()
    assert (paid.client.nonce(payer), paid.balance(payee)) == (1, 1)
    assert paid.row(id_).status == "confirmed"


def test_every_write_is_mined_or_cancelled_once_while_fees_rise_and_clients_change_their_minds(
    tmp_path,
):
    """The engine runs, the network mines by itself and gets dearer, and half is called back."""
    with (
        outside_node(tmp_path, "--block-time", "1", base_fee=GWEI) as url,
        outside_bench(tmp_path / "data", url, run=True, raise_fee_after_s=0.4) as bench,
    ):
        payers = [bench.wallet() for _ in range(4)]
        payee = bench.wallet()
        for payer in payers:
            bench.call("drip", bench.operator.address, to=payer, amount=1000)
        until(lambda: all(bench.balance(payer) == 1000 for payer in payers), "money is there")
        rng, ids = random.Random(1), []
        with TestClient(create_app(bench.platform)) as api:
            api.headers["Authorization"] = f"Bearer {admin_secret(bench.settings)}"
            for number in range(60):
                ids.append(bench.pay(rng.choice(payers), payee, 1))
                bench.engine.wake()
                if number % 2:
                    assert cancel(api, rng.choice(ids)).status_code in (200, 202, 409)
                if number % 20 == 10:
                    set_base_fee(bench, 8 * GWEI)
        settled = {"confirmed", "cancelled"}
        until(lambda: {row.status for row in bench.rows(ids)} <= settled, "all is settled", 90)
        rows = bench.rows(ids)
        confirmed = [row for row in rows if row.status == "confirmed"]
        assert 0 < len(confirmed) < len(rows)
        assert bench.balance(payee) == len(confirmed)
        for payer in payers:
            nonces = sorted(
                row.nonce for row in rows if row.sender == payer and row.nonce is not None
            )
            assert nonces == list(range(len(nonces))) == list(range(bench.client.nonce(payer)))
        for row in rows:
            receipt = bench.client.receipt(row.hash) if row.hash else None
            assert (receipt is None) == (row.nonce is None)
            empty = receipt is not None and int(receipt["gasUsed"], 16) == 21_000
            assert empty == (row.status == "cancelled" and row.nonce is not None)


def test_payment_shows_that_it_was_cancelled_and_other_tenants_cannot_cancel(paid, api):
    with TestClient(create_app(paid.platform)) as anyone:
        keys = [
            anyone.post("/v1/organizations", json={"name": name}).json()["secret_key"]
            for name in ("Oma Oy", "Toinen Oy")
        ]
        own, other = ({"Authorization": f"Bearer {key}"} for key in keys)
        asked = anyone.post(
            "/v1/faucet", json={"amount": 100}, headers={**own, "Idempotency-Key": "1"}
        ).json()
        path = f"/v1/transactions/{asked['transaction']['id']}/cancel"
        assert anyone.post(path, headers=other).status_code == 404
        assert anyone.post(path, headers=own).json()["status"] == "cancelled"
        shown = anyone.get(f"/v1/payments/{asked['id']}", headers=own).json()
        assert shown["transaction"]["status"] == "cancelled"
        history = anyone.get(path.removesuffix("/cancel"), headers=own).json()["history"]
        assert [line["status"] for line in history] == ["queued", "cancelled"]


def test_what_is_in_flight_where_gas_is_free_cannot_be_called_back(own_bench):
    payer, payee = own_bench.wallet(100), own_bench.wallet()
    id_ = own_bench.pay(payer, payee, 1)
    own_bench.engine._sender.send_queued()
    with TestClient(create_app(own_bench.platform)) as api:
        api.headers["Authorization"] = f"Bearer {admin_secret(own_bench.settings)}"
        answer = cancel(api, id_)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
        assert answer.json()["next_step"]
        own_bench.settle()
        assert cancel(api, id_).json()["code"] == "already_settled"
        finnish = api.post(f"/v1/transactions/{id_}/cancel", headers={"Accept-Language": "fi"})
        assert "ratkennut" in finnish.json()["detail"]
    assert own_bench.balance(payee) == 1
