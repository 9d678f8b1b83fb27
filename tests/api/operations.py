"""The operations of the OpenAPI document as the generated tests need them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pocplatform.main import create_app
from tests.api.makers import Listing, Made, Thing, World, listings, things

PUBLIC = {
    ("post", "/v1/organizations"),
    ("get", "/v1/chain"),
    ("get", "/v1/trusted_issuers"),
    ("get", "/v1/trusted_issuers/{id}"),
    ("get", "/1.0/identifiers/{did}"),
    ("post", "/v1/credentials/verify"),
    ("get", "/v1/credential_types"),
    ("get", "/v1/credential_types/{id}"),
    ("get", "/vct/{name}"),
    ("get", "/v1/agreement_proofs/{agreement_hash}"),
    ("get", "/v1/status_lists/{id}"),
    ("get", "/v1/status_lists/{id}/{purpose}"),
    ("get", "/v1/profiles/{did}"),
    ("get", "/v1/items"),
    ("get", "/v1/items/{item_id}"),
    ("get", "/v1/items/{item_id}/holders"),
    ("get", "/v1/spaces"),
    ("get", "/v1/spaces/{space_id}"),
    ("get", "/v1/spaces/{space_id}/links"),
    ("get", "/v1/spaces/{space_id}/view"),
    ("get", "/v1/spaces/{space_id}/visitors"),
    ("get", "/v1/spaces/{space_id}/visitors/{who}"),
    ("get", "/v1/x402/supported"),
    ("get", "/v1/x402/demo"),  # it is paid for instead
    ("get", "/v1/spaces/{space_id}/plan"),
    ("get", "/v1/parcels"),
    ("get", "/v1/parcels/{parcel_id}"),
    ("get", "/v1/parcels/{parcel_id}/rentals"),
    ("get", "/v1/listings"),
    ("get", "/v1/listings/{listing_id}"),
    ("get", "/v1/offers"),
    ("get", "/v1/offers/{offer_id}"),
    ("get", "/v1/sales"),
    ("get", "/v1/explorer/blocks"),
    ("get", "/v1/explorer/blocks/{block}"),
    ("get", "/v1/explorer/transactions"),
    ("get", "/v1/explorer/transactions/{hash}"),
    ("get", "/v1/explorer/addresses/{address}"),
    ("get", "/v1/explorer/names"),
    ("get", "/v1/explorer/contracts/{contract}"),
    ("get", "/v1/explorer/contracts/{contract}/events"),
    ("get", "/v1/explorer/search"),
    ("get", "/v1/pilot_runs"),
    ("get", "/v1/pilot_runs/{id}"),
    ("get", "/v1/indicators"),
    ("get", "/v1/indicators.csv"),
    ("get", "/v1/indicators/{year}"),
    ("post", "/v1/hackathons/join"),
    ("get", "/v1/hackathons"),
    ("get", "/v1/hackathons/{hackathon_id}"),
    ("get", "/v1/hackathons/{hackathon_id}/teams"),
    ("get", "/v1/hackathons/{hackathon_id}/teams/{team_id}"),
    ("get", "/v1/hackathons/{hackathon_id}/announcements"),
    ("get", "/v1/hackathons/{hackathon_id}/board"),
    ("post", "/v1/siwe/nonce"),
    ("post", "/v1/siwe/verify"),
}
"""What needs no key. Every other operation must refuse a request without one."""

ENOUGH = 5
"""Things that are made for each list."""

_PARAMETER = re.compile(r"\{[^}]+\}")


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return create_app().openapi()


@dataclass(frozen=True)
class Operation:
    """An operation of the document.

    Attributes:
        verb: In lower case.
        path: With its parameters in braces.
        entry: What the document says of it.
    """

    verb: str
    path: str
    entry: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"

    @property
    def public(self) -> bool:
        """Whether it needs no key."""
        return (self.verb, self.path) in PUBLIC

    @property
    def scopes(self) -> set[str]:
        """What the caller's key must be for, as the document says."""
        return {
            s for one in self.entry.get("security", ()) for found in one.values() for s in found
        }

    @property
    def key_parameter(self) -> dict[str, Any] | None:
        """The parameter for the idempotency key."""
        found = (p for p in self.entry.get("parameters", ()) if p["name"] == "Idempotency-Key")
        return next(found, None)

    @property
    def example(self) -> Any:
        """The example of its body; None if it takes none."""
        if "requestBody" not in self.entry:
            return None
        _, schema = body_schema(self.entry)
        return schema["examples"][0]

    @property
    def page(self) -> bool:
        """Whether it answers with pages of a list."""
        names = {parameter["name"] for parameter in self.entry.get("parameters", ())}
        return {"starting_after", "ending_before"} <= names

    def filled(self, values: list[str]) -> str:
        """Its path with these values in it, one after another."""
        rest = iter(values)
        return _PARAMETER.sub(lambda _: next(rest), self.path)

    def anywhere(self) -> str:
        """Its path with values of the right form that name nothing."""
        unknown = {"did": "did:ethr:0x7a69:0x" + "0" * 39 + "1"}
        names = _PARAMETER.findall(self.path)
        return self.filled([unknown.get(n[1:-1], _plain(self, n[1:-1])) for n in names])


