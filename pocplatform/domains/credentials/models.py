"""Tables of credentials. The read models are written by projections only."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class CredentialType(SQLModel, table=True):
    """The name behind a type's hash, which is all that the chain has of it."""

    __tablename__ = "credential_types"

    hash: str = Field(primary_key=True)
    name: str = Field(unique=True)


class Credential(SQLModel, table=True):
    """A credential issued through the platform, with what stays off the chain."""

    __tablename__ = "credentials"
    __table_args__ = (Index("ix_credentials_status", "status_list", "status_index", unique=True),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    issuer: str = Field(index=True)
    """Address; likewise the subject's."""
    subject: str = Field(index=True)
    type: str
    type_hash: str
    digest: str = Field(unique=True)
    """SHA-256 of the JWS signing input, 0x-hex."""
    format: str = Field(default="jwt_vc", sa_column_kwargs={"server_default": "jwt_vc"})
    """jwt_vc or dc+sd-jwt."""
    jwt: str
    """The credential in its format; empty once it was erased."""
    status_list: str | None = None
    status_index: int | None = None
    """Where its status stands in the list."""
    erased_ms: int | None = Field(default=None, sa_type=BigInteger)
    claims: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    expires_at: int | None = Field(default=None, sa_type=BigInteger)
    """First second in which it is no longer valid."""
    transaction_id: str
    created_ms: int = Field(sa_type=BigInteger)


class CredentialAnchor(SQLModel, table=True):
    """Read model: an anchor in CredentialStatus and its status."""

    __tablename__ = "credential_anchors"

    issuer: str = Field(primary_key=True)
    type_hash: str = Field(primary_key=True)
    digest: str = Field(primary_key=True, index=True)
    subject: str = Field(index=True)
    anchored_at: int = Field(sa_type=BigInteger)
    """Block time in seconds; likewise the other moments."""
    expires_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    suspended_at: int | None = Field(default=None, sa_type=BigInteger)


class TrustedIssuer(SQLModel, table=True):
    """Read model: whom the register trusts, or trusted, for which type of credential."""

    __tablename__ = "trusted_issuers"
    __table_args__ = (UniqueConstraint("issuer", "type_hash"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    """Derived from issuer and type, so that it stays the same when the table is written anew."""
    issuer: str
    type_hash: str = Field(index=True)
    accreditor: str
    since: int = Field(sa_type=BigInteger)
    until: int | None = Field(default=None, sa_type=BigInteger)
    """Last second of trust; None for no end."""
    withdrawn_at: int | None = Field(default=None, sa_type=BigInteger)
