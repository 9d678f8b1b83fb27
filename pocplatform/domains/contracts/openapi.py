"""An OpenAPI document of one contract: an operation for each of its functions."""

from typing import Any

from pocplatform.chain.abi_schema import arguments_schema, example
from pocplatform.chain.interface import Function, Interface
from pocplatform.domains.contracts.documentation import Words, words_of
from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.contracts.schemas import LogRead
from pocplatform.domains.transactions.schemas import TransactionRead

_REF = "#/components/schemas/{model}"


def document(contract: Contract, interface: Interface, base_url: str) -> dict[str, Any]:
    """The document, by OpenAPI 3.1; what it names can be called as it stands."""
    words = words_of(contract)
    functions = [*interface.functions, *interface.unnamed]
    several = _overloaded(functions)
    paths: dict[str, Any] = {}
    for function in functions:
        verb = "call" if function.reads else "send"
        name = function.signature if function.name in several else function.name
        path = f"/v1/contracts/{contract.id}/{verb}/{name}"
        paths[path] = {"post": _operation(function, verb, words)}
    paths[f"/v1/contracts/{contract.id}/events"] = {"get": _events(interface)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": contract.name,
            "version": "1",
            "summary": words.title or contract.name,
            "description": "\n\n".join(filter(None, (words.notice, words.details)))
            or "A contract on the sandbox's chain.",
        },
        "servers": [{"url": base_url}],
        "security": [{"secret_key": []}],
        "tags": [{"name": "Read"}, {"name": "Write"}, {"name": "Events"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"secret_key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _operation(function: Function, verb: str, words: Words) -> dict[str, Any]:
    said = words.function(function.signature)
    reads = verb == "call"
    body: dict[str, Any] = {
        "type": "object",
        "properties": {"arguments": arguments_schema(function.inputs)},
        "required": ["arguments"] if function.inputs else [],
        "additionalProperties": False,
    }
    if not function.inputs:
        body["examples"] = [{}]
    elif (arguments := example(function.inputs)) is not None:
        body["examples"] = [{"arguments": arguments}]
    for name, text in said.params.items():
        if name in body["properties"]["arguments"]["properties"]:
            body["properties"]["arguments"]["properties"][name]["description"] = text
    if function.payable:
        body["properties"]["value"] = {
            "type": "string", "pattern": "^[0-9]{1,30}$", "description": "Ether, in wei.",
        }  # fmt: skip
    result: dict[str, Any] = {"$ref": _REF.format(model="Transaction")}
    if reads:
        result = {
            "type": "object",
            "properties": {
                "object": {"const": "contract_result"},
                "contract": {"type": "string"},
                "function": {"type": "string"},
                "results": arguments_schema(function.outputs, "result"),
            },
            "required": ["object", "contract", "function", "results"],
        }
    answers = {"200": "What the contract answers." if reads else "Recorded on the chain."}
    if not reads:
        answers["202"] = "Accepted; on its way."
    return {
        "operationId": f"{verb}_{function.name}_{function.selector.hex() or function.name}",
        "summary": said.notice.partition("\n")[0][:120] or function.signature,
        "description": "\n\n".join(
            filter(None, (said.notice, said.details, f"`{function.signature}`"))
        ),
        "tags": ["Read" if reads else "Write"],
        "parameters": [] if reads else _write_parameters(),
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            **{
                status: {
                    "description": text,
                    "content": {"application/json": {"schema": result}},
                }
                for status, text in answers.items()
            },
            "default": _problem(),
        },
    }


def _write_parameters() -> list[dict[str, Any]]:
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        },
        {
            "name": "wait",
            "in": "query",
            "schema": {"type": "number", "minimum": 0, "maximum": 30},
            "description": "Seconds to wait until it is recorded.",
        },
    ]


def _events(interface: Interface) -> dict[str, Any]:
    known = sorted({event.name for event in interface.events})
    kind: dict[str, Any] = {"type": "string"} | ({"enum": known} if known else {})
    page = {
        "type": "object",
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": {"$ref": _REF.format(model="Event")}},
            "has_more": {"type": "boolean"},
        },
        "required": ["object", "data", "has_more"],
    }
    return {
        "operationId": "events",
        "summary": "Events of the contract, newest first",
        "description": "Events: " + (", ".join(e.signature for e in interface.events) or "none."),
        "tags": ["Events"],
        "parameters": [
            {"name": "event", "in": "query", "schema": kind},
            {
                "name": "argument",
                "in": "query",
                "schema": {"type": "array", "items": {"type": "string"}},
                "description": "name=value; several must all fit.",
            },
            {"name": "limit", "in": "query", "schema": {"type": "integer"}},
            {"name": "starting_after", "in": "query", "schema": {"type": "string"}},
            {"name": "ending_before", "in": "query", "schema": {"type": "string"}},
        ],
        "responses": {
            "200": {
                "description": "A page of events.",
                "content": {"application/json": {"schema": page}},
            },
            "default": _problem(),
        },
    }


def _problem() -> dict[str, Any]:
    content = {"schema": {"$ref": _REF.format(model="Problem")}}
    return {
        "description": "A failure (RFC 9457).",
        "content": {"application/problem+json": content},
    }


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = {
        "Problem": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
            },
            "required": ["code", "title", "status", "detail"],
        }
    }
    for name, model in (("Transaction", TransactionRead), ("Event", LogRead)):
        made = model.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= made.pop("$defs", {})
        found[name] = made
    return found


def _overloaded(functions: list[Function]) -> set[str]:
    names = [function.name for function in functions]
    return {name for name in names if names.count(name) > 1}
