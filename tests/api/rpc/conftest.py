"""Who asks the chain."""

from __future__ import annotations

import pytest
from eth_account import Account

from tests.api.rpc.steps import ECHO, REFUSER, body, secret


@pytest.fixture
def wallet():
    """Somebody's own account, which the platform has no key of."""
    return Account.create()


@pytest.fixture(scope="module")
def member(join):
    return join("Ketjukauppa Oy")


@pytest.fixture(scope="module")
def ask(anonymous, member):
    """Asks with a key in the address: the whole answer. Without one named, with the member's."""

    def call(method, *params, key=None, **headers):
        path = f"/rpc/{key or secret(member)}"
        answer = anonymous.post(path, json=body(method, *params), headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


def deployed(ask, code):
    hash_ = ask("eth_sendTransaction", {"data": code})["result"]
    return ask("eth_getTransactionReceipt", hash_)["result"]["contractAddress"]


@pytest.fixture(scope="module")
def echo(ask):
    """A contract that emits what it is sent."""
    return deployed(ask, ECHO)


@pytest.fixture(scope="module")
def refuser(ask):
    """A contract that reverts."""
    return deployed(ask, REFUSER)
