"""Whom a browser acts for: sign in with a key, found a company, choose among several, sign out."""

import re
from typing import Any

from fastapi import Query
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.errors import SignUpCodeWrong
from pocplatform.domains.visits import service as visits
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import PlatformError, Unauthenticated
from pocplatform.kit.i18n import Phrase
from pocplatform.web import acting, typed
from pocplatform.web.forms import Form, FormDep, new_attempt
from pocplatform.web.rendering import Page, PageDep
from pocplatform.web.typed import Unreadable

router = Router(include_in_schema=False)

AFTERWARDS = "/desk"
_OWN_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+", re.ASCII)
"""Where one may be led to afterwards: pages of ours, without a query."""
_KEY_MISSING = Phrase("Paste a secret key; it begins with sk_test_.")
_ORGANISERS = Phrase(
    "This is the organisers' key, which acts for no company. Use the key of a company."
)


@router.get("/sign-in")
async def ask(
    page: PageDep, gateway: GatewayDep, next: str = Query(default="", max_length=200)
) -> HTMLResponse:
    """Whom this browser acts for, and what else it can."""
    return await _asked(page, gateway, next)


@router.post("/sign-in", dependencies=[Anonymous])
async def sign_in(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """Sign in with a key. The key itself is kept nowhere."""
    key, after, attempt = form.text("key"), form.text("next"), form.attempt
    if not key:
        return await _asked(page, gateway, after, key_error=_KEY_MISSING.render(page.language))
    actor = await gateway.authentication.actor(key)
    if actor is not None and actor.org_id is None:
        return await _asked(page, gateway, after, key_error=_ORGANISERS.render(page.language))
    try:
        page.secret, org_id = await gateway.writes.do(
            lambda session: visits.sign_in(session, page.secret, attempt, key)
        )
    except Unauthenticated as error:
        return await _asked(page, gateway, after, 401, key_error=_said(page, error))
    return _on(page, org_id, after)


@router.post("/sign-in/company", dependencies=[Anonymous])
async def found(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """A company of one's own, for which this browser acts; a form sent twice founds one."""
    after, attempt = form.text("next"), form.attempt
    try:
        organizations.check_sign_up_code(
            gateway.settings.wanted_sign_up_code, form.text("sign_up_code") or None
        )
    except SignUpCodeWrong as error:
        return await _asked(page, gateway, after, form=form, code_error=_said(page, error))
    try:
        name = typed.name(form.text("name"))
    except Unreadable as error:
        said = error.said.render(page.language)
        return await _asked(page, gateway, after, form=form, name_error=said)
    page.secret, org_id = await gateway.writes.do(
        lambda session: visits.found_own(session, gateway.signers, page.secret, attempt, name)
    )
    return _on(page, org_id, after)


@router.post("/sign-in/choice", dependencies=[Anonymous])
async def choose(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """Act for another one of the organizations that this browser acts for."""
    after, wanted = form.text("next"), form.text("org")
    every = await run_in_threadpool(acting.seats, gateway, page)
    if wanted not in {one.id for one in every}:
        return await _asked(page, gateway, after, 404)
    return _on(page, wanted, after)


@router.post("/sign-out", dependencies=[Anonymous])
async def sign_out(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """Act for nobody any more. The organizations and what they have done stay."""
    await gateway.writes.do(lambda session: visits.sign_out(session, page.secret))
    page.secret = visits.new_secret()
    answer = page.redirect(acting.SIGN_IN)
    page.keep_visit(answer)
    answer.delete_cookie(acting.FIELD, path="/")
    return answer


def _on(page: Page, org_id: str, after: str) -> Response:
    answer = page.redirect(after if _OWN_PATH.fullmatch(after) else AFTERWARDS)
    page.keep_visit(answer)
    acting.keep(page, answer, org_id)
    return answer


async def _asked(
    page: Page,
    gateway: Gateway,
    after: str,
    status: int | None = None,
    form: Form | None = None,
    **errors: str,
) -> HTMLResponse:
    values: dict[str, Any] = {"key_error": None, "name_error": None, "code_error": None, **errors}
    return page.html(
        "sign_in.html",
        status or (422 if errors else 200),
        seats=await run_in_threadpool(acting.seats, gateway, page),
        present=page.request.cookies.get(acting.FIELD, ""),
        next=after if _OWN_PATH.fullmatch(after) else AFTERWARDS,
        name=form.text("name") if form is not None else "",
        attempt=new_attempt(),
        needs_code=gateway.settings.wanted_sign_up_code is not None,
        **values,
    )


def _said(page: Page, error: PlatformError) -> str:
    return f"{error.detail(page.language)} {error.next_step(page.language)}".strip()
