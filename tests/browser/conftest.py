"""A real browser, and people who use it, for the tests of pages.

Screenshots are kept in ``.build/screenshots`` for the eye.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.looked_at import pages_are_named  # noqa: F401
from tests.browser.people import WIDE, Person

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; ended with the module, since its event loop keeps others from running."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here: run `apt-get install chromium` as root")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def person(browser: Browser, base_url: str) -> Iterator[Callable[..., Person]]:
    """Gives people: ``person("fi", PHONE, "dark")``, each with a browser profile of their own."""
    contexts: list[BrowserContext] = []

    def make(
        language: str = "en",
        size: tuple[int, int] = WIDE,
        theme: str = "light",
        *,
        scripts: bool = True,
        name: str | None = None,
        like: Person | None = None,
    ) -> Person:
        if like is None:
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                locale={"fi": "fi-FI", "en": "en-GB"}[language],
                color_scheme="dark" if theme == "dark" else "light",
                java_script_enabled=scripts,
                reduced_motion="reduce",
            )
            contexts.append(context)
        else:
            context = like.page.context
        page = context.new_page()
        shown = name or re.sub(r"\W+", "-", f"{language}-{size[0]}-{theme}")
        somebody = Person(page, base_url, language, shown)
        page.on("pageerror", lambda error: somebody.complaints.append(str(error)))
        page.on(
            "console",
            lambda told: somebody.complaints.append(told.text) if told.type == "error" else None,
        )
        return somebody

    yield make
    for context in contexts:
        context.close()
