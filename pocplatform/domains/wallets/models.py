"""Tables of signing in. (Wallets themselves belong to organizations.)"""

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class SignInNonce(SQLModel, table=True):
    """A nonce that was given out and has not been used. It goes with its use: good once."""

    __tablename__ = "siwe_nonces"

    nonce: str = Field(primary_key=True)
    expires_ms: int = Field(sa_type=BigInteger, index=True)


class SignInSession(SQLModel, table=True):
    """What somebody who has signed in comes with; only the hash of their token is stored."""

    __tablename__ = "sessions"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str = Field(foreign_key="organizations.id", index=True)
    hash: str = Field(unique=True)
    signed_in: str
    """The address that has signed (EIP-55)."""
    address: str
    """The wallet that acts."""
    member_id: str | None = None
    """Who it is, where a member acts for an organization: their role says what they may do."""
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    expires_ms: int = Field(sa_type=BigInteger, index=True)
    revoked_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)
