"""Links of the OpenAPI document: what can be asked next with what was answered.

They are made for all operations at one place (OpenAPI 3.1, Link Object), of the answers' shapes:
every thing says by its ``object`` what it is, and is at home where GET shows it by its ``id``. A
POST that makes a thing links to all that can be done with it, one that does something with a thing
links to the thing itself, each write links to its transaction, and wallets, identities and teams
that an answer names are linked to where they are shown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pocplatform.http.operations import PREPARE, STEP, SUBMIT

_PARAMETER = re.compile(r"\{([^}]+)\}")
_BY_ID = re.compile(r"^.+/\{(id|did|id_or_hash|\w+_id)\}$")
_TRANSACTIONS = {"transaction": "/transaction/id", "transactions": "/transactions/0/id"}
"""Where an answer has the id of its write, as a JSON pointer, by the member's name."""
_FIRST_OF_ITS = {"milestone": "/milestones/0/index", "function": "/functions/0"}
"""Parameters below a thing's address whose value the thing itself tells, as a JSON pointer."""
_NAMED: Sequence[tuple[str, Mapping[str, str]]] = (
    ("/v1/balances/{who}", {"who": "/wallet/address"}),
    ("/v1/balances/{who}", {"who": "/address"}),
    ("/1.0/identifiers/{did}", {"did": "/wallet/did"}),
    ("/1.0/identifiers/{did}", {"did": "/did"}),
    ("/v1/hackathons/{hackathon_id}", {"hackathon_id": "/hackathon/id"}),
    (
        "/v1/hackathons/{hackathon_id}/teams/{team_id}",
        {"hackathon_id": "/hackathon/id", "team_id": "/team/id"},
    ),
    (
        "/v1/hackathons/{hackathon_id}/teams/{team_id}",
        {"hackathon_id": "/hackathon", "team_id": "/keys/0/team"},
    ),
    (
        "/v1/hackathons/{hackathon_id}/teams/{team_id}",
        {"hackathon_id": "/hackathon", "team_id": "/teams/0/id"},
    ),
)
"""What is shown elsewhere of what an answer names beside itself: the address there, and where the
answer has the values of its parameters."""


Homes = Mapping[str, set[str]]


class _Target(NamedTuple):
    """An operation that is linked to, and its parameters as runtime expressions."""

    operation: Mapping[str, Any]
    parameters: dict[str, str]


def add(document: dict[str, Any]) -> None:
    """Write the links into the answers of all operations that have some."""
    paths: Mapping[str, Mapping[str, Any]] = document["paths"]
    homes = _homes(document)
    for path, verbs in paths.items():
        operation = verbs.get("post")
        if operation is None:
            continue
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                continue
            links = {
                target.operation["operationId"]: {
                    "operationId": target.operation["operationId"],
                    "parameters": target.parameters,
                }
                for target in _targets(document, homes, path, operation, response)
            }
            if links:
                response["links"] = links


def _homes(document: Mapping[str, Any]) -> Homes:
    """The addresses with an id at which things are shown, by what is shown there."""
    return {
        path: kinds
        for path, verbs in document["paths"].items()
        if "get" in verbs
        and _BY_ID.match(path)
        and (kinds := _kinds(document, verbs["get"]["responses"].get("200", {})))
    }


def _home(homes: Homes, path: str, kinds: set[str]) -> str | None:
    """Where a thing that was answered at ``path`` is shown: near by, or else where alone it is."""
    fitting = [home for home, shown in homes.items() if shown & kinds]
    near = [
        home
        for home in fitting
        if path == home.rpartition("/")[0] or f"{path}/".startswith(f"{home}/")
    ]
    found = near or fitting
    return found[0] if len(found) == 1 else None


