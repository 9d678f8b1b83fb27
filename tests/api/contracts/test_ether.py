"""Test ether, for functions that take value; and the room for compilations."""

from __future__ import annotations

from uuid import uuid4

import pytest

from pocplatform.http import quotas
from tests.api.contracts.steps import compiled

MILLI = 10**15


def balance(platform, address):
    return platform.gateway.client.balance(address)


def test_wallet_gets_ether_and_sends_it_to_a_payable_function(platform, join, zoo):
    member = join("Eetteriä Oy")
    attached = member.api.write(
        "/v1/contracts/attach", {"address": zoo["address"], "name": "Zoo"}, wait=0
    ).json()
    path = f"/v1/contracts/{attached['id']}/send/pay"
    body = {"arguments": {}, "value": str(MILLI)}
    poor = member.api.write(path, body)
    assert (poor.status_code, poor.json()["code"]) == (422, "contract_reverted")
    assert "ether" in poor.json()["contract_error"]["explanation"]

    given = member.api.write("/v1/faucet/ether", {"wei": str(2 * MILLI)})
    assert given.status_code == 200, given.text
    assert given.json()["status"] in ("mined", "confirmed")
    assert balance(platform, member.address) == 2 * MILLI
    assert member.api.write(path, body).status_code == 200
    assert balance(platform, member.address) == MILLI


def test_ether_is_given_once_for_a_request_that_comes_again(platform, join):
    member, key = join("Kerran Oy"), str(uuid4())
    for _ in range(2):
        headers = {"Idempotency-Key": key}
        member.api.post("/v1/faucet/ether", json={"wei": "7"}, headers=headers, params={"wait": 20})
    assert balance(platform, member.address) == 7


def test_organization_gets_so_much_ether_a_day_and_no_more(platform, join):
    member = join("Ahne Oy")
    daily = int(platform.settings.faucet_daily_ether * 1000)
    first = member.api.write("/v1/faucet/ether", {"wei": str((daily - 1) * MILLI)})
    assert first.status_code == 200
    refused = member.api.write("/v1/faucet/ether", {"wei": str(MILLI + 1)})
    assert (refused.status_code, refused.json()["code"]) == (403, "quota_exceeded")
    assert member.api.write("/v1/faucet/ether", {"wei": str(MILLI)}).status_code == 200


@pytest.mark.parametrize("wei", ["0", "-1", "1.5", "1e18", "", 5, None, "9" * 31], ids=str)
def test_what_is_no_amount_of_ether_is_refused(join, wei):
    refused = join().api.write("/v1/faucet/ether", {"wei": wei}, wait=0)
    assert (refused.status_code, refused.json()["param"]) == (422, "wei")


def test_on_a_network_of_others_there_is_no_ether_to_be_had(platform, join, monkeypatch):
    member = join()
    monkeypatch.setattr(platform.gateway.outbox, "managed", False)
    refused = member.api.write("/v1/faucet/ether", {"wei": "1"}, wait=0)
    assert (refused.status_code, refused.json()["code"]) == (409, "ether_not_given")


_ANOTHER = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n\ncontract Another {}\n"


def test_compilations_of_an_organization_take_so_much_room_and_no_more(platform, join):
    member = join("Kääntäjä Oy")
    first = compiled(member.api, "Token")
    with platform.gateway.database.transaction() as session:
        usage = session.get(quotas.TenantUsage, (member.id, quotas.COMPILATIONS))
        assert usage.amount > 1000
        usage.amount = platform.settings.compilations_mb * 1_000_000
        session.add(usage)
    assert compiled(member.api, "Token")["id"] == first["id"]  # it is there already
    another = {"sources": {"Another.sol": _ANOTHER}}
    refused = member.api.write("/v1/contracts/compile", another, wait=0)
    assert (refused.status_code, refused.json()["code"]) == (403, "quota_exceeded")
