"""What happened: the event log, and events as they happen."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from pocplatform.client.models import Event
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class Events(Resource[M]):
    """What happened, for those it concerns."""

    @listing
    async def list(
        self,
        *,
        type: str | None = None,
        resource: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Event]:
        """Events that concern the caller, newest first.

        Args:
            type: Only this type, or a family such as ``agreement.*``.
            resource: Only what is about this, such as ``agr_…``.
            since: Not before this moment, which has a time zone.
            until: Before this moment, which has a time zone.
            page_size: How many are fetched at a time.
        """
        query = {
            "type": type,
            "resource": resource,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
        }
        async for event in self._connection.pages("/v1/events", Event, page_size, query):
            yield event

    @operation
    async def get(self, event_id: str) -> Event:
        """An event that concerns the caller."""
        return await self._connection.read(f"/v1/events/{segment(event_id)}", Event)

    @listing
    async def stream(
        self, *, type: str | None = None, last_event_id: str | None = None
    ) -> AsyncIterator[Event]:
        """Events as they happen, for as long as they are asked for.

        A connection that breaks is made again, where it left off: every event comes once. A
        sandbox that does not answer for as long as ``retry`` says is
        :class:`~pocplatform.client.problems.Unreachable`.

        Args:
            type: Only this type, or a family such as ``agreement.*``.
            last_event_id: Begin after this event; without it, with the next one.
        """
        query: dict[str, Any] = {"type": type}
        async for message in self._connection.messages("/v1/events/stream", query, last_event_id):
            yield Event.model_validate_json(message)
