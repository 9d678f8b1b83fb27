"""The workbench through the SDK, blocking and asynchronous."""

from __future__ import annotations

import asyncio

import pytest

from pocplatform.client import AsyncSandbox, ContractReverted, InvalidInput, NotFound, Sandbox
from tests.api.contracts.steps import source


@pytest.fixture(scope="module")
def ours(base_url):
    with Sandbox(base_url) as sandbox:
        us = sandbox.organizations.sign_up("SDK Oy")
        yield sandbox.with_key(us.secret_key)


@pytest.fixture(scope="module")
def zoo(ours):
    compiled = ours.contracts.compile({"Zoo.sol": source("Zoo")})
    return ours.contracts.deploy(compiled.id, arguments=[2**70, {"x": -1, "y": 0}, ["a"]])


def test_contract_is_compiled_deployed_and_called_with_python_values(ours, zoo):
    assert zoo.status == "live"
    assert ours.contracts.call(zoo.id, "start").value == str(2**70)
    echoed = ours.contracts.call(zoo.id, "bits", {"e": b"\x01", "f": bytes(32), "g": 1})
    assert echoed.results == {"result0": "0x01", "result1": "0x" + "00" * 32, "result2": 1}
    with pytest.raises(ValueError, match="3 results"):
        _ = echoed.value
    assert ours.contracts.get(zoo.id).address == zoo.address
    assert [one.id for one in ours.contracts.list()] == [zoo.id]


def test_write_waits_and_its_events_are_listed_page_by_page(ours, zoo):
    for step in (1, 2**64):
        assert ours.contracts.send(zoo.id, "add", [step]).settled
    found = list(ours.contracts.events(zoo.id, "Counted", page_size=1))
    assert len(found) == 4
    even = list(ours.contracts.events(zoo.id, "Counted", {"even": False}))
    assert {event.signature for event in even} == {"Counted(uint256,bool)"}


def test_failures_are_typed(ours, zoo):
    with pytest.raises(ContractReverted) as refused:
        ours.contracts.call(zoo.id, "full", [5])
    assert refused.value.contract_error.name == "ZooFull"
    with pytest.raises(InvalidInput) as ambiguous:
        ours.contracts.call(zoo.id, "pick", [5])
    assert len(ambiguous.value.body["signatures"]) == 3
    with pytest.raises(NotFound):
        ours.contracts.call(zoo.id, "nothing")
    with pytest.raises(InvalidInput):
        ours.contracts.compile({"A.sol": "contract"})


def test_archive_and_attached_address_work_as_well(ours, zoo, base_url):
    with Sandbox(base_url) as sandbox:
        other = sandbox.with_key(sandbox.organizations.sign_up("Toinen Oy").secret_key)
        attached = other.contracts.attach(zoo.address, name="Theirs")
        assert (attached.name, attached.origin) == ("Theirs", "attached")
        assert other.contracts.call(attached.id, "start").value == str(2**70)


def test_everything_can_be_awaited(base_url):
    async def run():
        async with AsyncSandbox(base_url) as sandbox:
            us = await sandbox.organizations.sign_up("Async Oy")
            ours = sandbox.with_key(us.secret_key)
            body = "event E(); function f() external { emit E(); }"
            text = f"pragma solidity ^0.8.20; contract A {{ {body} }}"
            compiled = await ours.contracts.compile({"A.sol": text})
            made = await ours.contracts.deploy(compiled.id)
            sent = await ours.contracts.send(made.id, "f")
            return sent, [event async for event in ours.contracts.events(made.id)]

    sent, found = asyncio.run(run())
    assert [event.transaction_hash for event in found] == [sent.hash]
