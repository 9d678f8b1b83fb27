"""Typed dependencies of endpoints."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.http.command import SUBMITTED, Command, requested_wait
from pocplatform.http.errors import NotInBatch, NotReady
from pocplatform.http.freezing import lacking
from pocplatform.http.headers import HEADROOM
from pocplatform.http.idempotency import KEPT_DAYS, MAX_LENGTH
from pocplatform.http.operations import moves_value, secret_in_batch
from pocplatform.http.preparation import Preparation, prepares, preparing
from pocplatform.http.request_log import CALLER
from pocplatform.http.state import Actor, Gateway, Scope
from pocplatform.kit.errors import Unauthenticated
from pocplatform.kit.i18n import choose_language
from pocplatform.outbox import simulation

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="secret_key",
    description="A secret key: `Authorization: Bearer sk_test_…`",
)


async def gateway(request: Request) -> Gateway:
    """The running platform. Raises :class:`NotReady` while it starts, and :class:`NotInBatch`."""
    found: Gateway | None = getattr(request.app.state, "gateway", None)
    if found is None:
        raise NotReady("The sandbox is starting.", next_step="Try again in a few seconds.")
    if secret_in_batch(request):
        raise NotInBatch(
            "The answer of {method} {path} holds a secret, so it is not done within a batch.",
            next_step="Send it on its own.",
            method=request.method,
            path=request.url.path,
        )
    return preparing(found, request) if prepares(request) else found


GatewayDep = Annotated[Gateway, Depends(gateway)]


async def read_session(gateway: GatewayDep) -> AsyncIterator[Session]:
    """A session for reading."""
    database = gateway.database
    session = database.reader()
    try:
        yield session
    finally:
        if database.is_sqlite:  # in microseconds; a server may let us wait
            session.close()
        else:
            await run_in_threadpool(session.close)


ReadSession = Annotated[Session, Depends(read_session)]


async def actor(
    request: Request,
    gateway: GatewayDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    """Who calls. Raises :class:`Unauthenticated`, and :class:`TooManyRequests`."""
    if credentials is None:
        raise Unauthenticated(
            "This needs a secret key.",
            next_step="Send the header `Authorization: Bearer sk_test_…`; "
            "POST /v1/organizations gives you a key.",
        )
    found = await gateway.authentication.actor(credentials.credentials)
    if found is None:
        await stranger(request, gateway)  # who tries keys is slowed down
        raise Unauthenticated(
            "This secret key or session is not known here, was revoked or has expired.",
            next_step="POST /v1/organizations gives you a new one. After a reset of the sandbox, "
            "old keys are gone.",
        )
    setattr(request.state, CALLER, found)
    if not hasattr(request.state, HEADROOM):  # counted once, however many things depend on it
        setattr(request.state, HEADROOM, gateway.limits.take(found))
    return found


async def stranger(request: Request, gateway: GatewayDep) -> None:
    """Counts a request that needs no key. Raises :class:`TooManyRequests`."""
    address = request.client.host if request.client else ""
    setattr(request.state, HEADROOM, gateway.limits.take_stranger(address))


Anonymous = Depends(stranger)
"""A dependency of what needs no key and takes some work: ``dependencies=[Anonymous]``."""


ActorDep = Annotated[Actor, Depends(actor)]


def _requires(scope: Scope) -> Callable[[Actor], Awaitable[Actor]]:
    async def check(actor: ActorDep) -> Actor:
        if (refusal := lacking(actor, scope)) is not None:
            raise refusal
        return actor

    return check


# As security scopes they stand in the OpenAPI document too.
Reader = Annotated[Actor, Security(_requires("read"), scopes=["read"])]
Writer = Annotated[Actor, Security(_requires("write"), scopes=["write"])]
Manager = Annotated[Actor, Security(_requires("manage"), scopes=["manage"])]
Admin = Annotated[Actor, Security(_requires("admin"), scopes=["admin"])]

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MAX_LENGTH,
        description="Any unique text: a repeated request with the same key is done once. "
        f"Keys are kept for {KEPT_DAYS} days.",
    ),
]
WaitQuery = Annotated[
    float | None,
    Query(alias="wait", description="Seconds (at most 30) to wait until the write is recorded."),
]

SimulateHeader = Annotated[
    str | None,
    Header(
        alias="Simulate",
        description="Have this write go wrong on purpose: `reverts`, `pending`, `late` (or "
        "`late=30`), `reorganized` or `webhook_dropped`.",
    ),
]


async def _command(
    request: Request,
    gateway: GatewayDep,
    actor: Writer,
    idempotency_key: IdempotencyKeyHeader = None,
    wait: WaitQuery = None,
    simulate: SimulateHeader = None,
) -> Command:
    body = await request.body()
    command = Command(
        gateway=gateway,
        tenant=actor.tenant,
        method=request.method,
        path=request.url.path,
        body=body,
        key=idempotency_key,
        wait_s=requested_wait(wait, request.headers.get("Prefer")),
        submitted=request.scope.get(SUBMITTED),
        moves_value=moves_value(request, body),
        simulate=None if simulate is None else simulation.parsed(simulate, actor.address),
    )
    return Preparation.of(command, actor, request) if prepares(request) else command


CommandDep = Annotated[Command, Depends(_command)]


async def language(request: Request) -> str:
    """The caller's language: fi or en."""
    return choose_language(request.headers.get("Accept-Language"))


LanguageDep = Annotated[str, Depends(language)]


async def base_url(request: Request, gateway: GatewayDep) -> str:
    """The address that documents name this sandbox by, without a trailing slash.

    The one of the settings; where that is not set, the one that the caller has used.
    """
    public = gateway.settings.public_url
    return str(public if public is not None else request.base_url).rstrip("/")


BaseUrlDep = Annotated[str, Depends(base_url)]
