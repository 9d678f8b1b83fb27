"""Queries of status lists."""

from collections.abc import Iterator

from sqlmodel import Session, col, or_, select

from pocplatform.domains.credentials.models import Credential, CredentialAnchor
from pocplatform.domains.status_lists.models import StatusList


def latest(session: Session, issuer: str) -> StatusList | None:
    """The list that an issuer's next credential goes into."""
    statement = (
        select(StatusList).where(StatusList.issuer == issuer).order_by(col(StatusList.seq).desc())
    )
    return session.exec(statement.limit(1)).first()


def by_id(session: Session, list_id: str) -> StatusList | None:
    """A list by its id."""
    return session.exec(select(StatusList).where(StatusList.id == list_id)).first()


def is_taken(session: Session, list_id: str, index: int) -> bool:
    """Whether a place was given out."""
    statement = select(Credential.seq).where(
        Credential.status_list == list_id, Credential.status_index == index
    )
    return session.exec(statement).first() is not None


def changed(session: Session, list_id: str) -> Iterator[tuple[int, bool, bool]]:
    """Place, revoked, suspended of every credential in a list that is one of the two."""
    statement = (
        select(Credential.status_index, CredentialAnchor.revoked_at, CredentialAnchor.suspended_at)
        .join(
            CredentialAnchor,
            (col(CredentialAnchor.digest) == Credential.digest)
            & (col(CredentialAnchor.issuer) == Credential.issuer),
        )
        .where(
            Credential.status_list == list_id,
            or_(
                col(CredentialAnchor.revoked_at).is_not(None),
                col(CredentialAnchor.suspended_at).is_not(None),
            ),
        )
    )
    for index, revoked, suspended in session.exec(statement):
        if index is not None:
            yield index, revoked is not None, suspended is not None
