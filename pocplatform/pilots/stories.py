"""All pilots of this package: each is a folder with a ``pilot.yaml``."""

import logging
from functools import lru_cache
from pathlib import Path

from pocplatform.pilots.loading import FILE, PilotInvalid, load
from pocplatform.pilots.story import Story

ROOT = Path(__file__).parent

logger = logging.getLogger(__name__)


def folders() -> list[Path]:
    """The folders of all pilots, by name."""
    return sorted(path.parent for path in ROOT.glob(f"*/{FILE}"))


@lru_cache(maxsize=1)
def stories() -> tuple[Story, ...]:
    """All pilots: demos beside the programme's first, then by number.

    They are loaded when they are first asked for. One that is faulty is left out and logged, so
    that it does not take the others with it.
    """
    found = []
    for folder in folders():
        try:
            found.append(load(folder))
        except PilotInvalid as error:
            logger.error("a pilot is left out:\n%s", error)
    return tuple(sorted(found, key=lambda story: (story.number or 0, story.name)))


def story(name: str) -> Story | None:
    """A pilot by its name."""
    return next((one for one in stories() if one.name == name), None)
