"""What is done while it is recorded: stories of a developer's."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Points for "those" who take part.
contract Points {
    error PointsTooMany(uint256 wanted, uint256 left);

    address public owner = msg.sender;
    uint256 public left;
    mapping(address => uint256) public balanceOf;

    constructor(uint256 limit) {
        left = limit;
    }

    function award(address to, uint256 amount) external {
        if (amount > left) revert PointsTooMany(amount, left);
        left -= amount;
        balanceOf[to] += amount;
    }

    function tip() external payable {}
}
"""


def ok(answer: Any) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def no(answer: Any, code: str) -> None:
    assert answer.is_client_error, answer.text
    assert answer.json()["code"] == code


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def agreement(client: Any, provider: Any) -> None:
    """Identities, an agreement, a paid milestone; something that is refused on the way."""
    for who in (client, provider):
        ok(who.api.write("/v1/identities"))
    draft = {
        "title": "A showroom",
        "document": {"text": "The provider builds \"one\" showroom.\nIt's paid when it's done. €"},
        "parties": [
            {"who": client.did, "role": "client"},
            {"who": provider.id, "role": "provider"},
        ],
        "milestones": [
            {"title": "Model", "amount": 20_000, "payer": 0, "provider": 1, "due_at": in_days(30)}
        ],
    }
    made = ok(client.api.write("/v1/agreements", draft))
    path = f"/v1/agreements/{made['id']}"
    no(client.api.write(f"{path}/activate"), "signatures_missing")
    ok(client.api.write(f"{path}/sign"))
    ok(provider.api.write(f"{path}/sign"))
    ok(client.api.write(f"{path}/activate", wait=0))
    while ok(client.api.get(path))["state"] == "draft":
        pass  # each answer takes its time; these looks are told once
    ok(client.api.write(f"{path}/fund"))
    ok(provider.api.write(f"{path}/milestones/0/deliver", {"evidence": "It stands."}))
    ok(client.api.write(f"{path}/milestones/0/accept"))
    ok(client.api.get(path))
    ok(provider.api.get("/v1/balance"))


def contract(developer: Any) -> None:
    """A contract of one's own: compiled, deployed, called, and what it refuses."""
    compiled = ok(developer.api.write("/v1/contracts/compile", {"sources": {"P.sol": SOURCE}}))
    deployed = ok(
        developer.api.write(
            "/v1/contracts", {"compilation": compiled["id"], "arguments": {"limit": 100}}
        )
    )
    path = f"/v1/contracts/{deployed['id']}"
    award = {"arguments": {"to": developer.address, "amount": "40"}}
    ok(developer.api.write(f"{path}/send/award", award))
    too_much = {"arguments": [developer.address, 90]}
    no(developer.api.write(f"{path}/send/award", too_much), "contract_reverted")
    ok(developer.api.write("/v1/faucet/ether", {"wei": "5000"}))
    ok(developer.api.write(f"{path}/send/tip", {"value": "5000"}))
    ok(developer.api.post(f"{path}/call/left", json={}))
    ok(developer.api.post(f"{path}/call/owner", json={}))
    ok(developer.api.post(f"{path}/call/balanceOf", json={"arguments": [developer.address]}))
    ok(developer.api.get(f"{path}/events", params={"limit": 5}))
    salted = {
        "compilation": compiled["id"],
        "arguments": {"limit": 5},
        "salt": "0x" + secrets.token_hex(32),
    }
    beforehand = ok(developer.api.write("/v1/contracts", salted))
    ok(developer.api.post(f"/v1/contracts/{beforehand['id']}/call/left", json={}))
    no(developer.api.write("/v1/contracts", salted), "address_taken")


def invoice(payee: Any, payer: Any, stranger: Any) -> None:
    """An invoice in two parts, by a further key; and a payment to who takes no part."""
    body = {
        "lines": [{"description": "Work", "unit_price": 10_000, "vat_rate_bps": 2550}],
        "payer": payer.did,
        "due_at": in_days(14),
        "partial_allowed": True,
        "number": "2027-001",
    }
    made = ok(payee.api.write("/v1/invoices", body))
    path = f"/v1/invoices/{made['id']}"
    wallet = ok(payer.api.write("/v1/wallets", {"name": "Till"}))
    key = ok(payer.api.write("/v1/api_keys", {"name": "Till", "wallet": wallet["id"]}))
    ok(payer.api.write("/v1/transfers", {"to": wallet["address"], "amount": 5_000}))
    ok(payer.api.write(f"{path}/pay", {"amount": 2_550}))
    ok(payer.api.write(f"{path}/pay"))
    ok(payee.api.get(path))
    till = {"Authorization": f"Bearer {key['secret_key']}"}
    ok(payer.api.write("/v1/transfers", {"to": stranger.id, "amount": 1_234}, **till))
    ok(payer.api.get("/v1/balance", headers=till))
