"""Signing up, and telling who calls."""

import hashlib
import secrets

from sqlmodel import Session

from pocplatform.chain.codec import checksum, is_address
from pocplatform.domains.organizations import business_id as business_ids
from pocplatform.domains.organizations import repository
from pocplatform.domains.organizations.models import ApiKey, Organization
from pocplatform.domains.organizations.schemas import (
    OrganizationCreate,
    OrganizationRead,
    WalletRead,
)
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import address_of, did_of
from pocplatform.kit.errors import Conflict, InvalidInput, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.signers import Signers

KEY_PREFIX = "sk_test_"
_SCOPES = ["read", "write"]


def sign_up(
    session: Session, signers: Signers, request: OrganizationCreate
) -> tuple[Organization, str]:
    """A new organization with a wallet, and its secret key.

    Raises :class:`BusinessIdInvalid`, and :class:`Conflict` for a business ID in use.
    """
    business_id = None
    if request.kind == "company":
        business_id = (
            business_ids.validate(request.business_id)
            if request.business_id is not None
            else _free_business_id(session)
        )
        if repository.by_business_id(session, business_id) is not None:
            raise Conflict(
                "The business ID {business_id} is taken by another organization.",
                next_step="Use that organization's key, or leave the field out.",
                param="business_id",
                business_id=business_id,
            )
    organization = Organization(
        id=new_id("org"),
        name=request.name,
        business_id=business_id,
        address=signers.create_wallet(session),
        metadata_=request.metadata,
        created_ms=now_ms(),
    )
    session.add(organization)
    session.flush()
    return organization, _issue_key(session, organization.id)


def _free_business_id(session: Session) -> str:
    while True:
        business_id = business_ids.generate()
        if repository.by_business_id(session, business_id) is None:
            return business_id


def _issue_key(session: Session, org_id: str) -> str:
    secret = KEY_PREFIX + secrets.token_hex(24)
    session.add(
        ApiKey(
            id=new_id("key"),
            org_id=org_id,
            hash=key_hash(secret),
            last_four=secret[-4:],
            scopes=_SCOPES,
            created_ms=now_ms(),
        )
    )
    return secret


def key_hash(secret: str) -> str:
    """What is stored of a secret key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(session: Session, secret: str) -> tuple[Organization, list[str]] | None:
    """The organization of a secret key and the key's scopes, or None."""
    found = repository.active_key(session, key_hash(secret))
    if found is None:
        return None
    key, organization = found
    return organization, key.scopes


def revocations(session: Session) -> object:
    """Something that differs from before once a key was revoked."""
    return repository.revocations(session)


def get(session: Session, org_id: str) -> Organization:
    """An organization. Raises :class:`NotFound`."""
    organization = repository.by_id(session, org_id)
    if organization is None:
        raise NotFound("There is no organization {org_id}.", org_id=org_id)
    return organization


def resolve_address(session: Session, who: str, chain_id: int, *, param: str) -> str:
    """The address of somebody named by address, DID or organization id.

    Raises :class:`InvalidInput` for anything else.
    """
    if who.startswith("did:"):
        who = address_of(who, chain_id, param=param)
    elif who.startswith("org_"):
        organization = repository.by_id(session, who)
        if organization is None:
            raise InvalidInput("There is no organization {who}.", param=param, who=who)
        return organization.address
    if not is_address(who):
        raise InvalidInput(
            "{who} is no address, DID or organization id (or its checksum is wrong).",
            param=param,
            who=who,
        )
    return checksum(who)


def read(organization: Organization, chain_id: int) -> OrganizationRead:
    """An organization as it is shown to its own members."""
    return OrganizationRead(
        id=organization.id,
        name=organization.name,
        business_id=organization.business_id,
        wallet=WalletRead(address=organization.address, did=did_of(chain_id, organization.address)),
        metadata=organization.metadata_,
        created=iso(organization.created_ms),
    )
