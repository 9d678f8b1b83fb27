"""The rows of devnets as their processes use them (:class:`pocplatform.chain.devnet.Ledger`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlmodel import Session

from pocplatform.chain.devnet.ledger import Loss, StoredState, Wanted
from pocplatform.domains.devnets import repository, service
from pocplatform.domains.devnets.models import Devnet
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.errors import NotFound


class DevnetLedger:
    """Reads and writes the rows, each time in a database transaction of its own.

    Args:
        database: Holds them.
        told: Called after a transaction that has appended events.
    """

    def __init__(self, database: Database, told: Callable[[], None]) -> None:
        self._database = database
        self._told = told

    def recover(self) -> None:
        """Note what the end of an earlier process took with it; before any devnet is started."""
        with self._database.snapshot() as session:
            found = [(row.id, row.epoch) for row in repository.with_unsaved_changes(session)]
        for devnet_id, epoch in found:
            self.lost(devnet_id, epoch, "sandbox_ended", "")

    def wanted(self, devnet_id: str) -> Wanted:
        """What the row says. Raises :class:`NotFound`."""
        with self._database.snapshot() as session:
            return _wanted(session, _row(session, devnet_id))

    def changing(self, devnet_id: str, epoch: int) -> None:
        """From now on there is something on it that no file has."""
        with self._changed(devnet_id, epoch) as (_, row):
            if row is not None:
                row.unsaved, row.used_ms = True, now_ms()

    def saved(self, devnet_id: str, epoch: int, state: StoredState, *, whole: bool) -> None:
        """Go on from this state from now on."""
        with self._changed(devnet_id, epoch) as (session, row):
            if row is None:
                return
            new = service.new_state(devnet_id, state)
            session.add(new)
            service.replace_state(session, row, new)
            row.unsaved, row.used_ms = not whole, now_ms()

    def lost(self, devnet_id: str, epoch: int, reason: Loss, detail: str) -> Wanted:
        """What no file has is lost: begin another epoch."""
        with self._changed(devnet_id, epoch) as (session, row):
            if row is not None:
                state = repository.state(session, row.state_id)
                block = state.block if state is not None else None
                service.begin_epoch(session, row, "recovered", block)
                row.unsaved = False
                row.recovery = {
                    "at": iso(now_ms()), "reason": reason, "detail": detail, "epoch": row.epoch,
                    "block": block,
                }  # fmt: skip
        self._told()
        return self.wanted(devnet_id)

    def files(self, devnet_id: str) -> set[str]:
        """Names of the files of all states that are kept."""
        with self._database.snapshot() as session:
            return {state.file for state in repository.states(session, devnet_id)}

    @contextmanager
    def _changed(self, devnet_id: str, epoch: int) -> Iterator[tuple[Session, Devnet | None]]:
        """The row, to be changed; None where it is of another epoch by now."""
        with self._database.transaction() as session:
            row = _row(session, devnet_id)
            if row.epoch == epoch:
                yield session, row
                session.add(row)
            else:
                yield session, None


def _row(session: Session, devnet_id: str) -> Devnet:
    found = repository.by_id(session, devnet_id)
    if found is None:
        raise NotFound("There is no devnet {id} of yours.", id=devnet_id)
    return found


def _wanted(session: Session, row: Devnet) -> Wanted:
    state = repository.state(session, row.state_id)
    return Wanted(
        owner=row.org_id or "admin",
        chain_id=row.chain_id,
        epoch=row.epoch,
        accounts=row.accounts,
        balances={account: int(wei) for account, wei in row.balances.items()},
        contracts=row.contracts,
        state=service.stored(state) if state is not None else None,
    )
