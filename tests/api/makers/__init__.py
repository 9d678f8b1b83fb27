"""How the generated tests get members of each list: one module a domain, each with ``LISTINGS``.

A list of the API that is named by none of them fails the tests, as does an address with an id that
neither a list nor a :class:`Thing` gives. Nothing else is needed: what the API promises of every
list, of every idempotent write, of things of other tenants and of keys is tested for each operation
of the OpenAPI document, with the example of its body.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class World:
    """Who takes part. ``member`` and ``other`` are organizations with some test money.

    Attributes:
        member: Whose lists are looked at; ``member.api`` is its client.
        other: Somebody to deal with.
        admin: The organisers' client.
        join: Signs up a further organization.
    """

    member: Any
    other: Any
    admin: Any
    join: Callable[..., Any]


@dataclass(frozen=True)
class Made:
    """Where the things are that were made.

    Attributes:
        path: Values of the parameters in the list's path.
        query: Filters that leave only what was made; needed where a list shows others' things too.
    """

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """A list of the API.

    Attributes:
        path: As in the OpenAPI document.
        make: Makes so many things that ``world.member`` sees in it.
        public: Whether everybody sees what is in it, without a key too.
        newcomer: How many things a new organization finds in it.
    """

    path: str
    make: Callable[[World, int], Made]
    public: bool = False
    newcomer: int = 0


@dataclass(frozen=True)
class Thing:
    """Something with an address of its own that is in no list, such as an identity.

    Attributes:
        path: Up to its id, such as ``/v1/identities``.
        make: Makes one of ``world.member``; the values of all parameters up to and with its id.
        public: Whether everybody may see it.
    """

    path: str
    make: Callable[[World], list[str]]
    public: bool = False


def _all(name: str) -> list[Any]:
    found = []
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        found += getattr(importlib.import_module(module.name), name, [])
    return found


def listings() -> list[Listing]:
    """The lists of all domains."""
    return _all("LISTINGS")


def things() -> list[Thing]:
    """The things of all domains that are in no list (``THINGS`` of their modules)."""
    return _all("THINGS")
