"""Queries of credentials and trusted issuers."""

import hashlib

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.credentials.models import (
    Credential,
    CredentialAnchor,
    CredentialType,
    TrustedIssuer,
)


def visible_to(org_id: str | None, address: str) -> SelectOfScalar[Credential]:
    """The credentials issued by or about a tenant; the organisers see all."""
    statement = select(Credential)
    if org_id is None:
        return statement
    return statement.where(
        or_(
            col(Credential.org_id) == org_id,
            col(Credential.issuer) == address,
            col(Credential.subject) == address,
        )
    )


def by_id(
    session: Session, org_id: str | None, address: str, credential_id: str
) -> Credential | None:
    """A credential that a tenant may see."""
    statement = visible_to(org_id, address).where(Credential.id == credential_id)
    return session.exec(statement).first()


def id_of_digest(session: Session, digest: str) -> str | None:
    """The platform's id of an anchored credential, if it was issued through the platform."""
    return session.exec(select(Credential.id).where(Credential.digest == digest)).first()


def anchor(session: Session, issuer: str, type_hash: str, digest: str) -> CredentialAnchor | None:
    """A recorded anchor."""
    return session.get(CredentialAnchor, (issuer, type_hash, digest))


def trusted_issuers(
    issuer: str | None = None, type_hash: str | None = None
) -> SelectOfScalar[TrustedIssuer]:
    """The register's entries, of one issuer or one type."""
    statement = select(TrustedIssuer)
    if issuer is not None:
        statement = statement.where(TrustedIssuer.issuer == issuer)
    if type_hash is not None:
        statement = statement.where(TrustedIssuer.type_hash == type_hash)
    return statement


def trusted_issuer(session: Session, id_: str) -> TrustedIssuer | None:
    """An entry by its id."""
    return session.exec(select(TrustedIssuer).where(TrustedIssuer.id == id_)).first()


def trusted_issuer_id(issuer: str, type_hash: str) -> str:
    """The id of the entry of an issuer and a type."""
    return "tri_" + hashlib.sha256(f"{issuer} {type_hash}".encode()).hexdigest()[:24]


def type_name(session: Session, type_hash: str) -> str | None:
    """The name of a credential type, if it has been used through the platform."""
    known = session.get(CredentialType, type_hash)
    return None if known is None else known.name


def remember_type(session: Session, type_hash: str, name: str) -> None:
    """Keep the name of a credential type."""
    if session.get(CredentialType, type_hash) is None:
        session.add(CredentialType(hash=type_hash, name=name))
        session.flush()
