"""Credentials and trusted issuers over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session

from pocplatform.domains.credential_types.schemas import CredentialTypeName
from pocplatform.domains.credentials import service, trust, verification
from pocplatform.domains.credentials.errors import (
    ClaimsInvalid,
    CredentialErased,
    NotPresentable,
    NotTheHolder,
    NotTheIssuer,
    ValidityInvalid,
)
from pocplatform.domains.credentials.models import Credential, TrustedIssuer
from pocplatform.domains.credentials.schemas import (
    CredentialCreate,
    CredentialRead,
    CredentialVerify,
    PresentationCreate,
    PresentationRead,
    TrustedIssuerCreate,
    TrustedIssuerRead,
    TrustedIssuerRenew,
    VerificationRead,
)
from pocplatform.domains.identities.errors import (
    IdentityDeactivated,
    IdentityKeyElsewhere,
    IdentityNotRegistered,
)
from pocplatform.domains.organizations import service as organizations
from pocplatform.http.command import Accepted, Command
from pocplatform.http.dependencies import (
    Admin,
    Anonymous,
    BaseUrlDep,
    CommandDep,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway

router = Router(prefix="/v1", tags=["Credentials"])


@router.post("/trusted_issuers", status_code=202, response_model=TrustedIssuerRead)
async def accredit_issuer(
    body: TrustedIssuerCreate, actor: Admin, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Trust an issuer for one type of credential, from now on. Organisers only."""

    def work(session: Session) -> Accepted:
        entry_id, transaction = trust.accredit(
            session,
            gateway.outbox,
            operator=actor.address,
            issuer=organizations.resolve_address(
                session, body.issuer, gateway.chain_id, param="issuer"
            ),
            credential_type=body.credential_type,
            valid_until=body.valid_until,
        )
        location = f"/v1/trusted_issuers/{entry_id}"
        return Accepted(transaction.id, (transaction.id,), location)

    return await command(work, _trust_after(gateway, body.credential_type))


@router.get("/trusted_issuers", dependencies=[Anonymous])
def list_trusted_issuers(
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    issuer: Annotated[str | None, Query(description="Address, DID or organization id.")] = None,
    credential_type: Annotated[CredentialTypeName | None, Query()] = None,
) -> ListPage[TrustedIssuerRead]:
    """Whom the register trusts for what, newest first. No key is needed."""
    address = None
    if issuer is not None:
        address = organizations.resolve_address(session, issuer, gateway.chain_id, param="issuer")
    rows, more = page(session, TrustedIssuer, trust.entries(address, credential_type), query)
    data = [trust.read(session, row, gateway.chain_id) for row in rows]
    return ListPage(data=data, has_more=more)


@router.get("/trusted_issuers/{id}", dependencies=[Anonymous])
def get_trusted_issuer(id: str, session: ReadSession, gateway: GatewayDep) -> TrustedIssuerRead:
    """An entry of the register. No key is needed."""
    return trust.read(session, trust.get(session, id), gateway.chain_id)


