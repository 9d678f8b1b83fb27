"""Sources of developers, made a closed input of solc.

Nothing is read from the machine but the packages of :data:`PACKAGES`: a name of a source is a name
and never a path, so `..`, absolute paths and links lead nowhere. Imports are resolved here, and
solc gets a closed set of sources. ``console.log`` can be imported as well.

    PlatformError
    └── InvalidInput            422
        ├── SourcesInvalid      422  names, archive or standard JSON cannot be used
        └── SourcesTooLarge     413  more text, or more files, than may
"""

import difflib
import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from pocplatform.chain import console
from pocplatform.chain.remappings import Remapping, Remappings, remapping
from pocplatform.chain.solc_versions import chosen, parsed, pragmas
from pocplatform.chain.sources import imported
from pocplatform.chain.toolchain import SOLC_VERSION, installed_versions
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import Phrase

MAX_BYTES: Final = 1024 * 1024
"""Of all sources of one compilation together, what they import from packages not counted."""
MAX_FILES: Final = 500
MAX_REMAPPINGS: Final = 100

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
_OUTPUTS: Final = [
    "abi", "devdoc", "userdoc", "metadata", "storageLayout",
    "evm.bytecode", "evm.deployedBytecode",
]  # fmt: skip


_OUTPUT_FORM: Final = 4
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
    """How to compile; the defaults are those of the platform's own contracts.

    Attributes:
        optimizer_details: Parts of the optimizer that are switched on or off, as solc takes them.
        remappings: Of imports, ``context:prefix=target`` or ``prefix=target``.
    """

    optimizer: bool = True
    optimizer_runs: int = 200
    optimizer_details: Mapping[str, Any] = field(default_factory=dict)
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
        """Check names and sizes; a mark of the byte order is no part of a text."""
        plain = {name: text.removeprefix("\ufeff") for name, text in self.sources.items()}
        object.__setattr__(self, "sources", plain)
        if not self.sources:
            raise SourcesInvalid(
                "There is no Solidity source to compile.",
                next_step="Give at least one file that ends in .sol.",
                param="sources",
            )
        if len(self.sources) > MAX_FILES:
            raise too_many_files()
        for name in self.sources:
            check_name(name)
            if name.endswith((".vy", ".vyi")):
                raise SourcesInvalid(
                    "{name} is Vyper; what is compiled here is Solidity.",
                    next_step="Compile it with ape and the plugin ape-vyper, and deploy its "
                    "artifact.",
                    param="sources",
                    name=name,
                )
        if sum(len(text.encode()) for text in self.sources.values()) > MAX_BYTES:
            raise too_large()
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
        remappings = Remappings(self._remappings, self.sources)
        contents, asked = _closure(self.sources, remappings, root)
        evm = settings.evm_version or _newest_evm(self.solc_version(root))
        return {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in sorted(contents.items())},
            "settings": {
                "optimizer": {
                    "enabled": settings.optimizer,
                    "runs": settings.optimizer_runs,
                    **(
                        {"details": dict(details)}
                        if (details := settings.optimizer_details)
                        else {}
                    ),
                },
                **({"viaIR": True} if settings.via_ir else {}),
                **({"evmVersion": evm} if evm else {}),
                "remappings": remappings.kept,
                **({"metadata": dict(settings.metadata)} if settings.metadata else {}),
                **({"libraries": dict(settings.libraries)} if settings.libraries else {}),
                "outputSelection": self._outputs(asked),
            },
        }

    def _outputs(self, asked: set[str]) -> dict[str, Any]:
        # What a source imports of a package itself may be what is to be deployed.
        names = {*self.sources, *(asked - {*console.SOURCES})}
        wanted: dict[str, Any] = {name: {"*": _OUTPUTS, "": ["ast"]} for name in sorted(names)}
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
    def _remappings(self) -> list[Remapping]:
        found = []
        if len(self.settings.remappings) > MAX_REMAPPINGS:
            raise SourcesInvalid(
                "There are more than {limit} remappings of imports.",
                param="settings.remappings",
                limit=MAX_REMAPPINGS,
            )
        for text in self.settings.remappings:
            found.append(checked_remapping(text, "settings.remappings"))
        return found


