"""EIP-712 signatures, good ones and every bad kind that a contract must refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DOMAIN_TYPE = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
WHOLE = 2**256 - 1


def parse_types(*definitions: str) -> dict[str, list[dict[str, str]]]:
    """EIP-712 types from strings such as ``Mail(address to,string text)``."""
    types = {}
    for definition in definitions:
        name, _, rest = definition.partition("(")
        fields = [field.rsplit(" ", 1) for field in rest.rstrip(")").split(",")]
        types[name] = [{"name": field, "type": kind} for kind, field in fields]
    return types


def used_types(types: dict[str, list[dict[str, str]]], primary: str) -> set[str]:
    """The types that a message of the primary type is made of."""
    used, waiting = set(), [primary]
    while waiting:
        name = waiting.pop()
        if name in types and name not in used:
            used.add(name)
            waiting += [field["type"].removesuffix("[]") for field in types[name]]
    return used


@dataclass(frozen=True)
class Domain:
    """A contract's EIP-712 domain."""

    name: str
    version: str
    chain_id: int
    contract: str

    @classmethod
    def of(cls, contract: Any) -> Domain:
        """The domain that the contract itself tells (EIP-5267)."""
        key = (contract.contract_type.name, contract.address)
        if key not in _domains:  # What is asked for all the time, and never changes.
            fields = contract.eip712Domain()
            _domains[key] = cls(fields[1], fields[2], fields[3], str(fields[4]))
        return _domains[key]

    def elsewhere(self) -> Domain:
        """The same on another chain."""
        return replace(self, chain_id=self.chain_id + 1)

    def sign(
        self,
        key: str | bytes,
        types: dict[str, list[dict[str, str]]],
        primary: str,
        message: dict[str, Any],
    ) -> bytes:
        """The 65 bytes r, s, v of a signature over the typed message."""
        used = {name: types[name] for name in used_types(types, primary)}
        document = {
            "types": {"EIP712Domain": DOMAIN_TYPE, **used},
            "primaryType": primary,
            "domain": {
                "name": self.name,
                "version": self.version,
                "chainId": self.chain_id,
                "verifyingContract": self.contract,
            },
            "message": message,
        }
        signed = Account.sign_message(encode_typed_data(full_message=document), key)
        return bytes(signed.signature)


_domains: dict[tuple[str, str], Domain] = {}


def split(signature: bytes) -> tuple[int, bytes, bytes]:
    """v, r and s of a signature."""
    return signature[64], signature[:32], signature[32:64]


def malleated(signature: bytes) -> bytes:
    """The same signature with s in the upper half of the order and v flipped."""
    s = CURVE_ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


ZERO_SIGNATURE = bytes(65)
