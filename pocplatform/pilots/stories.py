"""The list of all stories that the pages offer; a new one is a line here."""

from pocplatform.pilots.demo.story import STORY as SHOWROOM
from pocplatform.pilots.story import Story

STORIES: tuple[Story, ...] = (SHOWROOM,)


def story(name: str) -> Story | None:
    """A story by its name."""
    return next((one for one in STORIES if one.name == name), None)
