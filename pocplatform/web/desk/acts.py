"""Forms of the desk: what was typed, what is wrong with it, and doing it once."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from pocplatform.client import Problem, SandboxError
from pocplatform.http.dependencies import GatewayDep
from pocplatform.kit.i18n import Phrase
from pocplatform.web import acting, typed
from pocplatform.web.acting import Acting
from pocplatform.web.forms import Form, FormDep, new_attempt
from pocplatform.web.helping import help_with
from pocplatform.web.rendering import PageDep

T = TypeVar("T")


@dataclass
class Sheet:
    """A form as it is shown: what stands in it, and what is wrong with that.

    Attributes:
        values: What was typed, by field.
        wrong: Sentences about fields.
        general: A sentence about the whole.
        next_step: What to do about that.
        place: The page where that is done, if there is one.
        attempt: Tells a form that is sent twice from two forms.
        status: What a page with this form is answered with.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    general: str = ""
    next_step: str = ""
    place: str | None = None
    request_id: str | None = None
    attempt: str = field(default_factory=new_attempt)
    status: int = 200

    def value(self, name: str, otherwise: str = "") -> str:
        """What stands in a field."""
        return self.values.get(name, otherwise)

    def error(self, name: str, label: str) -> str | None:
        """What is wrong with a field, which the sentence names as the page does."""
        said = self.wrong.get(name)
        return None if said is None else said.replace(_LABEL, label)


@dataclass
class Sent:
    """A form that was sent for an organization.

    Attributes:
        acting: The page, and whom it acts for.
        form: Its fields.
        wrong: What is wrong with them so far.
        names: Its names of fields, by the API's where the two differ.
    """

    acting: Acting
    form: Form
    wrong: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field without the blanks around it."""
        return self.form.text(name)

    @property
    def key(self) -> str:
        """Names what this form does, so that the API does it once."""
        return self.form.key

    def read(self, name: str, reader: Callable[[str], T], otherwise: T) -> T:
        """A field as what it stands for; what is wrong with it is noted otherwise."""
        try:
            return reader(self.text(name))
        except typed.Unreadable as error:
            self.wrong[name] = error.said.render(self.acting.page.language)
            return otherwise

    def cents(self, name: str) -> int:
        """An amount in cents; 0 where it cannot be read."""
        return self.read(name, lambda text: typed.cents(text, self.acting.page.language), 0)

    def needs(self, *names: str) -> None:
        """Note which of these fields are empty."""
        for name in names:
            if not self.text(name):
                self.wrong[name] = _MISSING.render(self.acting.page.language)

    def sheet(self, **changes: Any) -> Sheet:
        """The form again, with what is wrong with it."""
        return Sheet(**{"values": self.form.texts(), "wrong": self.wrong, "status": 422, **changes})

    def refused(self, error: SandboxError) -> Sheet:
        """The form again, with what the API has said."""
        told = help_with(error, self.acting.page.language, self.acting.named)
        general = {
            "general": told.detail, "next_step": told.next_step, "place": told.place,
            "request_id": error.request_id,
        }  # fmt: skip
        if not isinstance(error, Problem):  # it may have been done: only the same form asks again
            return self.sheet(**general, attempt=self.form.attempt, status=503)
        param = error.param or ""
        name = self.names.get(param, param)
        if name in self.form.texts():
            said = f"{told.detail} {told.next_step}".strip()
            if param:
                named = _LABELS[self.acting.page.language]
                said = re.sub(rf"(^|\bKent\w+ ){re.escape(param)}(?=[ :])", rf"\1{named}", said)
            return self.sheet(wrong={**self.wrong, name: said}, status=error.status)
        return self.sheet(**general, status=error.status)


_MISSING = Phrase("Fill this in.")
_LABEL = "\0"
"""Stands for the field's label in a sentence about it, until the page says what that is."""
_LABELS = {"fi": f"”{_LABEL}”", "en": f"“{_LABEL}”"}


async def _sent(request: Request, page: PageDep, gateway: GatewayDep, form: FormDep) -> Sent:
    return Sent(await acting.acting(request, page, gateway), form)


SentDep = Annotated[Sent, Depends(_sent)]
"""The form that was sent, for the organization that it was made for."""


async def first(items: AsyncIterator[T], at_most: int) -> list[T]:
    """The first things of a list."""
    found: list[T] = []
    async for item in items:
        found.append(item)
        if len(found) == at_most:
            break
    return found


async def known(asked: Awaitable[T]) -> T | None:
    """What was asked for, or None where there is no such thing."""
    try:
        return await asked
    except Problem as error:
        if error.status == 404:
            return None
        raise
