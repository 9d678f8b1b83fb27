"""The start page, the API reference and the list of errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlmodel import Session, col, select
from starlette.staticfiles import StaticFiles

from pocplatform import __version__
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.domains.contracts import documentation
from pocplatform.domains.contracts import service as contracts
from pocplatform.http.dependencies import GatewayDep, LanguageDep, Reader, ReadSession
from pocplatform.http.errors import DOCS_PATH
from pocplatform.http.state import Gateway
from pocplatform.kit.clock import iso
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import LANGUAGES, choose_language, translate
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.outbox.models import Transaction

_HERE = Path(__file__).parent
_SWAGGER_UI = PROJECT_ROOT / "node_modules" / "swagger-ui-dist"
_LATEST = 12

_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

router = APIRouter(include_in_schema=False)


def install(app: FastAPI) -> None:
    """Add the pages and what they load to the application."""
    app.include_router(router)
    app.mount("/static/swagger-ui", StaticFiles(directory=_SWAGGER_UI, check_dir=False))
    app.mount("/static", StaticFiles(directory=_HERE / "static"))


@router.get("/")
def start_page(
    request: Request,
    session: ReadSession,
    gateway: GatewayDep,
    lang: str | None = Query(default=None),
) -> HTMLResponse:
    """What this is, whether it runs, and three ways in."""
    return _page(
        request,
        "start.html",
        lang,
        chain=_chain(gateway),
        transactions=list(_latest(session)),
        base_url=str(request.base_url).rstrip("/"),
        contracts=sorted(gateway.contracts.manifest.contracts.values(), key=lambda c: c.name),
    )


@router.get("/docs")
def api_reference(request: Request, lang: str | None = Query(default=None)) -> HTMLResponse:
    """The API's operations, to read and to try."""
    answer = _page(request, "api.html", lang)
    # Swagger UI sets styles on its elements.
    answer.headers["Content-Security-Policy"] += "; style-src 'self' 'unsafe-inline'"
    return answer


@router.get(DOCS_PATH)
def error_reference(request: Request, lang: str | None = Query(default=None)) -> HTMLResponse:
    """Every error code, with what it means."""
    errors = sorted(error_classes(), key=lambda kind: (kind.status, kind.code))
    return _page(request, "errors.html", lang, errors=errors)


@router.get("/v1/contracts/{contract_id}/docs")
def contract_documentation(
    request: Request,
    contract_id: str,
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    lang: str | None = Query(default=None),
) -> HTMLResponse:
    """What a developer's contract says about itself: its NatSpec, escaped."""
    contract = contracts.get(session, actor.org_id, contract_id)
    interface = contracts.whole_interface(session, gateway.outbox, contract)
    return _page(request, "contract.html", lang, **documentation.page(contract, interface))


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


def error_classes() -> list[type[PlatformError]]:
    """Every error that the gateway can answer with, one a code."""

    def below(kind: type[PlatformError]) -> Iterator[type[PlatformError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    kinds: list[type[PlatformError]] = [*below(PlatformError), PlatformError]
    return list({kind.code: kind for kind in kinds}.values())


def _page(request: Request, template: str, lang: str | None, **values: Any) -> HTMLResponse:
    language = (
        lang if lang in LANGUAGES else choose_language(request.headers.get("accept-language"))
    )
    html = _templates.get_template(template).render(
        _=lambda sentence: translate(sentence, language),
        language=language,
        other_language="en" if language == "fi" else "fi",
        path=request.url.path,
        version=__version__,
        **values,
    )
    return HTMLResponse(
        html,
        headers={
            "Content-Language": language,
            "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Language",
        },
    )


def _chain(gateway: Gateway) -> dict[str, Any]:
    try:
        block: int | None = gateway.client.block_number()
    except NodeUnreachable:
        block = None
    return {
        "id": gateway.chain_id,
        "block": block,
        "managed": gateway.settings.managed_devnet,
    }


def _latest(session: Session) -> Iterator[dict[str, Any]]:
    statement = select(Transaction).order_by(col(Transaction.seq).desc()).limit(_LATEST)
    for row in session.exec(statement):
        yield {
            "when": iso(row.created_ms)[11:19],
            "what": f"{row.contract}.{row.function}" if row.contract else row.function,
            "status": row.status,
            "hash": row.hash,
            "gas": row.gas_used,
            "block": row.block_number,
        }


@router.get("/favicon.ico")
def favicon() -> Response:
    """The mark, as SVG."""
    return Response((_HERE / "static" / "mark.svg").read_bytes(), media_type="image/svg+xml")