def body_schema(operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The schema of the request's body, behind the "or nothing" of an optional one."""
    content = operation["requestBody"]["content"]["application/json"]["schema"]
    options = content.get("anyOf", [content])
    name = next(o["$ref"] for o in options if "$ref" in o).rpartition("/")[2]
    return name, document()["components"]["schemas"][name]


def operations() -> list[Operation]:
    """All of them."""
    return [
        Operation(verb, path, entry)
        for path, verbs in document()["paths"].items()
        for verb, entry in verbs.items()
    ]


def _plain(operation: Operation, name: str) -> str:
    """A value for a parameter that is no id, or names nothing."""
    for parameter in operation.entry["parameters"]:
        if parameter["name"] == name and parameter["schema"].get("type") == "integer":
            return str(parameter["schema"].get("minimum", 0))
    return "unknown"


def _shape(path: str) -> str:
    """A path without the names of its parameters."""
    return _PARAMETER.sub("{}", path).rstrip("/")


class Makers:
    """Makes what lists and addresses need, once for all tests."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._lists = {_shape(one.path): one for one in listings()}
        self._things = {_shape(one.path): one for one in things()}
        self._made: dict[str, Made | list[str]] = {}

    def source(self, path: str) -> Listing | Thing | None:
        """What gives the first id in a path."""
        prefix = _shape(path.partition("/{")[0])
        return self._lists.get(prefix) or self._things.get(prefix)

    def members(self, path: str) -> Made:
        """Where the member's list is, with things in it."""
        shape = _shape(path)
        if shape not in self._made:
            self._made[shape] = self._lists[shape].make(self.world, ENOUGH)
        made = self._made[shape]
        assert isinstance(made, Made)
        return made

    def values(self, operation: Operation) -> list[str]:
        """Values for the parameters of a path that lead to something of the member's."""
        found: list[str] = []
        parts = operation.path.split("/")
        for place, part in enumerate(parts):
            if not part.startswith("{"):
                continue
            before = _shape("/".join(parts[:place]))
            if before in self._lists:
                found = self._first_of(before)
            elif before in self._things:
                if before not in self._made:
                    self._made[before] = self._things[before].make(self.world)
                found = list(self._made[before])  # type: ignore[arg-type]
            else:
                found.append(_plain(operation, part[1:-1]))
        return found

    def _first_of(self, shape: str) -> list[str]:
        listing = self._lists[shape]
        made = self.members(listing.path)
        answer = self.world.member.api.get(listing.path.format(**made.path), params=made.query)
        assert answer.status_code == 200, answer.text
        return [*made.path.values(), answer.json()["data"][0]["id"]]


def unexplained() -> Iterator[str]:
    """Paths with an id that no list and no thing gives."""
    known = {_shape(one.path) for one in (*listings(), *things())}
    for operation in operations():
        prefix = _shape(operation.path.partition("/{")[0])
        if "{" in operation.path and prefix not in known:
            yield str(operation)
