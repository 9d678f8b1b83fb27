"""Queries of organizations."""

from collections.abc import Mapping

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, func, or_, select

from pocplatform.domains.organizations.models import (
    ApiKey,
    Invitation,
    Member,
    Organization,
    OrganizationLimits,
    Revocations,
    Wallet,
)
from pocplatform.kit.bulk import execute_many
from pocplatform.kit.clock import now_ms

REVOCATIONS = select(func.max(Revocations.count))

_USED = (
    update(ApiKey.__table__)  # type: ignore[attr-defined]
    .where(col(ApiKey.id) == bindparam("of_id"))
    .values(last_used_ms=bindparam("used_ms"))
)


def by_id(session: Session, org_id: str) -> Organization | None:
    """An organization by its id."""
    return session.exec(select(Organization).where(Organization.id == org_id)).first()


def by_address(session: Session, address: str) -> Organization | None:
    """The organization that has this wallet."""
    statement = (
        select(Organization)
        .join(Wallet, col(Wallet.org_id) == Organization.id)
        .where(Wallet.address == address)
    )
    return session.exec(statement).first()


def by_business_id(session: Session, business_id: str) -> Organization | None:
    """The organization with this business ID."""
    return session.exec(select(Organization).where(Organization.business_id == business_id)).first()


def wallet_at(session: Session, address: str) -> Wallet | None:
    """The wallet with this address."""
    return session.exec(select(Wallet).where(Wallet.address == address)).first()


def addresses_of(session: Session, org_id: str) -> list[str]:
    """The addresses of all wallets of an organization."""
    return list(session.exec(select(Wallet.address).where(Wallet.org_id == org_id)))


def wallet_by_id(session: Session, org_id: str, wallet_id: str) -> Wallet | None:
    """A wallet of an organization by its id."""
    statement = select(Wallet).where(Wallet.org_id == org_id, Wallet.id == wallet_id)
    return session.exec(statement).first()


def revocations(session: Session) -> int:
    """How often a key or a session was cut short."""
    return session.exec(REVOCATIONS).one() or 0


def count_revocation(session: Session) -> None:
    """Say that one was. The row's lock lets revocations be counted one after another."""
    counted = session.connection().execute(
        update(Revocations.__table__).values(count=Revocations.__table__.c.count + 1)  # type: ignore[attr-defined]
    )
    if counted.rowcount == 0:
        session.add(Revocations(count=1))


def note_use(session: Session, used: Mapping[str, int]) -> None:
    """Store when keys were used last (milliseconds since 1970), by their ids."""
    rows = [{"of_id": id_, "used_ms": at_ms} for id_, at_ms in used.items()]
    execute_many(session.connection(), _USED, rows)


def active_key(session: Session, hash_: str) -> tuple[ApiKey, Organization] | None:
    """A key that is neither revoked nor expired, by its hash, with its organization."""
    statement = (
        select(ApiKey, Organization)
        .join(Organization, col(Organization.id) == ApiKey.org_id)
        .where(
            ApiKey.hash == hash_,
            col(ApiKey.revoked_ms).is_(None),
            or_(col(ApiKey.expires_ms).is_(None), col(ApiKey.expires_ms) > now_ms()),
        )
    )
    return session.exec(statement).first()


def limits_of(session: Session, org_id: str) -> OrganizationLimits | None:
    """What an organization may take, where that is not as the settings say."""
    return session.get(OrganizationLimits, org_id)


def key_by_hash(session: Session, hash_: str) -> ApiKey | None:
    """A key by its hash, in use or not."""
    return session.exec(select(ApiKey).where(ApiKey.hash == hash_)).first()


def invitation_by_hash(session: Session, hash_: str) -> Invitation | None:
    """An invitation by the hash of its code; nobody else changes it until the commit."""
    statement = select(Invitation).where(Invitation.hash == hash_).with_for_update()
    return session.exec(statement).first()


def member_at(session: Session, org_id: str, address: str) -> Member | None:
    """The member of an organization who signs in with this address."""
    statement = select(Member).where(Member.org_id == org_id, Member.address == address)
    return session.exec(statement).first()


def memberships(session: Session, address: str) -> list[Member]:
    """The memberships of who signs in with this address, oldest first."""
    statement = select(Member).where(Member.address == address).order_by(col(Member.seq))
    return list(session.exec(statement))
