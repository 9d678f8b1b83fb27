"""The one path of every write: idempotency, database transaction, wake, wait, answer."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from pocplatform.http import idempotency, quotas
from pocplatform.http.errors import IdempotencyKeyMissing
from pocplatform.http.state import Gateway
from pocplatform.kit.bulk import Json
from pocplatform.kit.errors import InvalidInput
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.simulation import Wish, begun, refuse_without_effect, wished
from pocplatform.outbox.watch import Settled

MAX_WAIT_S = 30.0
_LARGE = 4096
"""Bytes from which on a request's body counts as data that is stored."""

SUBMITTED = "pocplatform.submitted"
"""In a request's ASGI scope: what to call when its write stands in the database's line."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a service did in the request's database transaction.

    Attributes:
        resource: What ``render`` needs to show the result: an identifier.
        transactions: Ids of the outbox transactions that must settle for it to be done.
        location: Path of the result, for the ``Location`` header.
        shown: The result as ``render`` would show it, where that is at hand.
        settled: The result as ``render`` would show it once the (one) transaction has settled,
            where what became of that is all it takes.
    """

    resource: str
    transactions: tuple[str, ...] = ()
    location: str | None = None
    shown: BaseModel | None = None
    settled: Callable[[Settled], BaseModel] | None = None


Work = Callable[[Session], Accepted]
"""Does a write inside the database transaction it gets, and raises to refuse."""
Render = Callable[[Session, str], BaseModel]
"""Shows a resource as it is now."""


def count_storage(session: Session, gateway: Gateway, tenant: str, size: int) -> None:
    """Count what an organization has stored, where it is large. Raises :class:`QuotaExceeded`."""
    if size > _LARGE and tenant.startswith("org_"):
        quotas.store(session, tenant, size, gateway.settings.storage_mb)


@dataclass(slots=True)
class Command:
    """Runs one write of one request.

    Attributes:
        tenant: Whose idempotency keys apply.
        method: The request's method.
        path: The request's path.
        body: The request's body as it came.
        key: The ``Idempotency-Key``, if any.
        wait_s: Seconds to wait for the transactions to settle.
        moves_value: Whether the idempotency key is required.
        simulate: How they are to go wrong on purpose, if at all.
        submitted: Called when the write stands in the database's line; others are done before it,
            or behind it.
    """

    gateway: Gateway
    tenant: str
    method: str
    path: str
    body: bytes
    key: str | None
    wait_s: float
    moves_value: bool = False
    simulate: Wish | None = None
    submitted: Callable[[], None] | None = None

    async def __call__(
        self,
        work: Work,
        render: Render,
        *,
        created: bool = False,
        one_by_one: bool = False,
    ) -> JSONResponse:
        """Do the work once, and answer.

        Args:
            work: Does it.
            render: Shows the result.
            created: Whether it makes a new thing at once (201). Otherwise the answer is 202 if
                transactions are on their way, and 200 if all is done.
            one_by_one: Whether its transactions fail each for itself, so that the result says
                what became of each. Otherwise one that fails is what is answered.
        """
        self.check_key()
        attempt = _Attempt(self, work, render, created, one_by_one, asyncio.get_running_loop())
        try:
            answer = await self._answer(attempt)
        finally:
            attempt.stop_waiting()
        headers = {"Location": answer.location} if answer.location else {}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Rendered(answer.body, answer.status, headers)

    def check_key(self) -> None:
        """Raises :class:`IdempotencyKeyMissing` where there must be one."""
        if self.moves_value and self.key is None:
            raise IdempotencyKeyMissing(
                "This request moves value and needs an Idempotency-Key header.",
                next_step="Send any unique text of at most 255 characters, and the same one "
                "when you repeat the request.",
                param="Idempotency-Key",
            )

    async def is_repeated(self) -> bool:
        """Whether this request was answered before: what it does beyond the database is done.

        Raises :class:`IdempotencyKeyReused`.
        """
        return self.key is not None and await run_in_threadpool(self._is_stored)

    def _is_stored(self) -> bool:
        attempt = idempotency.fingerprint(self.body)
        with self.gateway.database.snapshot() as session:
            found = idempotency.find(session, self.scope, str(self.key), attempt)
        return found is not None

    @property
    def scope(self) -> str:
        """Within which an idempotency key names one request."""
        return f"{self.tenant} {self.method} {self.path}"

    def count_storage(self, session: Session) -> None:
        """Count a large body as data that is stored. Raises :class:`QuotaExceeded`."""
        count_storage(session, self.gateway, self.tenant, len(self.body))

    async def _answer(self, attempt: "_Attempt") -> "_Answer":
        try:
            committed = self.gateway.writes.submit(attempt)
            if self.submitted is not None:
                self.submitted()
            answer = await committed
        except IntegrityError:
            # Another request with the same key was committed meanwhile; its answer is there now.
            answer = await self.gateway.writes.do(attempt)
        if not (answer.transactions and self.wait_s):
            return answer
        # A repeated request waits like the first: what cut that off may have been its wait.
        # What was on its way before this request may have settled before it began to wait.
        earlier = answer.replayed or answer.settled is None
        if earlier and await run_in_threadpool(self._all_settled, answer.transactions):
            outcomes: Sequence[Settled] | None = ()
        else:
            outcomes = await attempt.outcomes(self.wait_s)
        if outcomes is None or not all(outcome.status.settled for outcome in outcomes):
            return answer
        failed = not attempt.one_by_one and any(o.status in _FAILED for o in outcomes)
        if answer.settled is not None and len(outcomes) == 1 and not failed:
            answer.body = _shown(answer.settled(outcomes[0]))
        else:
            answer.body = await run_in_threadpool(self._outcome, answer, attempt)
        answer.status = 201 if attempt.created else 200
        return answer

    def _all_settled(self, transaction_ids: tuple[str, ...]) -> bool:
        with self.gateway.database.snapshot() as session:
            rows = _transactions(session, transaction_ids)
            return all(TransactionStatus(row.status).settled for row in rows)

    def _outcome(self, answer: "_Answer", attempt: "_Attempt") -> Json:
        with self.gateway.database.snapshot() as session:
            for row in _transactions(session, answer.transactions):
                if row.status in _FAILED and not attempt.one_by_one:
                    error = self.gateway.told(row) or {"explanation": ""}
                    raise ContractReverted(error, row.id)
            return _shown(attempt.render(session, answer.resource))


