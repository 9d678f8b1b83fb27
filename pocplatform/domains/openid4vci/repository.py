"""Queries of credential offers."""

from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.kit import tenants


def visible_to(org_id: str | None) -> SelectOfScalar[CredentialOffer]:
    """The offers of a tenant; the organisers see all."""
    return tenants.visible_to(CredentialOffer, org_id)


def by_code(session: Session, code_hash: str) -> CredentialOffer | None:
    """The offer of a pre-authorised code."""
    statement = select(CredentialOffer).where(CredentialOffer.code_hash == code_hash)
    return session.exec(statement.with_for_update()).first()


def by_token(session: Session, token_hash: str) -> CredentialOffer | None:
    """The offer of an access token."""
    statement = select(CredentialOffer).where(CredentialOffer.token_hash == token_hash)
    return session.exec(statement.with_for_update()).first()
