"""Somebody who has a keyboard, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser.people import Person

MOST_STOPS = 150
"""Presses of Tab after which a thing counts as out of reach: no page is that long."""

_STOP = """wanted => {
    const at = document.activeElement;
    const style = getComputedStyle(at);
    const place = at.getBoundingClientRect();
    return {
        found: at === wanted,
        gone: !wanted.isConnected,
        nowhere: at === document.body,
        shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inside: place.bottom > 0 && place.top < innerHeight && place.right > 0
            && place.left < innerWidth,
        text: at.outerHTML.slice(0, 160),
    };
}"""


@dataclass
class Keys:
    """Walks pages by keyboard alone, and minds at every stop that one can see where one is.

    Attributes:
        person: Whose browser it is.
    """

    person: Person

    def finds(self, thing: Locator) -> None:
        """Press Tab until the focus is on a thing (WCAG 2.1.1, 2.4.7, 2.4.11)."""
        page = self.person.page
        wanted = thing.first.element_handle()
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            stop = page.evaluate(_STOP, wanted)
            if stop["gone"]:  # the page has changed by itself
                wanted = thing.first.element_handle()
            if stop["nowhere"]:  # between the end of the page and its beginning
                continue
            assert stop["shown"], f"nothing shows that the focus is here: {stop['text']}"
            assert stop["inside"], f"the focus is out of sight: {stop['text']}"
            if stop["found"]:
                return
        raise AssertionError(f"out of reach for a keyboard: {thing}")

    def presses(self, thing: Locator, key: str = "Enter") -> None:
        """Go to a thing and press a key on it."""
        self.finds(thing)
        self.person.page.keyboard.press(key)

    def writes(self, field: Locator, text: str) -> None:
        """Go to a field and write a text in place of what is in it."""
        self.finds(field)
        keyboard = self.person.page.keyboard
        keyboard.press("Control+a")
        keyboard.type(text)

    def keeps_the_focus(self) -> None:
        """The focus is on something, after a page has changed in part."""
        nowhere = "() => document.activeElement !== document.body"
        self.person.page.wait_for_function(nowhere)


def by_role(person: Person, role: str, name: str, *, exact: bool = False) -> Locator:
    """A thing of the page's main part."""
    found = person.page.locator("main").get_by_role(role, name=name, exact=exact)  # type: ignore[arg-type]
    expect(found.first).to_be_visible()
    return found
