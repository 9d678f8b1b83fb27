"""Failure on purpose: writes that go wrong as they do in the world, when their caller asks for it.

A request says how with the header ``Simulate``; what is not asked for pays nothing for it. Only
that write is concerned:

* ``reverts``: it is sent with too little gas, so that it is mined and has no effect.
* ``pending``: it is never sent.
* ``late``: it is sent some seconds later.
* ``reorganized``: it is shown as mined, then its block is gone, then it is mined for good. Only
  what is shown is made up: a real reorganization would be everybody's.
* ``webhook_dropped``: the events that follow from it are not sent to webhooks.

What is held back is not in the queue, so nobody else's write waits for it.
"""

import contextlib
import logging
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from pocplatform.events.log import NewEvent, append
from pocplatform.kit.bulk import stage
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import InvalidInput
from pocplatform.outbox.models import (
    UNSETTLED,
    Simulation,
    Transaction,
    TransactionHistory,
    TransactionStatus,
)
from pocplatform.outbox.watch import Settled

logger = logging.getLogger(__name__)

REVERTS, PENDING, LATE, REORGANIZED, DROPPED = KINDS = (
    "reverts", "pending", "late", "reorganized", "webhook_dropped",
)  # fmt: skip
REORGANIZED_EVENT = "transaction.reorganized"
ERROR = "SimulatedFailure"
"""Name of the error with which a write reverts that was to."""

_HELD_BACK = (PENDING, LATE, REORGANIZED)
_DEFAULT_S = {LATE: 10, REORGANIZED: 5}
_MOST_S = 600
_WISH = "simulation wished"
_BEGUN = "simulation begun"
_BEFORE = "simulations begun before the wish"

_PLAIN_GAS = 21_000
_GAS_A_BYTE = 40
"""A byte of data costs 16, and 40 at least in a transaction that does little else (EIP-7623)."""
_GAS_TO_FAIL_WITH = 2_000
"""Not enough for anything that a contract of ours writes."""


class SimulationInvalid(InvalidInput):
    """The header ``Simulate`` asks for something that cannot be simulated."""

    code = "simulation_invalid"
    title = "This cannot be simulated"


class Wish(NamedTuple):
    """What a request asks for.

    Attributes:
        kind: One of :data:`KINDS`.
        seconds: After how long it goes on, where it does.
        address: Whose request it is: who is told of it.
    """

    kind: str
    seconds: int
    address: str


def parsed(header: str, address: str) -> Wish:
    """The wish in the header's value, such as ``late`` or ``late=30``.

    Raises :class:`SimulationInvalid`.
    """
    kind, equals, number = header.strip().partition("=")
    if kind not in KINDS or (equals and kind not in _DEFAULT_S):
        raise SimulationInvalid(
            "{given!r} cannot be simulated.",
            next_step="Send one of {known}, or leave the header {param} out.",
            param="Simulate",
            given=header[:50],
            known=", ".join(KINDS),
        )
    if not equals:
        return Wish(kind, _DEFAULT_S.get(kind, 0), address)
    if not (number.isascii() and number.isdigit() and len(number) < 5) or not (
        1 <= int(number) <= _MOST_S
    ):
        raise SimulationInvalid(
            "{kind} takes 1 to {most} seconds, not {given!r}.",
            next_step="Write it as {kind}=30.",
            param="Simulate",
            kind=kind,
            most=_MOST_S,
            given=number[:50],
        )
    return Wish(kind, int(number), address)


@contextlib.contextmanager
def wished(session: Session, wish: Wish) -> Iterator[None]:
    """Have the writes that are accepted in this block go wrong."""
    session.info[_WISH], session.info[_BEFORE] = wish, begun(session)
    try:
        yield
    finally:
        del session.info[_WISH], session.info[_BEFORE]


def refuse_without_effect(wish: Wish) -> None:
    """Raise :class:`SimulationInvalid` for a request by which the platform writes nothing to the
    chain: it changes something else, or brings a transaction that its caller has signed."""
    raise SimulationInvalid(
        "{kind} has no effect here: by this request the platform writes nothing to the chain.",
        next_step="Leave the header {param} out.",
        param="Simulate",
        kind=wish.kind,
    )


def wish_in(session: Session) -> Wish | None:
    """What is wished for the write that is being accepted."""
    found: Wish | None = session.info.get(_WISH)
    return found


def is_first(session: Session) -> bool:
    """Whether something is wished, and this is the first write that it concerns."""
    return wish_in(session) is not None and begun(session) == session.info[_BEFORE]


