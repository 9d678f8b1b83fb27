"""Streams that tell pages of the desk of something to be shown anew, within bounds."""

from collections import Counter
from collections.abc import AsyncIterator

from fastapi.responses import Response

from pocplatform.delivery.stream import STUCK_S
from pocplatform.kit.errors import RateLimited
from pocplatform.web.developers.desk import Desk
from pocplatform.web.live import CHANGED

AT_MOST = 20
"""Streams of one organization's desk at a time."""
LONGEST_S = 600.0
"""After that a stream ends; the page's script makes another one, if anybody still looks."""


def streamed(desk: Desk, changes: AsyncIterator[str]) -> Response:
    """Server-sent events: one for each change, with its word. Raises :class:`RateLimited`."""
    from sse_starlette import EventSourceResponse

    state = desk.page.request.app.state
    if not hasattr(state, "desk_streams"):
        state.desk_streams = Counter()
    opened: Counter[str] = state.desk_streams
    if opened[desk.acting.id] >= AT_MOST:
        raise RateLimited(
            "Your organization has {limit} pages open that follow something, which is as many as "
            "it may.",
            next_step="Close one.",
            limit=AT_MOST,
        )

    async def messages() -> AsyncIterator[dict[str, str]]:
        opened[desk.acting.id] += 1
        try:
            async for word in changes:
                yield {"event": CHANGED, "data": word}
        finally:
            opened[desk.acting.id] -= 1

    return EventSourceResponse(
        messages(), ping=desk.gateway.settings.stream_heartbeat_s, send_timeout=STUCK_S
    )