def _targets(
    document: Mapping[str, Any],
    homes: Homes,
    path: str,
    operation: Mapping[str, Any],
    response: Mapping[str, Any],
) -> Iterator[_Target]:
    paths = document["paths"]
    if operation.get(STEP) == PREPARE:
        submit = paths[path.removesuffix(PREPARE) + SUBMIT]["post"]
        yield _Target(submit, _passed_on(path, _names(path)))
    home = _home(homes, path, _kinds(document, response))
    # What is prepared is no such thing yet, and what is handed in is shown as a write.
    if home is not None and STEP not in operation:
        yield from _of_thing(document, path, home, response)
    if STEP not in operation:
        yield from _of_named(document, response)
    transaction = _home(homes, path, {"transaction"})
    for shape in _shapes(document, response):
        for member, pointer in _TRANSACTIONS.items():
            held = shape.get("properties", {}).get(member, {})
            if transaction is not None and _has_id(document, held):
                (name,) = _names(transaction)
                yield _Target(paths[transaction]["get"], {name: f"$response.body#{pointer}"})


def _of_named(document: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[_Target]:
    """What shows the things that an answer names beside itself."""
    for address, pointers in _NAMED:
        if address in document["paths"] and all(
            _tells(document, response, pointer) for pointer in pointers.values()
        ):
            values = {name: f"$response.body#{pointer}" for name, pointer in pointers.items()}
            yield _Target(document["paths"][address]["get"], values)


def _of_thing(
    document: Mapping[str, Any], path: str, home: str, response: Mapping[str, Any]
) -> Iterator[_Target]:
    """What can be done with a thing that was answered at ``path``."""
    paths: Mapping[str, Any] = document["paths"]
    *around, own = _names(home)
    if not set(around) <= set(_names(path)):
        return  # the address needs more than the answer tells
    makes = not (path == home or path.startswith(f"{home}/"))
    for target, verbs in paths.items():
        if target != home and not (makes and target.startswith(f"{home}/")):
            continue
        rest = _names(target)[len(around) + 1 :]
        known = [*around, *(name for name in rest if name in _names(path))]
        told = {
            name: f"$response.body#{_FIRST_OF_ITS[name]}"
            for name in rest
            if name in _FIRST_OF_ITS
            and name not in known
            and _tells(document, response, _FIRST_OF_ITS[name])
        }
        for one in verbs.values():
            if STEP not in one and (target != path or one is not verbs.get("post")):
                yield _Target(one, {own: "$response.body#/id", **told, **_passed_on(path, known)})


def _passed_on(path: str, names: list[str]) -> dict[str, str]:
    """Parameters that the next request has in common with the one at ``path``."""
    return {name: f"$request.path.{name}" for name in names if name in _names(path)}


def _names(path: str) -> list[str]:
    return _PARAMETER.findall(path)


def _shapes(document: Mapping[str, Any], response: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The schemas that the JSON of an answer may have, without references."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return list(_resolved(document, schema))


def _resolved(document: Mapping[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _resolved(document, document["components"]["schemas"][name])
    elif "anyOf" in schema or "oneOf" in schema:
        for option in schema.get("anyOf", schema.get("oneOf", ())):
            yield from _resolved(document, option)
    else:
        yield schema


def _tells(document: Mapping[str, Any], response: Mapping[str, Any], pointer: str) -> bool:
    """Whether an answer always has a value at a JSON pointer; a list may be empty."""
    found = _shapes(document, response)
    for step in pointer.split("/")[1:]:
        inner = [
            s.get("items", {}) if step == "0" else s.get("properties", {}).get(step, {})
            for s in found
        ]
        found = [shape for one in inner for shape in _resolved(document, one)]
    return bool(found) and all(shape.get("type") in ("string", "integer") for shape in found)


def _kinds(document: Mapping[str, Any], response: Mapping[str, Any]) -> set[str]:
    """What the thing with an id may be that is answered."""
    found: set[str] = set()
    for shape in _shapes(document, response):
        properties = shape.get("properties", {})
        said = properties.get("object", {})
        if "id" in properties:
            found |= {said["const"]} if "const" in said else set(said.get("enum", ()))
    return found


def _has_id(document: Mapping[str, Any], schema: dict[str, Any]) -> bool:
    """Whether it is an object with an id, or a list of such."""
    return any(
        "id" in shape.get("properties", {}) or _has_id(document, shape.get("items", {}))
        for shape in _resolved(document, schema)
        if shape
    )
