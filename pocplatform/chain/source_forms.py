"""Forms in which developers hand in sources: files, a zip archive, solc's standard JSON input."""

import base64
import binascii
import io
import json
import os
import posixpath
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from pocplatform.chain.submitted import (
    MAX_BYTES,
    MAX_FILES,
    SolcSettings,
    SourcesInvalid,
    Submitted,
    check_name,
    checked_remapping,
    too_large,
    too_many_files,
)
from pocplatform.kit.i18n import Phrase

_STANDARD_SETTINGS: Final = (
    "optimizer", "evmVersion", "viaIR", "remappings", "outputSelection", "metadata", "libraries",
)  # fmt: skip
_OPTIMIZER_SETTINGS: Final = ("enabled", "runs", "details")
_REMAPPINGS: Final = "remappings.txt"
_MADE_BY_TOOLS: Final = frozenset({"artifacts", "broadcast", "cache", "node_modules", "out"})


def from_zip(encoded: str, settings: SolcSettings) -> Submitted:
    """The .sol files of a zip archive in base64, with the remappings of its ``remappings.txt``.

    Such a file, which Foundry reads, holds for the folder that it stands in, as a library's own
    does within a project. Remappings of ``settings`` come after them, and so win.

    Raises:
        SourcesInvalid: No archive, a damaged or encrypted one, a link, a path that leads outside,
            a line of ``remappings.txt`` that is no remapping.
        SourcesTooLarge: It unpacks to more than may be.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded, validate=True)))
        return _with_remappings(dict(_unpacked(archive)), settings, "zip")
    except (binascii.Error, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError,
            UnicodeDecodeError, OSError, ValueError) as error:  # fmt: skip
        raise SourcesInvalid(
            "The zip archive cannot be read ({why}).",
            next_step="Send a plain .zip file in base64, with .sol files in UTF-8.",
            param="zip",
            why=f"{type(error).__name__}: {error}"[:200],
        ) from error


def from_standard_json(document: Mapping[str, Any]) -> Submitted:
    """solc's standard JSON input, as far as it is about sources and how to compile them.

    A build info, which Hardhat and Foundry write beside their artifacts, stands for its ``input``.

    Raises:
        SourcesInvalid: A source that is to be fetched, another language, a setting not taken here.
    """
    try:
        if "sources" not in document and "input" in document:
            document = document["input"]
        if document.get("language", "Solidity") != "Solidity":
            raise _not_taken("standard_json.language")
        sources = {str(name): entry["content"] for name, entry in document["sources"].items()}
        settings = _standard_settings(document.get("settings"))
        if not all(isinstance(text, str) for text in sources.values()):
            raise TypeError("a source that is no text")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourcesInvalid(
            "This is no standard JSON input of solc with its sources in it ({why}).",
            next_step='Each source is given as {{"content": "…"}}, under its name in "sources". A '
            'build info of Hardhat or Foundry is taken too if its "input" is in it.',
            param="standard_json",
            why=f"{type(error).__name__}: {error}"[:200],
        ) from error
    return Submitted(sources, settings)


def _standard_settings(given: Any) -> SolcSettings:
    """Those of standard JSON; what solc would leave out has solc's defaults, not ours."""
    path = "standard_json.settings"
    given = _typed(path, given, dict, {})
    for name in given:
        if name not in _STANDARD_SETTINGS:
            raise _not_taken(f"{path}.{name}")

    def taken(name: str, default: Any) -> Any:
        return _typed(f"{path}.{name}", given.get(name), type(default), default)

    optimizer = taken("optimizer", {})
    for name in optimizer:
        if name not in _OPTIMIZER_SETTINGS:
            raise _not_taken(f"{path}.optimizer.{name}")
    within = f"{path}.optimizer"
    return SolcSettings(
        optimizer=_typed(f"{within}.enabled", optimizer.get("enabled"), bool, False),
        optimizer_runs=_typed(f"{within}.runs", optimizer.get("runs"), int, 200),
        optimizer_details=_typed(f"{within}.details", optimizer.get("details"), dict, {}),
        via_ir=taken("viaIR", False),
        evm_version=taken("evmVersion", "") or None,
        remappings=tuple(map(str, taken("remappings", []))),
        metadata=taken("metadata", {}),
        libraries=taken("libraries", {}),
    )


_KINDS: Final = {
    bool: Phrase("true or false"),
    int: Phrase("a whole number"),
    str: Phrase("a text"),
    list: Phrase("a list"),
    dict: Phrase("an object"),
}
T = TypeVar("T")


def _typed(param: str, value: Any, kind: type[T], default: T) -> T:
    """A value of standard JSON, which must have its type: what is of another is not guessed at."""
    if value is None:
        return default
    if type(value) is not kind:
        raise SourcesInvalid(
            "{param} must be {expected}, not {value}.",
            param=param,
            expected=_KINDS[kind],
            value=json.dumps(value)[:60],
        )
    return value


