"""Queries of presentation requests."""

from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.kit import tenants


def visible_to(org_id: str | None) -> SelectOfScalar[PresentationRequest]:
    """The requests of a tenant; the organisers see all."""
    return tenants.visible_to(PresentationRequest, org_id)


def by_id(session: Session, request_id: str, *, lock: bool = False) -> PresentationRequest | None:
    """A request by its id. Locked, nobody else changes it until the commit: for writes only."""
    statement = select(PresentationRequest).where(PresentationRequest.id == request_id)
    return session.exec(statement.with_for_update() if lock else statement).first()
