"""Tables of organizations. They are private to each tenant; nothing of them goes on the chain."""

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Organization(SQLModel, table=True):
    """A company or person that takes part."""

    __tablename__ = "organizations"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    business_id: str | None = Field(default=None, unique=True)
    """Synthetic Finnish business ID; None for a person."""
    address: str = Field(unique=True)
    """The address (EIP-55) of its first wallet."""
    profile: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )
    """What a company tells everybody of itself."""
    metadata_: dict[str, str] = Field(sa_column=Column("metadata", JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


class Wallet(SQLModel, table=True):
    """An account that an organization acts by."""

    __tablename__ = "wallets"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str = Field(foreign_key="organizations.id", index=True)
    address: str = Field(unique=True)
    """EIP-55."""
    custody: str
    """platform: the platform holds its key; own: its owner does, and has proved it."""
    name: str
    created_ms: int = Field(sa_type=BigInteger)


class ApiKey(SQLModel, table=True):
    """A secret key; only its hash is stored."""

    __tablename__ = "api_keys"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str = Field(foreign_key="organizations.id", index=True)
    name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    hash: str = Field(unique=True)
    """SHA-256 of the secret. The secret has 192 random bits, so no slow hash is needed."""
    last_four: str
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    address: str | None = None
    """The wallet it acts by; None for the organization's first."""
    last_used_ms: int | None = Field(default=None, sa_type=BigInteger)
    """To the minute or so: see :mod:`pocplatform.http.authentication`."""
    expires_ms: int | None = Field(default=None, sa_type=BigInteger)
    revoked_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)


class Member(SQLModel, table=True):
    """A person who may act for an organization after signing in with a wallet of their own."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("org_id", "address"),)

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str = Field(foreign_key="organizations.id", index=True)
    address: str = Field(index=True)
    """What they sign in with (EIP-55)."""
    name: str
    role: str
    """owner, developer or viewer."""
    created_ms: int = Field(sa_type=BigInteger)


class Invitation(SQLModel, table=True):
    """A code by which one person becomes a member; only its hash is stored."""

    __tablename__ = "invitations"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    org_id: str = Field(foreign_key="organizations.id", index=True)
    hash: str = Field(unique=True)
    role: str
    name: str
    member_id: str | None = None
    """Who has come by it."""
    expires_ms: int = Field(sa_type=BigInteger)
    revoked_ms: int | None = Field(default=None, sa_type=BigInteger)
    created_ms: int = Field(sa_type=BigInteger)


class OrganizationLimits(SQLModel, table=True):
    """What one organization may take, where that differs from the sandbox's settings.

    Whoever changes a row counts a revocation (``repository.count_revocation``), so that what is
    remembered of its keys is looked up anew.
    """

    __tablename__ = "organization_limits"

    org_id: str = Field(primary_key=True)
    requests_per_second: int | None = None
    faucet_daily: int | None = Field(default=None, sa_type=BigInteger)
    """Euro cents of test money in a day (UTC)."""
    devnets: int | None = None
    frozen: bool = False
    """Whether it may only read for now."""


class Revocations(SQLModel, table=True):
    """How often a key or a session was cut short: one row, which is looked at all the time."""

    __tablename__ = "revocations"

    seq: int | None = Field(default=None, primary_key=True)
    count: int = Field(default=0, sa_type=BigInteger)