@router.post("/trusted_issuers/{id}/renew", status_code=202, response_model=TrustedIssuerRead)
async def renew_trusted_issuer(
    id: str, body: TrustedIssuerRenew, actor: Admin, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Move the end of the trust. Organisers only."""

    def work(session: Session) -> Accepted:
        transaction = trust.renew(
            session,
            gateway.outbox,
            operator=actor.address,
            entry_id=id,
            valid_until=body.valid_until,
        )
        return Accepted(transaction.id, (transaction.id,), f"/v1/trusted_issuers/{id}")

    return await command(work, _trust_after(gateway))


@router.post("/trusted_issuers/{id}/withdraw", status_code=202, response_model=TrustedIssuerRead)
async def withdraw_trusted_issuer(
    id: str, actor: Admin, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Trust no more. All credentials of this issuer and type stop counting. Organisers only."""

    def work(session: Session) -> Accepted:
        transaction = trust.withdraw(session, gateway.outbox, operator=actor.address, entry_id=id)
        return Accepted(transaction.id, (transaction.id,), f"/v1/trusted_issuers/{id}")

    return await command(work, _trust_after(gateway))


@router.post(
    "/credentials",
    status_code=202,
    response_model=CredentialRead,
    **operation(
        raises=(
            ClaimsInvalid,
            ValidityInvalid,
            IdentityNotRegistered,
            IdentityDeactivated,
            IdentityKeyElsewhere,
        ),
        events=("credential.anchored",),
    ),
)
async def issue_credential(
    body: CredentialCreate,
    actor: Writer,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    command: CommandDep,
) -> JSONResponse:
    """Issue a credential: you are the issuer, and your identity must be registered.

    The claims stay off the chain; a digest that tells nothing about them is anchored on it. Anybody
    may issue; whether a credential counts depends on the register of trusted issuers. Where the
    type was laid down (`GET /v1/credential_types`), the claims must fit its schema. An SD-JWT VC
    (`"format": "dc+sd-jwt"`) is bound to the subject's wallet, if that is one of this sandbox.

    There are no two steps for a wallet of your own: credentials are JWTs (ES256K), and wallets
    sign only messages, typed data and transactions.
    """

    def work(session: Session) -> Accepted:
        credential = service.issue(
            session,
            gateway.outbox,
            gateway.signers,
            org_id=actor.org_id,
            issuer=actor.address,
            subject=organizations.resolve_address(
                session, body.subject, gateway.chain_id, param="subject"
            ),
            type_=body.type,
            claims=body.claims,
            valid_until=body.valid_until,
            chain_id=gateway.chain_id,
            base_url=base_url,
            format_=body.format,
            disclosable=body.disclosable,
        )
        location = f"/v1/credentials/{credential.id}"
        return Accepted(credential.id, (credential.transaction_id,), location)

    def render(session: Session, credential_id: str) -> CredentialRead:
        credential = service.get(session, actor.org_id, actor.address, credential_id)
        return service.read(session, credential, gateway.chain_id, base_url)

    return await command(work, render)


@router.get("/credentials")
def list_credentials(
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    query: PageDep,
) -> ListPage[CredentialRead]:
    """The credentials that you issued or that are about you, newest first."""
    visible = service.visible_to(actor.org_id, actor.address)
    rows, more = page(session, Credential, visible, query)
    data = [service.read(session, row, gateway.chain_id, base_url) for row in rows]
    return ListPage(data=data, has_more=more)


@router.post("/credentials/verify", dependencies=[Anonymous])
def verify_credential(
    body: CredentialVerify, gateway: GatewayDep, language: LanguageDep
) -> VerificationRead:
    """Check any credential of this chain, or a presentation of one. No key is needed.

    Each question is answered on its own, from the credential and the chain: is it signed by its
    issuer, is the issuer trusted, is it revoked, and so on. Give your `audience` and `nonce` to
    have a presentation checked as one: signed by its holder, for you, now, and never before.
    """
    return verification.verify(
        gateway.contracts,
        body.credential,
        gateway.chain_id,
        language,
        audience=body.audience,
        nonce=body.nonce,
    )


@router.get("/credentials/{id}")
def get_credential(
    id: str, actor: Reader, session: ReadSession, gateway: GatewayDep, base_url: BaseUrlDep
) -> CredentialRead:
    """A credential that you issued or that is about you."""
    credential = service.get(session, actor.org_id, actor.address, id)
    return service.read(session, credential, gateway.chain_id, base_url)


@router.post(
    "/credentials/{id}/present",
    response_model=PresentationRead,
    **operation(raises=(NotTheHolder, NotPresentable, CredentialErased, IdentityKeyElsewhere)),
)
async def present_credential(
    id: str, body: PresentationCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Show chosen claims of a credential about you to one verifier.

    The answer is an SD-JWT VC with only those claims, signed by your wallet for this audience and
    nonce (SD-JWT+KB). Nothing goes on the chain. There are no two steps for a wallet of your own:
    wallets sign no JWT. Have it issued to a wallet app instead, with POST /v1/credential_offers.
    """

    def work(session: Session) -> Accepted:
        shown = service.present(
            session,
            gateway.signers,
            chain_id=gateway.chain_id,
            org_id=actor.org_id,
            actor=actor.address,
            credential_id=id,
            claims=body.claims,
            audience=body.audience,
            nonce=body.nonce,
        )
        return Accepted(id, location=f"/v1/credentials/{id}", shown=shown)

    def render(session: Session, credential_id: str) -> CredentialRead:
        raise AssertionError("a presentation waits for nothing, so it is shown only once")

    return await command(work, render)


@router.post(
    "/credentials/{id}/revoke",
    status_code=202,
    response_model=CredentialRead,
    **operation(raises=(NotTheIssuer,), by_wallet=True, events=("credential.revoked",)),
)
async def revoke_credential(
    id: str, actor: Writer, gateway: GatewayDep, base_url: BaseUrlDep, command: CommandDep
) -> JSONResponse:
    """Revoke a credential of yours **for ever**."""
    return await _change_status(id, "revoke", actor, gateway, base_url, command)


@router.post(
    "/credentials/{id}/suspend",
    status_code=202,
    response_model=CredentialRead,
    **operation(raises=(NotTheIssuer,), by_wallet=True, events=("credential.suspended",)),
)
async def suspend_credential(
    id: str, actor: Writer, gateway: GatewayDep, base_url: BaseUrlDep, command: CommandDep
) -> JSONResponse:
    """Suspend a credential of yours until you resume it."""
    return await _change_status(id, "suspend", actor, gateway, base_url, command)


@router.post(
    "/credentials/{id}/resume",
    status_code=202,
    response_model=CredentialRead,
    **operation(raises=(NotTheIssuer,), by_wallet=True, events=("credential.resumed",)),
)
async def resume_credential(
    id: str, actor: Writer, gateway: GatewayDep, base_url: BaseUrlDep, command: CommandDep
) -> JSONResponse:
    """End the suspension of a credential of yours."""
    return await _change_status(id, "resume", actor, gateway, base_url, command)


async def _change_status(
    credential_id: str,
    change: service.StatusChange,
    actor: Actor,
    gateway: Gateway,
    base_url: str,
    command: Command,
) -> JSONResponse:
    def work(session: Session) -> Accepted:
        transaction = service.change_status(
            session,
            gateway.outbox,
            org_id=actor.org_id,
            actor=actor.address,
            credential_id=credential_id,
            change=change,
        )
        return Accepted(transaction.id, (transaction.id,), f"/v1/credentials/{credential_id}")

    def render(session: Session, transaction_id: str) -> CredentialRead:
        credential = service.get(session, actor.org_id, actor.address, credential_id)
        return service.read(session, credential, gateway.chain_id, base_url, transaction_id)

    return await command(work, render)


def _trust_after(
    gateway: Gateway, credential_type: str | None = None
) -> Callable[[Session, str], BaseModel]:
    def render(session: Session, transaction_id: str) -> TrustedIssuerRead:
        return trust.read_after(session, transaction_id, gateway.chain_id, credential_type)

    return render
