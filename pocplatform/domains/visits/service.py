"""Visits: what a browser comes with, and what it may do by that.

A browser's cookie is a random secret of which the database has the hash only. Everything else is
derived from it (HMAC-SHA256), and so needs no storage and cannot be had from the database: the
token of its forms against forgery (CSRF), a session of the API for each organization that it acts
for, and the API keys that it was shown. What a visit may do is thus decided where it is for
everybody else: by the API, from a session's scopes.
"""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from sqlmodel import Session

from pocplatform.domains.organizations import keys
from pocplatform.domains.organizations import repository as organizations
from pocplatform.domains.organizations import service as signing_up
from pocplatform.domains.organizations.models import Organization
from pocplatform.domains.organizations.schemas import OrganizationCreate
from pocplatform.domains.visits import repository
from pocplatform.domains.visits.models import Seat, Visit
from pocplatform.domains.wallets import sessions
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import Unauthenticated
from pocplatform.kit.ids import new_id
from pocplatform.outbox.signers import Signers

LASTS_S = 30 * 86_400
"""How long a visit holds: long enough to come back to what one has begun."""
_LENGTH = 64
"""Hex digits of a cookie's secret."""
_SEATS = 50
"""Organizations that a browser is shown, the newest."""


class Seated(NamedTuple):
    """An organization that a browser acts for.

    Attributes:
        address: The wallet that acts (EIP-55).
        scopes: What it may do there.
        by_key: Whether that came of a key; otherwise it was founded in this browser.
    """

    id: str
    name: str
    business_id: str | None
    address: str
    scopes: frozenset[str]
    by_key: bool


