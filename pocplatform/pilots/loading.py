"""Loads pilots: ``pilot.yaml`` says what happens in words, ``scenario.py`` does it.

What is wrong is said with file, line and field, all of it at once: :class:`PilotInvalid`. Nothing
of a scenario is run here; its module is imported.
"""

import ast
import hashlib
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Any, NamedTuple

from pydantic import ValidationError

from pocplatform.client import SandboxError
from pocplatform.pilots.pilot_file import Both, PilotFile
from pocplatform.pilots.story import Criterion, Readiness, Role, Step, Story, Text, Volume
from pocplatform.pilots.yaml_lines import NotYaml, Place, Tree, read

FILE = "pilot.yaml"
SCENARIO = "scenario.py"

_RESERVED_STEPS = ("receipt",)
"""Pages have addresses of these names beside those of steps."""


class Fault(NamedTuple):
    """Something that is wrong with a pilot.

    Attributes:
        file: Where.
        line: From 1; 0 where it is of the whole file.
        field: Such as ``steps[2].title.fi``; empty for the whole file.
        what: In a sentence, with what to do.
    """

    file: Path
    line: int
    field: str
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.field}: {self.what}" if self.field else f"{place}: {self.what}"


class PilotInvalid(SandboxError):
    """A pilot that cannot be played.

    Attributes:
        faults: All that is wrong, by file and line.
    """

    default_code = "pilot_invalid"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__(
            "\n".join(str(fault) for fault in self.faults),
            next_step="Correct it; docs/pilots.md explains every field.",
        )


def load(folder: Path) -> Story:
    """The pilot of a folder with ``pilot.yaml`` and ``scenario.py``. Raises :class:`PilotInvalid`.

    The folder may be anywhere; within this package its scenario is an ordinary module.
    """
    folder = folder.resolve()
    path = folder / FILE
    try:
        tree = read(path)
    except OSError as error:
        raise PilotInvalid([Fault(path, 0, "", f"cannot be read: {error.strerror}.")]) from error
    except NotYaml as error:
        raise PilotInvalid([Fault(path, error.line, "", error.what)]) from error
    try:
        file = PilotFile.model_validate(tree.value)
    except ValidationError as error:
        faults = [*_shape_faults(path, tree, error), *_strangers(path, tree)]
        raise PilotInvalid(faults) from error
    reading = _Reading(folder, tree, file)
    reading.check_names()
    reading.check_words()
    scenario = reading.scenario()
    if reading.faults or scenario is None:
        raise PilotInvalid(reading.faults)
    return _story(file, scenario)


class _Reading:
    """Looks through what has the right shape for what does not fit together."""

    def __init__(self, folder: Path, tree: Tree, file: PilotFile) -> None:
        self._folder = folder
        self._path = folder / FILE
        self._tree = tree
        self._file = file
        self.faults: list[Fault] = []

    def _fault(self, place: Place, what: str) -> None:
        self.faults.append(Fault(self._path, self._tree.line(place), _field(place), what))

    def check_names(self) -> None:
        """Names fit the folder, come once, and name what there is."""
        file = self._file
        wanted = self._folder.name.replace("_", "-")
        if file.name != wanted:
            self._fault(("name",), f"is {file.name!r}, but the folder's name makes it {wanted!r}.")
        self._once(("actors",), "role", [actor.role for actor in file.actors])
        self._once(("actors",), "company", [actor.company for actor in file.actors])
        self._once(("steps",), "name", [step.name for step in file.steps])
        self._once(("criteria",), "name", [one.name for one in file.criteria])
        for number, step in enumerate(file.steps):
            if step.name in _RESERVED_STEPS:
                place: Place = ("steps", number, "name")
                self._fault(place, f"{step.name!r} is taken; choose another.")
        self.faults += _strangers(self._path, self._tree)

    def _once(self, place: Place, key: str, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                self._fault((*place, number, key), f"{name!r} is there twice.")

    def check_words(self) -> None:
        """Both languages say the same, and name actors only."""
        roles = {actor.role for actor in self._file.actors}
        for place, text in _texts(self._file, ()):
            named = place[0] == "steps" and place[-1] in ("before", "after", "why")
            fields = {}
            for language in ("en", "fi"):
                try:
                    found = _placeholders(getattr(text, language))
                except ValueError:
                    here = (*place, language)
                    self._fault(here, "has a brace that stands alone; write {{ or }} for one.")
                    continue
                fields[language] = found
                for name in sorted(found - roles if named else found):
                    if not named:
                        why = "names of companies can stand in before, after and why of steps only."
                    else:
                        why = f"there are {', '.join(sorted(roles))}."
                    self._fault((*place, language), f"{{{name}}} is no actor here; {why}")
            if len(fields) == 2 and fields["en"] != fields["fi"]:
                differing = ", ".join(sorted(fields["en"] ^ fields["fi"]))
                self._fault(place, f"{{{differing}}} stands in one language only.")

    def scenario(self) -> ModuleType | None:
        """The module with the steps; None, with faults, if it cannot be had or lacks some."""
        path = self._folder / SCENARIO
        if not path.is_file():
            self.faults.append(Fault(path, 0, "", "is missing: it does what the steps say."))
            return None
        try:
            found = _imported(self._folder)
        except SyntaxError as error:
            where = Path(error.filename or path)
            self.faults.append(Fault(where, error.lineno or 0, "", f"is no Python: {error.msg}."))
            return None
        except Exception as error:
            line = _line_of(error, path)
            said = f"cannot be imported: {type(error).__name__}: {error}"
            self.faults.append(Fault(path, line, "", said))
            return None
        for number, step in enumerate(self._file.steps):
            name = _function(step.name)
            if not _is_async(found, name):
                self._fault(
                    ("steps", number, "name"),
                    f"{SCENARIO} has no `async def {name}(scene)` for the step {step.name!r}.",
                )
        if not _is_async(found, "claims"):
            said = "has no `async def claims(scene)`, which says what the pilot has shown."
            self.faults.append(Fault(path, 0, "", said))
        given = _words_of(self._folder)
        for number, one in enumerate(self._file.criteria):
            if one.measure not in given:
                self._fault(
                    ("criteria", number, "measure"),
                    f"nobody gives the measure {one.measure!r}: no step has it in its `measures`.",
                )
        return found


def _imported(folder: Path) -> ModuleType:
    """The scenario of a folder; helpers beside it can be imported by ``from . import``."""
    if folder.parent == Path(__file__).parent:
        return importlib.import_module(f"{__package__}.{folder.name}.scenario")
    name = f"pilot_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return importlib.import_module(f"{name}.scenario")


def _story(file: PilotFile, scenario: ModuleType) -> Story:
    return Story(
        name=file.name,
        number=file.number,
        area=file.area,
        sector=file.sector.text,
        title=file.title.text,
        summary=file.summary.text,
        story=file.story.text,
        learn=file.learn.text,
        minutes=file.minutes,
        roles=tuple(Role(one.role, one.title.text, one.company) for one in file.actors),
        steps=tuple(
            Step(
                name=one.name,
                short=one.short.text,
                title=one.title.text,
                roles=tuple(one.actors),
                before=one.before.text,
                button=one.button.text,
                after=one.after.text,
                why=one.why.text,
                play=getattr(scenario, _function(one.name)),
            )
            for one in file.steps
        ),
        claims=scenario.claims,
        criteria=tuple(
            Criterion(one.name, one.text.text, one.measure, one.equals, one.at_least, one.at_most)
            for one in file.criteria
        ),
        risks=_all(file.risks),
        questions=_all(file.questions),
        readiness=Readiness(file.readiness.level, file.readiness.why.text),
        volume=Volume(
            file.volume.unit.text,
            file.volume.units_in_run,
            file.volume.units_per_year,
            file.volume.customers,
        ),
        trouble=file.trouble,
        mended=file.mended,
        deeds={name: words.text for name, words in file.deeds.items()},
        unwind=getattr(scenario, "unwind", None),
    )


def _all(texts: list[Both]) -> tuple[Text, ...]:
    return tuple(one.text for one in texts)


def _function(step: str) -> str:
    return step.replace("-", "_")


def _is_async(module: ModuleType, name: str) -> bool:
    return inspect.iscoroutinefunction(getattr(module, name, None))


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, Both]]:
    """All texts of a pilot's file, with their places."""
    if isinstance(value, Both):
        yield place, value
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, (*place, number))
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name), (*place, name))


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _words_of(folder: Path) -> set[str]:
    """Every string and every name of an argument in the Python files of a pilot."""
    found: set[str] = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.keyword) and node.arg is not None:
                found.add(node.arg)
    return found


