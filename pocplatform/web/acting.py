"""For which organization a page acts.

A browser may act for several: companies founded in it, players of its demos, those whose key was
given. One of them is chosen, which a cookie remembers; it holds no secret, since what counts is the
seat. A form names the organization that it was made for, so that one sent from an old tab never
acts for another one; so does a page that asks for itself again (``?org=``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from pocplatform.client import AsyncSandbox
from pocplatform.domains.visits import service as visits
from pocplatform.domains.visits.service import Seated
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.state import Gateway
from pocplatform.web import inside
from pocplatform.web.errors import ActsForNobody
from pocplatform.web.forms import new_attempt
from pocplatform.web.rendering import ACTING, Page, PageDep

FIELD = ACTING
"""The field of forms, and the cookie, that name the organization."""
QUERY = "org"
SIGN_IN = "/sign-in"


@dataclass(frozen=True)
class Acting:
    """A page, and the organization that it acts for.

    Attributes:
        page: The page.
        organization: Whom it acts for.
        every: All that the browser acts for, the newest first.
    """

    page: Page
    organization: Seated
    every: tuple[Seated, ...]

    @property
    def id(self) -> str:
        """The organization's id."""
        return self.organization.id

    @property
    def name(self) -> str:
        """The organization's name."""
        return self.organization.name

    @property
    def may_write(self) -> bool:
        """Whether it may do more than look."""
        return "write" in self.organization.scopes

    @property
    def others(self) -> list[Seated]:
        """Whom the browser could act for instead."""
        return [one for one in self.every if one.id != self.id]

    def named(self, address: str) -> str | None:
        """What an account is called, where it is of those that the browser acts for."""
        return next((one.name for one in self.every if one.address == address), None)

    @property
    def again(self) -> str:
        """The address of this page for this organization, whatever is chosen meanwhile."""
        request = self.page.request
        return self.at(request.url.path, **request.query_params)

    def at(self, path: str, **query: str) -> str:
        """The address of a page for this organization: what a form's answer is shown as may stand
        at an address that only takes forms."""
        return f"{path}?{urlencode({**query, QUERY: self.id})}"

    def sandbox(self) -> AsyncSandbox:
        """The API as this organization."""
        return inside.sandbox(self.page, self.id)

    def html(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """The page; its templates know :class:`Acting` as ``acting``."""
        known = {"acting": self, "new_attempt": new_attempt}
        return self.page.html(template, status, headers, **(known | values))


async def acting(request: Request, page: PageDep, gateway: GatewayDep) -> Acting:
    """Whom a request acts for. Raises :class:`ActsForNobody`."""
    every = tuple(await run_in_threadpool(seats, gateway, page))
    if request.method == "POST":
        named = (await request.form()).get(FIELD)
    else:
        named = request.query_params.get(QUERY)
    by_id = {one.id: one for one in every}
    if named:
        chosen = by_id.get(str(named))
    else:
        chosen = by_id.get(request.cookies.get(FIELD, ""), every[0] if every else None)
    if chosen is None:
        raise ActsForNobody(
            "This browser does not act for this company, or not any more."
            if every
            else "This browser acts for no company yet.",
            next_step="Choose a company, make one, or sign in with a key at /sign-in.",
        )
    return Acting(page, chosen, every)


ActingDep = Annotated[Acting, Depends(acting)]
"""Whom the page acts for; who acts for nobody is sent to :data:`SIGN_IN`."""


def seats(gateway: Gateway, page: Page) -> list[Seated]:
    """All organizations that the browser acts for."""
    if not page.known:
        return []
    with gateway.database.snapshot() as session:
        return visits.seats(session, page.secret)


def keep(page: Page, answer: Response, org_id: str) -> None:
    """Have the browser act for an organization from now on."""
    answer.set_cookie(
        FIELD, org_id, max_age=visits.LASTS_S, path="/", secure=page.secure, httponly=True,
        samesite="lax",
    )  # fmt: skip


def sign_in_address(request: Request) -> str:
    """Where one signs in, and comes back from to the page; from a form, to its part of the site."""
    path = request.url.path
    back = path if request.method == "GET" else "/" + path.split("/")[1]
    return f"{SIGN_IN}?{urlencode({'next': back})}"


def install(app: FastAPI) -> None:
    """Send whoever acts for nobody to where that can be changed, and from there back."""

    @app.exception_handler(ActsForNobody)
    async def _sign_in(request: Request, error: ActsForNobody) -> Response:
        return RedirectResponse(sign_in_address(request), status_code=303)