def new_secret() -> str:
    """A secret for the cookie of a browser that has none: 256 random bits."""
    return secrets.token_hex(_LENGTH // 2)


def is_secret(text: str) -> bool:
    """Whether a cookie can be one of ours."""
    return len(text) == _LENGTH and all(digit in "0123456789abcdef" for digit in text)


def form_token(secret: str) -> str:
    """What every form of this browser carries."""
    return _derived(secret, "form")


def is_form_token(secret: str, token: str) -> bool:
    """Whether a form is one of this browser's."""
    return hmac.compare_digest(form_token(secret).encode(), token.encode())


def seat_token(secret: str, org_id: str) -> str:
    """The session of the API by which this browser acts for an organization."""
    return sessions.PREFIX + _derived(secret, f"seat {org_id}")[:48]


def find(session: Session, secret: str) -> Visit | None:
    """The visit of a browser, if it has begun anything."""
    return repository.by_hash(session, _hash(secret))


def begin(session: Session, secret: str) -> Visit:
    """The visit of a browser; begun, if it was not, or anew if it is over."""
    visit = find(session, secret)
    if visit is None:
        now = now_ms()
        repository.release(session, _hash(secret))  # the browser may keep its cookie for longer
        visit = Visit(
            id=new_id("vis"), hash=_hash(secret), expires_ms=now + LASTS_S * 1000, created_ms=now
        )
        session.add(visit)
        session.flush()
    return visit


def found_guest(
    session: Session, signers: Signers, visit: Visit, secret: str, name: str, purpose: str
) -> Organization:
    """A company made on the spot, for which the visit acts.

    Args:
        session: The database transaction.
        signers: Makes its wallet.
        visit: Who acts for it.
        secret: The browser's.
        name: Of the company.
        purpose: What it was made for, for the organisers.
    """
    request = OrganizationCreate(name=name, metadata={"guest": purpose})
    organization = signing_up.establish(
        session, request, signers.create_wallet(session), custody="platform"
    )
    take_seat(session, visit, secret, organization)
    return organization


def take_seat(
    session: Session,
    visit: Visit,
    secret: str,
    organization: Organization,
    by: keys.Caller | None = None,
) -> None:
    """Let a visit act for an organization. Who calls this has made sure that it may.

    With a key, it may do what the key may, for as long as that opens anything; another key for the
    same organization takes the place of the one before. What was founded in this browser stays the
    browser's own, whatever key comes later.
    """
    taken = repository.seat(session, visit.id, organization.id)
    if taken is not None:
        present = repository.session_of(session, taken)
        if present is not None and (by is None or present.key_id is None):
            return
        repository.leave(session, taken)
    token = seat_token(secret, organization.id)
    row = sessions.open_by_token(session, organization, token, visit.expires_ms, by)
    seat = Seat(visit_id=visit.id, org_id=organization.id, session_id=row.id, created_ms=now_ms())
    session.add(seat)
    session.flush()


def seats(session: Session, secret: str) -> list[Seated]:
    """The organizations that a browser acts for, those whose seat was taken last first."""
    visit = find(session, secret)
    if visit is None:
        return []
    found = []
    taken = repository.seats(session, visit.id)[:_SEATS]
    callers = sessions.holding(session, [row for row, _ in taken])
    for row, organization in taken:
        caller = callers.get(row.id)
        if caller is not None:
            found.append(
                Seated(
                    id=organization.id,
                    name=organization.name,
                    business_id=organization.business_id,
                    address=caller.address,
                    scopes=frozenset(caller.scopes),
                    by_key=row.key_id is not None,
                )
            )
    return found


def found_own(
    session: Session, signers: Signers, secret: str, attempt: str, name: str
) -> tuple[str, str]:
    """A company for somebody who wants to try things without a key.

    The same form sent again founds no second one.

    Returns:
        The browser's new secret (see :func:`renew`), and the company's id.
    """
    visit, fresh = renew(session, secret, attempt)
    mark = _derived(secret, f"own {attempt}")[:16]
    for _, organization in repository.seats(session, visit.id):
        if organization.metadata_.get("attempt") == mark:
            return fresh, organization.id
    organization = found_guest(session, signers, visit, fresh, name, "desk")
    organization.metadata_ = {**organization.metadata_, "attempt": mark}
    session.add(organization)
    return fresh, organization.id


def renew(session: Session, secret: str, what: str) -> tuple[Visit, str]:
    """Give a browser another secret before it gets something to lose; its visit goes along.

    What the browser knew before is worth nothing afterwards, so that nobody who has planted its
    cookie acts for what it founds, joins or signs in to (session fixation). The new secret follows
    from the old one and the form, so a form that is sent twice renews once.

    Args:
        session: The database transaction.
        secret: The browser's until now.
        what: Something of the form that nobody else knows.

    Returns:
        The visit, and its new secret.
    """
    fresh = _fresh(secret, what)
    return find(session, fresh) or _renewed(session, begin(session, secret), fresh), fresh


def sign_in(session: Session, secret: str, attempt: str, key: str) -> tuple[str, str]:
    """Let a browser act for the organization of a key, which is not kept.

    Returns:
        The browser's new secret (see :func:`renew`), and the organization's id.

    Raises:
        Unauthenticated: The key opens nothing.
    """
    by = keys.caller(session, key)
    organization = organizations.by_id(session, by.org_id) if by is not None else None
    if by is None or organization is None:
        raise Unauthenticated(
            "This secret key is not known here, was revoked or has expired.",
            next_step="Check that you have copied all of it. After a reset of the sandbox, old "
            "keys are gone.",
            param="key",
        )
    visit, fresh = renew(session, secret, f"{attempt} {key}")
    take_seat(session, visit, fresh, organization, by)
    return fresh, organization.id


def sign_out(session: Session, secret: str) -> None:
    """Let a browser act for nobody any more. Signing out again changes nothing."""
    visit = find(session, secret)
    if visit is None:
        return
    now = now_ms()
    for row, _ in repository.seats(session, visit.id):
        row.revoked_ms = row.revoked_ms or now
        session.add(row)
    visit.expires_ms = now
    session.add(visit)
    organizations.count_revocation(session)


def _renewed(session: Session, visit: Visit, secret: str) -> Visit:
    """A visit under another secret, begun anew with all that it acts for."""
    visit.hash = _hash(secret)
    visit.expires_ms = now_ms() + LASTS_S * 1000
    session.add(visit)
    taken = repository.seats(session, visit.id)
    for row, organization in taken:
        row.hash = keys.secret_hash(seat_token(secret, organization.id))
        row.expires_ms = visit.expires_ms
        session.add(row)
    if taken:
        organizations.count_revocation(session)  # the tokens of before open nothing now
    session.flush()
    return visit


def shown_key(session: Session, secret: str, attempt: str) -> tuple[str, str]:
    """The key that a form of this browser makes: the same one however often it is sent.

    Also when the page that shows it is loaded again, with the secret that the browser got for it.

    Returns:
        The key, and the browser's secret once it has that key (see :func:`renew`).
    """
    key = _key(secret, attempt)
    if keys.given_out(session, key):
        return key, secret
    fresh = _fresh(secret, attempt)
    return _key(fresh, attempt), fresh


def has_shown_key(session: Session, secret: str, attempt: str) -> bool:
    """Whether a form has given a key to this browser, and its present secret with it."""
    return keys.given_out(session, _key(secret, attempt))


def sign_up_with_key(
    session: Session, signers: Signers, secret: str, attempt: str, name: str
) -> tuple[str, Organization, str]:
    """A new organization and its key, which are the same ones for the same ``attempt``.

    So a form that is sent twice makes one organization, and shows its key both times.

    Returns:
        The browser's new secret (see :func:`renew`), the organization, and its key.

    Raises:
        KeyInvalid: The key was revoked meanwhile.
    """
    key, fresh = shown_key(session, secret, attempt)
    known = keys.caller(session, key)
    if known is not None:
        found = organizations.by_id(session, known.org_id)
        assert found is not None
        return fresh, found, key
    keys.check_new(session, key)
    visit, fresh = renew(session, secret, attempt)
    organization = found_guest(session, signers, visit, fresh, name, "api")
    keys.issue(session, organization.id, secret=key)
    return fresh, organization, key


def further_key(secret: str, org_id: str, attempt: str) -> str:
    """The secret of a further key of an organization that a form of this browser makes."""
    return _key(secret, f"{org_id} {attempt}")


def _key(secret: str, attempt: str) -> str:
    return "sk_test_" + _derived(secret, f"key {attempt}")[:48]


def _fresh(secret: str, what: str) -> str:
    return _derived(secret, f"renewed {what}")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(bytes.fromhex(secret), purpose.encode(), hashlib.sha256).hexdigest()
