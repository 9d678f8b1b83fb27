"""The organisers' session in a browser, and who is asked to begin one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.responses import HTMLResponse, Response

from pocplatform.client import AsyncSandbox
from pocplatform.domains.visits import organisers
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.i18n import Phrase
from pocplatform.web import inside
from pocplatform.web.errors import NotAnOrganiser
from pocplatform.web.forms import FormDep
from pocplatform.web.rendering import Page, PageDep

router = Router(include_in_schema=False)

_COOKIE = "organiser"
_PATH = "/hackathons"
_WRONG = Phrase("This is not the organisers' key.")


@dataclass(frozen=True)
class Organiser:
    """A page of the organisers.

    Attributes:
        page: The page.
        token: Their session.
    """

    page: Page
    token: str

    def sandbox(self) -> AsyncSandbox:
        """The API as the organisers."""
        return inside.by_token(self.page, self.token)


async def organiser_of(page: Page, gateway: Gateway) -> Organiser | None:
    """The organisers, where this browser is theirs."""
    token = page.request.cookies.get(_COOKIE, "")
    if not token.startswith(organisers.PREFIX):
        return None
    actor = await gateway.authentication.actor(token)
    if actor is None or "admin" not in actor.scopes:
        return None
    return Organiser(page, token)


async def _organiser(page: PageDep, gateway: GatewayDep) -> Organiser:
    found = await organiser_of(page, gateway)
    if found is None:
        raise NotAnOrganiser(
            "This page is for the organisers.",
            next_step="Sign in with the organisers' key at /hackathons/sign-in.",
        )
    return found


OrganiserDep = Annotated[Organiser, Depends(_organiser)]
"""The organisers. Raises :class:`NotAnOrganiser`."""


@router.get("/hackathons/sign-in")
async def ask(page: PageDep) -> HTMLResponse:
    """Ask for the organisers' key."""
    return page.html("hackathons/sign_in.html", error=None)


@router.post("/hackathons/sign-in", dependencies=[Anonymous])
async def sign_in(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """Begin a session of the organisers; the key itself is not kept."""
    key = form.text("key")
    actor = await gateway.authentication.actor(key)
    if actor is None or "admin" not in actor.scopes or key.startswith(organisers.PREFIX):
        error = _WRONG.render(page.language)
        return page.html("hackathons/sign_in.html", 422, error=error)
    answer = page.redirect(_PATH)
    answer.set_cookie(
        _COOKIE,
        organisers.new_token(key),
        max_age=organisers.LASTS_S,
        path=_PATH,
        secure=page.secure,
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/hackathons/sign-out")
async def sign_out(page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """End the session, wherever else its token may be, and forget it in this browser."""
    token = page.request.cookies.get(_COOKIE, "")
    if token.startswith(organisers.PREFIX):
        await gateway.writes.do(
            lambda session: organisers.sign_out(session, gateway.organisers_key, token)
        )
    answer = page.redirect(_PATH)
    answer.delete_cookie(_COOKIE, path=_PATH)
    return answer
