"""Failure on purpose: it happens as documented, to its tenant alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest

from pocplatform.client import Sandbox, SimulationInvalid
from pocplatform.kit.bulk import write_staged
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.main import create_app
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.simulation import KINDS, parsed, wished
from tests.api.contracts.steps import compilation_of, sent
from tests.api.contracts.steps import deployed as deploy
from tests.conftest import served
from tests.processes import opened, until
from tests.receiver import receiver

DOCUMENT = (PROJECT_ROOT / "docs" / "failure.md").read_text()
SEAT = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Seat {
    /// @notice Somebody sits here already.
    /// @custom:fi Paikka on jo varattu.
    error Taken();

    bool public taken;

    /// @notice Sit down.
    function sit() external {
        if (taken) revert Taken();
        taken = true;
    }
}
"""


@pytest.fixture(scope="module")
def own(deployed, tmp_path_factory):
    """A platform of this module's, whose background works."""
    folder = shutil.copytree(deployed, tmp_path_factory.mktemp("failure") / "data")
    with opened(folder, webhook_private=True) as running:
        running.background.start()
        with served(create_app(running)) as url:
            yield SimpleNamespace(platform=running, url=url)


@pytest.fixture(scope="module")
def base_url(own):
    return own.url


def balance(member):
    return member.api.get("/v1/balance").json()["amount"]


def pay(payer, payee, amount, simulate=None, wait=20):
    headers = {"Simulate": simulate} if simulate else {}
    return payer.api.write(
        "/v1/transfers", {"to": payee.address, "amount": amount}, wait=wait, **headers
    )


def transaction(member, id_):
    return member.api.get(f"/v1/transactions/{id_}").json()


def statuses(member, id_):
    return [change["status"] for change in transaction(member, id_)["history"]]


def test_reverting_payment_is_mined_without_effect_and_the_next_one_is_good(join):
    payer, payee = join(fund=1_000), join()
    answer = pay(payer, payee, 100, "reverts")
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == "contract_reverted"
    assert problem["contract_error"]["name"] == "SimulatedFailure"
    assert (problem["detail"], bool(problem["next_step"])) == (
        "This failed on purpose, as its request asked for.", True,
    )  # fmt: skip
    found = transaction(payer, problem["transaction"])
    assert found["status"] == "reverted"
    assert found["block"] is not None
    assert found["gas_used"] > 21_000
    assert (balance(payer), balance(payee)) == (1_000, 0)
    assert pay(payer, payee, 100).json()["transaction"]["nonce"] == found["nonce"] + 1
    assert (balance(payer), balance(payee)) == (900, 100)


def test_any_write_can_revert(join):
    member = join()
    answer = member.api.write("/v1/identities", **{"Simulate": "reverts"})
    assert (answer.status_code, answer.json()["code"]) == (422, "contract_reverted")
    assert member.api.write("/v1/identities").status_code == 200


