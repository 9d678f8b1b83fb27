"""Deploying and calling with a wallet of one's own, in two steps."""

from __future__ import annotations

import pytest

from tests.api.contracts.steps import compiled, results
from tests.api.signing_in import new_wallet, sign_in
from tests.conftest import Api


@pytest.fixture(scope="module")
def account():
    return new_wallet()


@pytest.fixture(scope="module")
def owner(base_url, anonymous, account):
    """Somebody who keeps the key."""
    with Api(base_url, sign_in(anonymous, account)["token"]) as client:
        yield client


def signed(account, unsigned):
    numbers = ("chainId", "value", "nonce", "gas", "gasPrice")
    fields = {name: unsigned[name] for name in ("to", "data")}
    fields |= {name: int(unsigned[name], 16) for name in numbers}
    return "0x" + account.sign_transaction(fields).raw_transaction.hex()


def in_two_steps(api, account, path, body):
    prepared = api.write(f"{path}/prepare", body, wait=0)
    assert prepared.status_code == 200, prepared.text
    found = prepared.json()
    raw = [signed(account, one["transaction"]) for one in found["to_sign"]]
    answer = api.write(found["submit_to"], {"prepared": found["id"], "signed": raw})
    assert answer.is_success, answer.text
    return answer


def test_contract_is_created_and_written_to_by_ones_own_wallet(owner, account):
    compilation = compiled(owner, "Parts")["id"]
    body = {"compilation": compilation, "contract": "Owner", "arguments": [4]}
    in_two_steps(owner, account, "/v1/contracts", body)
    made = owner.get("/v1/contracts").json()["data"][0]
    assert made["status"] == "live"
    assert results(owner, made, "owner") == {"result": account.address}
    token = owner.write(
        "/v1/contracts/compile",
        {"sources": {"C.sol": "pragma solidity ^0.8.20; contract C { uint256 public n; "
         "function set(uint256 to) external { n = to; } }"}},
    ).json()  # fmt: skip
    in_two_steps(owner, account, "/v1/contracts", {"compilation": token["id"]})
    counter = owner.get("/v1/contracts").json()["data"][0]
    in_two_steps(
        owner, account, f"/v1/contracts/{counter['id']}/send/set", {"arguments": {"to": 7}}
    )
    assert results(owner, counter, "n") == {"result": "7"}


def test_writing_at_once_is_refused_for_a_key_that_the_sandbox_does_not_have(owner):
    compilation = compiled(owner, "Parts")["id"]
    body = {"compilation": compilation, "contract": "Owner", "arguments": [4]}
    answer = owner.write("/v1/contracts", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "wallet_not_custodial")
