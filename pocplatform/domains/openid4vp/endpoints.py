"""Presentation requests over HTTP, and the endpoints that wallets speak to.

The latter are no part of our own API and its conventions: OpenID4VP 1.0 is their documentation.
"""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.identities.errors import (
    IdentityDeactivated,
    IdentityKeyElsewhere,
    IdentityNotRegistered,
)
from pocplatform.domains.openid4vci.endpoints import read_form
from pocplatform.domains.openid4vci.errors import ProtocolError
from pocplatform.domains.openid4vp import service
from pocplatform.domains.openid4vp.errors import AnswerRefused
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.domains.openid4vp.schemas import (
    PresentationRequestCreate,
    PresentationRequestRead,
)
from pocplatform.http.command import Accepted
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
from pocplatform.kit.database import Database
from pocplatform.kit.errors import NotFound, PlatformError

router = Router(prefix="/v1/presentation_requests", tags=["Wallets"])
wallet_router = Router(include_in_schema=False)

_NO_STORE = {"Cache-Control": "no-store"}


@router.post(
    "",
    status_code=201,
    response_model=PresentationRequestRead,
    **operation(raises=(IdentityNotRegistered, IdentityDeactivated, IdentityKeyElsewhere)),
)
async def create_presentation_request(
    body: PresentationRequestCreate,
    actor: Writer,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    command: CommandDep,
) -> JSONResponse:
    """Ask a wallet elsewhere to show credentials (OpenID4VP 1.0, with DCQL).

    Show `uri` as a link or a QR code; the wallet answers to this sandbox, which verifies what
    comes. Look at the request until it is no longer pending. The request is a JWT in your DID's
    name, which a wallet of your own could not sign.
    """

    def work(session: Session) -> Accepted:
        made = service.ask(
            session,
            gateway.signers,
            body,
            org_id=actor.org_id,
            verifier=actor.address,
            chain_id=gateway.chain_id,
            base_url=base_url,
        )
        return Accepted(made.id, location=f"/v1/presentation_requests/{made.id}")

    def render(session: Session, request_id: str) -> PresentationRequestRead:
        found = service.get(session, None, request_id)
        return service.read(found, gateway.chain_id, base_url)

    return await command(work, render, created=True)


@router.get("")
def list_presentation_requests(
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    query: PageDep,
) -> ListPage[PresentationRequestRead]:
    """Your requests and what came of them, newest first."""
    rows, more = page(session, PresentationRequest, service.visible_to(actor.org_id), query)
    data = [service.read(row, gateway.chain_id, base_url) for row in rows]
    return ListPage(data=data, has_more=more)


@router.get("/{id}", **operation(raises=(NotFound,)))
def get_presentation_request(
    id: str, actor: Reader, session: ReadSession, gateway: GatewayDep, base_url: BaseUrlDep
) -> PresentationRequestRead:
    """A request of yours: each presentation that came, with every check of it."""
    found = service.get(session, actor.org_id, id)
    return service.read(found, gateway.chain_id, base_url)


@wallet_router.get(service.REQUEST_PATH + "{id}", dependencies=[Anonymous])
def request_object(
    id: str, session: ReadSession, gateway: GatewayDep, base_url: BaseUrlDep
) -> Response:
    """The signed request (OpenID4VP 1.0, section 5.7)."""
    try:
        found = service.open_request(session, id)
        text = service.request_object(session, gateway.signers, found, gateway.chain_id, base_url)
    except AnswerRefused as error:
        return _refusal(error)
    except PlatformError as error:  # the verifier has given up its identity meanwhile
        return _refusal(AnswerRefused(error.detail(), 410))
    media_type = f"application/{service.REQUEST_TYPE}"
    return Response(text, media_type=media_type, headers=_NO_STORE)


@wallet_router.post(service.RESPONSE_PATH + "{id}", dependencies=[Anonymous])
async def direct_post(id: str, request: Request, gateway: GatewayDep) -> Response:
    """What a wallet answers (OpenID4VP 1.0, section 8.2)."""
    try:
        form = await read_form(request)
        asked = await run_in_threadpool(_open, gateway.database, id)
        given = await run_in_threadpool(service.answer, gateway.signers.vault, asked, form)
        results = None
        if given.error is None:
            results = await run_in_threadpool(
                service.judge, gateway.contracts, asked, given.vp_token, gateway.chain_id
            )

        def work(session: Session) -> str | None:
            found = service.open_request(session, id, lock=True)
            if given.error is not None:
                service.decline(found, given.error, given.description)
            else:
                service.settle(found, results or [])
            session.add(found)
            return found.redirect_uri

        redirect_uri = await gateway.writes.do(work)
    except AnswerRefused as error:
        return _refusal(error)
    except ProtocolError as error:
        return _refusal(AnswerRefused(error.description))
    content: dict[str, Any] = {} if redirect_uri is None else {"redirect_uri": redirect_uri}
    return JSONResponse(content, headers=_NO_STORE)


def _open(database: Database, request_id: str) -> PresentationRequest:
    with database.snapshot() as session:
        found = service.open_request(session, request_id)
        session.expunge(found)
        return found


def _refusal(error: AnswerRefused) -> JSONResponse:
    content = {"error": "invalid_request", "error_description": error.description}
    return JSONResponse(content, error.status, headers=_NO_STORE)
