"""Somebody in front of a screen, and what a good page is."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from pocplatform.kit.settings import PROJECT_ROOT
from tests.browser import looked_at

SCREENSHOTS = PROJECT_ROOT / ".build" / "screenshots"
AXE = PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDE, PHONE = (1280, 900), (320, 700)
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

looks = pytest.mark.parametrize(
    ("language", "size", "theme"),
    [
        ("fi", WIDE, "dark"),
        ("en", PHONE, "light"),
        pytest.param("en", WIDE, "dark", marks=pytest.mark.slow),
        pytest.param("fi", PHONE, "light", marks=pytest.mark.slow),
    ],
)
"""Both languages, screens and colour schemes; each language on each screen in the long profile."""


@dataclass
class Person:
    """Somebody in front of a screen.

    Attributes:
        page: What they see.
        complaints: What the browser has complained of: errors of scripts, refused loads.
    """

    page: Page
    base_url: str
    language: str
    name: str
    complaints: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> None:
        """Open a page of the sandbox."""
        self.page.goto(self.base_url + path)

    def sees_a_good_page(self, shot: str) -> None:
        """The page is whole: no sideways scroll, nothing for axe to find, no complaint.

        On the narrowest screen and in both colour schemes too, whichever this person has.
        """
        page = self.page
        page.wait_for_load_state("load")
        looked_at.note(page.url)
        folder = SCREENSHOTS / self.name
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{shot}.png", full_page=True, animations="disabled")
        self._is_not_too_wide(shot)
        size = page.viewport_size
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        self._is_not_too_wide(shot)
        page.set_viewport_size(size)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert self._violations({"runOnly": _AXE_TAGS}) == [], shot
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.emulate_media(color_scheme="light" if dark else "dark")
        assert self._violations({"runOnly": ["color-contrast"]}) == [], shot
        page.emulate_media(color_scheme="dark" if dark else "light")
        assert page.locator("html").get_attribute("lang") == self.language
        assert self.complaints == [], shot

    def _is_not_too_wide(self, shot: str) -> None:
        wide, wider = self.page.evaluate(
            "[innerWidth, document.documentElement.scrollWidth - innerWidth]"
        )
        assert wider <= 0, f"{shot} is {wider} px too wide at {wide} px"

    def _violations(self, options: dict[str, object]) -> list[object]:
        found: list[object] = self.page.evaluate(
            "options => axe.run(options)"
            ".then(r => r.violations.map("
            "v => [v.id, v.nodes.map(n => n.html + n.failureSummary)]))",
            options,
        )
        return found
