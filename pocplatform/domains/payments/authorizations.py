"""What payers sign so that a contract moves their tEUR.

EIP-3009: a transfer with a nonce of any 32 bytes, valid between two times.
"""

from typing import Any

from pocplatform.chain.contracts import Contracts
from pocplatform.chain.typed_data import VERSION, Members, typed_data

TOKEN = "PilotEuro"
TOKEN_NAME = "Pilot Euro (test, no value)"
"""The token's name, which is also the name of its EIP-712 domain."""
TOKEN_VERSION = VERSION

_AUTHORIZATION: Members = (
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
)


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
