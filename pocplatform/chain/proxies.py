"""Proxies by the storage slots of ERC-1967: what stands behind an address."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checksum, keccak256


class Proxy(NamedTuple):
    """What a proxy calls, and who may change that; addresses are checksummed.

    Minimal ones (ERC-1167) have it in their code: :func:`pocplatform.chain.runtime_code.cloned`.
    """

    kind: Literal["implementation", "beacon", "minimal"]
    implementation: str
    beacon: str | None
    admin: str | None


def _slot(name: str) -> str:
    # One less than a hash, so that nobody knows what it would be the hash of (ERC-1967).
    return hex(int.from_bytes(keccak256(f"eip1967.proxy.{name}".encode())) - 1)


SLOTS: Final = tuple(_slot(name) for name in ("implementation", "beacon", "admin"))
_IMPLEMENTATION: Final = "0x" + keccak256(b"implementation()")[:4].hex()


def proxies_at(client: ChainClient, addresses: Sequence[str]) -> list[Proxy | None]:
    """What is behind each address now; None for what is no proxy by this standard."""
    if not addresses:
        return []
    answers = client.batch(
        [("eth_getStorageAt", [a, slot, "latest"]) for a in addresses for slot in SLOTS]
    )
    found: list[Proxy | None] = []
    for index in range(0, len(answers), len(SLOTS)):
        words = [answer.unwrap() for answer in answers[index : index + len(SLOTS)]]
        found.append(_proxy(client, *map(_address, words)))
    return found


def _proxy(
    client: ChainClient, implementation: str | None, beacon: str | None, admin: str | None
) -> Proxy | None:
    if implementation is not None:
        return Proxy("implementation", implementation, None, admin)
    if beacon is None:
        return None
    answer = client.batch([("eth_call", [{"to": beacon, "data": _IMPLEMENTATION}, "latest"])])[0]
    behind = _address(answer.value or "0x") if answer.error is None else None
    return Proxy("beacon", behind, beacon, admin) if behind is not None else None


def _address(word: str) -> str | None:
    """The address in a storage word; None for none, or for what is no address."""
    number = int(word, 16) if len(word) > 2 else 0
    return checksum(f"0x{number:040x}") if 0 < number < 1 << 160 else None
