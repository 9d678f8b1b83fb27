"""Forms: their fields, and that they come from the browser that was given them.

Every form carries a token that follows from the browser's secret cookie (a signed double submit):
another site can have a browser send a form here, but does not know the token. Every route that
takes a POST asks for :data:`FormDep`, which checks it; a test looks at all of them.
"""

import re
import secrets
from typing import Annotated, NoReturn

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from pocplatform.domains.visits import service as visits
from pocplatform.http.state import Gateway
from pocplatform.web.errors import FormExpired
from pocplatform.web.rendering import Page, PageDep

TOKEN, ATTEMPT = "form_token", "attempt"
_ATTEMPT = re.compile(r"[0-9a-f]{32}")


class Form:
    """The fields of a form that was sent.

    Args:
        data: As it came.
    """

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str) -> str:
        """A field without the blanks around it; empty where there is none."""
        value = self._data.get(name)
        # Some encodings that a form can name give half a character.
        return value.encode(errors="replace").decode().strip() if isinstance(value, str) else ""

    def texts(self) -> dict[str, str]:
        """Every field of text, as :meth:`text` gives it."""
        return {name: self.text(name) for name in self._data}

    async def file(self, name: str) -> bytes:
        """A file that was sent along; empty where there is none. It is kept in memory only."""
        value = self._data.get(name)
        return await value.read() if isinstance(value, UploadFile) else b""

    def written(self) -> dict[str, str]:
        """All fields that are texts, as they were written."""
        return {
            name: value.encode(errors="replace").decode()
            for name, value in self._data.items()
            if isinstance(value, str)
        }

    def choices(self, name: str) -> list[str]:
        """All values of a field that may come several times, such as boxes that are ticked."""
        return [value for value in self._data.getlist(name) if isinstance(value, str)]

    async def chosen_file(self, name: str) -> tuple[str, bytes] | None:
        """Name and content of a file that was chosen; None for none."""
        value = self._data.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            return None
        return value.filename, await value.read()

    @property
    def attempt(self) -> str:
        """What tells a form that is sent twice from two forms. Raises :class:`FormExpired`."""
        found = self.text(ATTEMPT)
        if not _ATTEMPT.fullmatch(found):
            _refuse()
        return found

    @property
    def key(self) -> str:
        """Names what this form does, so that the API does it once. Raises :class:`FormExpired`."""
        return f"page {self.attempt}"


async def _form(request: Request, page: PageDep) -> Form:
    form = Form(await request.form())
    if not page.known:
        _refuse()
    if not visits.is_form_token(page.secret, form.text(TOKEN)) and not await _sent_before(
        request, page, form
    ):
        _refuse()
    return form


async def _sent_before(request: Request, page: Page, form: Form) -> bool:
    """Whether this form has given the browser its present secret, and a key, and is sent again.

    So the page that shows a key can be loaded again. Nobody else knows what this form was made
    with, any more than they know its token.
    """
    gateway: Gateway | None = getattr(request.app.state, "gateway", None)
    attempt = form.text(ATTEMPT)
    if gateway is None or not _ATTEMPT.fullmatch(attempt):
        return False

    def look() -> bool:
        with gateway.database.snapshot() as session:
            return visits.has_shown_key(session, page.secret, attempt)

    return await run_in_threadpool(look)


FormDep = Annotated[Form, Depends(_form)]
"""The form that was sent. Raises :class:`FormExpired` for one of another site or another visit."""


def new_attempt() -> str:
    """For a form that is to be done once however often it is sent."""
    return secrets.token_hex(16)


def _refuse() -> NoReturn:
    raise FormExpired(
        "The form does not belong to this visit, or your browser keeps no cookies.",
        next_step="Go back, load the page again and send the form once more.",
    )