def begin(session: Session, transaction_id: str, wish: Wish) -> TransactionStatus:
    """Note the wish with the write; the status that the write begins with."""
    goes_on = {LATE: now_ms() + wish.seconds * 1000, REORGANIZED: now_ms()}
    stage(
        session,
        Simulation,
        {
            "transaction_id": transaction_id,
            "kind": wish.kind,
            "seconds": wish.seconds,
            "address": wish.address,
            "stage": 0,
            "due_ms": goes_on.get(wish.kind),
        },
    )
    session.info[_BEGUN] = begun(session) + 1
    return TransactionStatus.HELD if wish.kind in _HELD_BACK else TransactionStatus.QUEUED


def begun(session: Session) -> int:
    """How many simulations were begun in this session's database transaction."""
    number: int = session.info.get(_BEGUN, 0)
    return number


def too_little_gas(data: bytes) -> int:
    """A gas limit with which a call is taken into a block, and fails there."""
    return _PLAIN_GAS + _GAS_A_BYTE * len(data) + _GAS_TO_FAIL_WITH


def reverting(session: Session) -> set[str]:
    """Ids of the writes on their way that are to revert."""
    statement = select(Simulation.transaction_id).join(
        Transaction, col(Transaction.id) == col(Simulation.transaction_id)
    )
    return set(
        session.exec(
            statement.where(Simulation.kind == REVERTS, col(Transaction.status).in_(UNSETTLED))
        )
    )


def dropped(session: Session, hashes: Collection[str | None]) -> set[str]:
    """Those transactions whose events are not to be sent to webhooks, by hash."""
    statement = (
        select(Transaction.hash)
        .join(Simulation, col(Transaction.id) == col(Simulation.transaction_id))
        .where(Simulation.kind == DROPPED, col(Transaction.hash).in_(hashes))
    )
    return {hash_ for hash_ in session.exec(statement) if hash_}


def next_due_ms(session: Session) -> int | None:
    """When a simulation goes on next; None for none."""
    due: int | None = session.exec(select(func.min(Simulation.due_ms))).one()
    return due


def advance(session: Session) -> list[Settled]:
    """Take every simulation that is due one step further; what is to be shown as settled."""
    settled = []
    due = select(Simulation).where(col(Simulation.due_ms) <= now_ms())
    for simulation in session.exec(due).all():
        transaction = session.exec(
            select(Transaction).where(Transaction.id == simulation.transaction_id)
        ).first()
        simulation.due_ms = None
        simulation.stage += 1
        session.add(simulation)
        if transaction is None:
            logger.error("there is no transaction %s to simulate", simulation.transaction_id)
            continue
        held = transaction.status in (TransactionStatus.HELD, TransactionStatus.SEEMS_MINED)
        if not held:
            pass  # it was called back meanwhile
        elif simulation.kind == REORGANIZED and simulation.stage == 1:
            _move(session, transaction, TransactionStatus.SEEMS_MINED)
            for status in (TransactionStatus.SENT, TransactionStatus.MINED):
                _tell(session, transaction.id, status, "as was asked for; not for long")
            simulation.due_ms = now_ms() + simulation.seconds * 1000
            settled.append(Settled(transaction.id, TransactionStatus.MINED))
        elif simulation.kind == REORGANIZED:
            _move(session, transaction, TransactionStatus.QUEUED)
            why = "its block was reorganized away, as was asked for"
            _tell(session, transaction.id, TransactionStatus.QUEUED, why)
            _tell_reorganized(session, transaction, simulation)
        else:
            _move(session, transaction, TransactionStatus.QUEUED)
            _tell(session, transaction.id, TransactionStatus.QUEUED, "goes on, late as asked for")
    return settled


def _move(session: Session, transaction: Transaction, status: TransactionStatus) -> None:
    transaction.status = status
    transaction.updated_ms = now_ms()
    session.add(transaction)


def _tell(session: Session, transaction_id: str, status: TransactionStatus, why: str) -> None:
    session.add(
        TransactionHistory(transaction_id=transaction_id, status=status, detail=why, at_ms=now_ms())
    )


def _tell_reorganized(session: Session, transaction: Transaction, simulation: Simulation) -> None:
    data = {"transaction": transaction.id, "resource": transaction.resource_id, "simulated": True}
    source = f"simulation:{transaction.id}"
    append(session, [NewEvent(REORGANIZED_EVENT, data, source, audience=[simulation.address])])
