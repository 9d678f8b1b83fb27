"""The request log, and recordings of what was done, as programs."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class LoggedRequest(Model):
    """A request that came with a key of one's own, and how it was answered."""

    id: str
    method: str
    path: str
    status: int
    code: str | None = None
    duration_ms: float
    key: str | None = None
    key_name: str | None = None
    created: datetime


class RecordedExchange(Model):
    """What was sent and answered, without secrets, as a recording has kept it."""

    recording: str
    query: str = ""
    body: Any = None
    answer: Any = None
    erased: bool = False


class LoggedExchange(LoggedRequest):
    """A request of the log with what was sent and answered, where that was recorded."""

    recorded: RecordedExchange | None = None


class RecordedOrganization(Model):
    """Whose requests a recording has; ``part`` is owner, invited, joined or left."""

    id: str
    part: str


class Recording(Model):
    """A recording; ``state`` is running or stopped."""

    id: str
    name: str
    state: str
    steps: int
    full: bool = False
    organizations: list[RecordedOrganization] = Field(default_factory=list)
    created: datetime
    ends: datetime
    expires: datetime


class RecordingDeleted(Model):
    """That a recording is gone."""

    id: str
    deleted: bool


class RequestLog(Resource[M]):
    """What was asked with one's own keys, and how it was answered."""

    @listing
    async def list(
        self,
        *,
        method: str | None = None,
        status: str | int | None = None,
        path: str | None = None,
        since: datetime | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[LoggedRequest]:
        """All requests, the last answered first.

        Args:
            method: Only with this method.
            status: Only those answered so: a status, or ``4xx``.
            path: Only those whose path begins with this.
            since: Not before this moment.
            page_size: How many are fetched at a time.
        """
        filters: dict[str, Any] = {
            "method": method, "status": status, "path": path,
            "since": since.isoformat() if since else None,
        }  # fmt: skip
        async for one in self._connection.pages("/v1/requests", LoggedRequest, page_size, filters):
            yield one

    @operation
    async def get(self, request_id: str) -> LoggedExchange:
        """A request by its id, with what was recorded of it."""
        return await self._connection.read(f"/v1/requests/{segment(request_id)}", LoggedExchange)


class Recordings(Resource[M]):
    """Recordings of what organizations do through the API."""

    @operation
    async def start(
        self,
        name: str,
        *,
        organizations: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Recording:
        """Record one's own organization from now on; others named by their ids may join."""
        body = {"name": name, "organizations": list(organizations)}
        return await self._connection.write(
            "/v1/recordings", body, Recording, key=idempotency_key, wait=0
        )

    @operation
    async def join(self, recording_id: str) -> Recording:
        """Have what one does recorded too, where one was named."""
        return await self._do(recording_id, "join")

    @operation
    async def leave(self, recording_id: str) -> Recording:
        """Have what one does recorded no more."""
        return await self._do(recording_id, "leave")

    @operation
    async def stop(self, recording_id: str) -> Recording:
        """End a recording of one's own."""
        return await self._do(recording_id, "stop")

    @operation
    async def get(self, recording_id: str) -> Recording:
        """A recording of one's own."""
        return await self._connection.read(f"/v1/recordings/{segment(recording_id)}", Recording)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Recording]:
        """All recordings of one's own, newest first."""
        async for one in self._connection.pages("/v1/recordings", Recording, page_size):
            yield one

    @operation
    async def export(
        self,
        recording_id: str,
        format: Literal["python", "pytest", "curl", "json"] = "python",
    ) -> str:
        """A recording as a program that does the same again with new organizations."""
        path = f"/v1/recordings/{segment(recording_id)}/export"
        return await self._connection.text(path, {"format": format})

    @operation
    async def delete(self, recording_id: str) -> RecordingDeleted:
        """Delete a recording of one's own with all that is in it."""
        return await self._connection.delete(
            f"/v1/recordings/{segment(recording_id)}", RecordingDeleted
        )

    async def _do(self, recording_id: str, verb: str) -> Recording:
        path = f"/v1/recordings/{segment(recording_id)}/{verb}"
        return await self._connection.write(path, {}, Recording, wait=0)
