"""Organizations, their keys and their members over HTTP."""

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session

from pocplatform.domains.devnets import service as devnets
from pocplatform.domains.organizations import keys, members, service
from pocplatform.domains.organizations.errors import (
    BusinessIdInvalid,
    KeyInvalid,
    SignUpCodeWrong,
)
from pocplatform.domains.organizations.models import ApiKey, Invitation, Member
from pocplatform.domains.organizations.schemas import (
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyRead,
    ApiKeyRotate,
    CompanyRead,
    InvitationCreate,
    InvitationCreated,
    InvitationRead,
    MemberRead,
    MemberUpdate,
    OrganizationCreate,
    OrganizationCreated,
    OrganizationRead,
    OrganizationUpdate,
    QuotaRead,
    QuotasRead,
)
from pocplatform.http import quotas
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    Anonymous,
    CommandDep,
    GatewayDep,
    Manager,
    Reader,
    ReadSession,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import Conflict

router = Router(prefix="/v1", tags=["Organizations"])


@router.post(
    "/organizations",
    status_code=201,
    dependencies=[Anonymous],
    response_model=OrganizationCreated,
    **operation(raises=(BusinessIdInvalid, SignUpCodeWrong, Conflict), secret=True),
)
async def create_organization(body: OrganizationCreate, gateway: GatewayDep) -> JSONResponse:
    """Sign up. The answer holds the secret key, which is shown only this once.

    Because of the secret, an `Idempotency-Key` has no effect here: signing up again makes another
    organization.
    """
    wanted = gateway.settings.wanted_sign_up_code
    service.check_sign_up_code(wanted, body.sign_up_code)

    def work(session: Session) -> OrganizationCreated:
        organization, secret = service.sign_up(session, gateway.signers, body)
        shown = service.read(session, organization, gateway.chain_id)
        return OrganizationCreated(**shown.model_dump(), secret_key=secret)

    return _with_secret(await gateway.writes.do(work), "/v1/organizations/me")


@router.get("/organizations/me")
def get_own_organization(
    actor: Reader, session: ReadSession, gateway: GatewayDep
) -> OrganizationRead:
    """The organization whose key is used."""
    organization = service.get(session, service.own_id(actor.org_id))
    return service.read(session, organization, gateway.chain_id)


