"""All pilots of this package: each is a folder with a ``pilot.yaml``."""

import logging
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from pocplatform.pilots.errors import NoSuchPilot
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


def find(which: str) -> Story:
    """A pilot by its name, or by its folder wherever that is.

    Raises :class:`~pocplatform.pilots.errors.NoSuchPilot` and
    :class:`~pocplatform.pilots.loading.PilotInvalid`.
    """
    named = {folder.name.replace("_", "-"): folder for folder in folders()}
    own = Path(which)
    for folder in (named.get(which), own, own.with_name(own.name.replace("-", "_"))):
        if folder is not None and (folder / FILE).is_file():
            return load(folder)
    names = list(named)
    near = get_close_matches(which, names, n=1)
    raise NoSuchPilot(
        f"There is no pilot {which}." + (f" Did you mean {near[0]}?" if near else ""),
        next_step="`pocplatform pilot list` lists them; `pocplatform pilot new NAME` makes one.",
    )


def story(name: str) -> Story | None:
    """A pilot by its name."""
    return next((one for one in stories() if one.name == name), None)
