"""Many writes in one request."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from pocplatform.client import problems
from pocplatform.client.connection import SERVER_WAIT_S
from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, operation
from pocplatform.client.requests import Request


class BatchWrite(Request):
    """A write of a batch.

    Attributes:
        path: As of the write alone, such as ``/v1/transfers``.
        body: Its fields.
        idempotency_key: Names it; without one, it follows from the batch's own.
    """

    path: str
    body: dict[str, Any] | None = None
    idempotency_key: str | None = None


class BatchAnswer(Model):
    """What a write was answered."""

    status: int
    headers: dict[str, str]
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status < 400

    @property
    def error(self) -> problems.Problem | None:
        """Why not, as it would have been raised for the write alone."""
        return None if self.ok else problems.problem(self.body or {}, self.status)


class BatchResult(Model):
    """The answers, in the order of the writes. Each stands for itself: not all or nothing."""

    succeeded: int
    failed: int
    data: list[BatchAnswer]


class Batches(Resource[M]):
    """Up to 500 writes in one request."""

    @operation
    async def send(
        self,
        writes: Sequence[BatchWrite],
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> BatchResult:
        """Do the writes in their order; look at ``failed`` and each one's ``error``.

        Args:
            writes: 1 to 500.
            wait: Seconds (at most 30) to wait until they are recorded.
            idempotency_key: Names this batch; without it, a fresh one.
        """
        budget = min(self._connection.wait if wait is None else wait, SERVER_WAIT_S)
        return await self._connection.post_once(
            "/v1/batch",
            {"requests": [write.as_json() for write in writes]},
            BatchResult,
            key=idempotency_key or str(uuid4()),
            wait=int(budget),
        )
