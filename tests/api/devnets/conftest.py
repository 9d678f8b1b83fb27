"""One devnet for the tests of a module that do not stop or reset it, and what they share."""

from __future__ import annotations

import time
from typing import Any

import pytest
from web3 import HTTPProvider, Web3

from tests.conftest import Api

COUNTER = "0x6015600a5f3960155ff3" + "36600c575f545f5260205ff35b5f355f54015f5500"
"""Creates a contract that adds what it is called with, and without anything tells the sum."""
ENDLESS = "0x6003600a5f3960035ff3" + "5b5f56"
"""Creates a contract that never ends."""


class Devnet:
    """A devnet of a member, as its clients see it."""

    def __init__(self, api: Api, id_: str) -> None:
        self.api, self.id = api, id_
        self.path = f"/v1/devnets/{id_}"
        self.rpc_path = f"/rpc/devnets/{id_}"
        authorization = {"Authorization": api.headers["Authorization"]}
        self.w3 = Web3(
            HTTPProvider(
                str(api.base_url).rstrip("/") + self.rpc_path,
                request_kwargs={"headers": authorization, "timeout": 60},
            )
        )

    def read(self) -> dict[str, Any]:
        answer = self.api.get(self.path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def do(self, what: str, body: Any = None) -> dict[str, Any]:
        """POST, which must succeed."""
        answer = self.api.write(f"{self.path}/{what}", body, wait=0)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, what: str, body: Any = None) -> tuple[int, str, str | None]:
        """POST, which must be refused: status, code, parameter."""
        answer = self.api.write(f"{self.path}/{what}", body, wait=0)
        assert not answer.is_success, answer.text
        problem = answer.json()
        return answer.status_code, problem["code"], problem.get("param")

    def ask(self, method: str, *params: Any) -> dict[str, Any]:
        """One JSON-RPC call."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = self.api.post(self.rpc_path, json=call)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def deploy(self, code: str) -> str:
        """The address of a new contract."""
        transaction = {"from": self.w3.eth.accounts[0], "data": code}
        receipt = self.w3.eth.wait_for_transaction_receipt(
            self.w3.eth.send_transaction(transaction), poll_latency=0.01
        )
        assert receipt["status"] == 1
        return str(receipt["contractAddress"])

    def add(self, contract: str, number: int) -> None:
        """Add to a counter, and wait until that is mined: a node answers before it is."""
        data = f"0x{number:064x}"
        transaction = {"from": self.w3.eth.accounts[0], "to": contract, "data": data}
        added = self.w3.eth.send_transaction(transaction)
        self.w3.eth.wait_for_transaction_receipt(added, poll_latency=0.01)

    def sum(self, contract: str) -> int:
        """What a counter tells."""
        return int.from_bytes(self.w3.eth.call({"to": contract}))

    def pay(self, wei: int = 1) -> str:
        """A transaction between development accounts, once it is mined; its hash."""
        one, other = self.w3.eth.accounts[:2]
        paid = self.w3.eth.send_transaction({"from": one, "to": other, "value": wei})
        self.w3.eth.wait_for_transaction_receipt(paid, poll_latency=0.01)
        return paid.to_0x_hex()


@pytest.fixture(scope="module")
def developer(join):
    """Somebody with devnets."""
    return join("Oma Ketju Oy")


@pytest.fixture(scope="module")
def make(developer):
    """Makes devnets, which are gone at the end of the module."""
    made = []

    def new(api: Api = developer.api, **fields: Any) -> Devnet:
        answer = api.write("/v1/devnets", {"name": "Oma", **fields}, wait=0)
        assert answer.status_code == 201, answer.text
        devnet = Devnet(api, answer.json()["id"])
        made.append(devnet)
        return devnet

    yield new
    for devnet in made:
        devnet.api.delete(devnet.path)


@pytest.fixture(scope="module")
def devnet(make):
    """A devnet that many tests use and none stops."""
    return make()


def eventually(condition, seconds: float = 20.0):
    """What ``condition`` gives, once it gives anything."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it has not come about"
        time.sleep(0.05)
    return found
