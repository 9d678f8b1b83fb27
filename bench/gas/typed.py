"""EIP-712 messages from their type strings."""

from __future__ import annotations

from typing import Any

DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


def typed_data(
    domain: dict[str, Any], definition: str, values: tuple[Any, ...] | list[Any]
) -> dict[str, Any]:
    """A message whose type has no struct for a member, such as ``Mail(address to,string text)``.

    Args:
        domain: Of the contract that checks the signature.
        definition: The message's type.
        values: Its members, in their order.
    """
    primary, members = _parse(definition)
    return {
        "types": {"EIP712Domain": _parse(DOMAIN)[1], primary: members},
        "primaryType": primary,
        "domain": domain,
        "message": dict(zip((member["name"] for member in members), values, strict=True)),
    }


def _parse(definition: str) -> tuple[str, list[dict[str, str]]]:
    name, _, rest = definition.rstrip(")").partition("(")
    pairs = (member.split(" ") for member in rest.split(","))
    return name, [{"name": member, "type": kind} for kind, member in pairs]
