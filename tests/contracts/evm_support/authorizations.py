"""Signatures over tEUR: EIP-3009 and EIP-2612."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak

from evm_support.signing import Domain, parse_types, split
from evm_support.units import DAY, EURO

NONCE = keccak(text="nonce")
MEMBERS = (
    "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
)
TYPES = parse_types(
    f"TransferWithAuthorization({MEMBERS})",
    f"ReceiveWithAuthorization({MEMBERS})",
    "CancelAuthorization(address authorizer,bytes32 nonce)",
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
)
FORMS = ["vrs", "bytes"]


@pytest.fixture(scope="module")
def token(euro: Any, admin: Any, alice: Any) -> Any:
    """tEUR, of which Alice has 1,000 and nobody else any."""
    euro.mint(alice, 1_000 * EURO, sender=admin)
    return euro


@pytest.fixture(scope="module")
def domain(euro: Any) -> Domain:
    return Domain.of(euro)


def authorize(
    token: Any,
    domain: Domain,
    kind: str,
    form: str,
    owner: Any,
    to: Any,
    now: int,
    *,
    sender: Any,
    key: str | None = None,
    alter: Any = None,
    **changes: Any,
) -> Any:
    """An EIP-3009 transfer: signed, then altered or changed, then sent."""
    fields = {
        "from": owner.address,
        "to": to.address,
        "value": EURO,
        "validAfter": 0,
        "validBefore": now + DAY,
        "nonce": NONCE,
    }
    signed = {**fields, **changes.pop("signed", {})}
    primary = f"{kind.capitalize()}WithAuthorization"
    signature = domain.sign(key or owner.private_key, TYPES, primary, signed)
    signature = alter(signature) if alter else signature
    tail = list(split(signature)) if form == "vrs" else [signature]
    fields = {**fields, **changes}
    return getattr(token, f"{kind}WithAuthorization")(*fields.values(), *tail, sender=sender)
