"""Profiles: nothing of an organization is public until it says so."""

from sqlmodel import Session

from pocplatform.domains.credentials import service as credentials
from pocplatform.domains.identities.identifier import parse
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.models import Organization
from pocplatform.domains.organizations.schemas import ProfileRead
from pocplatform.domains.profiles import repository
from pocplatform.domains.profiles.models import Profile
from pocplatform.domains.profiles.schemas import (
    ProfileCredential,
    PublicProfileRead,
    PublicProfileUpdate,
)
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import InvalidInput, NotFound


def update(session: Session, org_id: str | None, request: PublicProfileUpdate) -> Organization:
    """Say what everybody may see of an organization.

    Raises :class:`NotFound` for the organisers, who have no profile, and :class:`InvalidInput` for
    a credential that is not about the organization or was erased.
    """
    organization = _organization(session, org_id)
    for index, credential_id in enumerate(request.credentials):
        _check_credential(session, organization, credential_id, f"credentials[{index}]")
    profile = repository.of_organization(session, organization.id)
    if profile is None:
        profile = Profile(
            org_id=organization.id,
            address=organization.address,
            published=False,
            credentials=[],
            updated_ms=0,
        )
    profile.published = request.published
    profile.credentials = list(dict.fromkeys(request.credentials))
    profile.updated_ms = now_ms()
    session.add(profile)
    session.flush()
    return organization


def own(session: Session, org_id: str | None, chain_id: int, base_url: str) -> PublicProfileRead:
    """An organization's own profile, as far as it has one. Raises :class:`NotFound`."""
    organization = _organization(session, org_id)
    profile = repository.of_organization(session, organization.id)
    return _read(session, organization, profile, chain_id, base_url)


def public(session: Session, did: str, chain_id: int, base_url: str) -> PublicProfileRead:
    """The public profile of a DID. Raises :class:`NotFound`, :class:`ResolutionError`."""
    profile = repository.published(session, parse(did, chain_id).address)
    if profile is None:
        raise NotFound(
            "{did} has no public profile.",
            next_step="Its owner can make one: POST /v1/profiles/me.",
            did=did,
        )
    organization = organizations.get(session, profile.org_id)
    return _read(session, organization, profile, chain_id, base_url)


def _organization(session: Session, org_id: str | None) -> Organization:
    if org_id is None:
        raise NotFound("The organisers' key belongs to no organization.")
    return organizations.get(session, org_id)


def _check_credential(
    session: Session, organization: Organization, credential_id: str, param: str
) -> None:
    try:
        found = credentials.get(session, organization.id, organization.address, credential_id)
    except NotFound:
        found = None
    if found is None or found.subject != organization.address or found.erased_ms is not None:
        raise InvalidInput(
            "There is no credential {id} about you.",
            next_step="GET /v1/credentials lists those that you issued or that are about you.",
            param=param,
            id=credential_id,
        )


def _read(
    session: Session,
    organization: Organization,
    profile: Profile | None,
    chain_id: int,
    base_url: str,
) -> PublicProfileRead:
    shown = [] if profile is None else profile.credentials
    return PublicProfileRead(
        did=did_of(chain_id, organization.address),
        name=organization.name,
        business_id=organization.business_id,
        published=profile is not None and profile.published,
        profile=ProfileRead(**organization.profile),
        credentials=[
            one
            for id_ in shown
            if (one := _credential(session, organization, id_, chain_id, base_url)) is not None
        ],
        updated=None if profile is None else iso(profile.updated_ms),
    )


def _credential(
    session: Session, organization: Organization, id_: str, chain_id: int, base_url: str
) -> ProfileCredential | None:
    """A credential as everybody may see it; None once it was erased."""
    credential = credentials.get(session, organization.id, organization.address, id_)
    if credential.erased_ms is not None:
        return None
    shown = credentials.read(session, credential, chain_id, base_url)
    return ProfileCredential(
        id=shown.id,
        type=shown.type,
        issuer=shown.issuer,
        status=shown.status,
        credential=shown.credential,
    )