def _line_of(error: BaseException, path: Path) -> int:
    """The last line of a file that an error came through; 0 if it did not."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename) == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _strangers(path: Path, tree: Tree) -> Iterator[Fault]:
    """Actors and steps that are named where there are none of them, whatever else is wrong."""
    file: Any = tree.value if isinstance(tree.value, dict) else {}
    actors, steps = (
        [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []
        for found in (file.get("actors"), file.get("steps"))
    )
    roles = [str(actor["role"]) for actor in actors if "role" in actor]
    names = [str(step["name"]) for step in steps if "name" in step]

    def fault(place: Place, what: str) -> Fault:
        return Fault(path, tree.line(place), _field(place), what)

    for number, step in enumerate(steps):
        acting = step.get("actors")
        for at, role in enumerate(acting if isinstance(acting, list) else ()):
            if roles and isinstance(role, str) and role not in roles:
                what = f"{role!r} is no actor; there are {', '.join(roles)}."
                yield fault(("steps", number, "actors", at), what)
    for key in ("trouble", "mended"):
        name = file.get(key)
        if names and isinstance(name, str) and name not in names:
            yield fault((key,), f"{name!r} is no step; there are {', '.join(names)}.")


_SAID = {
    "extra_forbidden": "is no key that is known here; docs/pilots.md has those that are.",
    "missing": "is missing.",
    "string_type": "must be text.",
    "string_too_short": "must not be empty.",
    "model_type": "must be a mapping of keys.",
    "model_attributes_type": "must be a mapping of keys.",
}
_LANGUAGES = {"en": "English", "fi": "Finnish"}


def _shape_faults(path: Path, tree: Tree, error: ValidationError) -> Iterator[Fault]:
    """What has the wrong shape, in words."""
    found = error.errors(include_url=False)
    missing = [tuple(one["loc"]) for one in found if one["type"] == "missing"]
    for one in found:
        place, value = tuple(one["loc"]), one["input"]
        wanted = [str(other[-1]) for other in missing if other[:-1] == place[:-1]]
        near = get_close_matches(str(place[-1]), wanted, n=1) if place else []
        if one["type"] == "missing" and place[-1] in _LANGUAGES:
            what = f"the {_LANGUAGES[str(place[-1])]} translation is missing."
        elif one["type"] == "extra_forbidden" and near:
            what = f"is no key that is known here; did you mean {near[0]}?"
        elif one["type"] in _SAID:
            what = _SAID[one["type"]]
        else:
            said = re.sub(r"^(Value error, )?(Input )?|, unable to parse.*", "", one["msg"])
            what = said + (f", not {value!r:.60}." if isinstance(value, str | int | float) else ".")
        yield Fault(path, tree.line(place), _field(place), what)


def _field(place: Place) -> str:
    """``steps[2].title.fi``."""
    shown = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in place)
    return shown.removeprefix(".")
