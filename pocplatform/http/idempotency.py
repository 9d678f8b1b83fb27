"""Idempotency keys: the first answer is stored with the write it answers, and given again.

The key is stored in the same database transaction as the write. Whoever comes with it again gets
the stored answer, whatever happened to the first answer on its way.
"""

import contextlib
import hashlib
import json
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, select

from pocplatform.http.errors import IdempotencyKeyReused
from pocplatform.kit.clock import now_ms

MAX_LENGTH = 255


class IdempotencyKey(SQLModel, table=True):
    """A key that was used, and the answer that was given."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("scope", "key"),)

    seq: int | None = Field(default=None, primary_key=True)
    scope: str
    """Tenant, method and path."""
    key: str
    fingerprint: str
    """SHA-256 of the request's body."""
    status: int
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    location: str | None = None
    resource: str
    """What the answer shows, to show it again when its transactions have settled."""
    transactions: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


def fingerprint(body: bytes) -> str:
    """What tells one request from another under the same key: its content, not its spacing."""
    # What is no JSON, or too deep to be read, is compared as it came.
    with contextlib.suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    return hashlib.sha256(body).hexdigest()


def find(session: Session, scope: str, key: str, print_: str) -> IdempotencyKey | None:
    """The stored answer. Raises :class:`IdempotencyKeyReused` if the request was another one."""
    statement = select(IdempotencyKey).where(
        IdempotencyKey.scope == scope, IdempotencyKey.key == key
    )
    with session.no_autoflush:  # of requests that share the transaction, the database decides
        stored = session.exec(statement).first()
    if stored is not None and stored.fingerprint != print_:
        raise IdempotencyKeyReused(
            "The idempotency key {key!r} was used before for another request to this address.",
            next_step="Use a new key for a new request; repeat a request only as it was.",
            param="Idempotency-Key",
            key=key,
        )
    return stored


def store(
    session: Session,
    scope: str,
    key: str,
    print_: str,
    *,
    status: int,
    body: dict[str, Any],
    location: str | None,
    resource: str,
    transactions: tuple[str, ...],
) -> None:
    """Remember the answer to the first request with this key."""
    session.add(
        IdempotencyKey(
            scope=scope,
            key=key,
            fingerprint=print_,
            status=status,
            body=body,
            location=location,
            resource=resource,
            transactions=list(transactions),
            created_ms=now_ms(),
        )
    )