def from_files(paths: Sequence[Path]) -> Submitted:
    """Files of this machine: one .zip, one .json (standard JSON), or any number of .sol, of
    ``remappings.txt`` and of folders, which stand for all such files in them.

    Sources are named as they were given, or from the folder that they have in common where that
    leads outside of the present one; those of one folder from there. What tools have put into a
    folder is left out: ``node_modules``, what they have built, and what is hidden.

    Raises:
        SourcesInvalid, SourcesTooLarge: As above; or a file that cannot be read.
    """
    try:
        if len(paths) == 1 and paths[0].suffix == ".zip":
            return from_zip(base64.b64encode(paths[0].read_bytes()).decode(), SolcSettings())
        if len(paths) == 1 and paths[0].suffix == ".json":
            return from_standard_json(json.loads(paths[0].read_text(encoding="utf-8")))
        files = [file for path in paths for file in (_within(path) if path.is_dir() else [path])]
        if len(files) > 10 * MAX_FILES:
            raise too_many_files()
        root = paths[0] if len(paths) == 1 and paths[0].is_dir() else None
        texts = {_name(file, files, root): file.read_text(encoding="utf-8-sig") for file in files}
        return _with_remappings(texts, SolcSettings(), _REMAPPINGS)
    except (OSError, ValueError) as error:
        raise SourcesInvalid(
            "The files cannot be read ({why}).",
            next_step="Name .sol files or folders, or one .zip archive, or one .json with "
            "standard JSON.",
            why=f"{type(error).__name__}: {error}"[:200],
        ) from error


def _within(folder: Path) -> Iterator[Path]:
    """The sources of a folder and its ``remappings.txt``."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _MADE_BY_TOOLS
        )
        for name in sorted(names):
            if name == _REMAPPINGS or (name.endswith(".sol") and not _is_of_macos(name)):
                yield Path(here, name)


def _name(path: Path, others: Sequence[Path], root: Path | None) -> str:
    whole, here = path.resolve(), (root or Path.cwd()).resolve()
    if whole.is_relative_to(here):
        return whole.relative_to(here).as_posix()
    common = os.path.commonpath([other.resolve().parent for other in others])
    return whole.relative_to(common).as_posix()


def _unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Names and texts of .sol files and remappings; reads no more than may be, whatever the archive
    claims."""
    left, names = MAX_BYTES, set()
    entries = archive.infolist()
    if len(entries) > 10 * MAX_FILES:
        raise too_many_files()
    for entry in entries:
        if entry.is_dir() or _is_of_macos(entry.filename):
            continue
        check_name(entry.filename)
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.filename in names:
            raise SourcesInvalid(
                "The archive holds {name} twice, or as a link.",
                next_step="Send plain files only.",
                param="zip",
                name=entry.filename[:200],
            )
        names.add(entry.filename)
        if not (
            entry.filename.endswith(".sol") or posixpath.basename(entry.filename) == _REMAPPINGS
        ):
            continue
        with archive.open(entry) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise too_large()
        # As from a file: universal newlines, no mark of the byte order.
        yield entry.filename, content.decode("utf-8-sig").replace("\r\n", "\n")


def _with_remappings(texts: dict[str, str], settings: SolcSettings, param: str) -> Submitted:
    """Sources, with what each ``remappings.txt`` among them says."""
    remappings = [
        one
        for name in [name for name in texts if posixpath.basename(name) == _REMAPPINGS]
        for one in _remappings_below(posixpath.dirname(name), texts.pop(name), param)
    ]
    return Submitted(texts, replace(settings, remappings=(*remappings, *settings.remappings)))


def _remappings_below(folder: str, text: str, param: str) -> Iterator[str]:
    """The remappings of a folder's ``remappings.txt``, as they are from the root of all."""
    for line in filter(None, map(str.strip, text.splitlines())):
        one = checked_remapping(line, param)
        yield str(
            one._replace(context=_below(folder, one.context), target=_below(folder, one.target))
        )


def _below(folder: str, path: str) -> str:
    """A path within a folder, with the slash at its end, if it has one; nothing is the folder."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    ending = "/" if path.endswith("/") or not path else ""
    return "" if joined == "." else joined + ending


def _is_of_macos(name: str) -> bool:
    """What macOS puts beside each file of an archive: attributes, under the file's own ending."""
    return name.startswith("__MACOSX/") or posixpath.basename(name).startswith("._")


def _not_taken(param: str) -> SourcesInvalid:
    return SourcesInvalid(
        "{param} is not taken here.",
        next_step="Taken are Solidity sources with the settings: {known}.",
        param=param,
        known=", ".join(_STANDARD_SETTINGS),
    )
