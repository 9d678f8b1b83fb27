"""Wallets and signing in over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.siwe import SignInInvalid
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.errors import InvitationInvalid, SignUpCodeWrong
from pocplatform.domains.organizations.models import Wallet
from pocplatform.domains.wallets import service, sessions
from pocplatform.domains.wallets.errors import OrganizationUnclear, WalletTaken
from pocplatform.domains.wallets.models import SignInSession
from pocplatform.domains.wallets.schemas import (
    NonceCreate,
    NonceRead,
    SessionCreated,
    SessionRead,
    SignInCreate,
    WalletCreate,
    WalletRead,
)
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
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import InvalidInput

router = Router(prefix="/v1", tags=["Wallets and signing in"])


def _place(gateway: Gateway) -> sessions.Place:
    settings = gateway.settings
    return sessions.Place(settings.base_url, tuple(settings.cors_origins), gateway.chain_id)


@router.post("/siwe/nonce", status_code=201, dependencies=[Anonymous])
async def create_siwe_nonce(body: NonceCreate, gateway: GatewayDep) -> NonceRead:
    """Begin to sign in with a wallet: what it is to sign (EIP-4361). Needs no key."""
    return await gateway.writes.do(
        lambda session: sessions.nonce(session, body.address, _place(gateway))
    )


@router.post(
    "/siwe/verify",
    status_code=201,
    dependencies=[Anonymous],
    response_model=SessionCreated,
    **operation(
        raises=(SignInInvalid, InvitationInvalid, OrganizationUnclear, SignUpCodeWrong), secret=True
    ),
)
async def verify_siwe(body: SignInCreate, gateway: GatewayDep) -> JSONResponse:
    """Sign in with a wallet (EIP-4361). The answer holds the session's token, shown only once.

    Who has an invitation becomes a member of that organization; a wallet that nobody knows signs
    up as a person of its own. Needs no key. Each message counts once, so that an `Idempotency-Key`
    has no effect here.
    """
    proof = await run_in_threadpool(
        sessions.verified, body.message, body.signature, _place(gateway), gateway.client
    )
    wanted = gateway.settings.wanted_sign_up_code

    def work(session: Session) -> SessionCreated:
        row, token = sessions.sign_in(session, proof, body, wanted)
        return SessionCreated(**sessions.read(row).model_dump(), token=token)

    created = await gateway.writes.do(work)
    return JSONResponse(
        created.model_dump(mode="json"),
        status_code=201,
        headers={"Location": f"/v1/sessions/{created.id}", "Cache-Control": "no-store"},
    )


@router.get("/sessions")
def list_sessions(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[SessionRead]:
    """Who has signed in for your organization, newest first."""
    rows, more = page(session, SignInSession, sessions.visible_to(actor.org_id), query)
    return ListPage(data=[sessions.read(row) for row in rows], has_more=more)


@router.get("/sessions/{session_id}")
def get_session(session_id: str, actor: Reader, session: ReadSession) -> SessionRead:
    """A session of your organization."""
    return sessions.read(sessions.get(session, actor.org_id, session_id))


@router.post("/sessions/{session_id}/end", response_model=SessionRead)
async def end_session(session_id: str, actor: Manager, command: CommandDep) -> JSONResponse:
    """Let a session open nothing any more, within a second."""

    def work(session: Session) -> Accepted:
        return Accepted(sessions.end(session, actor.org_id, session_id).id)

    def render(session: Session, id_: str) -> SessionRead:
        return sessions.read(sessions.get(session, None, id_))

    return await command(work, render)


@router.post("/sign_out")
async def sign_out(actor: Reader, gateway: GatewayDep) -> SessionRead:
    """End the session that this request comes with."""
    if actor.key_id is None or not actor.key_id.startswith("ses_"):
        raise InvalidInput(
            "This request comes with a key, not with a session.",
            next_step="A key is revoked with POST /v1/api_keys/{id}/revoke.",
        )
    id_ = actor.key_id
    return await gateway.writes.do(
        lambda session: sessions.read(sessions.end(session, actor.org_id, id_))
    )


@router.get("/wallets")
def list_wallets(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[WalletRead]:
    """The wallets that your organization acts by, newest first."""
    rows, more = page(session, Wallet, service.visible_to(actor.org_id), query)
    data = [service.read(session, row, gateway.chain_id) for row in rows]
    return ListPage(data=data, has_more=more)


@router.post(
    "/wallets",
    status_code=201,
    response_model=WalletRead,
    **operation(raises=(SignInInvalid, WalletTaken)),
)
async def create_wallet(
    body: WalletCreate, actor: Manager, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Add a wallet: a new one that the sandbox signs for, or one of your own that you prove.

    A key acts by the wallet that it was made for (POST /v1/api_keys); for a wallet of your own,
    sign in with it, and use the two steps `…/prepare` and `…/submit` of each write.
    """
    org_id = organizations.own_id(actor.org_id)
    proof = None
    if body.custody == "own":
        if body.message is None or body.signature is None:
            raise InvalidInput(
                "A wallet of your own is proved with a signed message.",
                next_step="POST /v1/siwe/nonce gives one to sign; send message and signature.",
                param="message" if body.message is None else "signature",
            )
        proof = await run_in_threadpool(
            sessions.verified, body.message, body.signature, _place(gateway), gateway.client
        )

    def work(session: Session) -> Accepted:
        if proof is None:
            wallet = service.create(session, gateway.signers, org_id, name=body.name)
        else:
            wallet = service.link(session, org_id, proof, name=body.name)
        return Accepted(wallet.id, location=f"/v1/wallets/{wallet.id}")

    def render(session: Session, wallet_id: str) -> WalletRead:
        return service.read(session, service.get(session, None, wallet_id), gateway.chain_id)

    answer = await command(work, render, created=True)
    gateway.errands()  # what concerns the new one is to be delivered too
    return answer


@router.get("/wallets/{wallet_id}")
def get_wallet(
    wallet_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> WalletRead:
    """A wallet of your organization."""
    return service.read(session, service.get(session, actor.org_id, wallet_id), gateway.chain_id)
