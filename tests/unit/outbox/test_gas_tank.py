"""On a network with fees the operator pays for the gas of custodial wallets, within limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pocplatform.main import create_app
from pocplatform.outbox.models import Transaction
from tests.processes import outside_node
from tests.unit.outbox.harness import OPERATOR, Outside, outside_bench

GWEI = 10**9
ETHER = 10**18
DAILY_ETHER = 0.002


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Iterator[str]:
    with outside_node(tmp_path_factory.mktemp("node"), "--no-mining", base_fee=GWEI) as url:
        yield url


@pytest.fixture(scope="module")
def sponsored(node, tmp_path_factory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("sponsored") / "data"
    with outside_bench(
        folder, node, gas_daily_ether=DAILY_ETHER, gas_tank_low_ether=1
    ) as bench:  # fmt: skip
        bench.step()
        yield bench


@pytest.fixture(autouse=True)
def full_tank(sponsored):
    sponsored.client.request("anvil_setBalance", OPERATOR, hex(100 * ETHER))
    sponsored.engine._tank._looked_at = float("-inf")


def top_ups(bench, wallet: str) -> list[Transaction]:
    statement = select(Transaction).where(Transaction.resource_id == wallet)
    with bench.database.snapshot() as session:
        return list(session.exec(statement))


def rounds(bench, count: int = 3) -> None:
    for _ in range(count):
        bench.mined_step()


def test_write_of_a_wallet_without_ether_is_paid_for_and_mined(sponsored):
    payer, payee = sponsored.wallet(100, ether=0), sponsored.wallet(ether=0)
    id_ = sponsored.pay(payer, payee, 1)
    sponsored.step()
    assert sponsored.row(id_).status == "queued"
    rounds(sponsored)
    assert sponsored.row(id_).status == "confirmed"
    assert sponsored.balance(payee) == 1
    (top_up,) = top_ups(sponsored, payer)
    assert (top_up.sender, top_up.to, top_up.status) == (OPERATOR, payer, "confirmed")
    assert 0 < int(top_up.value) <= DAILY_ETHER * ETHER


def test_writes_of_one_wallet_share_a_top_up_and_keep_their_order(sponsored):
    payer, payee = sponsored.wallet(100, ether=0), sponsored.wallet(ether=0)
    ids = [sponsored.pay(payer, payee, 1) for _ in range(4)]
    rounds(sponsored)
    rows = sponsored.rows(ids)
    assert [row.status for row in rows] == ["confirmed"] * 4
    assert [row.nonce for row in rows] == [0, 1, 2, 3]
    assert len(top_ups(sponsored, payer)) == 1
    later = sponsored.pay(payer, payee, 1)
    sponsored.mined_step()
    assert sponsored.row(later).status == "confirmed"  # it was given some ahead
    assert len(top_ups(sponsored, payer)) == 1


def test_wallet_with_ether_of_its_own_is_given_none(sponsored):
    payer, payee = sponsored.wallet(100), sponsored.wallet(ether=0)
    id_ = sponsored.pay(payer, payee, 1)
    sponsored.mined_step()
    assert sponsored.row(id_).status == "confirmed"
    assert top_ups(sponsored, payer) == []


def test_wallet_that_waits_does_not_hold_up_another(sponsored):
    poor, rich, payee = (sponsored.wallet(100, ether=e) for e in (0, ETHER, 0))
    waits, goes = sponsored.pay(poor, payee, 1), sponsored.pay(rich, payee, 1)
    sponsored.mined_step()
    assert sponsored.row(goes).status == "confirmed"
    rounds(sponsored)
    assert sponsored.row(waits).status == "confirmed"


def test_wallet_gets_so_much_a_day_and_no_more(sponsored):
    payer, payee = sponsored.wallet(100, ether=0), sponsored.wallet(ether=0)
    refused = None
    for _ in range(40):
        id_ = sponsored.pay(payer, payee, 1)
        rounds(sponsored)
        sponsored.client.request("anvil_setBalance", payer, "0x0")  # as if gas were dear
        if sponsored.row(id_).status == "refused":
            refused = sponsored.row(id_)
            break
    assert refused is not None
    assert "gas allowance" in refused.error["name"]
    assert refused.nonce is None
    given = sum(int(row.value) for row in top_ups(sponsored, payer))
    assert 0 < given <= DAILY_ETHER * ETHER
    other = sponsored.wallet(100, ether=0)
    id_ = sponsored.pay(other, payee, 1)
    rounds(sponsored)
    assert sponsored.row(id_).status == "confirmed"


def test_writes_beyond_the_days_allowance_are_refused_and_those_within_it_mined(sponsored):
    payer, payee = sponsored.wallet(1000, ether=0), sponsored.wallet(ether=0)
    ids = [sponsored.pay(payer, payee, 1) for _ in range(40)]
    rounds(sponsored, 5)
    statuses = [row.status for row in sponsored.rows(ids)]
    mined = statuses.count("confirmed")
    assert 0 < mined < 40
    assert statuses == ["confirmed"] * mined + ["refused"] * (40 - mined)
    assert sponsored.balance(payee) == mined


def test_empty_tank_raises_an_alarm_and_the_write_waits_until_it_is_filled(sponsored, caplog):
    payer, payee = sponsored.wallet(100, ether=0), sponsored.wallet(ether=0)
    sponsored.engine._tank._alarmed_at = float("-inf")
    sponsored.client.request("anvil_setBalance", OPERATOR, hex(1))
    id_ = sponsored.pay(payer, payee, 1)
    rounds(sponsored)
    assert sponsored.row(id_).status == "queued"
    assert top_ups(sponsored, payer) == []
    assert OPERATOR in caplog.text
    with TestClient(create_app(sponsored.platform)) as api:
        ready = api.get("/readyz", headers={"Accept-Language": "fi"})
        assert (ready.status_code, ready.json()["status"]) == (200, "ok")
        assert OPERATOR in ready.json()["warning"]
        assert "Kaasusäiliö" in ready.json()["warning"]
    sponsored.client.request("anvil_setBalance", OPERATOR, hex(100 * ETHER))
    rounds(sponsored)
    assert sponsored.row(id_).status == "confirmed"
    sponsored.engine._tank._looked_at = float("-inf")
    sponsored.step()
    assert sponsored.platform.gateway.warning() is None


def test_start_does_not_wait_for_writes_that_an_empty_tank_holds_up(sponsored):
    payer, payee = sponsored.wallet(100, ether=0), sponsored.wallet(ether=0)
    sponsored.client.request("anvil_setBalance", OPERATOR, hex(1))
    id_ = sponsored.pay(payer, payee, 1)
    sponsored.engine.settle_all()
    assert sponsored.row(id_).status == "queued"
    sponsored.client.request("anvil_setBalance", OPERATOR, hex(100 * ETHER))
    rounds(sponsored)
    assert sponsored.row(id_).status == "confirmed"


def test_transaction_in_flight_that_became_too_dear_is_paid_for(sponsored):
    payer, payee = sponsored.wallet(100, ether=0), sponsored.wallet(ether=0)
    id_ = sponsored.pay(payer, payee, 1)
    while sponsored.row(id_).status != "sent":
        sponsored.mine()
        sponsored.step()
    sponsored.client.request("anvil_dropTransaction", sponsored.row(id_).hash)
    sponsored.client.request("anvil_setBalance", payer, "0x1")
    for _ in range(3):
        sponsored.engine._tank._looked_at = float("-inf")
        sponsored.engine._doubt = True
        sponsored.mined_step()
    assert sponsored.row(id_).status == "confirmed"
    assert sponsored.client.nonce(payer) == 1


def test_transfer_of_a_fresh_organization_is_mined(sponsored):
    with TestClient(create_app(sponsored.platform)) as api:
        keys, wallets = [], []
        for name in ("Maksaja Oy", "Saaja Oy"):
            made = api.post("/v1/organizations", json={"name": name}).json()
            keys.append({"Authorization": f"Bearer {made['secret_key']}"})
            wallets.append(made["wallet"]["address"])
        drawn = api.post(
            "/v1/faucet", json={"amount": 500}, headers={**keys[0], "Idempotency-Key": "1"}
        )
        assert drawn.status_code == 202
        rounds(sponsored)
        paid = api.post(
            "/v1/transfers",
            json={"to": wallets[1], "amount": 200},
            headers={**keys[0], "Idempotency-Key": "2"},
        ).json()
        rounds(sponsored)
        shown = api.get(f"/v1/payments/{paid['id']}", headers=keys[0]).json()
        assert shown["transaction"]["status"] == "confirmed"
        assert api.get("/v1/balance", headers=keys[1]).json()["amount"] == 200


def test_policy_free_leaves_wallets_to_their_own_ether(node, tmp_path):
    with outside_bench(tmp_path / "data", node, gas_policy="free") as bench:
        payer, payee = bench.wallet(100, ether=0), bench.wallet(ether=0)
        id_ = bench.pay(payer, payee, 1)
        bench.mined_step()
        assert bench.row(id_).status == "refused"
        assert "insufficient funds" in bench.row(id_).error["name"].lower()
        assert top_ups(bench, payer) == []


def test_own_devnet_sponsors_nobody(own_bench):
    assert own_bench.engine._tank is None
    payer = own_bench.wallet(1)
    id_ = own_bench.pay(payer, payer, 1)
    own_bench.settle()
    assert own_bench.row(id_).status == "confirmed"
    assert own_bench.client.balance(payer) == 0
