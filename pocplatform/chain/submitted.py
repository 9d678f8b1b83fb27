"""Sources as developers hand them in: files, a zip archive, or solc's standard JSON input.

Nothing is read from the machine but the packages of :data:`PACKAGES`: a name of a source is a name
and never a path, so `..`, absolute paths and links lead nowhere. Imports are resolved here, and
solc gets a closed set of sources.

    PlatformError
    └── InvalidInput            422
        ├── SourcesInvalid      422  names, archive or standard JSON cannot be used
        └── SourcesTooLarge     413  more text, or more files, than may
"""

import base64
import binascii
import difflib
import hashlib
import io
import json
import os
import posixpath
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from pocplatform.chain.solc_versions import chosen, parsed, pragmas
from pocplatform.chain.sources import imported
from pocplatform.chain.toolchain import SOLC_VERSION, installed_versions
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import Phrase

MAX_BYTES: Final = 1024 * 1024
"""Of all sources of one compilation together, what they import from packages not counted."""
MAX_FILES: Final = 500

PACKAGES: Final = (
    "@openzeppelin/contracts",
    "@ethereum-attestation-service/eas-contracts/contracts",
)
"""What sources may import without bringing it: folders of npm packages that the sandbox itself
builds on, in its own versions."""

EVM_VERSIONS: Final = ("london", "paris", "shanghai", "cancun", "prague")
_NEWEST_EVM: Final = (
    ((0, 8, 25), "cancun"), ((0, 8, 20), "shanghai"), ((0, 8, 18), "paris"), ((0, 8, 7), "london"),
)  # fmt: skip
"""What to compile for unless asked otherwise, from this version of solc on: as the chain does, or
the newest that it knows well."""
_STANDARD_SETTINGS: Final = (
    "optimizer", "evmVersion", "viaIR", "remappings", "outputSelection", "metadata", "libraries",
)  # fmt: skip
_OUTPUTS: Final = [
    "abi", "devdoc", "userdoc", "metadata", "storageLayout",
    "evm.bytecode", "evm.deployedBytecode",
]  # fmt: skip


_OUTPUT_FORM: Final = 3
"""Of what is kept of solc's output; another one when more is kept, so that it is made anew."""


class SourcesInvalid(InvalidInput):
    """The sources, as they were handed in, cannot be given to the compiler."""

    code = "sources_invalid"
    title = "The sources cannot be used"


class SourcesTooLarge(InvalidInput):
    """There is more source text than one compilation takes."""

    code = "sources_too_large"
    status = 413
    title = "The sources are too large"


