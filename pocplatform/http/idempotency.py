"""Idempotency keys: the first answer is stored with the write it answers, and given again.

The key is stored in the same database transaction as the write. Whoever comes with it again gets
the stored answer, whatever happened to the first answer on its way.
"""

import contextlib
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from pydantic_core import from_json
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Select,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    delete,
    or_,
    select,
    update,
)
from sqlmodel import Field, Session, SQLModel, col

from pocplatform.http.errors import IdempotencyKeyReused
from pocplatform.kit.bulk import Json, as_json, fetch, stage
from pocplatform.kit.clock import now_ms
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

MAX_LENGTH = 255
KEPT_DAYS = 7
"""How long a key and its answer are kept."""
_AT_ONCE = 1000


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
    about: str = Field(index=True)
    """Path of the thing that the answer is about, or of a part of it: ``/v1/agreements/agr_…``."""
    transactions: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_ms: int = Field(sa_type=BigInteger)


_OF_MANY = ("/v1/batch", "/v1/profiles/me")
"""Answers that show several things, whose paths they are not about."""

_SORTED = json.JSONEncoder(sort_keys=True)


def fingerprint(body: bytes) -> str:
    """What tells one request from another under the same key: its content, not its spacing."""
    # What is no JSON, or too deep to be read, is compared as it came.
    with contextlib.suppress(ValueError, RecursionError):
        body = _SORTED.encode(from_json(body)).encode()
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer to the first request with a key.

    Attributes:
        fingerprint: Of that request.
        resource: What the answer shows, to show it again when its transactions have settled.
    """

    fingerprint: str
    status: int
    body: Json
    location: str | None
    resource: str
    transactions: tuple[str, ...]


_STORED = tuple(field.name for field in fields(Stored))
_KNOWN = "idempotency keys"


@lru_cache
def _look_up(number: int) -> Select[Any]:
    """Finds so many keys. Each by itself: databases have no index for lists of pairs."""
    pairs = [
        and_(
            col(IdempotencyKey.scope) == bindparam(f"scope_{n}"),
            col(IdempotencyKey.key) == bindparam(f"key_{n}"),
        )
        for n in range(number)
    ]
    columns = [getattr(IdempotencyKey, name) for name in ("scope", "key", *_STORED)]
    return select(*columns).where(or_(*pairs))


def prefetch(session: Session, keys: Collection[tuple[str, str]]) -> None:
    """Look several keys up, each with its scope, for :func:`find` in the same session."""
    known: dict[tuple[str, str], Stored | None] = session.info.setdefault(_KNOWN, {})
    wanted = [key for key in keys if key not in known]
    if not wanted:
        return
    known.update(dict.fromkeys(wanted))
    # A few numbers of pairs only, so that few statements are compiled; the last pair fills up.
    number = 1 << (len(wanted) - 1).bit_length()
    parameters: dict[str, str] = {}
    for n in range(number):
        scope, key = wanted[min(n, len(wanted) - 1)]
        parameters[f"scope_{n}"], parameters[f"key_{n}"] = scope, key
    for scope, key, *stored in fetch(session.connection(), _look_up(number), **parameters):
        answer = dict(zip(_STORED, stored, strict=True))
        answer["body"] = as_json(answer["body"])
        answer["transactions"] = tuple(answer["transactions"])
        known[scope, key] = Stored(**answer)


def find(session: Session, scope: str, key: str, print_: str) -> Stored | None:
    """The stored answer. Raises :class:`IdempotencyKeyReused` if the request was another one."""
    prefetch(session, [(scope, key)])
    stored: Stored | None = session.info[_KNOWN][scope, key]
    if stored is not None and stored.fingerprint != print_:
        raise IdempotencyKeyReused(
            "The idempotency key {key!r} was used before for another request to this address.",
            next_step="Use a new key for a new request; repeat a request only as it was.",
            param="Idempotency-Key",
            key=key,
        )
    return stored


def store(session: Session, scope: str, key: str, answer: Stored) -> None:
    """Remember the answer to the first request with this key."""
    session.info.setdefault(_KNOWN, {})[scope, key] = answer
    row = {name: getattr(answer, name) for name in _STORED}
    stage(
        session,
        IdempotencyKey,
        {**row, "scope": scope, "key": key, "transactions": [*answer.transactions],
         "about": _thing(answer.location or scope.rpartition(" ")[2]), "created_ms": now_ms()},
    )  # fmt: skip


def _forget(session: Session, _outbox: Outbox, at_ms: int) -> int:
    """Delete old keys, the oldest first: their numbers are in the order of time."""
    oldest = session.connection().execute(
        select(col(IdempotencyKey.seq), col(IdempotencyKey.created_ms))
        .order_by(col(IdempotencyKey.seq))
        .limit(_AT_ONCE)
    )
    old = [seq for seq, created_ms in oldest if created_ms < at_ms - KEPT_DAYS * 86_400_000]
    session.connection().execute(delete(IdempotencyKey).where(col(IdempotencyKey.seq).in_(old)))
    return len(old)


FORGETTING = Job("idempotency_keys.forget", "*/10 * * * *", _forget, portion=_AT_ONCE)
"""Work by the clock: keys are kept for :data:`KEPT_DAYS` days."""


def blank(session: Session, thing: str) -> None:
    """Forget what was answered about a thing that was erased, and what was asked.

    The keys stay used, so that no repeated request makes the thing again: it is refused as one that
    is not the first.

    Args:
        session: Of a database transaction.
        thing: Its path, such as ``/v1/agreements/agr_…``.
    """
    about = col(IdempotencyKey.about)
    told = cast(col(IdempotencyKey.body), Text).contains(thing.rpartition("/")[2], autoescape=True)
    rows = update(IdempotencyKey).where(or_(about == thing, and_(about.in_(_OF_MANY), told)))
    session.connection().execute(rows.values(body={"erased": True}, fingerprint=""))


def _thing(path: str) -> str:
    """The thing that a path leads to, or to a part of: its first three segments."""
    return "/".join(path.split("/", 4)[:4])
