"""What a payer signs: the contract's struct ``Mandate``, between database, contract and signature.

In the database it is JSON in the names and the order of the struct: numbers as numbers, hashes and
addresses as 0x-hex.
"""

from typing import Any

from pocplatform.chain.typed_data import typed_data

CONTRACT = "Mandates"

_MANDATE = (
    ("payer", "address"),
    ("payee", "address"),
    ("cap", "uint128"),
    ("startAt", "uint40"),
    ("endAt", "uint40"),
    ("period", "uint32"),
    ("signBy", "uint40"),
    ("documentHash", "bytes32"),
    ("nonce", "uint64"),
)


def as_abi(request: dict[str, Any]) -> tuple[Any, ...]:
    """The request as the ABI encoder takes the struct ``Mandate``."""
    return tuple(
        bytes.fromhex(request[name][2:]) if kind == "bytes32" else request[name]
        for name, kind in _MANDATE
    )


def mandate_typed_data(request: dict[str, Any], chain_id: int, contract: str) -> dict[str, Any]:
    """What the payer signs (EIP-712 type ``Mandate``)."""
    return typed_data("Mandate", _MANDATE, request, CONTRACT, chain_id, contract)


def period_at(request: dict[str, Any], at_s: int) -> int | None:
    """The number of the period at a time (seconds since 1970); None where nothing is collected."""
    if at_s < request["startAt"] or (request["endAt"] and at_s > request["endAt"]):
        return None
    index: int = (at_s - request["startAt"]) // request["period"]
    return index


def start_of(request: dict[str, Any], period: int) -> int:
    """When a period begins (seconds since 1970)."""
    start: int = request["startAt"] + period * request["period"]
    return start
