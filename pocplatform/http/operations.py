"""What an operation may answer and tell beside its result; documents are made of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from pocplatform.kit.errors import PlatformError

_MOVES_VALUE = "x-moves-value"
_SECRET = "x-secret"
_PROBLEM = "application/problem+json"
IN_BATCH = "pocplatform.in_batch"
"""In a request's ASGI scope, where it came as one write of a batch."""
BY_WALLET = "x-by-wallet"
STEP = "x-step"
"""Marks an operation as one of the two steps of a write, :data:`PREPARE` or :data:`SUBMIT`."""
PREPARE, SUBMIT = "/prepare", "/submit"


def operation(
    *,
    raises: Sequence[type[PlatformError]] = (),
    events: Sequence[str] = (),
    moves_value: bool | str = False,
    by_wallet: bool = False,
    secret: bool = False,
) -> dict[str, Any]:
    """Arguments of a route decorator: ``@router.post("/x", **operation(raises=(XInvalid,)))``.

    Args:
        raises: Errors of its own. Those that every operation can answer need no mention: what is
            wrong with the key, the body, the idempotency key, the chain.
        events: Types of the events that follow from it, such as ``invoice.paid``.
        moves_value: Whether it moves value, so that the idempotency key is required; or the
            member of its body, a decimal number, that says so where it is more than zero.
        by_wallet: Whether the caller's wallet signs it, so that it comes in two steps too, for
            wallets of one's own: see :mod:`pocplatform.http.two_steps`.
        secret: Whether its answer holds a secret. Such an answer is stored nowhere, so it is not
            done within a batch.
    """
    extra: dict[str, Any] = {
        "x-error-codes": [error.code for error in raises],
        "x-events": list(events),
    }
    if moves_value:
        extra[_MOVES_VALUE] = moves_value
    if by_wallet:
        extra[BY_WALLET] = True
    if secret:
        extra[_SECRET] = True
    return {"openapi_extra": extra}


def moves_value(request: Request, body: bytes) -> bool:
    """Whether the operation that this request asks for says that it moves value."""
    route = request.scope.get("route")
    said: bool | str = (getattr(route, "openapi_extra", None) or {}).get(_MOVES_VALUE, False)
    if isinstance(said, bool):
        return said
    content = json.loads(body) if body else None
    amount = content.get(said, "") if isinstance(content, Mapping) else ""
    return str(amount).strip("0") != ""


def secret_in_batch(request: Request) -> bool:
    """Whether this is a write of a batch whose answer would hold a secret."""
    if IN_BATCH not in request.scope:
        return False
    route = request.scope.get("route")
    return bool((getattr(route, "openapi_extra", None) or {}).get(_SECRET))


def complete(document: dict[str, Any]) -> None:
    """Write into the OpenAPI document what the framework cannot know of the operations."""
    paths: dict[str, dict[str, Any]] = document["paths"]
    schemas: dict[str, Any] = document["components"]["schemas"]
    for path, verbs in paths.items():
        for operation in verbs.values():
            for response in operation["responses"].values():
                _by_reference(response.get("content", {}).get(_PROBLEM, {}), schemas)
            parameters = operation.setdefault("parameters", [])
            if operation.get(STEP) == SUBMIT:  # its endpoint is one for all addresses
                first = paths[path.removesuffix(SUBMIT) + PREPARE]["post"]
                parameters[:0] = [p for p in first.get("parameters", ()) if p["in"] == "path"]
            for parameter in parameters:
                _without_null(parameter)
                if parameter["name"] == "Idempotency-Key":
                    parameter["required"] = operation.get(_MOVES_VALUE) is True
                    _done_at_once(operation["responses"])


def _by_reference(content: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Have the schema of a problem in the document once, not with every answer."""
    if "title" in (schema := content.get("schema", {})):
        schemas[schema["title"]] = schema
        content["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}


def _without_null(parameter: dict[str, Any]) -> None:
    """What is optional outside of a body is left out; there is no null to send."""
    schema = parameter["schema"]
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(options) == 1:
        del schema["anyOf"]
        parameter["schema"] = {**schema, **options[0]}


def _done_at_once(responses: dict[str, Any]) -> None:
    """A write that may be on its way may also be done: with ``?wait``, or since it was before."""
    if "202" in responses and "200" not in responses:
        responses["200"] = {**responses["202"], "description": "It is done."}
