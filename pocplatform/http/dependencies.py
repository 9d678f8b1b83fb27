"""Typed dependencies of endpoints."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from pocplatform.http.command import Command, requested_wait
from pocplatform.http.errors import NotReady
from pocplatform.http.idempotency import MAX_LENGTH
from pocplatform.http.state import Actor, Gateway, Scope
from pocplatform.kit.errors import Forbidden, Unauthenticated
from pocplatform.kit.i18n import choose_language

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="secret_key",
    description="A secret key: `Authorization: Bearer sk_test_…`",
)


async def gateway(request: Request) -> Gateway:
    """The running platform. Raises :class:`NotReady` while it starts."""
    found: Gateway | None = getattr(request.app.state, "gateway", None)
    if found is None:
        raise NotReady("The sandbox is starting.", next_step="Try again in a few seconds.")
    return found


GatewayDep = Annotated[Gateway, Depends(gateway)]


def read_session(gateway: GatewayDep) -> Iterator[Session]:
    """A session for reading."""
    with gateway.database.snapshot() as session:
        yield session


ReadSession = Annotated[Session, Depends(read_session)]


async def actor(
    gateway: GatewayDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    """Who calls. Raises :class:`Unauthenticated`."""
    if credentials is None:
        raise Unauthenticated(
            "This needs a secret key.",
            next_step="Send the header `Authorization: Bearer sk_test_…`; "
            "POST /v1/organizations gives you a key.",
        )
    found = await gateway.authentication.actor(credentials.credentials)
    if found is None:
        raise Unauthenticated(
            "This secret key is not known here, or was revoked.",
            next_step="POST /v1/organizations gives you a new one. After a reset of the sandbox, "
            "old keys are gone.",
        )
    return found


ActorDep = Annotated[Actor, Depends(actor)]


def _requires(scope: Scope) -> Callable[[Actor], Awaitable[Actor]]:
    async def check(actor: ActorDep) -> Actor:
        if scope not in actor.scopes:
            raise Forbidden(
                "This needs a key with the scope {scope}; yours has: {scopes}.",
                next_step="Use a key that has it.",
                scope=scope,
                scopes=", ".join(sorted(actor.scopes)),
            )
        return actor

    return check


Reader = Annotated[Actor, Depends(_requires("read"))]
Writer = Annotated[Actor, Depends(_requires("write"))]
Admin = Annotated[Actor, Depends(_requires("admin"))]

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MAX_LENGTH,
        description="Any unique text: a repeated request with the same key is done once.",
    ),
]
WaitQuery = Annotated[
    float | None,
    Query(alias="wait", description="Seconds (at most 30) to wait until the write is recorded."),
]


async def _command(
    request: Request,
    gateway: GatewayDep,
    actor: Writer,
    idempotency_key: IdempotencyKeyHeader = None,
    wait: WaitQuery = None,
    prefer: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Command:
    return Command(
        gateway=gateway,
        tenant=actor.tenant,
        method=request.method,
        path=request.url.path,
        body=await request.body(),
        key=idempotency_key,
        wait_s=requested_wait(wait, prefer),
    )


CommandDep = Annotated[Command, Depends(_command)]


async def language(
    accept_language: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> str:
    """The caller's language: fi or en."""
    return choose_language(accept_language)


LanguageDep = Annotated[str, Depends(language)]
