"""Secret keys: making, exchanging and revoking them, and telling who calls."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.organizations import repository
from pocplatform.domains.organizations.errors import KeyInvalid
from pocplatform.domains.organizations.models import ApiKey
from pocplatform.domains.organizations.schemas import ApiKeyRead
from pocplatform.kit import tenants
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import Forbidden, InvalidInput, NotFound
from pocplatform.kit.ids import new_id

KeyScope = Literal["read", "write", "manage"]
FurtherScope = Literal["chain:debug"]

SCOPES: tuple[KeyScope, ...] = ("read", "write", "manage")
"""What a key may be for; each includes those before it. manage: keys, members, wallets and the
organization itself. (admin is the organisers' alone.)"""

FURTHER_SCOPES: tuple[FurtherScope, ...] = ("chain:debug",)
"""What a key may be for besides; no other scope includes it. chain:debug: traces at /rpc/{key}."""

_PREFIX = "sk_test_"

GIVEN = "pocplatform.given_key"
"""In a request's ASGI scope: the secret that a new key shall have. Only what runs within the
process can put one there: a page, whose form sent twice then makes one key and shows it twice."""


class Caller(NamedTuple):
    """Who comes with a key or a session.

    Attributes:
        org_id: The organization.
        address: The wallet that acts.
        scopes: What they may do.
        key_id: The key or the session.
        expires_ms: When it ends, if it does.
    """

    org_id: str
    address: str
    scopes: Sequence[str]
    key_id: str
    expires_ms: int | None


def secret_hash(secret: str) -> str:
    """What is stored of a secret of 192 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def including(scope: str) -> list[str]:
    """A scope with those that it includes."""
    return list(SCOPES[: SCOPES.index(scope) + 1])


def caller(session: Session, secret: str) -> Caller | None:
    """Who has this key; None if it opens nothing."""
    found = repository.active_key(session, secret_hash(secret))
    if found is None:
        return None
    key, organization = found
    address = key.address or organization.address
    return Caller(organization.id, address, key.scopes, key.id, key.expires_ms)


def given_out(session: Session, secret: str) -> bool:
    """Whether there is, or was, this key, whatever it opens now."""
    return repository.key_by_hash(session, secret_hash(secret)) is not None


def check_new(session: Session, secret: str) -> None:
    """Raises :class:`KeyInvalid` where a form has given this key before, whatever it opens now."""
    if given_out(session, secret):
        raise KeyInvalid(
            "The key that this form gave you was revoked or has expired.",
            next_step="Load the page again, and send the form for another key.",
        )


def issue(
    session: Session,
    org_id: str,
    *,
    name: str = "",
    scope: str = "manage",
    further: Sequence[str] = (),
    address: str | None = None,
    expires_ms: int | None = None,
    secret: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is nowhere stored; without one given, it is random."""
    secret = secret or _PREFIX + secrets.token_hex(24)
    key = ApiKey(
        id=new_id("key"),
        org_id=org_id,
        name=name,
        hash=secret_hash(secret),
        last_four=secret[-4:],
        scopes=[*including(scope), *further],
        address=address,
        expires_ms=expires_ms,
        created_ms=now_ms(),
    )
    session.add(key)
    session.flush()
    return key, secret


def create(
    session: Session,
    org_id: str,
    *,
    by: frozenset[str],
    name: str,
    scope: str,
    wallet: str | None,
    expires_in_s: int | None,
    further: Sequence[str] = (),
    secret: str | None = None,
) -> tuple[ApiKey, str]:
    """A further key, for no more than its maker may do; with a secret given before, the same one.

    Raises:
        Forbidden: The maker has less than that.
        KeyInvalid: The key with this secret was revoked or has expired.
        InvalidInput: The wallet is not one of the organization's.
    """
    if scope not in by:
        raise Forbidden("A key with the scope {scope} is made with a key that has it.", scope=scope)
    known = _given_before(session, secret)
    if known is not None:
        return known
    address = None
    if wallet is not None:
        found = repository.wallet_by_id(session, org_id, wallet)
        if found is None:
            raise InvalidInput("There is no wallet {wallet}.", param="wallet", wallet=wallet)
        address = found.address
    expires_ms = None if expires_in_s is None else now_ms() + expires_in_s * 1000
    return issue(
        session, org_id, name=name, scope=scope, further=further, address=address,
        expires_ms=expires_ms, secret=secret,
    )  # fmt: skip


def visible_to(org_id: str | None) -> SelectOfScalar[ApiKey]:
    """The keys that a tenant may see; the organisers see all."""
    return tenants.visible_to(ApiKey, org_id)


def get(session: Session, org_id: str | None, key_id: str) -> ApiKey:
    """A key of this tenant. Raises :class:`NotFound`."""
    key = session.exec(visible_to(org_id).where(ApiKey.id == key_id)).first()
    if key is None:
        raise NotFound("There is no key {key_id}.", key_id=key_id)
    return key


def rotate(
    session: Session,
    org_id: str | None,
    key_id: str,
    *,
    by: frozenset[str],
    overlap_s: int,
    secret: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key in place of one that goes on working for ``overlap_s`` seconds.

    With a secret given before, it is the key that was made then.

    Raises:
        NotFound: This tenant has no such key.
        KeyInvalid: It opens nothing any more.
        Forbidden: It may do more than who asks.
    """
    old = get(session, org_id, key_id)
    known = _given_before(session, secret)
    if known is not None:
        return known
    now = now_ms()
    if old.revoked_ms is not None or (old.expires_ms is not None and old.expires_ms <= now):
        raise KeyInvalid(
            "{key_id} is revoked or has expired, so it cannot be exchanged.",
            next_step="Make a new key with POST /v1/api_keys.",
            key_id=key_id,
        )
    further = [held for held in old.scopes if held in FURTHER_SCOPES]
    scope = next(held for held in reversed(old.scopes) if held in SCOPES)
    if scope not in by:
        raise Forbidden("A key with the scope {scope} is made with a key that has it.", scope=scope)
    new = issue(
        session, old.org_id, name=old.name, scope=scope, further=further, address=old.address,
        expires_ms=old.expires_ms, secret=secret,
    )  # fmt: skip
    ends = now + overlap_s * 1000
    old.expires_ms = ends if old.expires_ms is None else min(ends, old.expires_ms)
    session.add(old)
    repository.count_revocation(session)
    return new


def _given_before(session: Session, secret: str | None) -> tuple[ApiKey, str] | None:
    """The key with a secret of :data:`GIVEN`, if there is one. Raises :class:`KeyInvalid`."""
    if secret is None:
        return None
    known = repository.active_key(session, secret_hash(secret))
    if known is None:
        check_new(session, secret)
        return None
    return known[0], secret


def revoke(session: Session, org_id: str | None, key_id: str) -> ApiKey:
    """Let a key open nothing from now on. Revoking again changes nothing."""
    key = get(session, org_id, key_id)
    if key.revoked_ms is None:
        key.revoked_ms = now_ms()
        session.add(key)
        repository.count_revocation(session)
    return key


def read(key: ApiKey) -> ApiKeyRead:
    """A key as it is shown, without its secret."""
    return ApiKeyRead(
        id=key.id,
        name=key.name,
        last_four=key.last_four,
        scopes=key.scopes,
        wallet=key.address,
        last_used=None if key.last_used_ms is None else iso(key.last_used_ms),
        expires=None if key.expires_ms is None else iso(key.expires_ms),
        revoked=None if key.revoked_ms is None else iso(key.revoked_ms),
        created=iso(key.created_ms),
    )
