"""Many writes in one request, each as if it had come alone.

Each goes through the whole application, so that it meets the same checks, limits and errors and has
the same effect. What a batch saves is the connection's turns; and since its writes arrive together,
they share database commits and blocks.

Order is kept: a write is handed to the database before the next one begins, and the database does
them in that order. Waiting for the chain is done by all at once.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Scope

from pocplatform.http import idempotency
from pocplatform.http.command import MAX_WAIT_S, SUBMITTED, Rendered, count_storage
from pocplatform.http.dependencies import GatewayDep, IdempotencyKeyHeader, Writer
from pocplatform.http.errors import NotInBatch
from pocplatform.http.idempotency import MAX_LENGTH
from pocplatform.http.operations import IN_BATCH, operation
from pocplatform.http.quotas import QuotaExceeded
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.bulk import Json
from pocplatform.kit.errors import InvalidInput

MOST = 500
"""Writes in one batch."""

_PATH = "/v1/batch"
_PASSED_ON = (
    b"authorization",
    b"cookie",
    b"accept-language",
    b"host",
    b"user-agent",
    b"origin",
    b"simulate",
)
_SHOWN = ("location", "idempotent-replayed", "retry-after", "request-id", "document-hash")

router = Router(prefix="/v1", tags=["Batch"])


class BatchNested(InvalidInput):
    """A batch within a batch."""

    code = "batch_nested"
    title = "A batch cannot hold another batch"


class BatchItem(BaseModel):
    """One write."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    # No percent signs: what a path says must be what it means.
    path: Annotated[str, StringConstraints(pattern=r"^/v1/[A-Za-z0-9_.:~/-]+$", max_length=500)] = (
        Field(description="As of the write alone, without a query.")
    )
    body: dict[str, Any] | None = None
    idempotency_key: (
        Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=MAX_LENGTH)] | None
    ) = Field(default=None, description="Without one, it follows from the batch's own, if any.")


class BatchCreate(BaseModel):
    """Writes, to be done in their order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "requests": [
                        {
                            "path": "/v1/transfers",
                            "body": {
                                "to": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                                "amount": 25,
                            },
                            "idempotency_key": "payout-2027-01-a",
                        },
                        {
                            "path": "/v1/transfers",
                            "body": {
                                "to": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                                "amount": 40,
                            },
                            "idempotency_key": "payout-2027-01-b",
                        },
                    ]
                }
            ]
        },
    )

    requests: list[BatchItem] = Field(min_length=1, max_length=MOST)


class BatchItemRead(BaseModel):
    """What a write was answered."""

    status: int
    headers: dict[str, str] = Field(
        description="Location, Idempotent-Replayed, Retry-After and Request-Id, where there are."
    )
    body: Any = Field(description="As of the write alone: the thing, or problem details.")


class BatchRead(BaseModel):
    """The answers, in the order of the requests."""

    object: Literal["batch"] = "batch"
    succeeded: int
    failed: int
    data: list[BatchItemRead]


@router.post("/batch", response_model=BatchRead, **operation(raises=(BatchNested, NotInBatch)))
async def do_batch(
    body: BatchCreate,
    actor: Writer,
    gateway: GatewayDep,
    request: Request,
    idempotency_key: IdempotencyKeyHeader = None,
    wait: Annotated[
        int | None,
        Query(
            ge=0,
            le=int(MAX_WAIT_S),
            description="Seconds to wait until the writes are recorded, all of them together.",
        ),
    ] = None,
) -> JSONResponse:
    """Do up to 500 writes in one request, in their order.

    Each is done as if it had come alone, and answered on its own: **not all or nothing**, those
    before and after one that is refused are done. The answer is 200 whatever became of them; look
    at `failed`. What answers with a secret, such as a new key, is refused: send it on its own.

    Give each its `idempotency_key`, or the batch an `Idempotency-Key`, from which each write's own
    then follows with its place: repeat the same batch under the same key, and nothing is done
    twice; what was not accepted is tried again.
    """
    before = _Before(gateway, actor.tenant, idempotency_key, await request.body())
    known = await run_in_threadpool(before.answer)
    if known is not None:
        location = {"Location": known.location} if known.location else {}
        return Rendered(known.body, known.status, location | {"Idempotent-Replayed": "true"})
    for index, item in enumerate(body.requests):
        if item.path.rstrip("/") == _PATH:
            raise BatchNested(
                "Request {index} of the batch is a batch itself.",
                next_step="Put its requests into this one, or send it on its own.",
                param=f"requests[{index}].path",
                index=index,
            )
    items = [_scope(request.scope, item, wait) for item in body.requests]
    for index, (item, (scope, _)) in enumerate(zip(body.requests, items, strict=True)):
        key = item.idempotency_key or _derived(idempotency_key, index)
        if key is not None:
            scope["headers"].append((b"idempotency-key", key.encode("latin-1")))
    answers = await _all(request.app, items)
    succeeded = sum(answer.status < 400 for answer in answers)
    shown = BatchRead(succeeded=succeeded, failed=len(answers) - succeeded, data=answers)
    answer = Json(shown.model_dump_json())
    if not shown.failed:
        await before.keep(answer)
    return Rendered(answer, 200)


@dataclass(frozen=True, slots=True)
class _Before:
    """What a batch with this key was answered before, if all of it had succeeded."""

    gateway: Gateway
    tenant: str
    key: str | None
    body: bytes

    @property
    def scope(self) -> str:
        """Tenant, method and path."""
        return f"{self.tenant} POST {_PATH}"

    def answer(self) -> idempotency.Stored | None:
        """That answer. Raises :class:`IdempotencyKeyReused` if the batch was another one."""
        if self.key is None:
            return None
        fingerprint = idempotency.fingerprint(self.body)
        with self.gateway.database.snapshot() as session:
            return idempotency.find(session, self.scope, self.key, fingerprint)

    async def keep(self, answer: Json) -> None:
        """Keep it for the next time; one that came at the same time may have done so already."""
        key = self.key
        if key is None:
            return
        fingerprint = idempotency.fingerprint(self.body)
        stored = idempotency.Stored(fingerprint, 200, answer, None, "", ())

        def store(session: Session) -> None:
            if idempotency.find(session, self.scope, key, fingerprint) is not None:
                return
            # Where there is no room, the writes have keys of their own, so none is done twice.
            with contextlib.suppress(QuotaExceeded):
                count_storage(session, self.gateway, self.tenant, len(answer))
                idempotency.store(session, self.scope, key, stored)

        await self.gateway.writes.do(store)


def _derived(key: str | None, index: int) -> str | None:
    """A write's own key, from that of its batch."""
    if key is None:
        return None
    return f"batch-{hashlib.sha256(key.encode()).hexdigest()[:32]}-{index}"


