"""EIP-712 messages for contracts whose domain has version 1, as all of ours have."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

VERSION = "1"

Members: TypeAlias = Sequence[tuple[str, str]]
"""The members of a struct: name and type of each."""

_DOMAIN: Members = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


def typed_data(
    primary: str,
    members: Members,
    message: Mapping[str, Any],
    domain_name: str,
    chain_id: int,
    contract: str,
    structs: Mapping[str, Members] = MappingProxyType({}),
) -> dict[str, Any]:
    """A message to sign.

    Args:
        primary: Name of its type.
        members: Of that type.
        message: Their values.
        domain_name: Of the contract's EIP-712 domain.
        chain_id: The chain's id.
        contract: The contract's address.
        structs: The further types that are named in it, by name.
    """
    types = {"EIP712Domain": _DOMAIN, primary: members, **structs}
    return {
        "types": {
            name: [{"name": member, "type": kind} for member, kind in fields]
            for name, fields in types.items()
        },
        "primaryType": primary,
        "domain": {
            "name": domain_name,
            "version": VERSION,
            "chainId": chain_id,
            "verifyingContract": contract,
        },
        "message": dict(message),
    }
