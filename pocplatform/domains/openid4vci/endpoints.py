"""Credential offers over HTTP, and the endpoints that wallets speak to.

The latter are no part of our own API and its conventions: paths, forms and errors are those of
OpenID4VCI 1.0, which is their documentation.
"""

from typing import Any
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.credentials.errors import ClaimsInvalid, ValidityInvalid
from pocplatform.domains.identities.errors import (
    IdentityDeactivated,
    IdentityKeyElsewhere,
    IdentityNotRegistered,
)
from pocplatform.domains.openid4vci import metadata, proofs, service
from pocplatform.domains.openid4vci.errors import OfferClosed, ProtocolError
from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.domains.openid4vci.schemas import (
    PRE_AUTHORIZED,
    CredentialOfferCreate,
    CredentialOfferCreated,
    CredentialOfferRead,
    CredentialResponse,
    WalletCredential,
)
from pocplatform.domains.organizations import service as organizations
from pocplatform.http.command import Accepted, Command
from pocplatform.http.dependencies import (
    Anonymous,
    BaseUrlDep,
    CommandDep,
    GatewayDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound, PlatformError

router = Router(prefix="/v1/credential_offers", tags=["Wallets"])
wallet_router = Router(include_in_schema=False)

_WAIT_S = 15.0
"""How long a wallet waits for the credential's anchor to be on the chain."""
_NO_STORE = {"Cache-Control": "no-store"}


@router.post(
    "",
    status_code=201,
    response_model=CredentialOfferCreated,
    **operation(
        raises=(
            ClaimsInvalid,
            ValidityInvalid,
            IdentityNotRegistered,
            IdentityDeactivated,
            IdentityKeyElsewhere,
        ),
        secret=True,
    ),
)
async def create_credential_offer(
    body: CredentialOfferCreate,
    actor: Writer,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    request: Request,
) -> JSONResponse:
    """Offer a credential to a wallet elsewhere (OpenID4VCI 1.0, pre-authorised code).

    Show `uri` as a link or a QR code: the wallet fetches an SD-JWT VC with it that is bound to its
    own key. Only then is the credential issued and anchored, with the sandbox's key of your
    organization: a wallet of your own could not sign it.

    Because of its codes, which are shown only this once, an `Idempotency-Key` has no effect here:
    offering again makes another offer. Withdraw the one whose answer got lost.
    """

    def work(session: Session) -> Accepted:
        subject = None
        if body.subject is not None:
            subject = organizations.resolve_address(
                session, body.subject, gateway.chain_id, param="subject"
            )
        made, shown = service.offer(
            session,
            gateway.signers,
            body,
            org_id=actor.org_id,
            issuer=actor.address,
            subject=subject,
            chain_id=gateway.chain_id,
            base_url=base_url,
        )
        return Accepted(made.id, location=f"/v1/credential_offers/{made.id}", shown=shown)

    def render(session: Session, offer_id: str) -> CredentialOfferRead:
        return service.read(service.get(session, None, offer_id), gateway.chain_id)

    command = Command(
        gateway=gateway, tenant=actor.tenant, method="POST", path=request.url.path,
        body=await request.body(), key=None, wait_s=0.0,
    )  # fmt: skip
    answer = await command(work, render, created=True)
    answer.headers.update(_NO_STORE)
    return answer


@router.get("")
def list_credential_offers(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[CredentialOfferRead]:
    """Your offers, newest first; their codes were shown once."""
    rows, more = page(session, CredentialOffer, service.visible_to(actor.org_id), query)
    return ListPage(data=[service.read(row, gateway.chain_id) for row in rows], has_more=more)


@router.get("/{id}", **operation(raises=(NotFound,)))
def get_credential_offer(
    id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> CredentialOfferRead:
    """An offer of yours, and what became of it."""
    return service.read(service.get(session, actor.org_id, id), gateway.chain_id)


@router.post(
    "/{id}/withdraw",
    response_model=CredentialOfferRead,
    **operation(raises=(OfferClosed,)),
)
async def withdraw_credential_offer(
    id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Take an offer back that no wallet has fetched yet."""

    def work(session: Session) -> Accepted:
        service.withdraw(session, actor.org_id, id)
        return Accepted(id, location=f"/v1/credential_offers/{id}")

    def render(session: Session, offer_id: str) -> CredentialOfferRead:
        return service.read(service.get(session, None, offer_id), gateway.chain_id)

    return await command(work, render)


@wallet_router.get("/.well-known/openid-credential-issuer", dependencies=[Anonymous])
def issuer_metadata(session: ReadSession, base_url: BaseUrlDep) -> JSONResponse:
    """What this sandbox issues (OpenID4VCI 1.0, section 12.2)."""
    return _public(metadata.of_issuer(session, base_url))


@wallet_router.get("/.well-known/oauth-authorization-server", dependencies=[Anonymous])
def authorization_server_metadata(base_url: BaseUrlDep) -> JSONResponse:
    """Where codes become tokens (RFC 8414)."""
    return _public(metadata.of_authorization_server(base_url))


@wallet_router.post(metadata.TOKEN_PATH, dependencies=[Anonymous])
async def token(request: Request, gateway: GatewayDep) -> JSONResponse:
    """The token endpoint (OpenID4VCI 1.0, section 6)."""
    try:
        form = await read_form(request)
        if form.get("grant_type") != PRE_AUTHORIZED:
            raise ProtocolError("unsupported_grant_type", f"Only {PRE_AUTHORIZED} is supported.")
        code = form.get("pre-authorized_code")
        if not code:
            raise ProtocolError("invalid_request", "pre-authorized_code is missing.")
    except ProtocolError as error:
        return refusal(error)
    given = await gateway.writes.do(
        lambda session: service.take_code(session, code, form.get("tx_code"))
    )
    if isinstance(given, ProtocolError):
        return refusal(given)
    content = {
        "access_token": given, "token_type": "Bearer", "expires_in": service.TOKEN_VALID_S,
    }  # fmt: skip
    return JSONResponse(content, headers=_NO_STORE)


@wallet_router.post(metadata.NONCE_PATH, dependencies=[Anonymous])
async def nonce() -> JSONResponse:
    """The nonce endpoint (OpenID4VCI 1.0, section 7)."""
    return JSONResponse({"c_nonce": proofs.new_nonce()}, headers=_NO_STORE)


@wallet_router.post(metadata.CREDENTIAL_PATH, dependencies=[Anonymous])
async def credential(request: Request, gateway: GatewayDep, base_url: BaseUrlDep) -> JSONResponse:
    """The credential endpoint (OpenID4VCI 1.0, section 8)."""
    scheme, _, access_token = request.headers.get("authorization", "").partition(" ")
    content = await _json(request)

    def checked() -> dict[str, str]:
        """The wallet's key. Before the write: a refusal there costs those that share its commit."""
        if scheme.lower() != "bearer":
            raise ProtocolError("invalid_token", "An access token is needed.", 401)
        with gateway.database.snapshot() as session:
            offered = service.of_token(session, access_token.strip()).type
        return proofs.holder_key(_proof(content, offered), base_url)

    try:
        key = await run_in_threadpool(checked)
    except ProtocolError as error:
        return refusal(error)

    def work(session: Session) -> Accepted:
        offer = service.of_token(session, access_token.strip())
        issued = service.hand_over(
            session,
            gateway.outbox,
            gateway.signers,
            offer,
            key,
            chain_id=gateway.chain_id,
            base_url=base_url,
        )
        shown = CredentialResponse(credentials=[WalletCredential(credential=issued.jwt)])
        return Accepted(issued.jwt, (issued.transaction_id,), shown=shown)

    def render(session: Session, text: str) -> CredentialResponse:
        return CredentialResponse(credentials=[WalletCredential(credential=text)])

    command = Command(
        gateway=gateway, tenant="wallets", method="POST", path=metadata.CREDENTIAL_PATH,
        body=b"", key=None, wait_s=_WAIT_S,
    )  # fmt: skip
    try:
        answer = await command(work, render)
    except ProtocolError as error:
        return refusal(error)
    except PlatformError as error:
        return refusal(ProtocolError("credential_request_denied", error.detail()))
    # Also where the anchor is still on its way: 202 would tell the wallet to come back.
    answer.status_code = 200
    answer.headers.update(_NO_STORE)
    return answer


def _proof(content: Any, type_: str) -> Any:
    """The proof in a credential request for the type that was offered."""
    if not isinstance(content, dict):
        raise ProtocolError("invalid_credential_request", "The request is no JSON object.")
    if "credential_identifier" in content:
        raise ProtocolError("unknown_credential_identifier", "Tokens here name no identifiers.")
    if content.get("credential_configuration_id") != type_:
        raise ProtocolError(
            "unknown_credential_configuration", f"The credential_configuration_id is {type_}."
        )
    match content.get("proofs"):
        case {"jwt": [proof], **others} if not others:
            return proof
    raise ProtocolError("invalid_proof", "proofs must hold one proof of the type jwt.")


async def read_form(request: Request) -> dict[str, str]:
    """A form whose fields come once each. Raises :class:`ProtocolError` ``invalid_request``."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise ProtocolError("invalid_request", "A form (x-www-form-urlencoded) is expected.")
    try:
        fields = parse_qs(
            (await request.body()).decode(), keep_blank_values=True, max_num_fields=50
        )
    except ValueError:
        raise ProtocolError("invalid_request", "The form cannot be read.") from None
    if any(len(values) > 1 for values in fields.values()):
        raise ProtocolError("invalid_request", "A field comes twice.")
    return {name: values[0] for name, values in fields.items()}


def refusal(error: ProtocolError) -> JSONResponse:
    """What a wallet is told (RFC 6749, section 5.2; RFC 6750, section 3)."""
    headers = dict(_NO_STORE)
    if error.status == 401:
        headers["WWW-Authenticate"] = f'Bearer error="{error.error}"'
    content = {"error": error.error, "error_description": error.description}
    return JSONResponse(content, error.status, headers=headers)


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except (ValueError, RecursionError):
        return None


def _public(content: dict[str, Any]) -> JSONResponse:
    headers = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    return JSONResponse(content, headers=headers)