def _scope(outer: Scope, item: BatchItem, wait: int | None) -> tuple[Scope, bytes]:
    """The request that the item is (ASGI 3), and its body."""
    content = b"" if item.body is None else json.dumps(item.body).encode()
    headers = [(name, value) for name, value in outer["headers"] if name in _PASSED_ON]
    headers.append((b"content-type", b"application/json"))
    headers.append((b"content-length", str(len(content)).encode()))
    scope = {
        "type": "http",
        "asgi": outer["asgi"],
        "http_version": outer["http_version"],
        "method": item.method,
        "scheme": outer["scheme"],
        "path": item.path,
        "raw_path": item.path.encode(),
        "query_string": f"wait={wait}".encode() if wait else b"",
        "root_path": outer.get("root_path", ""),
        "headers": headers,
        "client": outer.get("client"),
        "server": outer.get("server"),
        "state": {},
        IN_BATCH: True,
    }
    return scope, content


async def _all(app: ASGIApp, items: Sequence[tuple[Scope, bytes]]) -> list[BatchItemRead]:
    """Begin each when the one before is in the database's line, or answered; await them all."""
    loop = asyncio.get_running_loop()
    begun: list[asyncio.Task[BatchItemRead]] = []
    for scope, content in items:
        in_line: asyncio.Future[None] = loop.create_future()
        scope[SUBMITTED] = _once(in_line)
        task = loop.create_task(_one(app, scope, content))
        task.add_done_callback(lambda _, told=scope[SUBMITTED]: told())  # type: ignore[misc]
        begun.append(task)
        await in_line
    return list(await asyncio.gather(*begun))


def _once(future: "asyncio.Future[None]") -> Callable[[], None]:
    def tell() -> None:
        if not future.done():
            future.set_result(None)

    return tell


async def _one(app: ASGIApp, scope: Scope, content: bytes) -> BatchItemRead:
    sent = False
    status, headers, body = 500, {}, bytearray()

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()  # the caller stays; whoever listens for its leaving waits
        sent = True
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode("latin-1").lower(): value for name, value in message["headers"]}
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    shown = {name.title(): headers[name].decode("latin-1") for name in _SHOWN if name in headers}
    is_json = b"json" in headers.get("content-type", b"")
    return BatchItemRead(
        status=status, headers=shown, body=json.loads(bytes(body)) if is_json and body else None
    )
