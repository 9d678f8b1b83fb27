"""What stands in the head and at the foot of every page; a new part of the site is a line here."""

from typing import NamedTuple

from pocplatform.kit.i18n import Phrase


class Entry(NamedTuple):
    """A link of every page; in the head it is marked on all pages below its path."""

    path: str
    label: Phrase


ENTRIES: tuple[Entry, ...] = (
    Entry("/demo", Phrase("Demo")),
    Entry("/desk", Phrase("Company desk")),
    Entry("/spaces", Phrase("Spaces")),
    Entry("/explorer", Phrase("Explorer")),
    Entry("/developers", Phrase("Developers")),
    Entry("/reports", Phrase("Reports")),
    Entry("/check", Phrase("Check")),
)
"""In the head: as many as have room in one row."""

FURTHER: tuple[Entry, ...] = (
    Entry("/build", Phrase("Build with the API")),
    Entry("/docs", Phrase("API reference")),
    Entry("/hackathons", Phrase("Hackathons")),
)
"""At the foot."""
