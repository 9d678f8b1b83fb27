"""EIP-712 messages about tEUR: what payers sign so that a contract, or anybody, moves their money.

EIP-3009: a transfer with a nonce of any 32 bytes, valid between two times.
"""

from collections.abc import Sequence
from typing import Any

from pocplatform.chain.contracts import Contracts

TOKEN = "PilotEuro"
TOKEN_NAME = "Pilot Euro (test, no value)"
"""The token's name, which is also the name of its EIP-712 domain."""
TOKEN_VERSION = "1"

Members = Sequence[tuple[str, str]]

_DOMAIN: Members = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
_AUTHORIZATION: Members = (
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
)


def typed_data(
    primary: str,
    members: Members,
    message: dict[str, Any],
    domain_name: str,
    chain_id: int,
    contract: str,
) -> dict[str, Any]:
    """An EIP-712 message of one type without structs in it, for a contract of version 1."""
    return {
        "types": {"EIP712Domain": _fields(_DOMAIN), primary: _fields(members)},
        "primaryType": primary,
        "domain": {
            "name": domain_name,
            "version": TOKEN_VERSION,
            "chainId": chain_id,
            "verifyingContract": contract,
        },
        "message": message,
    }


def authorization(
    contracts: Contracts,
    chain_id: int,
    *,
    sender: str,
    recipient: str,
    units: int,
    valid_before: int,
    nonce: bytes,
) -> dict[str, Any]:
    """What a payer signs to let the contract ``recipient`` take its money in (EIP-3009).

    Args:
        contracts: The deployed ones.
        chain_id: The chain's id.
        sender: Who pays.
        recipient: The contract that is to call ``receiveWithAuthorization``.
        units: How much, in the token's units.
        valid_before: First second in which it is no longer valid.
        nonce: 32 bytes.
    """
    message = {
        "from": sender,
        "to": recipient,
        "value": units,
        "validAfter": 0,
        "validBefore": valid_before,
        "nonce": nonce,
    }
    return typed_data(
        "ReceiveWithAuthorization",
        _AUTHORIZATION,
        message,
        TOKEN_NAME,
        chain_id,
        contracts.address(TOKEN),
    )


def _fields(members: Members) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in members]