def test_pending_payment_stays_queued_holds_nobody_up_and_can_be_called_back(join):
    payer, payee, other = join(fund=1_000), join(), join(fund=1_000)
    answer = pay(payer, payee, 100, "pending", wait=0)
    assert answer.status_code == 202, answer.text
    held = answer.json()["transaction"]
    assert (held["status"], held["nonce"], held["hash"]) == ("queued", None, None)
    began = time.monotonic()
    for one in (payer, other):  # its own tenant's writes go on too
        assert pay(one, payee, 10).json()["transaction"]["status"] == "confirmed"
    assert time.monotonic() - began < 10
    assert transaction(payer, held["id"])["status"] == "queued"
    cancelled = payer.api.write(f"/v1/transactions/{held['id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    assert statuses(payer, held["id"]) == ["queued", "cancelled"]
    assert balance(payee) == 20


def test_what_the_contract_refuses_is_not_held_back_while_others_are_on_their_way(join, own):
    poor, payee = join(), join(fund=100)
    gateway = own.platform.gateway
    call = gateway.contracts.call("PilotEuro", "transfer", to=payee.address, value=1)
    with gateway.database.transaction() as session:
        gateway.outbox.enqueue(session, call, sender=payee.address)
        wish = parsed("pending", poor.address)
        with pytest.raises(ContractReverted), wished(session, wish):
            gateway.outbox.enqueue(session, call, sender=poor.address)
        write_staged(session)
    gateway.wake()


def test_late_payment_is_made_after_its_time(join):
    payer, payee = join(fund=1_000), join()
    began = time.monotonic()
    answer = pay(payer, payee, 100, "late=2")
    assert answer.status_code == 200, answer.text
    assert 1.9 < time.monotonic() - began < 20
    assert answer.json()["transaction"]["status"] == "confirmed"
    assert statuses(payer, answer.json()["transaction"]["id"])[:3] == ["queued", "queued", "signed"]
    assert balance(payee) == 100


def test_late_payment_that_is_called_back_is_not_made(join):
    payer, payee = join(fund=1_000), join()
    id_ = pay(payer, payee, 100, "late=1", wait=0).json()["transaction"]["id"]
    assert payer.api.write(f"/v1/transactions/{id_}/cancel").json()["status"] == "cancelled"
    marker = pay(payer, payee, 1, "late=2")
    assert marker.status_code == 200
    assert statuses(payer, id_) == ["queued", "cancelled"]
    assert balance(payee) == 1


def test_write_that_is_refused_after_it_was_accepted_is_told_in_the_contracts_own_words(join):
    """It was accepted while the seat was free, and is sent only after another one took it."""
    developer = join()
    seat = deploy(
        developer.api, compilation_of(developer.api, {"sources": {"Seat.sol": SEAT}}), "Seat"
    )
    path, late = f"/v1/contracts/{seat['id']}/send/sit", {"Idempotency-Key": str(uuid4())}
    accepted = developer.api.write(path, wait=0, Simulate="late=3", **late)
    assert accepted.status_code == 202, accepted.text
    sent(developer.api, seat, "sit")
    for language, words in (("en", "Somebody sits here already."), ("fi", "Paikka on jo varattu.")):
        headers = late | {"Simulate": "late=3", "Accept-Language": language}
        answer = developer.api.write(path, **headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "contract_reverted")
        found = answer.json()
        assert found["detail"] == found["contract_error"]["explanation"] == words
        read = developer.api.get(
            f"/v1/transactions/{found['transaction']}", headers={"Accept-Language": language}
        ).json()
        assert (read["status"], read["error"]["explanation"]) == ("refused", words)


def test_reorganized_payment_seems_mined_then_is_not_then_is_mined_for_good(join):
    payer, payee, stranger = join(fund=1_000), join(), join()
    answer = pay(payer, payee, 100, "reorganized=2")
    assert answer.status_code == 200, answer.text
    seen = answer.json()["transaction"]
    assert (seen["status"], seen["block"], seen["hash"]) == ("mined", None, None)
    assert balance(payee) == 0
    late = payer.api.write(f"/v1/transactions/{seen['id']}/cancel")
    assert (late.status_code, late.json()["code"]) == (409, "already_settled")
    until(lambda: transaction(payer, seen["id"])["status"] == "confirmed")
    assert transaction(payer, seen["id"])["block"] is not None
    assert statuses(payer, seen["id"]) == [
        "queued", "sent", "mined", "queued", "signed", "sent", "mined", "confirmed",
    ]  # fmt: skip
    assert balance(payee) == 100
    [told] = payer.api.get("/v1/events", params={"type": "transaction.*"}).json()["data"]
    assert told["type"] == "transaction.reorganized"
    assert told["data"]["transaction"] == seen["id"]
    assert told["data"]["resource"] == answer.json()["id"]
    for other in (payee, stranger):
        assert other.api.get("/v1/events", params={"type": "transaction.*"}).json()["data"] == []


def test_dropped_webhooks_are_logged_and_can_be_redelivered(join):
    payer, payee = join(fund=1_000), join()
    with receiver() as local:
        body = {"url": local.url, "event_types": ["payment.*"]}
        webhook = payer.api.write("/v1/webhooks", body).json()
        deaf = {**body, "url": local.url + "/deaf", "metadata": {"simulate": "webhook_dropped"}}
        unreachable = payer.api.write("/v1/webhooks", deaf).json()
        assert pay(payer, payee, 1, "webhook_dropped").status_code == 200
        assert pay(payer, payee, 2).status_code == 200
        until(lambda: local.requests)
        path = f"/v1/webhooks/{webhook['id']}/deliveries"
        sent, dropped = payer.api.get(path).json()["data"]
        assert (dropped["state"], dropped["attempts"]) == ("dropped", [])
        until(lambda: payer.api.get(path).json()["data"][0]["state"] == "succeeded")
        assert [r.event["data"]["amount"] for r in local.requests] == [2]
        again = payer.api.write(f"{path}/{dropped['id']}/redeliver")
        assert again.status_code == 201
        until(lambda: len(local.requests) == 2)
        assert local.requests[1].event["id"] == dropped["event"] != sent["event"]
        path = f"/v1/webhooks/{unreachable['id']}/deliveries"
        assert {d["state"] for d in payer.api.get(path).json()["data"]} == {"dropped"}


@pytest.mark.parametrize(
    "value",
    ["", "revert", "REVERTS", "reverts=1", "pending=5", "late=", "late=0", "late=601", "late=-1",
     "late=1.5", "late=99999999", "reorganized=x", "late;late", "x" * 500],
)  # fmt: skip
def test_what_cannot_be_simulated_is_refused_and_nothing_is_done(join, value):
    payer, payee = join(fund=1_000), join()
    answer = payer.api.write(
        "/v1/transfers", {"to": payee.address, "amount": 1}, **{"Simulate": value}
    )
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert (problem["code"], problem["param"]) == ("simulation_invalid", "Simulate")
    assert problem["next_step"]
    assert len(payer.api.get("/v1/payments").json()["data"]) == 1  # the faucet's


def test_request_that_writes_nothing_to_the_chain_cannot_be_simulated(join):
    member = join()
    body = {"url": "https://receiver.invalid/"}
    answer = member.api.write("/v1/webhooks", body, **{"Simulate": "reverts"})
    assert (answer.status_code, answer.json()["code"]) == (422, "simulation_invalid")
    assert member.api.get("/v1/webhooks").json()["data"] == []


def test_payment_that_cannot_be_made_is_refused_at_once_all_the_same(join):
    payer, payee = join(fund=10), join()
    for kind in ("pending", "late", "reorganized"):
        answer = pay(payer, payee, 11, kind)
        assert (answer.status_code, answer.json()["code"]) == (422, "contract_reverted")


def test_repeated_request_is_simulated_once(join):
    payer, payee = join(fund=1_000), join()
    key = {"Idempotency-Key": str(uuid4())}
    body = {"to": payee.address, "amount": 5}
    for simulate in ({"Simulate": "reverts"}, {}, {"Simulate": "late"}):
        answer = payer.api.write("/v1/transfers", body, **key, **simulate)
        assert (answer.status_code, answer.json()["code"]) == (422, "contract_reverted")
    assert balance(payee) == 0


def test_what_is_held_back_survives_a_restart(data_dir):
    with opened(data_dir) as platform, served(create_app(platform)) as url, Sandbox(url) as sandbox:
        payer = sandbox.with_key(sandbox.organizations.sign_up("Maksaja Oy").secret_key)
        payer.payments.faucet(100)
        to = sandbox.organizations.sign_up("Saaja Oy").id
        key = payer._connection.secret_key
        late = payer.simulating("late=1").payments.transfer(to, 10, wait=0)
        held = payer.simulating("pending").payments.transfer(to, 10, wait=0)
    with opened(data_dir) as platform, served(create_app(platform)) as url:
        # The module's platform has the one DBOS of this process; what is due needs none.
        from pocplatform.outbox.simulation import advance

        def go_on():
            with platform.gateway.database.transaction() as session:
                advance(session)
            platform.gateway.wake()
            with Sandbox(url, key) as again:
                return again.transactions.get(late.transaction.id).status == "confirmed"

        until(go_on)
        with Sandbox(url, key) as again:
            assert again.transactions.get(held.transaction.id).status == "queued"


def test_sdk_simulates_until_it_is_told_otherwise(base_url):
    with Sandbox(base_url) as sandbox:
        ours = sandbox.with_key(sandbox.organizations.sign_up("Koe Oy").secret_key)
        with pytest.raises(SimulationInvalid):
            ours.simulating("nonsense").payments.faucet(10)
        assert ours.simulating("pending").simulating(None).payments.faucet(10).transaction.settled


# The document


def test_document_names_every_kind():
    table = re.findall(r"^\| `(\w+)`", DOCUMENT, re.MULTILINE)
    assert table == list(KINDS)


def test_examples_of_the_document_work(base_url):
    """One after another, as they stand there."""
    with receiver() as local, Sandbox(base_url) as sandbox:
        shop = sandbox.with_key(sandbox.organizations.sign_up("Kauppa Oy").secret_key)
        supplier = sandbox.organizations.sign_up("Tavara Oy")
        shop.payments.faucet(1_000_00)
        webhook = shop.webhooks.create(local.url, event_types=["payment.*"])

        def until_delivered(us, webhook_id):
            """The newest delivery once it is there."""
            newest = next(us.events.list(type="payment.*")).id
            return until(
                lambda: [d for d in us.webhooks.deliveries(webhook_id) if d.event == newest]
            )

        names = {
            "shop": shop,
            "supplier_id": supplier.id,
            "webhook_id": webhook.id,
            "until_delivered": until_delivered,
        }
        examples = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
        assert len(examples) == len(KINDS)
        for example in examples:
            exec(compile(example, "docs/failure.md", "exec"), names)
        [command] = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)
        done = subprocess.run(
            ["bash", "-c", command],
            env={
                "PATH": "/usr/bin:/bin",
                "SANDBOX": base_url,
                "KEY": str(shop._connection.secret_key),
                "SUPPLIER": supplier.id,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert '"contract_reverted"' in done.stdout
