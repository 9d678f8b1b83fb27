"""The chain as somebody sees it who knows nothing of the platform: blocks, receipts, logs."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

_TRANSFER = "0x" + keccak(b"Transfer(address,address,uint256)").hex()
_REQUEST = 100
_TIMEOUT_S = 30.0


@dataclass(slots=True)
class Chain:
    """What a chain holds.

    Attributes:
        blocks: Block hashes from the first block on.
        mined: Block number of every transaction, by hash.
        transfers: How often the token was moved from whom to whom by how many units.
        problems: Where the chain does not hold together.
    """

    blocks: list[str] = field(default_factory=list)
    mined: dict[str, int] = field(default_factory=dict)
    transfers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def holders(self) -> set[str]:
        """Every address that money went to."""
        return {recipient for _, recipient, _ in self.transfers}


class Reader:
    """Reads a node with a JSON-RPC client of its own.

    Args:
        url: The node itself, not a proxy before it.
        token: Address of the token.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token

    def batch(self, calls: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """The results of calls, in their order."""
        results: list[Any] = []
        for start in range(0, len(calls), _REQUEST):
            body = [
                {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                for number, (method, params) in enumerate(calls[start : start + _REQUEST])
            ]
            request = urllib.request.Request(
                self.url, json.dumps(body).encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                items = sorted(json.load(answer), key=lambda item: int(item["id"]))
            for item, (method, _) in zip(items, calls[start:], strict=False):
                if "error" in item:
                    raise AssertionError(f"{method}: {item['error']}")
                results.append(item["result"])
        return results

    def request(self, method: str, *params: Any) -> Any:
        """The result of one call."""
        return self.batch([(method, list(params))])[0]

    def read(self) -> Chain:
        """The whole chain, from its first block."""
        chain = Chain()
        head = int(self.request("eth_blockNumber"), 16)
        numbers = range(head + 1)
        blocks = self.batch([("eth_getBlockByNumber", [hex(n), False]) for n in numbers])
        parent, at = "", 0
        for number, block in enumerate(blocks):
            if number and block["parentHash"] != parent:
                chain.problems.append(f"block {number} does not follow block {number - 1}")
            if int(block["timestamp"], 16) < at:
                chain.problems.append(f"block {number} is older than block {number - 1}")
            parent, at = block["hash"], int(block["timestamp"], 16)
            chain.blocks.append(parent)
            for hash_ in block["transactions"]:
                if hash_ in chain.mined:
                    chain.problems.append(f"{hash_} was mined twice")
                chain.mined[hash_] = number
        everywhere = {"fromBlock": "0x0", "toBlock": hex(head), "address": self._token}
        for log in self.request("eth_getLogs", everywhere | {"topics": [_TRANSFER]}):
            sender, recipient = (_address(topic) for topic in log["topics"][1:3])
            (units,) = decode(["uint256"], bytes.fromhex(log["data"][2:]))
            chain.transfers[sender, recipient, units] += 1
        return chain

    def succeeded(self, hash_: str) -> bool:
        """Whether a transaction was mined and did what it was for."""
        receipt = self.request("eth_getTransactionReceipt", hash_)
        return receipt is not None and int(receipt["status"], 16) == 1

    def nonces(self, accounts: Sequence[str]) -> list[int]:
        """How many transactions of each account were mined."""
        calls = [("eth_getTransactionCount", [account, "latest"]) for account in accounts]
        return [int(answer, 16) for answer in self.batch(calls)]

    def balances(self, accounts: Iterable[str]) -> dict[str, int]:
        """Units of the token that each account has."""
        owners = sorted(accounts)
        answers = self.batch([self._call("balanceOf(address)", owner) for owner in owners])
        return {owner: int(answer, 16) for owner, answer in zip(owners, answers, strict=True)}

    def total_supply(self) -> int:
        """Units of the token that there are."""
        method, params = self._call("totalSupply()")
        return int(self.request(method, *params), 16)

    def _call(self, signature: str, *addresses: str) -> tuple[str, list[Any]]:
        data = keccak(signature.encode())[:4] + encode(["address"] * len(addresses), addresses)
        return "eth_call", [{"to": self._token, "data": "0x" + data.hex()}, "latest"]


def _address(topic: str) -> str:
    (address,) = decode(["address"], bytes.fromhex(topic[2:]))
    return str(address)
