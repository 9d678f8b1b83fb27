"""The pages: their list, the references of the API and of errors, and what says whether it runs."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session
from starlette.staticfiles import StaticFiles

from pocplatform.domains.contracts import documentation, openapi
from pocplatform.domains.contracts import service as contracts
from pocplatform.domains.contracts.errors import NotOnChain
from pocplatform.domains.contracts.models import Contract
from pocplatform.http.dependencies import (
    Anonymous,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
)
from pocplatform.http.errors import DOCS_PATH
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.web import (
    acting,
    assets,
    check,
    check_files,
    demo,
    desk,
    developers,
    explorer,
    failures,
    first_visit,
    hackathons,
    joining,
    live,
    organising,
    sign_in,
    spaces,
)
from pocplatform.web.errors import error_classes
from pocplatform.web.rendering import Page, PageDep
from pocplatform.web.reports import events as event_reports
from pocplatform.web.reports import site as reports

_SWAGGER_UI = PROJECT_ROOT / "node_modules" / "swagger-ui-dist"

router = Router(include_in_schema=False)

ROUTERS: list[APIRouter] = [
    router,
    first_visit.router,
    sign_in.router,
    *desk.ROUTERS,
    demo.router,
    check_files.router,
    check.router,
    *developers.ROUTERS,
    explorer.router,
    reports.router,
    spaces.router,
    joining.router,
    organising.router,
    hackathons.router,
    event_reports.router,
    live.router,
    assets.router,
]
"""All pages; a new part of the site is a line here, and one in ``navigation.py``."""


def install(app: FastAPI) -> None:
    """Add the pages and what they load to the application."""
    for each in ROUTERS:
        app.router.routes += each.routes
    app.mount("/static/swagger-ui", StaticFiles(directory=_SWAGGER_UI, check_dir=False))
    failures.install(app)
    acting.install(app)


@router.get("/docs")
async def api_reference(page: PageDep) -> HTMLResponse:
    """The API's operations, to read and to try."""
    return page.html("api.html")


@router.get(DOCS_PATH)
async def error_reference(page: PageDep) -> HTMLResponse:
    """Every error code, with what it means."""
    errors = sorted(error_classes(), key=lambda kind: (kind.status, kind.code))
    return page.html("errors.html", errors=errors)


@router.get("/v1/contracts/{contract_id}/docs")
def contract_documentation(
    page: PageDep, contract_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> HTMLResponse:
    """What a developer's contract says about itself: its NatSpec, escaped."""
    contract = contracts.get(session, actor.org_id, contract_id)
    return _contract_page(page, session, gateway, contract)


@router.get("/docs/contracts/{token}", dependencies=[Anonymous])
def shared_contract_documentation(
    page: PageDep, token: str, session: ReadSession, gateway: GatewayDep
) -> HTMLResponse:
    """The same for whoever knows its address, which nobody can guess: it opens in a browser."""
    contract = contracts.documented(session, token)
    return _contract_page(page, session, gateway, contract)


@router.get("/docs/contracts/{token}/openapi.json", dependencies=[Anonymous])
def shared_contract_openapi(token: str, session: ReadSession, gateway: GatewayDep) -> JSONResponse:
    """The contract's OpenAPI document for the same, so that tools can load it by its address."""
    contract = contracts.documented(session, token)
    interface = contracts.whole_interface(session, gateway.outbox, contract)
    return JSONResponse(openapi.document(contract, interface, str(gateway.settings.base_url)))


def _contract_page(
    page: Page, session: Session, gateway: Gateway, contract: Contract
) -> HTMLResponse:
    interface = contracts.whole_interface(session, gateway.outbox, contract)
    try:
        stands_at = contracts.address_of(session, contract)
    except NotOnChain:
        stands_at = ""
    answer = page.html(
        "contract.html", stands_at=stands_at, **documentation.page(contract, interface)
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@router.get("/healthz")
def health() -> JSONResponse:
    """Whether the process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readiness(gateway: GatewayDep, language: LanguageDep) -> JSONResponse:
    """Whether the chain answers and the engine works; 503 if not."""
    trouble, warning = gateway.trouble(), gateway.warning()
    return JSONResponse(
        {
            "status": "ok" if trouble is None else "trouble",
            "block": gateway.client.block_number(),
            "trouble": trouble,
            "warning": None if warning is None else warning.render(language),
        },
        status_code=200 if trouble is None else 503,
    )
