"""An agreement's terms between request, database, contract and signature.

In the database they are JSON: numbers as numbers, hashes and addresses as 0x-hex, in the names and
the order of the contract's struct ``Terms``.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from pocplatform.chain.typed_data import Members, typed_data

ROLES = ("client", "provider", "witness")
AGREEMENT_STATES = ("none", "active", "terminated", "expired")
MILESTONE_STATES = (
    "unfunded", "funded", "delivered", "disputed", "paid", "resolved", "refunded", "cancelled",
)  # fmt: skip
IN_ESCROW = ("funded", "delivered", "disputed")
SETTLED = ("paid", "resolved", "refunded", "cancelled")

ZERO_ADDRESS = "0x" + "0" * 40
ZERO_HASH = "0x" + "0" * 64

_PARTY = (("account", "address"), ("role", "uint8"), ("credentialType", "bytes32"))
_MILESTONE = (
    ("payee", "address"),
    ("amount", "uint128"),
    ("dueAt", "uint40"),
    ("reviewWindow", "uint32"),
    ("penaltyBpsPerDay", "uint16"),
    ("maxPenaltyBps", "uint16"),
    ("payer", "uint8"),
    ("provider", "uint8"),
)
_DEAL = (
    ("documentHash", "bytes32"),
    ("token", "address"),
    ("arbiter", "address"),
    ("expiresAt", "uint40"),
    ("arbitrationWindow", "uint32"),
    ("fallbackBps", "uint16"),
)
_AGREEMENT = (
    ("deal", "Deal"),
    ("parties", "Party[]"),
    ("milestones", "Milestone[]"),
    ("signBy", "uint40"),
    ("nonce", "uint64"),
)
_STRUCTS: dict[str, Members] = {
    "Agreement": _AGREEMENT, "Deal": _DEAL, "Milestone": _MILESTONE, "Party": _PARTY,
}  # fmt: skip
_AMENDMENT = (("agreementId", "bytes32"), ("revision", "uint256"), ("terms", "Agreement"))
_TERMINATION = (
    ("agreementId", "bytes32"),
    ("revision", "uint256"),
    ("payeeBps", "uint16[]"),
    ("deadline", "uint256"),
)


def salted_hash(salt: str, text: str) -> str:
    """SHA-256 over the salt's bytes and the UTF-8 text, as 0x-hex.

    Anybody with text and salt can check it: ``(xxd -r -p salt; cat text) | sha256sum``.
    """
    return "0x" + hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def as_abi(terms: dict[str, Any]) -> tuple[Any, ...]:
    """The terms as the ABI encoder takes the struct ``Terms``."""
    return (
        _struct(terms["deal"], _DEAL),
        terms["signBy"],
        terms["nonce"],
        parties_as_abi(terms),
        [_struct(milestone, _MILESTONE) for milestone in terms["milestones"]],
    )


def engagement_as_abi(terms: dict[str, Any], index: int) -> tuple[Any, ...]:
    """What the steps of one milestone go by: the contract's struct ``Engagement``."""
    deal, milestone, parties = terms["deal"], terms["milestones"][index], terms["parties"]
    return (
        deal["token"],
        parties[milestone["payer"]]["account"],
        parties[milestone["provider"]]["account"],
        milestone["payee"],
        deal["arbiter"],
        milestone["amount"],
        milestone["dueAt"],
        deal["expiresAt"],
        milestone["reviewWindow"],
        deal["arbitrationWindow"],
        milestone["penaltyBpsPerDay"],
        milestone["maxPenaltyBps"],
        deal["fallbackBps"],
    )


def parties_as_abi(terms: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The parties alone."""
    return [_struct(party, _PARTY) for party in terms["parties"]]


def _struct(values: dict[str, Any], members: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    return tuple(
        bytes.fromhex(values[name][2:]) if kind == "bytes32" else values[name]
        for name, kind in members
    )


def agreement_typed_data(terms: dict[str, Any], chain_id: int, contract: str) -> dict[str, Any]:
    """What each party signs to bring the agreement into force (EIP-712 type ``Agreement``)."""
    return _typed_data("Agreement", _AGREEMENT, terms, chain_id, contract)


def amendment_typed_data(
    agreement_hash: str, revision: int, terms: dict[str, Any], chain_id: int, contract: str
) -> dict[str, Any]:
    """What each party signs to put new terms in force (EIP-712 type ``Amendment``)."""
    message = {"agreementId": agreement_hash, "revision": revision, "terms": terms}
    return _typed_data("Amendment", _AMENDMENT, message, chain_id, contract)


def termination_typed_data(
    agreement_hash: str,
    revision: int,
    payee_bps: Sequence[int],
    deadline: int,
    chain_id: int,
    contract: str,
) -> dict[str, Any]:
    """What each party signs to end the agreement (EIP-712 type ``Termination``)."""
    message = {
        "agreementId": agreement_hash,
        "revision": revision,
        "payeeBps": list(payee_bps),
        "deadline": deadline,
    }
    return _typed_data("Termination", _TERMINATION, message, chain_id, contract)


def _typed_data(
    primary: str,
    members: Members,
    message: dict[str, Any],
    chain_id: int,
    contract: str,
) -> dict[str, Any]:
    structs = {} if primary == "Termination" else _STRUCTS
    return typed_data(primary, members, message, "ServiceAgreements", chain_id, contract, structs)
