"""Queries of devnets."""

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.devnets.models import Devnet, DevnetState
from pocplatform.kit import tenants


def devnets(org_id: str | None) -> SelectOfScalar[Devnet]:
    """The devnets of a tenant; the organisers see all."""
    return tenants.visible_to(Devnet, org_id).where(col(Devnet.deleted_ms).is_(None))


def by_id(session: Session, devnet_id: str) -> Devnet | None:
    """A devnet that was not deleted."""
    return session.exec(devnets(None).where(Devnet.id == devnet_id)).first()


def count(session: Session, org_id: str | None) -> int:
    """How many devnets an organization has; the organisers' own, where it is None."""
    own = col(Devnet.org_id).is_(None) if org_id is None else col(Devnet.org_id) == org_id
    statement = select(func.count()).select_from(Devnet)
    return session.exec(statement.where(own, col(Devnet.deleted_ms).is_(None))).one()


def with_unsaved_changes(session: Session) -> list[Devnet]:
    """Those whose changes were on their way to a file."""
    return list(session.exec(devnets(None).where(col(Devnet.unsaved).is_(True))))


def state(session: Session, state_id: str | None) -> DevnetState | None:
    """A saved state."""
    if state_id is None:
        return None
    return session.exec(select(DevnetState).where(DevnetState.id == state_id)).first()


def states(session: Session, devnet_id: str) -> list[DevnetState]:
    """All saved states of a devnet."""
    return list(session.exec(select(DevnetState).where(DevnetState.devnet_id == devnet_id)))


def snapshots(devnet_id: str) -> SelectOfScalar[DevnetState]:
    """The snapshots of a devnet."""
    return select(DevnetState).where(
        DevnetState.devnet_id == devnet_id, col(DevnetState.name).is_not(None)
    )
