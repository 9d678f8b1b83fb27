"""Tables of presentation requests."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index
from sqlmodel import Field, SQLModel


class PresentationRequest(SQLModel, table=True):
    """What a verifier asks of a wallet, and what came of it."""

    __tablename__ = "presentation_requests"
    __table_args__ = (Index("ix_presentation_requests_forgotten", "forgotten", "answered_ms"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str | None = Field(index=True)
    verifier: str
    """Address."""
    dcql_query: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    nonce: str
    state: str
    redirect_uri: str | None = None
    status: str
    """pending, verified, refused or declined."""
    results: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """For each presentation the query it answers, and its verification."""
    error: str | None = None
    """What the wallet said where it has declined."""
    answered_ms: int | None = Field(default=None, sa_type=BigInteger)
    encrypted: bool = False
    """Whether the answer is to come encrypted."""
    answer_key: bytes | None = None
    """The key that the answer is encrypted to, as a JWK, sealed by the vault. None for answers
    that come in clear, and once one has come."""
    forgotten: bool = False
    """Whether the claims in the results were emptied."""
    expires_ms: int = Field(sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)
