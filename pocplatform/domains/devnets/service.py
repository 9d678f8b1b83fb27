"""Devnets of teams: made, shown, put back to what they were."""

from collections.abc import Mapping

from sqlmodel import Session

from pocplatform.chain.codec import checked_address
from pocplatform.chain.devnet.fleet import Status
from pocplatform.chain.devnet.ledger import StoredState
from pocplatform.chain.devnet.private import MNEMONIC, Aside
from pocplatform.domains.devnets import repository
from pocplatform.domains.devnets.errors import (
    SnapshotNameTaken,
    TooManyDevnets,
    TooManySnapshots,
)
from pocplatform.domains.devnets.models import Devnet, DevnetState
from pocplatform.domains.devnets.schemas import (
    DevnetCreate,
    DevnetRead,
    DevnetUpdate,
    RecoveryRead,
    SavedRead,
    SnapshotRead,
)
from pocplatform.events import log
from pocplatform.events.log import NewEvent
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id

EPOCH_CHANGED = "devnet.epoch_changed"
"""The event that nothing remembered of a devnet's chain holds any more."""

MAX_SNAPSHOTS = 10
"""Of one devnet."""
_FIRST_CHAIN_ID = 313_370_000
"""Chain ids count from here, far from those of networks that are worth anything: a signature for
one network must not hold on another."""

visible_to, count = repository.devnets, repository.count
snapshots_of = repository.snapshots


def get(session: Session, org_id: str | None, devnet_id: str) -> Devnet:
    """A devnet of this tenant. Raises :class:`NotFound`."""
    found = session.exec(visible_to(org_id).where(Devnet.id == devnet_id)).first()
    if found is None:
        raise NotFound("There is no devnet {id} of yours.", id=devnet_id)
    return found


def create(
    session: Session, *, org_id: str | None, address: str, request: DevnetCreate, at_most: int
) -> Devnet:
    """A new devnet, which starts when it is used.

    Raises:
        TooManyDevnets: The organization has as many as it may.
        InvalidInput: One of the accounts is no address.
    """
    if org_id is not None and repository.count(session, org_id) >= at_most:
        raise TooManyDevnets(
            "Your organization has {limit} devnets, which is as many as it may.",
            next_step="Delete one that you do not need.",
            limit=at_most,
        )
    balances = {
        checked_address(a, f"balances.{a[:60]}"): wei for a, wei in request.balances.items()
    }
    now = now_ms()
    devnet = Devnet(
        id=new_id("dvn"),
        org_id=org_id,
        address=address,
        name=request.name,
        accounts=request.accounts,
        balances=balances,
        contracts=request.contracts,
        metadata_=request.metadata,
        created_ms=now,
        used_ms=now,
    )
    session.add(devnet)
    session.flush()
    devnet.chain_id = _FIRST_CHAIN_ID + int(devnet.seq or 0)
    session.add(devnet)
    session.flush()
    return devnet


def update(session: Session, org_id: str | None, devnet_id: str, request: DevnetUpdate) -> Devnet:
    """Change name and notes. Raises :class:`NotFound`."""
    devnet = get(session, org_id, devnet_id)
    if request.name is not None:
        devnet.name = request.name
    if request.metadata is not None:
        devnet.metadata_ = request.metadata
    session.add(devnet)
    return devnet


def delete(session: Session, org_id: str | None, devnet_id: str) -> tuple[Devnet, int]:
    """Delete a devnet with its snapshots; it, and bytes that these took. Raises NotFound."""
    devnet = get(session, org_id, devnet_id)
    freed = 0
    for state in repository.states(session, devnet_id):
        freed += state.size if state.name is not None else 0
        session.delete(state)
    devnet.deleted_ms, devnet.state_id, devnet.unsaved = now_ms(), None, False
    session.add(devnet)
    return devnet, freed


def reset(session: Session, org_id: str | None, devnet_id: str) -> Devnet:
    """Have a devnet begin anew, in a new epoch. Raises :class:`NotFound`."""
    devnet = get(session, org_id, devnet_id)
    _go_on_from(session, devnet, None, "reset")
    return devnet


def snapshot(
    session: Session, org_id: str | None, devnet_id: str, name: str, stored: StoredState
) -> DevnetState:
    """Keep a state that was just saved, by a name.

    Raises:
        NotFound, SnapshotNameTaken, TooManySnapshots: See there.
    """
    check_snapshot(session, org_id, devnet_id, name)
    found = new_state(devnet_id, stored, name)
    session.add(found)
    session.flush()
    return found


def check_snapshot(session: Session, org_id: str | None, devnet_id: str, name: str) -> None:
    """Whether there may be such a snapshot. Raises as :func:`snapshot`."""
    get(session, org_id, devnet_id)
    there = session.exec(repository.snapshots(devnet_id)).all()
    if any(one.name == name for one in there):
        raise SnapshotNameTaken(
            "This devnet has a snapshot {name!r} already.",
            next_step="Choose another name, or delete the old one.",
            param="name",
            name=name,
        )
    if len(there) >= MAX_SNAPSHOTS:
        raise TooManySnapshots(
            "This devnet has {limit} snapshots, which is as many as it may.",
            next_step="Delete one that you do not need.",
            limit=MAX_SNAPSHOTS,
        )


