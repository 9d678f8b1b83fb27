"""Requests of pages to the application, held against httpx's own transport for ASGI."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pocplatform.web.direct import Direct

_CLIENT = ("192.0.2.7", 4711)
_SEEN = (
    "type", "http_version", "method", "scheme", "path", "raw_path", "query_string", "server",
    "client", "root_path", "headers",
)  # fmt: skip


async def _echo(request: Request) -> Response:
    seen = {name: repr(request.scope[name]) for name in _SEEN}
    return JSONResponse({"scope": seen, "body": (await request.body()).decode()}, 207)


async def _in_parts(request: Request) -> Response:
    async def parts():
        for part in (b"one, ", b"", b"two"):
            yield part

    return StreamingResponse(parts(), media_type="text/plain")


async def _fails(request: Request) -> Response:
    raise RuntimeError("on purpose")


async def _empty(request: Request) -> Response:
    answer = Response(status_code=204)
    answer.headers.append("set-cookie", "a=1")
    answer.headers.append("set-cookie", "b=2")
    return answer


APP = Starlette(
    routes=[
        Route("/echo/{rest:path}", _echo, methods=["GET", "POST", "DELETE"]),
        Route("/parts", _in_parts),
        Route("/fails", _fails),
        Route("/empty", _empty),
    ]
)


def _answers(method: str, path: str, **content) -> list[httpx.Response]:
    """What the same request is answered over either transport."""

    async def ask(transport: httpx.AsyncBaseTransport) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, f"http://sandbox.example:8000{path}", **content)

    async def both() -> list[httpx.Response]:
        theirs = httpx.ASGITransport(APP, raise_app_exceptions=False, client=_CLIENT)
        return [await ask(Direct(APP, _CLIENT)), await ask(theirs)]

    return asyncio.run(both())


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("GET", "/echo/a%2Fb/ä?q=1&q=%20", {}),
        ("GET", "/echo/", {"headers": {"Authorization": "Bearer x", "X-Two": "ä".encode()}}),
        ("POST", "/echo/x", {"json": {"name": "Mittaus Oy", "list": [1, 2]}}),
        ("POST", "/echo/x", {"data": {"code": "1 2"}}),
        ("DELETE", "/echo/x", {}),
        ("GET", "/parts", {}),
        ("GET", "/fails", {}),
        ("GET", "/empty", {}),
        ("PUT", "/echo/x", {}),
        ("GET", "/nowhere", {}),
        ("GET", "/parts/", {}),
    ],
)
def test_an_application_is_asked_and_answers_as_over_httpx(method, path, content):
    ours, theirs = _answers(method, path, **content)
    assert ours.status_code == theirs.status_code
    assert ours.content == theirs.content
    assert ours.headers.multi_items() == theirs.headers.multi_items()


def test_an_application_that_fails_before_it_answers_has_answered_500():
    async def broken(scope, receive, send):
        raise RuntimeError("on purpose")

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=Direct(broken, _CLIENT)) as client:
            return await client.get("http://sandbox.example/")

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.content) == (500, b"")


def test_an_application_hears_of_the_end_when_it_has_answered():
    heard = []

    async def listens(scope, receive, send):
        heard.append((await receive())["type"])
        waiting = asyncio.create_task(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"all"})
        heard.append((await waiting)["type"])

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=Direct(listens, _CLIENT)) as client:
            return await client.get("http://sandbox.example/")

    assert asyncio.run(asyncio.wait_for(ask(), 30)).content == b"all"
    assert heard == ["http.request", "http.disconnect"]