@router.post("/organizations/me", response_model=OrganizationRead)
async def update_own_organization(
    body: OrganizationUpdate, actor: Manager, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Change its name, its metadata, or what a company tells everybody of itself."""

    def work(session: Session) -> Accepted:
        return Accepted(service.update(session, service.own_id(actor.org_id), body).id)

    def render(session: Session, org_id: str) -> OrganizationRead:
        return service.read(session, service.get(session, org_id), gateway.chain_id)

    return await command(work, render)


@router.get("/organizations/me/quotas")
def get_own_quotas(actor: Reader, session: ReadSession, gateway: GatewayDep) -> QuotasRead:
    """How much test money, test ether, room and devnets your organization may have, and has taken.

    The limits are those that hold for you: a team of an event has some of its own.
    """
    settings, own, org_id = gateway.settings, actor.limits, service.own_id(actor.org_id)
    used = quotas.used(session, org_id)
    return QuotasRead(
        quotas=[
            QuotaRead(what="test_money", used=used.get(quotas.FAUCET, 0),
                      limit=_first(own.faucet_daily, settings.faucet_daily), unit="cents",
                      period="day"),
            QuotaRead(what="test_ether", used=used.get(quotas.ETHER, 0),
                      limit=int(settings.faucet_daily_ether * 10**9), unit="gwei", period="day"),
            QuotaRead(what="storage", used=used.get(quotas.STORAGE, 0),
                      limit=settings.storage_mb * 1_000_000, unit="bytes", period="always"),
            QuotaRead(what="compilations", used=used.get(quotas.COMPILATIONS, 0),
                      limit=settings.compilations_mb * 1_000_000, unit="bytes", period="always"),
            QuotaRead(what="devnets", used=devnets.count(session, org_id),
                      limit=_first(own.devnets, settings.devnets_per_organization), unit="devnets",
                      period="always"),
        ],
        requests_of_key=settings.rate_limit_key,
        requests_of_organization=settings.rate_limit_tenant
        if own.requests_per_second is None else f"{own.requests_per_second}/second",
    )  # fmt: skip


def _first(own: int | None, usual: int) -> int:
    """What holds for an organization: a limit of its own, or else everybody's."""
    return usual if own is None else own


@router.get("/companies/{business_id}", **operation(raises=(BusinessIdInvalid,)))
def get_company(
    business_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> CompanyRead:
    """The public profile of a company, by its test business ID."""
    return service.company(session, business_id, gateway.chain_id)


@router.get("/api_keys")
def list_api_keys(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[ApiKeyRead]:
    """Your organization's keys, newest first, without their secrets."""
    rows, more = page(session, ApiKey, keys.visible_to(actor.org_id), query)
    return ListPage(data=[keys.read(row) for row in rows], has_more=more)


@router.post("/api_keys", status_code=201, response_model=ApiKeyCreated, **operation(secret=True))
async def create_api_key(
    body: ApiKeyCreate, actor: Manager, gateway: GatewayDep, request: Request
) -> JSONResponse:
    """Make a further key. The answer holds its secret, which is shown only this once.

    Because of the secret, an `Idempotency-Key` has no effect here.
    """
    org_id = service.own_id(actor.org_id)

    def work(session: Session) -> ApiKeyCreated:
        key, secret = keys.create(
            session, org_id, by=actor.scopes,
            name=body.name, scope=body.scope, wallet=body.wallet, expires_in_s=body.expires_in_s,
            further=body.further_scopes, secret=request.scope.get(keys.GIVEN),
        )  # fmt: skip
        return ApiKeyCreated(**keys.read(key).model_dump(), secret_key=secret)

    created = await gateway.writes.do(work)
    return _with_secret(created, f"/v1/api_keys/{created.id}")


@router.get("/api_keys/{key_id}")
def get_api_key(key_id: str, actor: Reader, session: ReadSession) -> ApiKeyRead:
    """A key of your organization, without its secret."""
    return keys.read(keys.get(session, actor.org_id, key_id))


@router.post(
    "/api_keys/{key_id}/rotate",
    status_code=201,
    response_model=ApiKeyCreated,
    **operation(raises=(KeyInvalid,), secret=True),
)
async def rotate_api_key(
    key_id: str, body: ApiKeyRotate, actor: Manager, gateway: GatewayDep, request: Request
) -> JSONResponse:
    """Make a new key in place of this one, which goes on working for a while.

    Because of the secret, an `Idempotency-Key` has no effect here.
    """

    def work(session: Session) -> ApiKeyCreated:
        key, secret = keys.rotate(
            session, actor.org_id, key_id, by=actor.scopes, overlap_s=body.overlap_s,
            secret=request.scope.get(keys.GIVEN),
        )  # fmt: skip
        return ApiKeyCreated(**keys.read(key).model_dump(), secret_key=secret)

    created = await gateway.writes.do(work)
    return _with_secret(created, f"/v1/api_keys/{created.id}")


@router.post("/api_keys/{key_id}/revoke", response_model=ApiKeyRead)
async def revoke_api_key(key_id: str, actor: Manager, command: CommandDep) -> JSONResponse:
    """Let a key open nothing any more, within a second. Revoking again changes nothing."""

    def work(session: Session) -> Accepted:
        return Accepted(keys.revoke(session, actor.org_id, key_id).id)

    def render(session: Session, id_: str) -> ApiKeyRead:
        return keys.read(keys.get(session, None, id_))

    return await command(work, render)


@router.get("/members")
def list_members(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[MemberRead]:
    """Who may act for your organization after signing in with a wallet, newest first."""
    rows, more = page(session, Member, members.members_of(actor.org_id), query)
    return ListPage(data=[members.read(row) for row in rows], has_more=more)


@router.get("/members/{member_id}")
def get_member(member_id: str, actor: Reader, session: ReadSession) -> MemberRead:
    """A member of your organization."""
    return members.read(members.get(session, actor.org_id, member_id))


@router.post("/members/{member_id}", response_model=MemberRead)
async def update_member(
    member_id: str, body: MemberUpdate, actor: Manager, command: CommandDep
) -> JSONResponse:
    """Give a member another role."""

    def work(session: Session) -> Accepted:
        return Accepted(members.change_role(session, actor.org_id, member_id, body.role).id)

    def render(session: Session, id_: str) -> MemberRead:
        return members.read(members.get(session, None, id_))

    return await command(work, render)


@router.post("/members/{member_id}/remove", response_model=MemberRead)
async def remove_member(member_id: str, actor: Manager, command: CommandDep) -> JSONResponse:
    """Let a member act no more; their sessions end. Keys of the organization stay as they are."""

    def work(session: Session) -> Accepted:
        removed = members.remove(session, actor.org_id, member_id)
        return Accepted(removed.id, shown=removed)

    def render(session: Session, id_: str) -> MemberRead:
        return members.read(members.get(session, None, id_))

    return await command(work, render)


@router.get("/invitations")
def list_invitations(
    actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[InvitationRead]:
    """Your organization's invitations, newest first, without their codes."""
    rows, more = page(session, Invitation, members.invitations_of(actor.org_id), query)
    return ListPage(data=[members.read_invitation(row) for row in rows], has_more=more)


@router.post(
    "/invitations", status_code=201, response_model=InvitationCreated, **operation(secret=True)
)
async def create_invitation(
    body: InvitationCreate, actor: Manager, gateway: GatewayDep
) -> JSONResponse:
    """Invite a person, who comes with the code to POST /v1/siwe/verify.

    The answer holds the code, which is shown only this once; because of it, an `Idempotency-Key`
    has no effect here.
    """
    org_id = service.own_id(actor.org_id)

    def work(session: Session) -> InvitationCreated:
        invitation, code = members.invite(
            session, org_id, role=body.role, name=body.name, expires_in_s=body.expires_in_s
        )
        return InvitationCreated(**members.read_invitation(invitation).model_dump(), code=code)

    created = await gateway.writes.do(work)
    return _with_secret(created, f"/v1/invitations/{created.id}")


@router.get("/invitations/{invitation_id}")
def get_invitation(invitation_id: str, actor: Reader, session: ReadSession) -> InvitationRead:
    """An invitation of your organization, without its code."""
    return members.read_invitation(members.invitation(session, actor.org_id, invitation_id))


@router.post("/invitations/{invitation_id}/revoke", response_model=InvitationRead)
async def revoke_invitation(
    invitation_id: str, actor: Manager, command: CommandDep
) -> JSONResponse:
    """Let nobody come by an invitation any more. A member who came by it stays."""

    def work(session: Session) -> Accepted:
        return Accepted(members.revoke_invitation(session, actor.org_id, invitation_id).id)

    def render(session: Session, id_: str) -> InvitationRead:
        return members.read_invitation(members.invitation(session, None, id_))

    return await command(work, render)


def _with_secret(created: BaseModel, location: str) -> JSONResponse:
    """An answer that holds a secret: kept by nobody on its way."""
    return JSONResponse(
        created.model_dump(mode="json"),
        status_code=201,
        headers={"Location": location, "Cache-Control": "no-store"},
    )
