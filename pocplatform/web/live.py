"""Pages that keep themselves up to date: the event stream for browsers.

The same stream as ``GET /v1/events/stream``, for the organization that a visit acts for. A message
says only that something of some kind has happened; the page then asks for itself again, and takes
the part that shows it.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from pocplatform.delivery import stream
from pocplatform.domains.visits import service as visits
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound
from pocplatform.web.rendering import PageDep

router = Router(include_in_schema=False)

CHANGED = "changed"
"""The name of every message, whatever has happened: pages wait for this one."""

Since = Annotated[int | None, Query(ge=0, le=2**53)]
"""When a page was made, in milliseconds since 1970: its stream tells what happens from then on."""


@router.get("/live/{org_id}")
async def live(
    org_id: str,
    page: PageDep,
    gateway: GatewayDep,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    since: Since = None,
) -> Response:
    """Tells a page that something has happened to an organization that the visit acts for.

    ``since`` is when the page was made, in milliseconds since 1970: what has happened between that
    and the opening of the stream is told too.
    """
    from sse_starlette import EventSourceResponse

    token = visits.seat_token(page.secret, org_id)

    async def allowed() -> bool:
        return await gateway.authentication.actor(token) is not None

    actor = await gateway.authentication.actor(token)
    if actor is None or actor.org_id != org_id:
        raise NotFound("You do not act for the organization {org_id}.", org_id=org_id)
    stream.check_room(gateway, actor.org_id)
    if last_event_id is None and since is not None:
        after = await run_in_threadpool(stream.position_at, gateway, since)
    else:
        after = await run_in_threadpool(stream.position, gateway, actor.org_id, last_event_id)
    told = stream.messages(gateway, actor.org_id, after, "*", allowed)

    async def messages() -> AsyncIterator[dict[str, str]]:
        async for message in told:
            yield {"id": message["id"], "event": CHANGED, "data": message["event"]}

    return EventSourceResponse(
        messages(), ping=gateway.settings.stream_heartbeat_s, send_timeout=stream.STUCK_S
    )
