"""Contracts as build tools write them: solc, ape (ethPM), Foundry, Hardhat, Truffle and Waffle.

ethPM manifests are EIP-2678; a contract type of one may also come alone. What is common to all of
them is an ABI, creation code that may lack libraries, and perhaps runtime code and NatSpec.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pocplatform.chain import runtime_code

MAX_RUNTIME_BYTES: Final = 24_576
"""EIP-170."""
MAX_CREATION_BYTES: Final = 49_152
"""EIP-3860: twice as much, the constructor's arguments included."""

_CODE = re.compile(r"(?:0x)?((?:[0-9a-fA-F]|__.{36}__)*)")
_PLACEHOLDER = re.compile(r"__.{36}__")


class ArtifactUnreadable(ValueError):
    """What was given has not the form of any of the tools; says what is missing."""


@dataclass(frozen=True)
class BuildArtifact:
    """A compiled contract, ready to be linked.

    Attributes:
        bytecode: Creation code in hex without 0x; 40 characters stand for each library's address.
        runtime: Runtime code in the same form; empty where the tool did not write it.
        differing: Where the runtime code of deployments differs, as our own compiler says.
        links: Where libraries go: byte offsets by the library's full name (``file:Name``).
        kind: contract, abstract, interface or library, where that is known.
        unimplemented: Functions of an abstract contract that have no body, where that is known.
    """

    name: str
    abi: Any
    bytecode: str
    runtime: str = ""
    differing: Sequence[runtime_code.Place] = ()
    links: Mapping[str, list[int]] = field(default_factory=dict)
    userdoc: Mapping[str, Any] = field(default_factory=dict)
    devdoc: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    unimplemented: Sequence[str] = ()

    @property
    def runtime_bytes(self) -> int:
        """The length of the runtime code; 0 where it is not known."""
        return len(self.runtime) // 2

    def missing(self, libraries: Mapping[str, str]) -> list[str]:
        """The libraries that are needed and not given, by full name."""
        return [name for name in self.links if _given(name, libraries) is None]

    def linked(self, libraries: Mapping[str, str]) -> bytes:
        """The creation code with the libraries' addresses in their places.

        Args:
            libraries: Addresses by full or by simple name; none may be :meth:`missing`.
        """
        code = self.bytecode
        for name, offsets in self.links.items():
            address = (_given(name, libraries) or "").removeprefix("0x").lower()
            for offset in offsets:
                code = code[: 2 * offset] + address + code[2 * offset + 40 :]
        return bytes.fromhex(code)


def _given(name: str, libraries: Mapping[str, str]) -> str | None:
    return libraries.get(name) or libraries.get(name.rpartition(":")[2])


def from_solc(compiled: Mapping[str, Any]) -> BuildArtifact:
    """From an entry that :mod:`pocplatform.chain.closed_compiler` made."""
    runtime, kind = compiled["deployed_bytecode"], compiled["kind"]
    immutables = compiled["immutable_references"]
    return BuildArtifact(
        name=compiled["name"],
        abi=compiled["abi"],
        bytecode=compiled["bytecode"],
        runtime=runtime,
        differing=runtime_code.places(runtime, immutables, library=kind == "library"),
        links=_links(compiled["link_references"]),
        userdoc=compiled["userdoc"],
        devdoc=compiled["devdoc"],
        kind=kind,
        unimplemented=compiled.get("unimplemented") or (),
    )


def read_artifact(data: Mapping[str, Any], name: str | None = None) -> BuildArtifact:
    """From what ape, Foundry or Hardhat writes.

    Args:
        data: The JSON document.
        name: Which contract of an ethPM manifest; the name of what has none itself.

    Raises:
        ArtifactUnreadable: It has none of these forms, or the manifest has several contracts.
    """
    types = data.get("contractTypes")
    if isinstance(types, Mapping):
        if name is None and len(types) == 1:
            name = next(iter(types))
        if name not in types:
            raise ArtifactUnreadable(f"contractTypes has: {', '.join(map(str, types))}")
        data = {"contractName": name, **types[name]}
    try:
        by_solc = data.get("evm") or {}  # in solc's own output; waffle has the runtime code there
        found = data.get("deploymentBytecode", data.get("bytecode", by_solc.get("bytecode", "")))
        deployed = data.get("runtimeBytecode", data.get("deployedBytecode"))
        if deployed is None:
            deployed = by_solc.get("deployedBytecode")
        links = data.get("linkReferences") or {}
        if isinstance(found, Mapping):
            links = found.get("linkReferences") or links
        bytecode = _code(found)
        metadata = data.get("metadata")
        output = metadata.get("output", {}) if isinstance(metadata, Mapping) else {}
        named = _links(links) if isinstance(links, Mapping) else _ethpm_links(links)
        _check_links(bytecode, named)
        return BuildArtifact(
            name=str(data.get("contractName") or name or _compiled_name(metadata) or "Contract"),
            abi=data["abi"],
            bytecode=bytecode,
            runtime=_code(deployed),
            links=named,
            userdoc=data.get("userdoc") or output.get("userdoc") or {},
            devdoc=data.get("devdoc") or output.get("devdoc") or {},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArtifactUnreadable(f"{type(error).__name__}: {error}"[:200]) from error


def _code(value: Any) -> str:
    """Code in hex without 0x: a text, or an object (Foundry: object, ethPM: bytecode)."""
    if isinstance(value, Mapping):
        value = value.get("object", value.get("bytecode", ""))
    match = _CODE.fullmatch(value or "")
    if match is None or len(match.group(1)) % 2:
        raise ValueError("bytecode that is no hex")
    return match.group(1)


def _links(references: Mapping[str, Any]) -> dict[str, list[int]]:
    """solc's linkReferences: by file, then by library."""
    return {
        f"{file}:{library}": [int(place["start"]) for place in places]
        for file, libraries in references.items()
        for library, places in libraries.items()
    }


def _ethpm_links(references: Any) -> dict[str, list[int]]:
    """ethPM's linkReferences: a list with offsets and the library's name."""
    return {str(one["name"]): [int(offset) for offset in one["offsets"]] for one in references}


def _check_links(bytecode: str, links: Mapping[str, list[int]]) -> None:
    places = {offset for offsets in links.values() for offset in offsets}
    if any(not 0 <= place <= len(bytecode) // 2 - 20 for place in places):
        raise ValueError("a library's place outside of the bytecode")
    if any(match.start() // 2 not in places for match in _PLACEHOLDER.finditer(bytecode)):
        raise ValueError("a library's place without its name")


def _compiled_name(metadata: Any) -> str | None:
    """The contract of Foundry's metadata: its compilation target."""
    if not isinstance(metadata, Mapping):
        return None
    target = (metadata.get("settings") or {}).get("compilationTarget") or {}
    return next((str(name) for name in target.values()), None)
