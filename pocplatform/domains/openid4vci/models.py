"""Tables of credential offers."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel


class CredentialOffer(SQLModel, table=True):
    """A credential that waits for a wallet to fetch it. Codes and tokens are stored as hashes."""

    __tablename__ = "credential_offers"
    __table_args__ = (Index("ix_credential_offers_forgotten", "forgotten", "expires_ms"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    issuer: str
    """Address."""
    subject: str | None = None
    """Address; None for whoever holds the wallet's key."""
    type: str
    format: str
    claims: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    disclosable: list[str] | None = Field(default=None, sa_column=Column(JSON))
    valid_until: int | None = Field(default=None, sa_type=BigInteger)
    """End of the credential's validity, in seconds."""
    code_hash: str = Field(unique=True)
    tx_code_hash: str | None = None
    wrong_tx_codes: int = 0
    token_hash: str | None = Field(default=None, unique=True)
    token_expires_ms: int | None = Field(default=None, sa_type=BigInteger)
    credential_id: str | None = None
    """What was issued in the end."""
    withdrawn_ms: int | None = Field(default=None, sa_type=BigInteger)
    forgotten: bool = False
    """Whether its claims were emptied since nobody fetched it in time."""
    expires_ms: int = Field(sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)
