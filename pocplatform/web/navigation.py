"""What stands in the head of every page; a new part of the site is a line here."""

from typing import NamedTuple

from pocplatform.kit.i18n import Phrase


class Entry(NamedTuple):
    """A link in the head of every page; it is marked on all pages below its path."""

    path: str
    label: Phrase


ENTRIES: tuple[Entry, ...] = (
    Entry("/demo", Phrase("Demo")),
    Entry("/desk", Phrase("Company desk")),
    Entry("/spaces", Phrase("Spaces")),
    Entry("/explorer", Phrase("Explorer")),
    Entry("/build", Phrase("Build")),
    Entry("/developers", Phrase("Developers")),
    Entry("/reports", Phrase("Reports")),
    Entry("/hackathons", Phrase("Hackathons")),
    Entry("/check", Phrase("Check")),
    Entry("/docs", Phrase("API reference")),
)
