"""Which valid credentials somebody holds, from the read models."""

from sqlmodel import Session, col, or_, select

from pocplatform.domains.credentials.models import Credential, CredentialAnchor, TrustedIssuer
from pocplatform.kit.clock import now_s


def find_anchor(
    session: Session, *, subject: str, credential_type: str, credential_id: str | None = None
) -> tuple[str, bytes] | None:
    """Issuer and digest of a credential of a type about a subject that is valid now, or None.

    Args:
        session: Where to read.
        subject: The subject's address.
        credential_type: The type's hash in 0x-hex.
        credential_id: Only this one, if given.
    """
    now = now_s()
    statement = (
        select(CredentialAnchor)
        .join(
            TrustedIssuer,
            (col(TrustedIssuer.issuer) == CredentialAnchor.issuer)
            & (col(TrustedIssuer.type_hash) == CredentialAnchor.type_hash),
        )
        .where(
            CredentialAnchor.subject == subject,
            CredentialAnchor.type_hash == credential_type,
            col(CredentialAnchor.revoked_at).is_(None),
            col(CredentialAnchor.suspended_at).is_(None),
            or_(col(CredentialAnchor.expires_at).is_(None), col(CredentialAnchor.expires_at) > now),
            col(TrustedIssuer.withdrawn_at).is_(None),
            col(TrustedIssuer.since) <= CredentialAnchor.anchored_at,
        )
        .order_by(col(CredentialAnchor.anchored_at).desc())
    )
    if credential_id is not None:
        statement = statement.join(
            Credential, col(Credential.digest) == CredentialAnchor.digest
        ).where(Credential.id == credential_id)
    anchor = session.exec(statement).first()
    return None if anchor is None else (anchor.issuer, bytes.fromhex(anchor.digest[2:]))