@dataclass(frozen=True)
class SolcSettings:
    """How to compile; the defaults are those of the platform's own contracts."""

    optimizer: bool = True
    optimizer_runs: int = 200
    via_ir: bool = False
    evm_version: str | None = None
    remappings: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Submitted:
    """Sources by name, and how to compile them.

    Raises:
        SourcesInvalid, SourcesTooLarge: When made.
    """

    sources: Mapping[str, str]
    settings: SolcSettings = field(default_factory=SolcSettings)

    def __post_init__(self) -> None:
        """Check names and sizes."""
        if not self.sources:
            raise SourcesInvalid(
                "There is no Solidity source to compile.",
                next_step="Give at least one file that ends in .sol.",
                param="sources",
            )
        if len(self.sources) > MAX_FILES:
            raise _too_many_files()
        for name in self.sources:
            _check_name(name)
        if sum(len(text.encode()) for text in self.sources.values()) > MAX_BYTES:
            raise _too_large()
        if self.settings.evm_version not in (*EVM_VERSIONS, None):
            raise SourcesInvalid(
                "{param} is {value}; known here are: {known}.",
                param="settings.evm_version",
                value=self.settings.evm_version,
                known=", ".join(EVM_VERSIONS),
            )

    def solc_version(self, root: Path) -> str:
        """The installed solc for these sources: the pinned one, unless their pragmas refuse it."""
        found = chosen(self._pragmas, installed_versions(root), SOLC_VERSION)
        return found or SOLC_VERSION  # which then says what the sources ask for

    def input_json(self, root: Path) -> dict[str, Any]:
        """solc's standard JSON input, with everything that is imported and can be found."""
        settings = self.settings
        contents = _closure(self.sources, self._remappings, root)
        evm = settings.evm_version or _newest_evm(self.solc_version(root))
        return {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sorted(contents.items())},
            "settings": {
                "optimizer": {"enabled": settings.optimizer, "runs": settings.optimizer_runs},
                **({"viaIR": True} if settings.via_ir else {}),
                **({"evmVersion": evm} if evm else {}),
                "remappings": [f"{prefix}={target}" for prefix, target in self._remappings],
                **({"metadata": dict(settings.metadata)} if settings.metadata else {}),
                **({"libraries": dict(settings.libraries)} if settings.libraries else {}),
                "outputSelection": self._outputs(),
            },
        }

    def _outputs(self) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            name: {"*": _OUTPUTS, "": ["ast"]} for name in sorted(self.sources)
        }
        if any("abstract" in text for text in self.sources.values()):
            wanted["*"] = {"": ["ast"]}  # what an abstract contract lacks is told by its bases
        return wanted

    def digest(self, root: Path) -> str:
        """SHA-256 (hex) of all that decides the result."""
        decides = [self.solc_version(root), _OUTPUT_FORM, self.input_json(root)]
        text = json.dumps(decides, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _pragmas(self) -> list[str]:
        return pragmas(self.sources)

    @cached_property
    def _remappings(self) -> list[tuple[str, str]]:
        """The longest prefix first; without those that lead to sources that were not brought."""
        pairs = []
        for remapping in self.settings.remappings:
            prefix, equals, target = remapping.partition("=")
            prefix = prefix.rpartition(":")[2]
            if not equals or not prefix:
                raise SourcesInvalid(
                    "{value} is no remapping of imports; those are written prefix=target.",
                    param="settings.remappings",
                    value=remapping[:100],
                )
            if any(name.startswith(target) for name in self.sources):
                pairs.append((prefix, target))
        return sorted(pairs, key=lambda pair: -len(pair[0]))


def from_zip(encoded: str, settings: SolcSettings) -> Submitted:
    """The .sol files of a zip archive in base64.

    Raises:
        SourcesInvalid: No archive, a damaged or encrypted one, a link, a path that leads outside.
        SourcesTooLarge: It unpacks to more than may be.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(encoded, validate=True)))
        return Submitted(dict(_unpacked(archive)), settings)
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

    Raises:
        SourcesInvalid: A source that is to be fetched, another language, a setting not taken here.
    """
    try:
        if document.get("language", "Solidity") != "Solidity":
            raise _not_taken("standard_json.language")
        sources = {str(name): entry["content"] for name, entry in document["sources"].items()}
        given = document.get("settings") or {}
        for name in given:
            if name not in _STANDARD_SETTINGS:
                raise _not_taken(f"standard_json.settings.{name}")
        optimizer = given.get("optimizer") or {}
        settings = SolcSettings(
            optimizer=bool(optimizer.get("enabled", False)),
            optimizer_runs=int(optimizer.get("runs", 200)),
            via_ir=bool(given.get("viaIR", False)),
            evm_version=given.get("evmVersion"),
            remappings=tuple(map(str, given.get("remappings") or ())),
            metadata=dict(given.get("metadata") or {}),
            libraries=dict(given.get("libraries") or {}),
        )
        if not all(isinstance(text, str) for text in sources.values()):
            raise TypeError("a source that is no text")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourcesInvalid(
            "This is no standard JSON input of solc with its sources in it ({why}).",
            next_step='Each source is given as {{"content": "…"}}, under its name in "sources".',
            param="standard_json",
            why=f"{type(error).__name__}: {error}"[:200],
        ) from error
    return Submitted(sources, settings)


def from_files(paths: Sequence[Path]) -> Submitted:
    """Files of this machine: one .zip, one .json (standard JSON), or any number of .sol.

    Sources are named as they were given, or from the folder that they have in common where that
    leads outside of the present one.

    Raises:
        SourcesInvalid, SourcesTooLarge: As above; or a file that cannot be read.
    """
    try:
        if len(paths) == 1 and paths[0].suffix == ".zip":
            return from_zip(base64.b64encode(paths[0].read_bytes()).decode(), SolcSettings())
        if len(paths) == 1 and paths[0].suffix == ".json":
            return from_standard_json(json.loads(paths[0].read_text(encoding="utf-8")))
        return Submitted({_name(path, paths): path.read_text(encoding="utf-8") for path in paths})
    except (OSError, ValueError) as error:
        raise SourcesInvalid(
            "The files cannot be read ({why}).",
            next_step="Name .sol files, or one .zip archive, or one .json with standard JSON.",
            why=f"{type(error).__name__}: {error}"[:200],
        ) from error


def _name(path: Path, others: Sequence[Path]) -> str:
    whole, here = path.resolve(), Path.cwd()
    if whole.is_relative_to(here):
        return whole.relative_to(here).as_posix()
    common = os.path.commonpath([other.resolve().parent for other in others])
    return whole.relative_to(common).as_posix()


def nearest_source(name: str, importer: str, sources: Mapping[str, str], root: Path) -> str | None:
    """What an import that was not found may have meant: by file name, then by likeness."""
    known = [one for one in (*sources, *packaged(root)) if one != importer]
    base = posixpath.basename(name)
    same = [one for one in known if posixpath.basename(one).lower() == base.lower()]
    close = difflib.get_close_matches(name, same or known, n=1, cutoff=0.0 if same else 0.6)
    if close:
        return close[0]
    by_base = {posixpath.basename(one): one for one in reversed(known)}
    alike = difflib.get_close_matches(base, by_base, n=1, cutoff=0.7)
    return by_base[alike[0]] if alike else None


@lru_cache(maxsize=4)
def packaged(root: Path) -> tuple[str, ...]:
    """The names of all sources that can be imported without bringing them."""
    found = []
    modules = root / "node_modules"
    for package in PACKAGES:
        paths = (modules / package).rglob("*.sol")
        found += [path.relative_to(modules).as_posix() for path in paths if path.is_file()]
    return tuple(sorted(found))


@lru_cache(maxsize=1024)
def packaged_text(root: Path, name: str) -> str | None:
    """A source of a package. Only by a name that is listed: no path is made of anything else."""
    if name not in packaged(root):
        return None
    return (root / "node_modules" / name).read_text(encoding="utf-8")


def _closure(
    sources: Mapping[str, str], remappings: list[tuple[str, str]], root: Path
) -> dict[str, str]:
    found = dict(sources)
    waiting = list(sources)
    while waiting:
        importer = waiting.pop()
        for name in imported(found[importer]):
            unit = _resolve(importer, name, remappings)
            if unit in found:
                continue
            # What is nowhere is solc's to say: the import may stand in a comment.
            text = packaged_text(root, unit)
            if text is not None:
                found[unit] = text
                waiting.append(unit)
    return found


def _newest_evm(solc_version: str) -> str | None:
    version = parsed(solc_version)
    return next((evm for since, evm in _NEWEST_EVM if version >= since), None)


def _resolve(importer: str, name: str, remappings: list[tuple[str, str]]) -> str:
    if name.startswith(("./", "../")):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
    for prefix, target in remappings:
        if name.startswith(prefix):
            return target + name[len(prefix) :]
    return name


def _unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Names and texts of the .sol files; reads no more than may be, whatever the archive claims."""
    left, names = MAX_BYTES, set()
    entries = archive.infolist()
    if len(entries) > 10 * MAX_FILES:
        raise _too_many_files()
    for entry in entries:
        if entry.is_dir():
            continue
        _check_name(entry.filename)
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.filename in names:
            raise SourcesInvalid(
                "The archive holds {name} twice, or as a link.",
                next_step="Send plain files only.",
                param="zip",
                name=entry.filename[:200],
            )
        names.add(entry.filename)
        if not entry.filename.endswith(".sol"):
            continue
        with archive.open(entry) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _too_large()
        # As from a file: universal newlines, no mark of the byte order.
        yield entry.filename, content.decode("utf-8-sig").replace("\r\n", "\n")


def _check_name(name: str) -> None:
    reason = None
    if not name or len(name) > 255 or not name.isprintable():
        reason = Phrase("it must have 1 to 255 printable characters")
    elif name.startswith(("/", "~")) or name[1:3] in (":/", ":\\") or "\\" in name:
        reason = Phrase("it must be relative, with / between its parts")
    elif any(part in ("..", ".", "") for part in name.split("/")):
        reason = Phrase("it must not lead outside, or hold empty parts")
    if reason is not None:
        raise SourcesInvalid(
            "{name} cannot be the name of a source: {reason}.",
            next_step="Name it as a path below the project, such as contracts/Token.sol.",
            param="sources",
            name=repr(name[:100]),
            reason=reason,
        )


def _too_large() -> SourcesTooLarge:
    return SourcesTooLarge(
        "The sources have more than {limit} bytes together.",
        next_step="Leave out what is not needed; OpenZeppelin's contracts need not be sent.",
        limit=MAX_BYTES,
    )


def _too_many_files() -> SourcesTooLarge:
    return SourcesTooLarge(
        "There are more than {limit} files.",
        next_step="Leave out what is not needed; OpenZeppelin's contracts need not be sent.",
        limit=MAX_FILES,
    )


def _not_taken(param: str) -> SourcesInvalid:
    return SourcesInvalid(
        "{param} is not taken here.",
        next_step="Taken are Solidity sources with the settings: {known}.",
        param=param,
        known=", ".join(_STANDARD_SETTINGS),
    )
