"""Queries of spaces."""

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.credentials.models import CredentialAnchor
from pocplatform.domains.spaces.models import Invitation, Space, SpaceLink, SpaceState, Visit


def by_id_or_number(session: Session, id_or_number: str) -> Space | None:
    """A space by its id, or by its number on the chain."""
    key = Space.number if id_or_number.startswith("0x") else Space.id
    return session.exec(select(Space).where(col(key) == id_or_number)).first()


def by_number(session: Session, number: str) -> Space | None:
    """A space that was created through the platform, by its number on the chain."""
    return session.exec(select(Space).where(Space.number == number)).first()


def state(session: Session, number: str) -> SpaceState | None:
    """A space as the chain has it; None before that."""
    return session.get(SpaceState, number)


def existing(
    *, owner: str | None, provider: str | None, ticket: str | None, closed: bool | None
) -> SelectOfScalar[Space]:
    """The spaces that are on the chain, of those who are named."""
    statement = select(Space).join(SpaceState, col(SpaceState.number) == Space.number)
    if owner is not None:
        statement = statement.where(SpaceState.owner == owner)
    if provider is not None:
        statement = statement.where(SpaceState.provider == provider)
    if ticket is not None:
        statement = statement.where(SpaceState.ticket == ticket)
    if closed is not None:
        statement = statement.where(SpaceState.closed == closed)
    return statement


def occupants(session: Session, number: str) -> int:
    """How many are in a space."""
    inside = select(func.count()).where(Visit.space_number == number, col(Visit.left_at).is_(None))
    return session.exec(inside).one()


def links_of(number: str) -> SelectOfScalar[SpaceLink]:
    """The open ways out of a space."""
    return select(SpaceLink).where(SpaceLink.origin == number)


def link(session: Session, origin: str, target: str) -> SpaceLink | None:
    """An open way."""
    return session.exec(links_of(origin).where(SpaceLink.target == target)).first()


def visits(
    *, space: str | None = None, visitor: str | None = None, inside: bool | None = None
) -> SelectOfScalar[Visit]:
    """Visits of a space, or of a visitor, or all."""
    statement = select(Visit)
    if space is not None:
        statement = statement.where(Visit.space_number == space)
    if visitor is not None:
        statement = statement.where(Visit.visitor == visitor)
    if inside is not None:
        left = col(Visit.left_at)
        statement = statement.where(left.is_(None) if inside else left.is_not(None))
    return statement


def last_visit(session: Session, space: str, visitor: str) -> Visit | None:
    """The latest visit of a space by somebody."""
    statement = visits(space=space, visitor=visitor).order_by(col(Visit.number).desc())
    return session.exec(statement).first()


def invitations(space: str, visitor: str | None = None) -> SelectOfScalar[Invitation]:
    """The invitations to a space, for one visitor or all."""
    statement = select(Invitation).where(Invitation.space_number == space)
    return statement if visitor is None else statement.where(Invitation.visitor == visitor)


def invitation(
    session: Session, space: str, visitor: str, *, owner: str, visit: int, series: int, now: int
) -> Invitation | None:
    """The invitation with which a visitor can enter now."""
    statement = (
        invitations(space, visitor)
        .where(
            Invitation.owner == owner,
            Invitation.visit == visit,
            Invitation.series == series,
            Invitation.deadline >= now,
        )
        .order_by(col(Invitation.deadline).desc())
    )
    return session.exec(statement).first()


def invitation_by_id(session: Session, invitation_id: str) -> Invitation:
    """An invitation that there is."""
    return session.exec(select(Invitation).where(Invitation.id == invitation_id)).one()


def credential_digest(
    session: Session, *, visitor: str, issuer: str, type_hash: str, now: int
) -> bytes | None:
    """Digest of the visitor's newest credential of a type by an issuer that was not taken back.

    One that is good now (seconds since 1970) comes before those that have expired.
    """
    expires = col(CredentialAnchor.expires_at)
    expired = expires.is_not(None) & (expires <= now)
    statement = (
        select(CredentialAnchor.digest)
        .where(
            CredentialAnchor.subject == visitor,
            CredentialAnchor.issuer == issuer,
            CredentialAnchor.type_hash == type_hash,
            col(CredentialAnchor.revoked_at).is_(None),
            col(CredentialAnchor.suspended_at).is_(None),
        )
        .order_by(expired, col(CredentialAnchor.anchored_at).desc())
    )
    digest = session.exec(statement).first()
    return None if digest is None else bytes.fromhex(digest[2:])
