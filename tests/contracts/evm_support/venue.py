"""Spaces: their numbers, their rules, and Alice's hall."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import pytest
from eth_utils import keccak

HALL, SHOP, ROOM = (keccak(text=name) for name in ("hall", "shop", "room"))
DESCRIPTION = keccak(text="a hall for 30 visitors")


class Rule(IntEnum):
    """Who may enter a space."""

    OPEN = 0
    TICKET = 1
    CREDENTIAL = 2
    INVITATION = 3


def create(spaces: Any, owner: Any, salt: bytes = HALL) -> int:
    """Creates a space of the owner, who provides it as well."""
    spaces.createSpace(salt, owner, DESCRIPTION, sender=owner)
    return space_number(owner, salt)


def space_number(creator: Any, salt: bytes) -> int:
    """The number of a space, as the contract makes it."""
    return int.from_bytes(keccak(bytes(12) + bytes.fromhex(creator.address[2:]) + salt)[:16])


@pytest.fixture(scope="module")
def hall(spaces: Any, alice: Any) -> int:
    """Alice's open space."""
    return create(spaces, alice)


@pytest.fixture(scope="module")
def ask(spaces: Any, hall: int, alice: Any, zero: str) -> Any:
    """Sets the hall's entry rule."""

    def set_rule(
        rule: Rule, requirement: bytes = bytes(32), issuer: Any = zero, capacity: int = 0
    ) -> Any:
        return spaces.setEntryRule(hall, rule, requirement, issuer, capacity, sender=alice)

    return set_rule
