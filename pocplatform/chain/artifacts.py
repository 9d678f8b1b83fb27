"""What the compiler makes of a contract, and collections of it.

PlatformError
├── ArtifactMissing         500  no compiled contract of that name
├── ArtifactsCorrupt        500  a file of artifacts cannot be read
└── DuplicateContractName   500  two sources define a contract of the same name
"""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from pocplatform import __version__
from pocplatform.chain.files import write_atomically
from pocplatform.kit.errors import PlatformError

_SCHEMA = 1


class ArtifactMissing(PlatformError, KeyError):
    """There is no compiled contract of that name."""

    code = "artifact_missing"
    title = "No such contract"
    __str__ = Exception.__str__  # KeyError would show the sentence in quotes


class ArtifactsCorrupt(PlatformError):
    """A file of artifacts cannot be read."""

    code = "artifacts_corrupt"
    title = "The compiled contracts cannot be read"

    @classmethod
    def shipped(cls, path: Path, error: Exception) -> Self:
        """The error for a file of an npm package."""
        return cls(
            "The shipped contract {path} cannot be read ({why}).",
            next_step="Run `npm ci`, which installs the npm parts anew.",
            path=str(path),
            why=f"{type(error).__name__}: {error}",
        )


class DuplicateContractName(PlatformError):
    """Two sources define a contract of the same name; names are keys here, as they are in ape."""

    code = "duplicate_contract_name"
    title = "Two contracts have the same name"


@dataclass(frozen=True)
class Origin:
    """Where a contract's code comes from.

    Attributes:
        package: The npm package that carries it, or ``pocplatform``.
        version: The package's.
        license: SPDX identifier of the contract's own licence.
    """

    package: str
    version: str
    license: str


OWN = Origin("pocplatform", __version__, "Apache-2.0")
"""Of what is compiled from ``contracts/``."""


@dataclass(frozen=True)
class Artifact:
    """One compiled contract, interface or library.

    Attributes:
        name: Contract name, the key.
        source_id: Unit name of its source, such as ``contracts/identity/DidRegistry.sol``.
        abi: The JSON ABI.
        bytecode: Creation code without constructor arguments; empty for interfaces.
        deployed_bytecode: Runtime code with zeros where immutables go.
        immutable_references: Where immutables go: AST id to ``[{"start", "length"}]``.
        devdoc: NatSpec for developers.
        userdoc: NatSpec for people; ``errors`` explain reverts.
        source_hash: SHA-256 over the source and its imports.
        metadata: The metadata JSON, byte for byte as hashed into the bytecode (for verification).
        storage_layout: solc's ``storageLayout``.
        source_map: solc's source map of the creation code.
        origin: Whose code it is; not stored with a compiled contract, which is ours.
    """

    name: str
    source_id: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    deployed_bytecode: bytes
    immutable_references: dict[str, list[dict[str, int]]] = field(default_factory=dict)
    devdoc: dict[str, Any] = field(default_factory=dict)
    userdoc: dict[str, Any] = field(default_factory=dict)
    source_hash: str = ""
    metadata: str = ""
    storage_layout: dict[str, Any] = field(default_factory=dict)
    source_map: str = ""
    origin: Origin = OWN

    @property
    def deployable(self) -> bool:
        """Whether there is code to deploy: not an interface, not abstract."""
        return bool(self.bytecode)

    def to_json(self) -> dict[str, Any]:
        """A JSON object; bytes as plain hex."""
        data = asdict(self)
        del data["origin"]
        data["bytecode"] = self.bytecode.hex()
        data["deployed_bytecode"] = self.deployed_bytecode.hex()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Artifact":
        """The inverse of :meth:`to_json`; raises KeyError, TypeError or ValueError."""
        values = dict(data)
        values["bytecode"] = bytes.fromhex(values["bytecode"])
        values["deployed_bytecode"] = bytes.fromhex(values["deployed_bytecode"])
        return cls(**values)


class Artifacts(Mapping[str, Artifact]):
    """Compiled contracts by name. A missing one raises :class:`ArtifactMissing`."""

    def __init__(self, artifacts: Iterable[Artifact], settings_hash: str = "") -> None:
        self.settings_hash = settings_hash
        self._by_name: dict[str, Artifact] = {}
        for artifact in artifacts:
            other = self._by_name.get(artifact.name)
            if other is not None:
                raise DuplicateContractName(
                    "{name} is defined in both {first} and {second}.",
                    next_step="Rename one of the two.",
                    name=artifact.name,
                    first=other.source_id,
                    second=artifact.source_id,
                )
            self._by_name[artifact.name] = artifact

    def __getitem__(self, name: str) -> Artifact:
        """The contract of that name."""
        try:
            return self._by_name[name]
        except KeyError:
            raise self._missing(name) from None

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._by_name)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._by_name)

    def deployable(self) -> "Artifacts":
        """Those with code of their own: no interfaces, no abstract contracts."""
        return Artifacts((a for a in self.values() if a.deployable), self.settings_hash)

    def with_foreign(self, artifacts: Iterable[Artifact]) -> "Artifacts":
        """These and some more, such as contracts shipped compiled in npm packages."""
        return Artifacts([*self.values(), *artifacts], self.settings_hash)

    def save(self, path: Path) -> None:
        """Write all of them to one JSON file, atomically."""
        document = {
            "schema": _SCHEMA,
            "settings_hash": self.settings_hash,
            "artifacts": [artifact.to_json() for artifact in self.values()],
        }
        write_atomically(path, json.dumps(document))

    @classmethod
    def load(cls, path: Path) -> "Artifacts":
        """Read what :meth:`save` wrote; raises :class:`ArtifactsCorrupt`."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["schema"] != _SCHEMA:
                raise ValueError(f"schema {document['schema']}, not {_SCHEMA}")
            return cls(map(Artifact.from_json, document["artifacts"]), document["settings_hash"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactsCorrupt(
                "The compiled contracts in {path} cannot be read ({why}).",
                next_step="Run `pocplatform compile`, which writes them anew.",
                path=str(path),
                why=f"{type(error).__name__}: {error}",
            ) from error

    def _missing(self, name: str) -> ArtifactMissing:
        near = difflib.get_close_matches(name, self._by_name, n=1)
        if near:
            return ArtifactMissing(
                "There is no compiled contract named {name}.",
                next_step="Did you mean {near}?",
                name=name,
                near=near[0],
            )
        return ArtifactMissing(
            "There is no compiled contract named {name}.",
            next_step="Run `pocplatform compile` and check the name.",
            name=name,
        )


def foreign_artifact(path: Path) -> Artifact:
    """A contract from the JSON that an npm package ships (hardhat, truffle or foundry format).

    Raises:
        ArtifactsCorrupt: The file is missing or has neither an ABI nor bytecode.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Artifact(
            name=data.get("contractName") or path.stem,
            source_id=data.get("sourceName") or path.name,
            abi=data["abi"],
            bytecode=_code(data["bytecode"]),
            deployed_bytecode=_code(data.get("deployedBytecode", "0x")),
            devdoc=data.get("devdoc") or {},
            userdoc=data.get("userdoc") or {},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactsCorrupt.shipped(path, error) from error


def _code(value: str | dict[str, Any]) -> bytes:
    # foundry nests it: {"object": "0x…"}
    text = value["object"] if isinstance(value, dict) else value
    return bytes.fromhex(text.removeprefix("0x"))
