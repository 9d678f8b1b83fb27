"""Whatever an id holds, it names a part of a path and nothing else."""

from __future__ import annotations

import contextlib
import inspect
from urllib.parse import quote

import httpx
import pytest

from pocplatform.client import NotFound, Problem, Sandbox
from pocplatform.client.modes import Listing, Operation, Resource

ODD = [
    "a/b",
    "../balance",
    "..",
    ".",
    "x?limit=1",
    "x#y",
    "%00",
    "%2e%2e",
    "\0",
    "é\u202e",
    "\ud800",
]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_id_of_anything_is_not_found(member, odd):
    ours = member()
    for get in (ours.payments.get, ours.hackathons.board, ours.devnets.get, ours.agreements.get):
        with pytest.raises(NotFound):
            get(odd)


NEVER = "ö/../?x#\0%2f"


def asked():
    """Every operation of the SDK that takes nothing but texts, with the paths that it asks for."""
    paths: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        problem = {"code": "not_found", "detail": "No.", "status": 404, "title": "No"}
        return httpx.Response(404, json=problem)

    with Sandbox("http://sandbox.test", "sk", transport=httpx.MockTransport(answer)) as sandbox:
        for resource in vars(sandbox).values():
            if not isinstance(resource, Resource):
                continue
            for name, made in inspect.getmembers(type(resource)):
                if not isinstance(made, Operation | Listing):
                    continue
                needed = [
                    one
                    for one in list(inspect.signature(made._function).parameters.values())[1:]
                    if one.default is one.empty
                ]
                texts = all(one.annotation in ("str", str) for one in needed)
                if (
                    not needed or not texts or needed[0].name == "path"
                ):  # a whole one is the caller's
                    continue
                before = len(paths)
                given = [NEVER for one in needed if one.kind is not one.KEYWORD_ONLY]
                named = {one.name: NEVER for one in needed if one.kind is one.KEYWORD_ONLY}
                with contextlib.suppress(Problem, ValueError, KeyError):
                    found = getattr(resource, name)(*given, **named)
                    if isinstance(made, Listing):
                        next(iter(found), None)
                for path in paths[before:]:
                    yield f"{type(resource).__name__}.{name}", path


def test_every_operation_of_the_sdk_quotes_what_it_puts_into_a_path():
    quoted = quote(NEVER.replace("/", "%2F"), safe=":").encode()
    with_id = 0
    for name, path in asked():
        parts = path.partition(b"?")[0].split(b"/")
        holding = [part for part in parts if b"%C3%B6" in part]
        assert all(part.removesuffix(b".pdf") == quoted for part in holding), f"{name}: {path!r}"
        assert b".." not in parts, f"{name}: {path!r}"
        with_id += bool(holding)
    assert with_id > 60
