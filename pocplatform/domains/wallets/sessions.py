"""Signing in with a wallet (EIP-4361), and the sessions that come of it.

A message is good for one of the sandbox's own domains, its chain, the time that it says and once.
A session acts for the organization whose wallet has signed, or for one whose member its owner is,
as far as their role goes. A wallet that nobody knows signs up: its owner becomes a participant who
keeps the key.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain import siwe
from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checked_address, checksum
from pocplatform.domains.organizations import members
from pocplatform.domains.organizations import repository as known
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.keys import SCOPES, Caller, secret_hash
from pocplatform.domains.organizations.models import Member, Organization
from pocplatform.domains.organizations.schemas import OrganizationCreate
from pocplatform.domains.wallets import repository
from pocplatform.domains.wallets.errors import OrganizationUnclear
from pocplatform.domains.wallets.models import SignInSession
from pocplatform.domains.wallets.schemas import NonceRead, SessionRead, SignInCreate
from pocplatform.kit import tenants
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound, RateLimited
from pocplatform.kit.ids import new_id

PREFIX = "ses_"
NONCE_S = 600
"""How long a nonce is good."""
SESSION_S = 12 * 3600
"""How long a session holds, where the message does not end it before."""
_AT_MOST_NONCES = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where one signs in.

    Attributes:
        base_url: The sandbox's address.
        origins: Addresses of other pages from which people sign in here.
        chain_id: The chain's id.
    """

    base_url: str
    origins: tuple[str, ...]
    chain_id: int

    @property
    def domains(self) -> set[str]:
        """What a message may name as its domain: host and port (RFC 3986 authority)."""
        return {urlsplit(url).netloc for url in (self.base_url, *self.origins)} - {""}


def nonce(session: Session, address: str, place: Place) -> NonceRead:
    """What to sign. Raises :class:`InvalidInput` for what is no address."""
    address = checked_address(address)
    if repository.open_nonces(session) >= _AT_MOST_NONCES:
        raise RateLimited(
            "Too many sign-ins are under way.", next_step="Try again in a few minutes."
        )
    fresh, now = secrets.token_hex(16), now_ms()
    expires_ms = now + NONCE_S * 1000
    repository.add_nonce(session, fresh, expires_ms)
    domain = urlsplit(place.base_url).netloc
    message = siwe.compose(
        address=address, domain=domain, uri=place.base_url, chain_id=place.chain_id, nonce=fresh,
        now_ms=now, expires_ms=expires_ms,
    )  # fmt: skip
    return NonceRead(
        nonce=fresh,
        message=message,
        domain=domain,
        uri=place.base_url,
        chain_id=place.chain_id,
        expires=iso(expires_ms),
    )


def verified(message: str, signature: str, place: Place, client: ChainClient) -> siwe.SignIn:
    """What a signed message says, all but its nonce being checked.

    Raises :class:`SignInInvalid`, and :class:`NodeUnreachable` where a contract must be asked.
    """
    found = siwe.verify(message, bytes.fromhex(signature[2:]), client, now_ms())
    if found.domain not in place.domains:
        raise siwe.SignInInvalid(
            "The message is for {domain}; here it is {expected}.",
            next_step="Only sign messages of the page that you are on.",
            param="message",
            domain=found.domain,
            expected=", ".join(sorted(place.domains)),
        )
    if found.chain_id != place.chain_id:
        raise siwe.SignInInvalid(
            "The message is for chain {chain}; this sandbox is {expected}.",
            param="message",
            chain=found.chain_id,
            expected=place.chain_id,
        )
    return found


def use(session: Session, proof: siwe.SignIn) -> None:
    """Let a message count, once. Raises :class:`SignInInvalid` where it has counted before."""
    if not repository.use_nonce(session, proof.nonce):
        raise siwe.SignInInvalid(
            "The message's nonce is unknown, used or has expired.",
            next_step="Sign a new message: POST /v1/siwe/nonce.",
            param="message",
        )


def sign_in(
    session: Session, proof: siwe.SignIn, request: SignInCreate, sign_up_code: str | None
) -> tuple[SignInSession, str]:
    """A session for who has proved a wallet, and its token, which is nowhere stored.

    Raises:
        SignInInvalid: The message was used before.
        InvitationInvalid: The invitation lets nobody in.
        OrganizationUnclear: The wallet may act for several, or not for the one that is named.
        SignUpCodeWrong: Nobody knows the wallet, and signing up takes a code.
    """
    use(session, proof)
    organization, member = _for_whom(session, proof.address, request, sign_up_code)
    token = PREFIX + secrets.token_hex(24)
    now = now_ms()
    ends = now + SESSION_S * 1000
    if member is not None:
        acts_by, scopes = organization.address, members.scopes_of(member.role)
    else:
        acts_by = proof.address
        first = organization.address == proof.address
        scopes = list(SCOPES) if first else list(SCOPES[:2])
    row = SignInSession(
        id=new_id("ses"),
        org_id=organization.id,
        hash=secret_hash(token),
        signed_in=proof.address,
        address=acts_by,
        member_id=None if member is None else member.id,
        scopes=scopes,
        expires_ms=ends,
        created_ms=now,
    )
    session.add(row)
    session.flush()
    return row, token


