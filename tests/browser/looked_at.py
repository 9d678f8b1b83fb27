"""Notes which pages the tests have looked at, for ``scripts/pages.py``.

While the tests run, the platform says of which template it has made the answer of an address.
Looking at the page leaves a file of that name, in a folder that all processes of a run share.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.web import rendering

FOLDER = PROJECT_ROOT / ".build" / "looked-at"

_made: dict[str, str] = {}
"""The template of the newest answer of each path."""


def note(address: str) -> None:
    """The page at an address has been looked at."""
    template = _made[unquote(urlsplit(address).path)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / template.replace("/", "~")).touch()


@pytest.fixture(scope="session", autouse=True)
def pages_are_named() -> Iterator[None]:
    """Has each page say of which template it is made."""
    make = rendering.Page.html

    @functools.wraps(make)
    def named(page: rendering.Page, template: str, *args: Any, **values: Any) -> Any:
        _made[unquote(page.request.url.path)] = template
        return make(page, template, *args, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering.Page, "html", named)
        yield