_FAILED = (TransactionStatus.REFUSED, TransactionStatus.REVERTED)


class Rendered(JSONResponse):
    """An answer whose JSON is at hand."""

    def render(self, content: Json) -> bytes:
        """The body."""
        return content.encode()


@dataclass(slots=True)
class _Answer:
    """What is answered to a write: at first that it was accepted, later what became of it."""

    status: int
    body: Json
    location: str | None
    resource: str
    transactions: tuple[str, ...]
    replayed: bool = False
    settled: Callable[[Settled], BaseModel] | None = None


@dataclass(slots=True)
class _Attempt:
    """The piece of work that a command is in the request's database transaction."""

    command: Command
    work: Work
    render: Render
    created: bool
    one_by_one: bool
    loop: asyncio.AbstractEventLoop
    scope: str = field(init=False)
    fingerprint: str = field(init=False)
    waiting: list[tuple[str, asyncio.Future[Settled]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        command = self.command
        self.scope = command.scope
        self.fingerprint = idempotency.fingerprint(command.body) if command.key else ""

    def __call__(self, session: Session) -> _Answer:
        key = self.command.key
        if key is not None:
            stored = idempotency.find(session, self.scope, key, self.fingerprint)
            if stored is not None:
                self._wait_for(stored.transactions)
                return _Answer(
                    stored.status, stored.body, stored.location, stored.resource,
                    stored.transactions, replayed=True,
                )  # fmt: skip
        self.command.count_storage(session)
        accepted = self._done(session)
        shown = accepted.shown or self.render(session, accepted.resource)
        answer = _Answer(
            201 if self.created else 202 if accepted.transactions else 200,
            _shown(shown),
            accepted.location,
            accepted.resource,
            accepted.transactions,
            settled=accepted.settled,
        )
        if key is not None:
            first = idempotency.Stored(
                self.fingerprint, answer.status, answer.body, answer.location, answer.resource,
                answer.transactions,
            )  # fmt: skip
            idempotency.store(session, self.scope, key, first)
        self._wait_for(answer.transactions)
        return answer

    def _done(self, session: Session) -> Accepted:
        wish = self.command.simulate
        if wish is None:
            return self.work(session)
        before = begun(session)
        with wished(session, wish):
            accepted = self.work(session)
        if begun(session) == before:
            refuse_without_effect(wish)
        return accepted

    def _wait_for(self, transaction_ids: Sequence[str]) -> None:
        """Before they are committed, so that nothing that becomes of them can be missed."""
        if self.command.wait_s:
            watch = self.command.gateway.watch
            self.stop_waiting()  # for those of an attempt that was undone
            self.waiting = [(id_, watch.register(id_, self.loop)) for id_ in transaction_ids]

    async def outcomes(self, seconds: float) -> Sequence[Settled] | None:
        """What became of the transactions; None if that was not known in time."""
        futures = [future for _, future in self.waiting]
        done, pending = await asyncio.wait(futures, timeout=seconds)
        return None if pending or not done else [future.result() for future in futures]

    def stop_waiting(self) -> None:
        """Give the futures back."""
        for id_, future in self.waiting:
            self.command.gateway.watch.forget(id_, future)
        self.waiting = []


def _shown(resource: BaseModel) -> Json:
    return Json(resource.model_dump_json())


def prefetch(session: Session, group: Sequence[Callable[[Session], Any]]) -> None:
    """Look up the idempotency keys of all commands that share a database transaction."""
    attempts = [work for work in group if isinstance(work, _Attempt)]
    idempotency.prefetch(
        session, [(a.scope, a.command.key) for a in attempts if a.command.key is not None]
    )


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
