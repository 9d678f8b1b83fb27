"""Makes new pilots: a small one that can be played at once, to be changed into one's own."""

import re
from pathlib import Path

from pocplatform.pilots.errors import PilotNotMade
from pocplatform.pilots.loading import FILE, SCENARIO
from pocplatform.pilots.pilot_file import NAME
from pocplatform.pilots.stories import ROOT, folders
from pocplatform.pilots.yaml_lines import NotYaml, read

_TEMPLATES = Path(__file__).parent / "template"
_FILES = (FILE, SCENARIO)
_ENDING = ".tmpl"


def make(name: str, parent: Path = ROOT) -> Path:
    """A new pilot in a folder of its name, with ``_`` for ``-``.

    Args:
        name: Small letters, digits and hyphens.
        parent: Where the folder is made; by default with the others.

    The folder. Raises :class:`~pocplatform.pilots.errors.PilotNotMade`.
    """
    if not re.fullmatch(NAME, name):
        raise PilotNotMade(
            f"A pilot cannot be called {name!r}.",
            next_step="Write its name with small letters, digits and hyphens, such as solar-roof.",
        )
    folder = parent / name.replace("-", "_")
    if folder.exists():
        raise PilotNotMade(
            f"There is {folder} already.", next_step="Choose another name, or move it away."
        )
    values = {"name": name, "number": str(_next_number())}
    try:
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("", encoding="utf-8")
        for file in _FILES:
            text = (_TEMPLATES / (file + _ENDING)).read_text(encoding="utf-8")
            filled = re.sub(r"\{\{(name|number)\}\}", lambda match: values[match[1]], text)
            (folder / file).write_text(filled, encoding="utf-8")
    except OSError as error:
        raise PilotNotMade(
            f"{folder} cannot be written: {error.strerror}.",
            next_step="Make the folder around it one that you may write to.",
        ) from error
    return folder


def _next_number() -> int:
    """The first number that no pilot here has; also not one that is faulty otherwise."""
    taken = [0]
    for folder in folders():
        try:
            said = read(folder / FILE).value
        except (NotYaml, OSError):
            continue
        if isinstance(said, dict) and isinstance(said.get("number"), int):
            taken.append(said["number"])
    return max(taken) + 1