def new_state(devnet_id: str, stored: StoredState, name: str | None = None) -> DevnetState:
    """The row of a saved state."""
    return DevnetState(
        id=new_id("snp"),
        devnet_id=devnet_id,
        name=name,
        file=stored.file,
        size=stored.size,
        block=stored.block,
        timestamp=stored.timestamp,
        aside=stored.aside.as_json(),
        created_ms=now_ms(),
    )


def stored(state: DevnetState) -> StoredState:
    """A saved state as a process takes it."""
    return StoredState(
        state.file, state.size, state.block, state.timestamp, Aside.from_json(state.aside)
    )


def get_snapshot(
    session: Session, org_id: str | None, devnet_id: str, snapshot_id: str
) -> DevnetState:
    """A snapshot of a devnet of this tenant. Raises :class:`NotFound`."""
    get(session, org_id, devnet_id)
    statement = repository.snapshots(devnet_id).where(DevnetState.id == snapshot_id)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound("This devnet has no snapshot {id}.", id=snapshot_id)
    return found


def restore(session: Session, org_id: str | None, devnet_id: str, snapshot_id: str) -> Devnet:
    """Have a devnet go on from a snapshot, in a new epoch. Raises :class:`NotFound`."""
    found = get_snapshot(session, org_id, devnet_id, snapshot_id)
    devnet = get(session, org_id, devnet_id)
    _go_on_from(session, devnet, found, "restored")
    return devnet


def delete_snapshot(
    session: Session, org_id: str | None, devnet_id: str, snapshot_id: str
) -> DevnetState:
    """Delete a snapshot; what goes on from it keeps the state. Raises :class:`NotFound`."""
    found = get_snapshot(session, org_id, devnet_id, snapshot_id)
    devnet = get(session, org_id, devnet_id)
    if devnet.state_id == found.id:
        kept = new_state(devnet_id, stored(found))
        session.add(kept)
        devnet.state_id = kept.id
        session.add(devnet)
    session.delete(found)
    return found


def _go_on_from(session: Session, devnet: Devnet, state: DevnetState | None, reason: str) -> None:
    replace_state(session, devnet, state)
    devnet.unsaved = False
    begin_epoch(session, devnet, reason, state.block if state is not None else None)


def replace_state(session: Session, devnet: Devnet, state: DevnetState | None) -> None:
    """Have a devnet go on from another state; the former one is forgotten, if nobody named it."""
    former = repository.state(session, devnet.state_id)
    if former is not None and former.name is None:
        session.delete(former)
    devnet.state_id = state.id if state is not None else None
    session.add(devnet)


def begin_epoch(session: Session, devnet: Devnet, reason: str, block: int | None) -> None:
    """Begin a new epoch, and tell the owner.

    Args:
        session: Of the database transaction.
        devnet: Which.
        reason: ``reset``, ``restored`` or ``recovered``.
        block: The block that it goes on from; None to begin anew.
    """
    devnet.epoch += 1
    session.add(devnet)
    told = {"devnet": devnet.id, "epoch": devnet.epoch, "reason": reason, "block": block}
    source = f"{devnet.id} epoch {devnet.epoch}"
    log.append(session, [NewEvent(EPOCH_CHANGED, told, source, [devnet.address])])


def read(session: Session, devnet: Devnet, status: tuple[Status, str]) -> DevnetRead:
    """A devnet as it is shown.

    Args:
        session: Where to read.
        devnet: Which.
        status: How its process is, and why it does not start.
    """
    state = repository.state(session, devnet.state_id)
    saved = None
    if state is not None:
        saved = SavedRead(block=state.block, timestamp=state.timestamp, at=iso(state.created_ms))
    return DevnetRead(
        id=devnet.id,
        name=devnet.name,
        status=status[0],
        failure=status[1] or None,
        chain_id=devnet.chain_id,
        epoch=devnet.epoch,
        rpc_path=f"/rpc/devnets/{devnet.id}",
        mnemonic=MNEMONIC,
        accounts=devnet.accounts,
        balances=devnet.balances,
        contracts=devnet.contracts,
        saved=saved,
        recovery=_recovery(devnet.recovery),
        metadata=devnet.metadata_,
        created=iso(devnet.created_ms),
        last_used=iso(devnet.used_ms),
    )


def _recovery(found: Mapping[str, object] | None) -> RecoveryRead | None:
    return RecoveryRead.model_validate(found) if found is not None else None


def read_snapshot(state: DevnetState) -> SnapshotRead:
    """A snapshot as it is shown."""
    return SnapshotRead(
        id=state.id,
        devnet=state.devnet_id,
        name=str(state.name),
        block=state.block,
        timestamp=state.timestamp,
        size=state.size,
        created=iso(state.created_ms),
    )
