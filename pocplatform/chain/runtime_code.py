"""Runtime code that is compared although parts of it differ from one deployment to the next.

The same contract has other bytes wherever the chain writes something into its code: immutables,
addresses of libraries, a library's own address. And solc appends a hash of the sources' metadata,
which a comment or a folder's name changes. A fingerprint is the hash of the rest.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pocplatform.chain.codec import checksum, keccak256

Place: TypeAlias = tuple[int, int]
"""Offset and length in bytes."""

_PLACEHOLDER = re.compile(r"__.{36}__")
_LIBRARY_ADDRESS: Final = (1, 20)
"""A library's code begins with its own address, pushed, so that it can tell a direct call."""
_METADATA_KEYS: Final = (b"\x64ipfs", b"\x65bzzr0", b"\x65bzzr1", b"\x64solc")

_CLONE_BEGINS: Final = bytes.fromhex("363d3d373d3d3d363d73")
_CLONE_ENDS: Final = bytes.fromhex("5af43d82803e903d91602b57fd5bf3")


def places(code: str, immutables: Mapping[str, Any], *, library: bool = False) -> list[Place]:
    """Where deployments of the same contract differ.

    Args:
        code: Runtime code in hex, with solc's marks where libraries go.
        immutables: solc's ``immutableReferences``.
        library: Whether it is a library's.
    """
    found = [(match.start() // 2, 20) for match in _PLACEHOLDER.finditer(code)]
    found += [
        (int(one["start"]), int(one["length"])) for many in immutables.values() for one in many
    ]
    return sorted({*found, *([_LIBRARY_ADDRESS] if library else [])})


def unlinked(code: str) -> bytes:
    """Runtime code with zeros where libraries go."""
    return bytes.fromhex(_PLACEHOLDER.sub("0" * 40, code))


def fingerprint(code: bytes, differing: Iterable[Sequence[int]]) -> str:
    """The hash (hex) of runtime code without what differs, and without solc's metadata."""
    rest = bytearray(code)
    for start, length in (*differing, _metadata(code)):
        rest[start : start + length] = bytes(len(rest[start : start + length]))
    return keccak256(bytes(rest)).hex()


def cloned(code: bytes) -> str | None:
    """What a minimal proxy (ERC-1167) calls, for ever; None for any other code."""
    address = code.removeprefix(_CLONE_BEGINS).removesuffix(_CLONE_ENDS)
    if len(address) != 20 or code != _CLONE_BEGINS + address + _CLONE_ENDS:
        return None
    return checksum("0x" + address.hex())


def _metadata(code: bytes) -> Place:
    """Where solc's metadata are: CBOR at the end, whose length the last two bytes tell."""
    size = int.from_bytes(code[-2:]) + 2
    if size < len(code) and any(key in code[-size:] for key in _METADATA_KEYS):
        return len(code) - size, size
    return 0, 0
