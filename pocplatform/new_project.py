"""``pocplatform new``: a small project that passes its own tests at once."""

import re
import shutil
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pocplatform.kit.errors import PlatformError
from pocplatform.terminal import Json, Language, print_json

TEMPLATES = Path(__file__).parent / "project_templates"
_ENDING = ".tmpl"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_MARK = re.compile(r"\{\{(name|title)\}\}")
_TAKEN = {"con", "prn", "aux", "nul"}
"""Names that no folder can have on Windows, where WSL shares folders with it."""


class ProjectNameInvalid(PlatformError):
    """A name that no project can have."""

    code = "project_name_invalid"
    title = "The project cannot be called that"


class ProjectExists(PlatformError):
    """There is something of that name already."""

    code = "project_exists"
    title = "There is something of that name"


class TemplateUnknown(PlatformError):
    """There is no such template."""

    code = "template_unknown"
    title = "There is no such template"


class FolderNotWritable(PlatformError):
    """The project cannot be written there."""

    code = "folder_not_writable"
    title = "The folder cannot be written"


def templates() -> list[str]:
    """The names of all templates."""
    return sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())


def make(name: str, template: str, parent: Path) -> list[Path]:
    """Make a project in a new folder of its name.

    Args:
        name: The folder's; also what the project is called in its files.
        template: What it is made from.
        parent: Where the folder is made.

    Returns the files, relative to the folder. Raises :class:`ProjectNameInvalid`,
    :class:`TemplateUnknown`, :class:`ProjectExists` and :class:`FolderNotWritable`; then nothing is
    left behind.
    """
    if not _NAME.fullmatch(name) or name.lower() in _TAKEN:
        raise ProjectNameInvalid(
            "{name!r} cannot be the name of a project: a letter, then at most 63 letters, digits, "
            "hyphens and underscores are expected.",
            next_step="Choose one such as {example}; the folder is made where you are.",
            name=name,
            example=_proposed(name),
        )
    if template not in templates():
        near = get_close_matches(template, templates(), n=1, cutoff=0.3)
        raise TemplateUnknown(
            "There is no template {template!r}.",
            next_step="Did you mean {near}? There are: {known}." if near else "There are: {known}.",
            template=template,
            near=near[0] if near else "",
            known=", ".join(templates()),
        )
    folder = parent / name
    if folder.exists() or folder.is_symlink():
        raise ProjectExists(
            "{folder} is there already.",
            next_step="Choose another name, or move it away; nothing in it was changed.",
            folder=folder,
        )
    try:
        return _written(folder, TEMPLATES / template, name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FolderNotWritable(
            "The project cannot be written to {folder} ({why}).",
            next_step="Go to a folder of your own, and try again there.",
            folder=folder,
            why=error.strerror or type(error).__name__,
        ) from error


def _written(folder: Path, source: Path, name: str) -> list[Path]:
    values = {"name": name, "title": re.sub(r"[-_]+", " ", name).strip().capitalize()}
    folder.mkdir()
    files = []
    for path in sorted(source.rglob(f"*{_ENDING}")):
        file = path.relative_to(source).with_name(path.name.removesuffix(_ENDING))
        text = _MARK.sub(lambda found: values[found[1]], path.read_text(encoding="utf-8"))
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
        files.append(file)
    return files


def _proposed(name: str) -> str:
    """The nearest good name."""
    plain = name.translate(str.maketrans("äöåÄÖÅ", "aoaAOA"))
    kept = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-_")
    found = re.search(r"[A-Za-z].*", kept)
    return found[0][:64] if found else "my-pilot"


def new(
    name: Annotated[str, typer.Argument(help="Its name, and that of its folder.")],
    template: Annotated[
        str, typer.Option(help="What to make: contract or agreement.")
    ] = "contract",
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Make a small project that passes its own tests at once, in a new folder."""
    folder = Path.cwd() / name
    files = make(name, template, Path.cwd())
    if json_output:
        print_json({"folder": str(folder), "template": template, "files": [*map(str, files)]})
        return
    console = Console(soft_wrap=True)
    count = len(files)
    console.print(
        f"{folder}: {count} tiedostoa. Jatka näin: README.md."
        if language == "fi"
        else f"{folder}: {count} files. README.md says how to go on."
    )
