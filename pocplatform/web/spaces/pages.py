"""The list of spaces, a space, and what a company does there."""

from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import Problem, SandboxError
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.errors import SignUpCodeWrong
from pocplatform.domains.visits import service as visits
from pocplatform.events.models import Event
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.i18n import Phrase
from pocplatform.web import acting, inside, public_live
from pocplatform.web.acting import Acting
from pocplatform.web.desk.acts import Sent, SentDep, first
from pocplatform.web.errors import ActsForNobody
from pocplatform.web.forms import FormDep, new_attempt
from pocplatform.web.helping import help_with
from pocplatform.web.live import Since
from pocplatform.web.rendering import Page, PageDep
from pocplatform.web.spaces import demo, plan, seen

router = Router(include_in_schema=False, prefix="/spaces")

_LISTED: Final = 30
GUEST: Final = Phrase("Guest Oy (test)")
POCKET_MONEY: Final = 50_000
"""Euro cents that a guest company begins with."""
_TOLD: Final = ("space.*", "parcel.*", "listing.*", "item.*")
_RULES: Final = {
    "open": Phrase("anybody"),
    "ticket": Phrase("with a ticket"),
    "credential": Phrase("with a credential"),
    "invitation": Phrase("by invitation"),
}


@router.get("")
async def listed(request: Request, page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """The spaces that there are."""
    who = await _acting(request, page, gateway)
    async with inside.sandbox(page) as sandbox:
        spaces = await first(sandbox.spaces.list(page_size=_LISTED), _LISTED)
        named = await sandbox.explorer.names([one.owner for one in spaces])
        has_demo = await demo.find(sandbox) is not None
    return _html(
        page, who, "spaces/list.html", spaces=spaces, named=named, has_demo=has_demo,
        needs_code=gateway.settings.wanted_sign_up_code is not None, code_error=None,
    )  # fmt: skip


@router.post("/demo", dependencies=[Anonymous])
async def make_demo(
    request: Request, page: PageDep, gateway: GatewayDep, form: FormDep
) -> Response:
    """The demo space, which is made unless there is one."""
    code = form.text("sign_up_code") or None
    try:
        organizations.check_sign_up_code(gateway.settings.wanted_sign_up_code, code)
    except SignUpCodeWrong as error:
        return _html(
            page, await _acting(request, page, gateway), "spaces/list.html", error.status,
            spaces=[], named={}, has_demo=False, needs_code=True,
            code_error=error.detail(page.language),
        )  # fmt: skip
    async with inside.sandbox(page) as sandbox:
        space = await demo.make(request.app, sandbox, page.language, code)
    return page.redirect(f"/spaces/{space}")


@router.get("/{space_id}")
async def look(space_id: str, request: Request, page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """A space, and what can be done there."""
    return await _space(page, await _acting(request, page, gateway), gateway, space_id)


@router.get("/{space_id}/live")
async def live(
    space_id: str, request: Request, page: PageDep, gateway: GatewayDep, since: Since = None
) -> Response:
    """Says that something has happened in a space, or that something was sold."""
    async with inside.sandbox(page) as sandbox:
        space = await sandbox.spaces.get(space_id)
    names = {space.id, space.number}

    def concerns(event: Event) -> bool:
        return not event.type.startswith("space.") or not names.isdisjoint(
            map(str, event.data.values())
        )

    return public_live.events(request, gateway, _TOLD, concerns, since)


@router.post("/{space_id}/guest", dependencies=[Anonymous])
async def be_a_guest(space_id: str, page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """A company made on the spot, with some test money; a form sent twice makes one."""
    if gateway.settings.wanted_sign_up_code is not None:
        return page.redirect(f"{acting.SIGN_IN}?next=/spaces/{space_id}")
    attempt, name = form.attempt, GUEST.render(page.language)
    page.secret, org_id = await gateway.writes.do(
        lambda session: visits.found_own(session, gateway.signers, page.secret, attempt, name)
    )
    async with inside.sandbox(page, org_id) as own:
        await own.payments.faucet(POCKET_MONEY, idempotency_key=form.key)
    answer = page.redirect(f"/spaces/{space_id}")
    page.keep_visit(answer)
    acting.keep(page, answer, org_id)
    return answer


@router.post("/{space_id}/enter")
async def enter(space_id: str, sent: SentDep, gateway: GatewayDep) -> Response:
    """Come in, with whatever the entry rule asks for."""
    spaces = sent.acting.sandbox().spaces
    return await _done(sent, gateway, space_id, spaces.enter(space_id, idempotency_key=sent.key))


@router.post("/{space_id}/leave")
async def leave(space_id: str, sent: SentDep, gateway: GatewayDep) -> Response:
    """Go out."""
    spaces = sent.acting.sandbox().spaces
    return await _done(sent, gateway, space_id, spaces.leave(space_id, idempotency_key=sent.key))


@router.post("/{space_id}/travel")
async def travel(space_id: str, sent: SentDep, gateway: GatewayDep) -> Response:
    """Go through a door into another space."""
    target = sent.text("to")
    spaces = sent.acting.sandbox().spaces
    act = spaces.travel(space_id, target, idempotency_key=sent.key)
    return await _done(sent, gateway, space_id, act, after=target)


@router.post("/{space_id}/buy")
async def buy(space_id: str, sent: SentDep, gateway: GatewayDep) -> Response:
    """Buy one of something that is for sale here."""
    market = sent.acting.sandbox().market
    act = market.buy(sent.text("listing"), idempotency_key=sent.key)
    return await _done(sent, gateway, space_id, act)


@router.post("/{space_id}/rent")
async def rent(space_id: str, sent: SentDep, gateway: GatewayDep) -> Response:
    """Rent a parcel on the terms that the form was made with."""
    whole = {name: _whole(sent.text(name)) for name in ("days", "price_per_day", "deposit")}
    act = sent.acting.sandbox().parcels.rent(
        sent.text("parcel"), whole["days"], price_per_day=whole["price_per_day"],
        deposit=whole["deposit"], idempotency_key=sent.key,
    )  # fmt: skip
    return await _done(sent, gateway, space_id, act)


async def _done(
    sent: Sent, gateway: Gateway, space_id: str, act: Any, after: str | None = None
) -> Response:
    """Do something and show the space as it is then; what was refused is said there."""
    try:
        await act
    except SandboxError as error:
        return await _space(sent.acting.page, sent.acting, gateway, space_id, error)
    return sent.acting.page.redirect(f"/spaces/{after or space_id}")


async def _space(
    page: Page,
    who: Acting | None,
    gateway: Gateway,
    space_id: str,
    error: SandboxError | None = None,
) -> HTMLResponse:
    async with inside.sandbox(page) as sandbox:
        it = await seen.look(sandbox, space_id, who, gateway.chain_id, page.language)
    status, help_ = 200, None
    if error is not None:
        status = error.status if isinstance(error, Problem) else 503
        help_ = help_with(error, page.language, it.named.get)
    return _html(
        page, who, "spaces/space.html", status, it=it, error=error, help=help_,
        state_of=plan.state_of, letter=plan.letter, new_attempt=new_attempt,
        needs_code=gateway.settings.wanted_sign_up_code is not None,
    )  # fmt: skip


async def _acting(request: Request, page: Page, gateway: Gateway) -> Acting | None:
    try:
        return await acting.acting(request, page, gateway)
    except ActsForNobody:
        return None


def _html(
    page: Page, who: Acting | None, template: str, status: int = 200, **values: Any
) -> HTMLResponse:
    def rule(name: str) -> str:
        return _RULES[name].render(page.language)

    show = page if who is None else who
    me = who.organization.address if who is not None else None
    return show.html(template, status, rule=rule, me=me, attempt=new_attempt(), **values)


def _whole(text: str) -> int:
    """A whole number of a form that this site has made; 0, which the API refuses, for no other."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
