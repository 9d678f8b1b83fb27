"""Destroying the content of a credential: what the chain has of it then tells nothing."""

from sqlmodel import Session

from pocplatform.domains.credentials import service
from pocplatform.domains.credentials.models import Credential
from pocplatform.kit.clock import now_ms


def erase(session: Session, *, org_id: str | None, actor: str, credential_id: str) -> Credential:
    """Destroy claims, signature and salts of a credential that the caller issued or is about.

    Its digest on the chain is one of a text with 122 random bits or more in it, which are destroyed
    with it: nobody can compute the digest again, or tell whether it was of some claims. Who was
    given the credential before may still have it. Its status can still be changed, and read from
    the status list.

    Raises :class:`NotFound` and :class:`CredentialErased`.
    """
    credential = service.get(session, org_id, actor, credential_id)
    service.ensure_whole(credential)
    credential.claims, credential.jwt = {}, ""
    credential.erased_ms = now_ms()
    session.add(credential)
    return credential
