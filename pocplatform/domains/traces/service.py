"""Traces: what happened in a transaction of the caller's, or would have in one that was refused."""

from contextlib import AbstractContextManager
from functools import cache, lru_cache
from typing import Final

from sqlmodel import Session

from pocplatform.chain.client import ChainClient
from pocplatform.chain.tracing import RawTrace, Tracer
from pocplatform.domains.contracts import repository as contracts
from pocplatform.domains.contracts.compiling import Turns
from pocplatform.domains.traces import repository
from pocplatform.domains.traces.directory import Directory
from pocplatform.domains.traces.errors import NotTraceable, TracerBusy
from pocplatform.domains.traces.schemas import TraceRead
from pocplatform.domains.traces.showing import Showing
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.database import Database
from pocplatform.kit.errors import PlatformError
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.service import Outbox

_ON_CHAIN: Final = (
    TransactionStatus.MINED, TransactionStatus.CONFIRMED, TransactionStatus.REVERTED,
)  # fmt: skip


def trace(
    database: Database, outbox: Outbox, *, org_id: str | None, id_or_hash: str, language: str
) -> TraceRead:
    """What happened in a transaction; in a refused one, what did when it was tried.

    Raises:
        NotFound: This tenant has no such transaction.
        NotTraceable: It waits, or was called back.
        TracingUnavailable, TraceTooLarge, TracerBusy: See there.
    """
    with turn(org_id or "admin"), database.snapshot() as session:
        transaction = transactions.get(session, org_id, id_or_hash)
        status = TransactionStatus(transaction.status)
        replayed = status is TransactionStatus.REFUSED
        if replayed:
            raw, block = _again(session, outbox, transaction)
        elif status in _ON_CHAIN and transaction.hash is not None:
            raw = tracer_of(outbox.contracts.client).transaction(transaction.hash)
            block = transaction.block_number or 0
        else:
            raise NotTraceable(
                "{id} is {status}: nothing has happened in it.",
                next_step="Ask again when it is on the chain; what would happen is told by "
                "POST /v1/simulate.",
                id=transaction.id,
                status=status.shown.value,
            )
        involved = contracts.of_transaction(session, transaction.id)
        directory = Directory(session, outbox, org_id, involved)
        found = Showing(raw, directory, outbox, language).happening()
        if transaction.gas_used is not None:
            found["gas_used"] = transaction.gas_used
        return TraceRead(
            transaction=transaction.id,
            hash=transaction.hash,
            block=block,
            replayed=replayed,
            **found,
        )


def _again(session: Session, outbox: Outbox, transaction: Transaction) -> tuple[RawTrace, int]:
    """A refused write, run on the state that it was tried on; and the block of that state.

    It was tried behind what was sent with it, which the next block holds: where it does not fail
    without that, it is run on top of it.
    """
    refused = repository.refusal(session, transaction.id)
    first = repository.block_before(session, refused) if refused is not None else 0
    client = outbox.contracts.client
    call, *_ = outbox.trial(
        transaction.sender, transaction.to, transaction.data, int(transaction.value)
    )
    overrides = None
    if outbox.managed and refused is not None:
        overrides = {"time": hex(refused.at_ms // 1000)}
    tracer = tracer_of(client)
    raw = tracer.call(call, first, block_overrides=overrides)
    if raw.root.error is None and client.block_number() > first:
        behind = tracer.call(call, first + 1, block_overrides=overrides)
        if behind.root.error is not None:
            return behind, first + 1
    return raw, first


def _busy() -> PlatformError:
    return TracerBusy(
        "Too many traces and simulations run or wait already.",
        next_step="Send it again in a few seconds.",
    )


@cache
def _turns() -> Turns:
    return Turns(at_a_time=4, a_tenant=4, altogether=12, busy=_busy)


def turn(tenant: str) -> AbstractContextManager[None]:
    """The caller's turn to have the node trace. Raises :class:`TracerBusy`."""
    return _turns().turn(tenant)


@lru_cache(maxsize=8)
def tracer_of(client: ChainClient) -> Tracer:
    """The tracer of a node, with its connections."""
    return Tracer(client)
