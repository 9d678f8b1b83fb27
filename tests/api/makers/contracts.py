"""Members of the lists of the workbench."""

from __future__ import annotations

from uuid import uuid4

from tests.api.makers import Listing, Made, World

_SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// %s
contract Counter {
    event Counted(uint256 count);

    uint256 public count;

    function add() external {
        emit Counted(++count);
    }
}
"""


def _compiled(world: World) -> str:
    body = {"sources": {"Counter.sol": _SOURCE % uuid4()}}
    answer = world.member.api.write("/v1/contracts/compile", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _deployed(world: World, compilation: str) -> str:
    answer = world.member.api.write("/v1/contracts", {"compilation": compilation})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def compilations(world: World, count: int) -> Made:
    for _ in range(count):
        _compiled(world)
    return Made()


def contracts(world: World, count: int) -> Made:
    compilation = _compiled(world)
    for _ in range(count):
        _deployed(world, compilation)
    return Made()


def events(world: World, count: int) -> Made:
    contract = _deployed(world, _compiled(world))
    for _ in range(count):
        sent = world.member.api.write(f"/v1/contracts/{contract}/send/add")
        assert sent.status_code == 200, sent.text
    return Made(path={"contract_id": contract})


LISTINGS = [
    Listing("/v1/contracts", contracts),
    Listing("/v1/contracts/compilations", compilations),
    Listing("/v1/contracts/{contract_id}/events", events),
]
