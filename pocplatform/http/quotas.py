"""How much an organization may take of what is shared: test money in a day, room for its data."""

from sqlalchemy import BigInteger
from sqlmodel import Field, Session, SQLModel, select

from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import Forbidden
from pocplatform.kit.money import Euros

FAUCET, ETHER, STORAGE, COMPILATIONS = "faucet", "ether", "storage", "compilations"
_DAY_MS = 86_400_000
_GWEI = 10**9


class QuotaExceeded(Forbidden):
    """More than an organization may take."""

    code = "quota_exceeded"
    title = "The quota is used up"


class TenantUsage(SQLModel, table=True):
    """What an organization has taken, of what, since when."""

    __tablename__ = "tenant_usage"

    org_id: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    since_ms: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)


def draw(session: Session, org_id: str | None, cents: int, daily: int) -> None:
    """Count test money that is asked for. Raises :class:`QuotaExceeded`."""
    today = now_ms() // _DAY_MS * _DAY_MS
    if not _take(session, org_id, FAUCET, cents, daily, since_ms=today):
        raise QuotaExceeded(
            "Your organization gets at most {limit} of test money in a day.",
            next_step="Ask for less, or tomorrow (UTC).",
            limit=Euros(daily),
        )


def draw_ether(session: Session, org_id: str | None, wei: int, daily_ether: float) -> None:
    """Count test ether that is asked for, in gwei. Raises :class:`QuotaExceeded`."""
    today = now_ms() // _DAY_MS * _DAY_MS
    limit = int(daily_ether * _GWEI)
    if not _take(session, org_id, ETHER, -(-wei // _GWEI), limit, since_ms=today):
        raise QuotaExceeded(
            "Your organization gets at most {limit:g} test ether in a day.",
            next_step="Ask for less, or tomorrow (UTC).",
            limit=daily_ether,
        )


def store(session: Session, org_id: str | None, size: int, megabytes: int) -> None:
    """Count bytes that are kept. Raises :class:`QuotaExceeded`."""
    if not _take(session, org_id, STORAGE, size, megabytes * 1_000_000, since_ms=0):
        raise QuotaExceeded(
            "Your organization stores {limit} megabytes, which is as much as it may.",
            next_step="Keep large documents elsewhere and store their links, or ask the organisers "
            "for more room.",
            limit=megabytes,
        )


def give_back(session: Session, org_id: str | None, size: int) -> None:
    """Count bytes that are kept no longer."""
    statement = select(TenantUsage).where(TenantUsage.org_id == org_id, TenantUsage.what == STORAGE)
    row = session.exec(statement.with_for_update()).first()
    if row is not None:
        row.amount = max(row.amount - size, 0)
        session.add(row)


def take_room_for_compilation(
    session: Session, org_id: str | None, size: int, megabytes: int
) -> None:
    """Count bytes of a new compilation. Raises :class:`QuotaExceeded`."""
    if not _take(session, org_id, COMPILATIONS, size, megabytes * 1_000_000, since_ms=0):
        raise QuotaExceeded(
            "Your organization has {limit} megabytes of compilations, which is as much as it may.",
            next_step="Deploy from what you have compiled already, or from the artifact of a "
            "compiler of your own; the organisers can give you more room.",
            limit=megabytes,
        )


def used(session: Session, org_id: str) -> dict[str, int]:
    """What an organization has taken of each, in the units in which it is counted."""
    today = now_ms() // _DAY_MS * _DAY_MS
    rows = session.exec(select(TenantUsage).where(TenantUsage.org_id == org_id)).all()
    return {row.what: row.amount for row in rows if row.since_ms in (0, today)}


def _take(
    session: Session, org_id: str | None, what: str, amount: int, limit: int, *, since_ms: int
) -> bool:
    """Whether so much was left; the organisers (None) take what they like."""
    if org_id is None:
        return True
    statement = select(TenantUsage).where(TenantUsage.org_id == org_id, TenantUsage.what == what)
    row = session.exec(statement.with_for_update()).first()
    if row is None:
        row = TenantUsage(org_id=org_id, what=what, since_ms=since_ms, amount=0)
    if row.since_ms != since_ms:
        row.since_ms, row.amount = since_ms, 0
    if row.amount + amount > limit:
        return False
    row.amount += amount
    session.add(row)
    return True