def nearest_source(name: str, importer: str, sources: Mapping[str, str], root: Path) -> str | None:
    """What an import that was not found may have meant: by file name, then by likeness."""
    known = [one for one in (*sources, *packaged(root)) if one != importer]
    base = posixpath.basename(name)
    same = [one for one in known if posixpath.basename(one).lower() == base.lower()]
    if "consol" not in base.lower():  # of Foundry and Hardhat there is nothing else
        known = [one for one in known if one not in console.SOURCES]
    alike = same or known
    close = difflib.get_close_matches(name, alike, n=1, cutoff=0.0 if same else 0.6)
    if close:
        return close[0]
    by_stem = {posixpath.basename(one).removesuffix(".sol"): one for one in reversed(known)}
    stems = difflib.get_close_matches(base.removesuffix(".sol"), by_stem, n=1, cutoff=0.7)
    return by_stem[stems[0]] if stems else None


@lru_cache(maxsize=4)
def packaged(root: Path) -> tuple[str, ...]:
    """The names of all sources that can be imported without bringing them."""
    found = list(console.SOURCES)
    modules = root / "node_modules"
    for package in PACKAGES:
        paths = (modules / package).rglob("*.sol")
        found += [path.relative_to(modules).as_posix() for path in paths if path.is_file()]
    return tuple(sorted(found))


@lru_cache(maxsize=1024)
def packaged_text(root: Path, name: str) -> str | None:
    """A source of a package. Only by a name that is listed: no path is made of anything else."""
    if name in console.SOURCES:
        return console.source(name)
    if name not in packaged(root):
        return None
    return (root / "node_modules" / name).read_text(encoding="utf-8")


def _closure(
    sources: Mapping[str, str], remappings: Remappings, root: Path
) -> tuple[dict[str, str], set[str]]:
    """The sources with all that they need of packages, and what of it they import themselves."""
    found = dict(sources)
    asked = set()
    waiting = list(sources)
    while waiting:
        importer = waiting.pop()
        for name in imported(found[importer]):
            unit = _resolve(importer, name, remappings)
            if unit not in found:
                # What is nowhere is solc's to say: the import may stand in a comment.
                text = packaged_text(root, unit)
                if text is None:
                    continue
                found[unit] = text
                waiting.append(unit)
            if importer in sources:
                asked.add(unit)
    return found, asked


def _newest_evm(solc_version: str) -> str | None:
    version = parsed(solc_version)
    return next((evm for since, evm in _NEWEST_EVM if version >= since), None)


def _resolve(importer: str, name: str, remappings: Remappings) -> str:
    if name.startswith(("./", "../")):
        name = posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
    return remappings.resolve(importer, name)


def checked_remapping(text: str, param: str) -> Remapping:
    """From its text. Raises :class:`SourcesInvalid` about ``param`` for what is none."""
    try:
        return remapping(text)
    except ValueError as error:
        raise SourcesInvalid(
            "{value} is no remapping of imports; those are written prefix=target.",
            param=param,
            value=text[:100],
        ) from error


def check_name(name: str) -> None:
    """Raises :class:`SourcesInvalid` for what is no path below a project."""
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


def too_large() -> SourcesTooLarge:
    """For more text than one compilation takes."""
    return SourcesTooLarge(
        "The sources have more than {limit} bytes together.",
        next_step="Leave out what is not needed; OpenZeppelin's contracts need not be sent.",
        limit=MAX_BYTES,
    )


def too_many_files() -> SourcesTooLarge:
    """For more files than one compilation takes."""
    return SourcesTooLarge(
        "There are more than {limit} files.",
        next_step="Leave out what is not needed; OpenZeppelin's contracts need not be sent.",
        limit=MAX_FILES,
    )
