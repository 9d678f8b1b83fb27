"""Which event of which contract updates which read model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel

from pocplatform.chain.codec import DecodedLog
from pocplatform.events import log as event_log


@dataclass(frozen=True, slots=True)
class Projected:
    """What a projection gets: the log, its block's time, and the database transaction.

    Attributes:
        session: The transaction in which block, read models and event log are written.
        log: The decoded log.
        timestamp: The block's timestamp in seconds.
        ordinal: The log's index among those of its contract in its transaction.
    """

    session: Session
    log: DecodedLog
    timestamp: int
    ordinal: int

    @property
    def args(self) -> dict[str, Any]:
        """The event's arguments by name."""
        return self.log.args

    @property
    def source(self) -> str:
        """What tells this log from every other, in whatever block its transaction is mined."""
        return f"{self.log.transaction_hash}:{self.log.address.lower()}:{self.ordinal}"

    def emit(self, type_: str, data: dict[str, Any], *, audience: Sequence[str]) -> None:
        """Append to the event log; see :func:`pocplatform.events.log.append`."""
        event_log.append(
            self.session,
            type_,
            data,
            source=self.source,
            audience=audience,
            block_number=self.log.block_number,
            transaction_hash=self.log.transaction_hash,
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

    @classmethod
    def merged(cls, parts: Sequence["Projections"]) -> "Projections":
        """All handlers and tables of several domains."""
        whole = cls()
        for part in parts:
            whole.tables.extend(part.tables)
            for key, handlers in part.handlers.items():
                whole.handlers.setdefault(key, []).extend(handlers)
        return whole
