"""What all pages of the desk share: for whom they are, their lists, and how they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from pocplatform.client import AsyncSandbox, Problem, SandboxError
from pocplatform.client.models import Page as ListPage
from pocplatform.domains.organizations import keys
from pocplatform.domains.visits import service as visits
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.state import Gateway
from pocplatform.kit.i18n import Phrase
from pocplatform.web import inside
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.navigation import Entry
from pocplatform.web.rendering import Page, base_url

T = TypeVar("T", bound=BaseModel)

ROOT = "/developers"
SECTIONS: tuple[Entry, ...] = (
    Entry(ROOT, Phrase("Overview")),
    Entry(f"{ROOT}/keys", Phrase("Keys")),
    Entry(f"{ROOT}/requests", Phrase("Requests")),
    Entry(f"{ROOT}/events", Phrase("Events")),
    Entry(f"{ROOT}/webhooks", Phrase("Webhooks")),
    Entry(f"{ROOT}/contracts", Phrase("Contracts")),
)
"""The parts of the desk."""

LENGTH = 20
"""Rows of a list on a page."""

_GOOD = {"mined", "confirmed", "succeeded", "enabled", "live", "running", "active"}
_BAD = {"reverted", "refused", "cancelled", "failed", "dropped", "revoked", "disabled"}
_STATES = {
    "pending": Phrase("pending"),
    "succeeded": Phrase("succeeded"),
    "failed": Phrase("failed"),
    "dropped": Phrase("dropped"),
    "enabled": Phrase("on"),
    "disabled": Phrase("paused"),
    "live": Phrase("on the chain"),
    "running": Phrase("recording now"),
    "stopped": Phrase("ended"),
    "active": Phrase("in use"),
    "revoked": Phrase("revoked"),
    "expired": Phrase("expired"),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of an organization.

    Attributes:
        acting: The page that is asked for, and whom it acts for.
        gateway: The running platform.
    """

    acting: Acting
    gateway: Gateway

    @property
    def page(self) -> Page:
        """The page that is asked for."""
        return self.acting.page

    @property
    def sandbox(self) -> AsyncSandbox:
        """The API as this organization."""
        return self.acting.sandbox()

    def giving_key(self, attempt: str) -> AsyncSandbox:
        """The same for a form that makes a key: sent twice, it makes one and shows it twice."""
        secret = visits.further_key(self.page.secret, self.acting.id, attempt)
        return inside.sandbox(self.page, self.acting.id, {keys.GIVEN: secret})

    @property
    def base_url(self) -> str:
        """The address by which programs reach the API."""
        return base_url(self.page, self.gateway)

    async def exchange(
        self, method: str, path: str, body: Any = None, key: str | None = None
    ) -> inside.Answer:
        """One request with its answer, both to be shown."""
        return await inside.exchange(self.page, self.acting.id, method, path, body, key)

    def html(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """A page of the desk."""
        return self.acting.html(
            f"developers/{template}.html",
            status,
            headers,
            sections=SECTIONS,
            root=ROOT,
            state_word=self._state_word,
            tone=tone,
            **values,
        )

    def secret(self, title: Phrase, secret: str, back: str) -> HTMLResponse:
        """The page that shows a secret, once; no browser keeps it."""
        return self.html(
            "secret",
            headers={"Cache-Control": "no-store"},
            title=title.render(self.page.language),
            secret=secret,
            back=back,
        )

    def _state_word(self, state: str) -> str:
        phrase = _STATES.get(state)
        return self.page.translate(state) if phrase is None else phrase.render(self.page.language)


async def _desk(acting: ActingDep, gateway: GatewayDep) -> Desk:
    return Desk(acting, gateway)


DeskDep = Annotated[Desk, Depends(_desk)]
"""The desk of the organization that the visit acts for.

Where a route takes a form too, the form stands before it: what comes from elsewhere is refused
first.
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of a list.

    Attributes:
        items: The newest first.
        older: Id after which the next page begins; None at the end.
    """

    items: list[Any]
    older: str | None


async def rows(
    sandbox: AsyncSandbox,
    path: str,
    model: type[T],
    *,
    after: str = "",
    limit: int = LENGTH,
    filters: Mapping[str, str] | None = None,
) -> Rows:
    """A page of a list of the API.

    Args:
        sandbox: Whom to ask.
        path: Of the list.
        model: Of its members, which have an ``id``.
        after: Id after which it begins; the newest ones without it.
        limit: How many.
        filters: Of the list; empty ones are left out.
    """
    query: dict[str, Any] = {name: value for name, value in (filters or {}).items() if value}
    query |= {"limit": limit} | ({"starting_after": after} if after else {})
    answer = await sandbox.request("GET", path, params=query)
    kind: type[ListPage[T]] = ListPage[model]  # type: ignore[valid-type]
    found = kind.model_validate(answer)
    last: Any = found.data[-1] if found.has_more and found.data else None
    return Rows(list(found.data), None if last is None else str(last.id))


def tone(state: str) -> str:
    """How a state is coloured."""
    return "good" if state in _GOOD else "bad" if state in _BAD else "wait"


def status_of(error: SandboxError) -> int:
    """The status of a page that shows a failure of the API."""
    return error.status if isinstance(error, Problem) else 503