def open_by_token(
    session: Session,
    organization: Organization,
    token: str,
    expires_ms: int,
    by: Caller | None = None,
) -> SignInSession:
    """A session with a token that the caller has made.

    Who calls this has made sure that whoever holds the token may act for the organization.

    Args:
        session: The database transaction.
        organization: Whom it acts for.
        token: What its holder comes with.
        expires_ms: When it ends (milliseconds since 1970).
        by: The key that it comes of: it may do what that may, by its wallet, and ends with it.
            Without one, it may do everything, by the organization's first wallet.
    """
    address = organization.address if by is None else by.address
    row = SignInSession(
        id=new_id("ses"),
        org_id=organization.id,
        hash=secret_hash(token),
        signed_in=address,
        address=address,
        key_id=None if by is None else by.key_id,
        scopes=list(SCOPES if by is None else by.scopes),
        expires_ms=expires_ms,
        created_ms=now_ms(),
    )
    session.add(row)
    session.flush()
    return row


def _for_whom(
    session: Session, address: str, request: SignInCreate, sign_up_code: str | None
) -> tuple[Organization, Member | None]:
    """Whom a wallet acts for: the organization, and the member where it is one."""
    if request.invitation is not None:
        member = members.accept(session, request.invitation, address)
        return organizations.get(session, member.org_id), member
    own = known.wallet_at(session, address)
    choices: dict[str, Member | None] = {m.org_id: m for m in known.memberships(session, address)}
    if own is not None and own.custody == "own":
        choices[own.org_id] = None
    wanted = request.organization
    if not choices and wanted is None:
        organizations.check_sign_up_code(sign_up_code, request.sign_up_code)
        name = request.name or f"{address[:6]}…{address[-4:]}"
        person = OrganizationCreate(name=name, kind="person")
        return organizations.establish(session, person, address, custody="own"), None
    if wanted is None and own is not None and own.org_id in choices:
        wanted = own.org_id
    if wanted is None and len(choices) == 1:
        (wanted,) = choices
    if wanted not in choices:
        raise OrganizationUnclear(
            "This wallet may not act for {wanted}."
            if wanted
            else "This wallet may act for several: {choices}.",
            next_step="Name one in the field organization, or leave it out.",
            param="organization",
            wanted=wanted,
            choices=", ".join(sorted(choices)),
        )
    return organizations.get(session, wanted), choices[wanted]


def caller(session: Session, token: str) -> Caller | None:
    """Who comes with this token; None where it is that of no session, or one that is over."""
    if not token.startswith(PREFIX):
        return None
    return _caller(repository.active_session(session, secret_hash(token)))


def holding(session: Session, rows: Iterable[SignInSession]) -> dict[str, Caller]:
    """Who comes with these sessions, by their ids; those that do not hold any more are left out."""
    found = repository.active_sessions(session, [row.hash for row in rows])
    callers = ((one.row.id, _caller(one)) for one in found.values())
    return {id_: caller for id_, caller in callers if caller is not None}


def _caller(found: repository.Active | None) -> Caller | None:
    if found is None:
        return None
    row, member, key = found
    if row.member_id is not None and member is None:
        return None  # who is no member any more
    if row.key_id is not None and key is None:
        return None  # the key was revoked or has expired
    scopes = row.scopes if member is None else members.scopes_of(member.role)
    ends = row.expires_ms
    if key is not None and key.expires_ms is not None:
        ends = min(ends, key.expires_ms)
    return Caller(row.org_id, row.address, scopes, row.id, ends)


def visible_to(org_id: str | None) -> SelectOfScalar[SignInSession]:
    """The sessions that a tenant may see; the organisers see all."""
    return tenants.visible_to(SignInSession, org_id)


def get(session: Session, org_id: str | None, session_id: str) -> SignInSession:
    """A session of this tenant. Raises :class:`NotFound`."""
    row = session.exec(visible_to(org_id).where(SignInSession.id == session_id)).first()
    if row is None:
        raise NotFound("There is no session {id}.", id=session_id)
    return row


def end(session: Session, org_id: str | None, session_id: str) -> SignInSession:
    """Let a session open nothing any more. Ending it again changes nothing."""
    row = get(session, org_id, session_id)
    if row.revoked_ms is None:
        row.revoked_ms = now_ms()
        session.add(row)
        known.count_revocation(session)
    return row


def read(row: SignInSession) -> SessionRead:
    """A session as it is shown, without its token."""
    return SessionRead(
        id=row.id,
        organization=row.org_id,
        signed_in=checksum(row.signed_in),
        wallet=row.address,
        member=row.member_id,
        scopes=row.scopes,
        expires=iso(row.expires_ms),
        ended=None if row.revoked_ms is None else iso(row.revoked_ms),
        created=iso(row.created_ms),
    )
