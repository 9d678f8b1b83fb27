"""Signing up, and what an organization is to itself and to others."""

import secrets

from sqlmodel import Session

from pocplatform.chain.codec import checksum, is_address
from pocplatform.domains.organizations import business_id as business_ids
from pocplatform.domains.organizations import keys, repository
from pocplatform.domains.organizations.errors import SignUpCodeWrong
from pocplatform.domains.organizations.models import Organization, Wallet
from pocplatform.domains.organizations.schemas import (
    CompanyRead,
    OrganizationCreate,
    OrganizationRead,
    OrganizationUpdate,
    ProfileRead,
    WalletSummary,
)
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import address_of, did_of
from pocplatform.kit.errors import Conflict, InvalidInput, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.signers import Signers


def check_sign_up_code(wanted: str | None, given: str | None) -> None:
    """Whether somebody may sign up. Raises :class:`SignUpCodeWrong`.

    Args:
        wanted: What the organisers have configured; None where everybody may.
        given: What the request says.
    """
    if wanted is None or secrets.compare_digest(wanted.encode(), (given or "").encode()):
        return
    raise SignUpCodeWrong(
        "Signing up takes a code here, and this is not it."
        if given
        else "Signing up takes a code here.",
        next_step="Ask the organisers for the code and send it as sign_up_code.",
        param="sign_up_code",
    )


def sign_up(
    session: Session, signers: Signers, request: OrganizationCreate
) -> tuple[Organization, str]:
    """A new organization with a custodial wallet, and its secret key.

    Raises :class:`BusinessIdInvalid`, and :class:`Conflict` for a business ID in use.
    """
    organization = establish(session, request, signers.create_wallet(session), custody="platform")
    return organization, keys.issue(session, organization.id)[1]


def establish(
    session: Session, request: OrganizationCreate, address: str, *, custody: str
) -> Organization:
    """A new organization with this wallet as its first.

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
        address=address,
        metadata_=request.metadata,
        created_ms=now_ms(),
    )
    session.add(organization)
    session.flush()
    add_wallet(session, organization.id, address, custody=custody)
    return organization


def add_wallet(
    session: Session, org_id: str, address: str, *, custody: str, name: str = ""
) -> Wallet:
    """A further wallet of an organization."""
    wallet = Wallet(
        id=new_id("wal"),
        org_id=org_id,
        address=address,
        custody=custody,
        name=name,
        created_ms=now_ms(),
    )
    session.add(wallet)
    session.flush()
    return wallet


def _free_business_id(session: Session) -> str:
    while True:
        business_id = business_ids.generate()
        if repository.by_business_id(session, business_id) is None:
            return business_id


def update(session: Session, org_id: str, request: OrganizationUpdate) -> Organization:
    """Change what an organization says of itself."""
    organization = get(session, org_id)
    if request.name is not None:
        organization.name = request.name
    if request.metadata is not None:
        organization.metadata_ = request.metadata
    if request.profile is not None:
        told = {**organization.profile, **request.profile.model_dump(exclude_unset=True)}
        organization.profile = {name: value for name, value in told.items() if value}
    session.add(organization)
    session.flush()
    return organization


def own_id(org_id: str | None) -> str:
    """The organization of who calls. Raises :class:`NotFound` for the organisers."""
    if org_id is None:
        raise NotFound("The organisers' key belongs to no organization.")
    return org_id


def company(session: Session, business_id: str, chain_id: int) -> CompanyRead:
    """What everybody may know of a company.

    Raises :class:`BusinessIdInvalid`, and :class:`NotFound` where no company has it.
    """
    found = repository.by_business_id(session, business_ids.validate(business_id))
    if found is None:
        raise NotFound("No company here has the business ID {id}.", id=business_id)
    return CompanyRead(
        id=found.id,
        name=found.name,
        business_id=business_id,
        address=found.address,
        did=did_of(chain_id, found.address),
        profile=ProfileRead(**found.profile),
    )


def addresses_of(session: Session, org_id: str | None) -> list[str] | None:
    """Whose events concern a tenant: the addresses of its wallets. None for the organisers, whom
    everything concerns."""
    return None if org_id is None else repository.addresses_of(session, org_id)


def get(session: Session, org_id: str) -> Organization:
    """An organization. Raises :class:`NotFound`."""
    organization = repository.by_id(session, org_id)
    if organization is None:
        raise NotFound("There is no organization {org_id}.", org_id=org_id)
    return organization


def resolve_address(session: Session, who: str, chain_id: int, *, param: str) -> str:
    """The address of somebody named by address, DID, organization id or test business ID.

    Raises :class:`InvalidInput` for anything else.
    """
    if who.startswith("did:"):
        who = address_of(who, chain_id, param=param)
    elif who.startswith("org_"):
        organization = repository.by_id(session, who)
        if organization is None:
            raise InvalidInput("There is no organization {who}.", param=param, who=who)
        return organization.address
    elif business_ids.is_form(who):
        company = repository.by_business_id(session, who)
        if company is None:
            raise InvalidInput(
                "No company here has the business ID {who}.",
                next_step="Look at its digits again; test business IDs begin with 9.",
                param=param,
                who=who,
            )
        return company.address
    if not is_address(who):
        raise InvalidInput(
            "{who} is no address, DID, organization id or business ID (or its checksum is wrong).",
            param=param,
            who=who,
        )
    return checksum(who)


def read(session: Session, organization: Organization, chain_id: int) -> OrganizationRead:
    """An organization as it is shown to its own members."""
    first = repository.wallet_at(session, organization.address)
    return OrganizationRead(
        id=organization.id,
        name=organization.name,
        kind="person" if organization.business_id is None else "company",
        business_id=organization.business_id,
        wallet=WalletSummary(
            address=organization.address,
            did=did_of(chain_id, organization.address),
            custody=first.custody if first is not None else "platform",  # type: ignore[arg-type]
        ),
        profile=ProfileRead(**organization.profile),
        metadata=organization.metadata_,
        created=iso(organization.created_ms),
    )
