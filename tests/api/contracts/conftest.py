"""Contracts of developers, compiled once and deployed for each module."""

from __future__ import annotations

import pytest

from tests.api.contracts.steps import compiled, deployed


@pytest.fixture(scope="module")
def developer(join):
    """Somebody with contracts."""
    return join("Kehittäjä Oy")


@pytest.fixture(scope="module")
def compilation(developer):
    """All the sources, compiled together."""
    return compiled(developer.api, "Zoo", "Token", "Parts")


@pytest.fixture(scope="module")
def zoo(developer, compilation):
    """The zoo, on the chain; looked at by many tests."""
    return deployed(developer.api, compilation, "Zoo", [40, {"x": 0, "y": "2"}, ["a"]])


@pytest.fixture(scope="module")
def wealthy(join, platform):
    """Somebody with ether, of which the sandbox's own chain has none to give."""
    member = join("Eetteri Oy")
    platform.gateway.client.request("anvil_setBalance", member.address, hex(10**18))
    return member.api
