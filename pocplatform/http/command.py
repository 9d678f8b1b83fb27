"""The one path of every write: idempotency, database transaction, wake, wait, answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from pocplatform.http import idempotency
from pocplatform.http.errors import IdempotencyKeyMissing
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import InvalidInput
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.models import Transaction, TransactionStatus

MAX_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a service did in the request's database transaction.

    Attributes:
        resource: What ``render`` needs to show the result: an identifier.
        transactions: Ids of the outbox transactions that must settle for it to be done.
        location: Path of the result, for the ``Location`` header.
        shown: The result as ``render`` would show it, where that is at hand.
    """

    resource: str
    transactions: tuple[str, ...] = ()
    location: str | None = None
    shown: BaseModel | None = None


@dataclass(slots=True)
class Command:
    """Runs one write of one request.

    Attributes:
        tenant: Whose idempotency keys apply.
        body: The request's body as it came.
        key: The ``Idempotency-Key``, if any.
        wait_s: Seconds to wait for the transactions to settle.
    """

    gateway: Gateway
    request: Request
    tenant: str
    body: bytes
    key: str | None
    wait_s: float
    _scope: str = field(init=False)
    _print: str = field(init=False)

    def __post_init__(self) -> None:
        self._scope = f"{self.tenant} {self.request.method} {self.request.url.path}"
        self._print = idempotency.fingerprint(self.body)

    async def __call__(
        self,
        work: Callable[[Session], Accepted],
        render: Callable[[Session, str], BaseModel],
        *,
        moves_value: bool = False,
        created: bool = False,
    ) -> JSONResponse:
        """Do the work once, and answer.

        Args:
            work: Does it inside the database transaction it gets, and raises to refuse.
            render: Shows a resource as it is now.
            moves_value: Whether the idempotency key is required.
            created: Whether it makes a new thing at once (201). Otherwise the answer is 202 if
                transactions are on their way, and 200 if all is done.
        """
        if moves_value and self.key is None:
            raise IdempotencyKeyMissing(
                "This request moves value and needs an Idempotency-Key header.",
                next_step="Send any unique text of at most 255 characters, and the same one "
                "when you repeat the request.",
                param="Idempotency-Key",
            )
        accept = partial(self._accept, work, render, created)
        try:
            answer = await asyncio.wrap_future(self.gateway.writes.submit(accept))
        except IntegrityError:
            # Another request with the same key was committed meanwhile; its answer is there now.
            answer = await asyncio.wrap_future(self.gateway.writes.submit(accept))
        accepted, body, status, replayed = answer
        if accepted.transactions:
            self.gateway.wake()
            # A repeated request waits like the first: what cut that off may have been its wait.
            if self.wait_s and await self._settled(accepted.transactions):
                body = await run_in_threadpool(self._outcome, accepted, render)
                status = 201 if created else 200
        headers = {"Location": accepted.location} if accepted.location else {}
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        return JSONResponse(body, status_code=status, headers=headers)

    def _accept(
        self, work: Callable[[Session], Accepted], render: Callable[[Session, str], BaseModel],
        created: bool, session: Session,
    ) -> tuple[Accepted, dict[str, Any], int, bool]:  # fmt: skip
        if self.key is not None:
            stored = idempotency.find(session, self._scope, self.key, self._print)
            if stored is not None:
                first = Accepted(stored.resource, tuple(stored.transactions), stored.location)
                return first, stored.body, stored.status, True
        accepted = work(session)
        shown = accepted.shown or render(session, accepted.resource)
        body = shown.model_dump(mode="json")
        status = 201 if created else 202 if accepted.transactions else 200
        if self.key is not None:
            idempotency.store(
                session, self._scope, self.key, self._print,
                status=status, body=body, location=accepted.location,
                resource=accepted.resource, transactions=accepted.transactions,
            )  # fmt: skip
        return accepted, body, status, False

    async def _settled(self, transaction_ids: tuple[str, ...]) -> bool:
        watch = self.gateway.watch
        futures = {id_: watch.register(id_) for id_ in transaction_ids}
        try:
            if await run_in_threadpool(self._all_settled, transaction_ids):
                return True
            done, pending = await asyncio.wait(futures.values(), timeout=self.wait_s)
            return bool(done) and not pending
        finally:
            for id_, future in futures.items():
                watch.forget(id_, future)

    def _all_settled(self, transaction_ids: tuple[str, ...]) -> bool:
        with self.gateway.database.snapshot() as session:
            rows = _transactions(session, transaction_ids)
            return all(TransactionStatus(row.status).settled for row in rows)

    def _outcome(
        self, accepted: Accepted, render: Callable[[Session, str], BaseModel]
    ) -> dict[str, Any]:
        with self.gateway.database.snapshot() as session:
            for row in _transactions(session, accepted.transactions):
                if row.status in (TransactionStatus.REFUSED, TransactionStatus.REVERTED):
                    raise ContractReverted(row.error or {"explanation": ""}, row.id)
            return render(session, accepted.resource).model_dump(mode="json")


def _transactions(session: Session, ids: tuple[str, ...]) -> list[Transaction]:
    return list(session.exec(select(Transaction).where(col(Transaction.id).in_(ids))))


def requested_wait(query: float | None, prefer: str | None) -> float:
    """Seconds to wait: ``?wait=N``, else ``Prefer: wait=N`` (RFC 7240). At most 30."""
    wait = query
    if wait is None and prefer:
        for part in prefer.split(","):
            name, _, value = part.strip().partition("=")
            if name.lower() == "wait" and value.isascii() and value.isdigit():
                wait = float(value)
    if wait is None:
        return 0.0
    if not 0 <= wait <= MAX_WAIT_S:
        raise InvalidInput(
            "wait must be between 0 and 30 seconds, not {wait}.", param="wait", wait=wait
        )
    return wait
