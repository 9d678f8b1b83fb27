"""The first page, and one of its ways in: build with the API."""

from typing import Any

from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.errors import NodeUnreachable
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.errors import SignUpCodeWrong
from pocplatform.domains.visits import service as visits
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.pilots.stories import stories
from pocplatform.web import snippets, typed
from pocplatform.web.forms import Form, FormDep, new_attempt
from pocplatform.web.rendering import Page, PageDep, base_url
from pocplatform.web.typed import Unreadable

router = Router(include_in_schema=False)


@router.get("/")
async def start_page(page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """What this is, and three ways in."""
    return page.html(
        "start.html",
        chain=await run_in_threadpool(_chain, gateway),
        attempt=new_attempt(),
        story=(await run_in_threadpool(stories))[0],
        needs_code=gateway.settings.wanted_sign_up_code is not None,
    )


@router.get("/build")
async def build(page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """A form for an organization of one's own."""
    return _form(page, gateway)


@router.post("/build", dependencies=[Anonymous])
async def make_organization(page: PageDep, gateway: GatewayDep, form: FormDep) -> HTMLResponse:
    """An organization with its key, which is shown here and nowhere else.

    The same form sent again shows the same key: see
    :func:`pocplatform.domains.visits.service.sign_up_with_key`.
    """
    try:
        organizations.check_sign_up_code(
            gateway.settings.wanted_sign_up_code, form.text("sign_up_code") or None
        )
    except SignUpCodeWrong as error:
        return _form(page, gateway, form, code_error=error.detail(page.language))
    try:
        name = typed.name(form.text("name"))
    except Unreadable as error:
        return _form(page, gateway, form, name_error=error.said.render(page.language))
    attempt = form.attempt

    def work(session: Session) -> tuple[str, str, str, str]:
        fresh, organization, key = visits.sign_up_with_key(
            session, gateway.signers, page.secret, attempt, name
        )
        return fresh, organization.id, organization.name, key

    page.secret, org_id, shown_name, key = await gateway.writes.do(work)
    answer = page.html(
        "key.html",
        headers={"Cache-Control": "no-store"},
        organization=shown_name,
        org_id=org_id,
        key=key,
        snippets=snippets.first_steps(base_url(page, gateway), key),
    )
    page.keep_visit(answer)
    return answer


def _form(page: Page, gateway: Gateway, form: Form | None = None, **errors: str) -> HTMLResponse:
    values: dict[str, Any] = {"name_error": None, "code_error": None, **errors}
    return page.html(
        "build.html",
        422 if errors else 200,
        name=form.text("name") if form is not None else "",
        attempt=form.attempt if form is not None else new_attempt(),
        needs_code=gateway.settings.wanted_sign_up_code is not None,
        snippets=snippets.sign_up(base_url(page, gateway)),
        **values,
    )


def _chain(gateway: Gateway) -> dict[str, Any]:
    try:
        block: int | None = gateway.client.block_number()
    except NodeUnreachable:
        block = None
    return {"id": gateway.chain_id, "block": block, "managed": gateway.settings.managed_devnet}
