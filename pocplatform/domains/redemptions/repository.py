"""Queries of redemptions."""

from collections.abc import Sequence

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.redemptions.models import Redemption, RedemptionRecord
from pocplatform.kit import tenants


def visible_to(org_id: str | None) -> SelectOfScalar[Redemption]:
    """The redemptions of a tenant; the organisers see all."""
    return tenants.visible_to(Redemption, org_id)


def by_id(session: Session, org_id: str | None, redemption_id: str) -> Redemption | None:
    """A redemption of this tenant."""
    return session.exec(visible_to(org_id).where(Redemption.id == redemption_id)).first()


def is_recorded(session: Session, redemption: Redemption) -> bool:
    """Whether the chain has it."""
    statement = select(RedemptionRecord).where(
        RedemptionRecord.reference == redemption.id, RedemptionRecord.holder == redemption.holder
    )
    return session.exec(statement).first() is not None


def records_in(session: Session, hashes: Sequence[str]) -> list[RedemptionRecord]:
    """What was redeemed in these transactions."""
    statement = select(RedemptionRecord).where(col(RedemptionRecord.transaction_hash).in_(hashes))
    return list(session.exec(statement))
