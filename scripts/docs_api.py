"""docs/api.md from the router: every operation with who may call it and what may come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pocplatform.main import create_app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"

SCOPES = ("read", "write", "manage", "admin")
STEPS = ("/prepare", "/submit")

INTRODUCTION = """\
# The API

Written by `scripts/docs` from the router; change the endpoints in `pocplatform/domains/` instead. \
Every field with an example is at `/docs` of a running sandbox, and in `/openapi.json`.

**Who may call**: *anybody* needs no key; otherwise a key or a session with this scope. Each \
includes those before it: `read`, `write`, `manage` (the organization itself, its keys, members \
and wallets), `admin` (the organisers). Where this table says *two steps*, there are also \
`…/prepare` and `…/submit`, for wallets whose key is your own: the first takes the same body and \
gives what to sign, the second takes what was signed.

**Idempotency-Key**: *required* where value moves; *taken* where a repeated request with the same \
key is done once; otherwise repeating is harmless, or the answer holds a secret that is not \
stored. Keys are kept for 7 days.

**Errors** are those of the operation alone. All can answer with `unauthenticated`, `forbidden`, \
`not_found`, `invalid_input`, `bad_request`, `body_too_large`, `unsupported_media_type`, \
`rate_limited`, `not_ready`, `chain_unreachable` and `internal_error`; those that take an \
Idempotency-Key with `idempotency_key_reused`, and `idempotency_key_missing` where it is required; \
those that go on the chain with `contract_reverted`, `queue_full` and, for a wallet of your own, \
`wallet_not_custodial`. What each means is at `/docs/errors`.
"""

EVENTS = """\
## Events

`GET /v1/events` lists what concerns the wallets of your organization, `GET /v1/events/stream` \
tells it as it happens, and webhooks send it to you. Every member of an event's `data` is always \
there; what each of them is stands in the section `webhooks` of `/openapi.json`.
"""


def page(document: Mapping[str, Any]) -> str:
    """The whole document."""
    operations = [
        (verb.upper(), path, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    tags = dict.fromkeys(operation["tags"][0] for _, _, operation in operations)
    lines = [INTRODUCTION]
    for tag in tags:
        lines += [f"## {tag}", ""]
        lines += _table(o for o in operations if o[2]["tags"][0] == tag)
        lines.append("")
    lines += [EVENTS, "| type | what has happened | what is told |", "|---|---|---|"]
    lines += _events(document["webhooks"])
    return "\n".join(lines).rstrip() + "\n"


def _events(webhooks: Mapping[str, Any]) -> Iterator[str]:
    for name, verbs in webhooks.items():
        operation = verbs["post"]
        _, told = operation["requestBody"]["content"]["application/json"]["schema"]["allOf"]
        members = told["properties"]["data"]["properties"]
        yield f"| `{name}` | {_cell(operation['summary'])}. | {_codes(members)} |"


def _table(operations: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[str]:
    yield "| operation | what it does | who may call | Idempotency-Key | errors | events |"
    yield "|---|---|---|---|---|---|"
    for verb, path, operation in operations:
        if operation.get("x-step"):
            continue
        what = _cell(operation["summary"])
        if operation.get("x-by-wallet"):
            what += " (*two steps*)"
        cells = (
            f"`{verb} {path}`",
            what,
            _who(operation),
            _key(operation),
            _codes(operation.get("x-error-codes", ())),
            _codes(operation.get("x-events", ())),
        )
        yield "| " + " | ".join(cells) + " |"


def _who(operation: Mapping[str, Any]) -> str:
    scopes = {s for one in operation.get("security", ()) for found in one.values() for s in found}
    return f"`{max(scopes, key=SCOPES.index)}`" if scopes else "anybody"


def _key(operation: Mapping[str, Any]) -> str:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "Idempotency-Key":
            return "required" if parameter["required"] else "taken"
    return ""


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def text() -> str:
    """The document as it should be."""
    return page(create_app().openapi())
