"""Events as they happen: server-sent events (WHATWG HTML, section 9.2).

A stream is read from the event log by its number, so one that is taken up again with
``Last-Event-ID`` goes on with the next event: none is left out and none comes twice. Nothing is
kept for a client beyond what its connection takes: one that reads slowly is read for slowly, and
one that has stopped reading is left after :data:`STUCK_S`.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.network import service
from pocplatform.domains.network.endpoints import TypeQuery
from pocplatform.domains.organizations.service import addresses_of
from pocplatform.events.log import following, last_seq, last_seq_before
from pocplatform.http.dependencies import GatewayDep, Reader
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import InvalidInput, NotFound, RateLimited
from pocplatform.kit.waker import Waker

router = Router(prefix="/v1", tags=["Chain and events"])

_AT_ONCE = 100
"""Events that are read from the database at a time."""
STUCK_S = 30.0
"""A client that takes nothing for so long is left."""
REACH_S = 600
"""How far back a stream reaches that begins at a moment."""
_LATE_MS = 200
"""An event may be in the log so much later than its time."""
AT_MOST = 50
"""Streams of one organization at a time."""


@router.get(
    "/events/stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Each event as `id`, `event` (its type) and `data` (as GET "
            "/v1/events/{id} shows it); comments in between keep the connection.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def stream_events(
    request: Request,
    actor: Reader,
    gateway: GatewayDep,
    type: TypeQuery = None,
    last_event_id: Annotated[
        str | None,
        Header(alias="Last-Event-ID", description="Go on after this event; without it, from now."),
    ] = None,
    starting_after: Annotated[
        str | None,
        Query(max_length=100, description="The same, for clients that cannot set headers."),
    ] = None,
) -> Response:
    """What concerns a wallet of your organization, as it happens (server-sent events).

    The stream ends when the sandbox stops or your key is revoked; connect again with the last
    `id` as `Last-Event-ID`, and nothing is left out or repeated.
    """
    # Here, since it brings the server's modules along, which the OpenAPI document can do without.
    from sse_starlette import EventSourceResponse

    check_room(gateway, actor.org_id)
    cursor = last_event_id or starting_after
    after = await run_in_threadpool(position, gateway, actor.org_id, cursor)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")

    async def allowed() -> bool:
        """Whether the key has not been revoked meanwhile."""
        return scheme.lower() != "bearer" or await gateway.authentication.actor(secret) is not None

    return EventSourceResponse(
        messages(gateway, actor.org_id, after, type or "*", allowed),
        ping=gateway.settings.stream_heartbeat_s,
        send_timeout=STUCK_S,
    )


def check_room(gateway: Gateway, org_id: str | None) -> None:
    """Raises :class:`RateLimited` where an organization has as many streams as it may."""
    if org_id is not None and gateway.feed.count(org_id) >= AT_MOST:
        raise RateLimited(
            "Your organization has {limit} event streams open, which is as many as it may.",
            next_step="Close one, or let several programs share one.",
            limit=AT_MOST,
        )


def position(gateway: Gateway, org_id: str | None, cursor: str | None) -> int:
    """After which event the stream begins. Raises :class:`InvalidInput`."""
    with gateway.database.snapshot() as session:
        if cursor is None:
            return last_seq(session)
        try:
            return service.event(session, org_id, cursor).seq or 0
        except NotFound:
            raise InvalidInput(
                "{param} names {cursor!r}, which does not exist.",
                next_step="Send the id of an event that you got, or nothing to begin with the "
                "next one.",
                param="Last-Event-ID",
                cursor=cursor,
            ) from None


def position_at(gateway: Gateway, moment_ms: int) -> int:
    """After which event the stream begins that tells what has happened since a moment.

    The moment is taken to be no longer ago than :data:`REACH_S`.
    """
    since = max(moment_ms - _LATE_MS, now_ms() - REACH_S * 1000)
    with gateway.database.snapshot() as session:
        return last_seq_before(session, since)


def _addresses(gateway: Gateway, org_id: str | None) -> list[str] | None:
    with gateway.database.snapshot() as session:
        return addresses_of(session, org_id)


async def messages(
    gateway: Gateway,
    org_id: str | None,
    after: int,
    type_: str,
    allowed: Callable[[], Coroutine[Any, Any, bool]],
) -> AsyncIterator[dict[str, str]]:
    """Events from the log, and when there are no more, those that are appended."""
    waker = Waker()

    def read() -> tuple[list[dict[str, str]], int]:
        """What follows, and how far the log was looked at for it."""
        with gateway.database.snapshot() as session:
            newest = last_seq(session)  # before the events, so that none is passed over
            subscription.addresses = addresses_of(session, org_id)  # there may be new ones
            events = following(session, subscription.addresses, after, [type_], _AT_ONCE)
            reached = newest if len(events) < _AT_ONCE else events[-1].seq or 0
            told_now = [
                {
                    "id": event.id,
                    "event": event.type,
                    "data": service.read_event(event).model_dump_json(),
                }
                for event in events
            ]
            return told_now, max(after, reached)

    addresses = await run_in_threadpool(_addresses, gateway, org_id)
    subscription = gateway.feed.subscribe(addresses, waker.wake, org_id)
    try:
        while not subscription.ended and await allowed():
            batch, after = await run_in_threadpool(read)
            for message in batch:
                yield message
            if len(batch) < _AT_ONCE:
                # No longer than this: then the key is looked at again.
                await waker.wait(gateway.settings.stream_heartbeat_s)
    finally:
        subscription.end()
