"""Which event of which contract updates which read model."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, SQLModel

from pocplatform.chain.codec import DecodedLog
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.events import log as event_log

_PASSING = (OperationalError, InterfaceError, NodeUnreachable, RpcError, MemoryError)
"""What a projection may raise without being at fault: database or node cannot do it just now."""


class ProjectionFailed(Exception):
    """A projection cannot deal with a block, and never will: a defect of ours."""


class Collector(Protocol):
    """Gathers what the logs of a block change, to be written at its end in a few statements."""

    def write(self, session: Session) -> None:
        """Write all of it."""
        ...


C = TypeVar("C", bound=Collector)


class Recording:
    """One block that is being recorded.

    Attributes:
        session: The database transaction in which block, read models and event log are written.
        timestamp: The block's timestamp in seconds.
    """

    def __init__(self, session: Session, timestamp: int) -> None:
        self.session = session
        self.timestamp = timestamp
        self._events: list[event_log.NewEvent] = []
        self._collectors: dict[type[Any], Any] = {}

    def collector(self, kind: type[C]) -> C:
        """This block's collector of a kind."""
        if kind not in self._collectors:
            self._collectors[kind] = kind()
        found: C = self._collectors[kind]
        return found

    def tell(self, event: event_log.NewEvent) -> None:
        """Append an event to the log, behind those told before."""
        self._events.append(event)

    def finish(self) -> None:
        """Write what was collected."""
        for collector in self._collectors.values():
            collector.write(self.session)
        event_log.append(self.session, self._events)


@dataclass(frozen=True, slots=True)
class Projected:
    """What a projection gets: a log, and the recording of its block.

    Attributes:
        recording: Of the block.
        log: The decoded log.
        ordinal: The log's index among those of its contract in its transaction.
    """

    recording: Recording
    log: DecodedLog
    ordinal: int

    @property
    def session(self) -> Session:
        """The database transaction in which the block is recorded."""
        return self.recording.session

    @property
    def timestamp(self) -> int:
        """The block's timestamp in seconds."""
        return self.recording.timestamp

    @property
    def args(self) -> dict[str, Any]:
        """The event's arguments by name."""
        return self.log.args

    def emit(
        self, type_: str, data: dict[str, Any], *, audience: Collection[str], part: int = 0
    ) -> None:
        """Append to the event log, once for each log, type and ``part`` of the log.

        The source tells this log from every other, in whatever block its transaction is mined.
        """
        log = self.log
        self.recording.tell(
            event_log.NewEvent(
                type_,
                data,
                source=f"{log.transaction_hash}:{log.address.lower()}:{self.ordinal}:{part}",
                audience=audience,
                block_number=log.block_number,
                transaction_hash=log.transaction_hash,
            )
        )


Projection = Callable[[Projected], None]


@dataclass(slots=True)
class Projections:
    """The handlers of a domain, and the tables that only they write."""

    tables: list[type[SQLModel]] = field(default_factory=list)
    handlers: dict[tuple[str, str], list[Projection]] = field(default_factory=dict)

    def on(self, contract: str, *events: str) -> Callable[[Projection], Projection]:
        """Register a function for events of a contract."""

        def register(function: Projection) -> Projection:
            for event in events:
                self.handlers.setdefault((contract, event), []).append(function)
            return function

        return register

    def project(
        self, logs: Iterable[dict[str, Any]], recording: Recording, contracts: Contracts
    ) -> None:
        """Write the read models and tell the events of a block.

        Args:
            logs: All of the block, in their order, as the node gives them.
            recording: Of the block.
            contracts: Those whose logs count.

        Raises:
            ProjectionFailed: For whatever a projection raises, but what will pass.
        """
        ordinals: Counter[str] = Counter()
        event = "end of the block"
        try:
            for log in logs:
                # Counted for each address: contracts that become known later must not move the
                # others.
                place = f"{log['transactionHash']}:{log['address'].lower()}"
                ordinal = ordinals[place]
                ordinals[place] += 1
                decoded = contracts.decode_log(log)
                if decoded is None:
                    continue
                event = f"{decoded.contract}.{decoded.event}"
                for handler in self.handlers.get((decoded.contract, decoded.event), ()):
                    handler(Projected(recording, decoded, ordinal))
            event = "end of the block"
            recording.finish()
        except _PASSING:
            raise
        except Exception as error:
            raise ProjectionFailed(f"{event}: {type(error).__name__}: {error}") from error

    @classmethod
    def merged(cls, parts: Sequence["Projections"]) -> "Projections":
        """All handlers and tables of several domains."""
        whole = cls()
        for part in parts:
            whole.tables.extend(part.tables)
            for key, handlers in part.handlers.items():
                whole.handlers.setdefault(key, []).extend(handlers)
        return whole
