"""Signatures of the key's own wallet over typed data (EIP-712), for contracts of developers.

A signature is no row and cannot be called back, so what may be signed is limited:

* for this chain only, by the domain's ``chainId``;
* for a contract on it that is not one of the platform's own. What those are to be told goes through
  the API, which checks and keeps it: a mandate, a consent, a payment.

Plain messages (``personal_sign``, ``eth_sign``) are not signed: whoever is shown one can be told
anything by it, and a sign-in (EIP-4361) with it would give more than the key may.
"""

import json
from collections.abc import Mapping
from typing import Any

from pocplatform.chain.codec import is_address
from pocplatform.chain.errors import RpcError
from pocplatform.http.rpc.answers import INVALID_PARAMS, UNAUTHORIZED
from pocplatform.http.rpc.methods import SIGN_TYPED_DATA, Caller
from pocplatform.http.state import Gateway

_OURS = "pocplatform"
"""The package of the platform's own contracts in the manifest."""


def sign_typed_data(gateway: Gateway, caller: Caller, params: list[Any]) -> str:
    """The signature r ‖ s ‖ v in hex. Reads the chain and the database.

    Raises:
        RpcError: What is to be signed is no typed data, or must not be.
        WalletNotCustodial: The platform has not the key of the caller's wallet.
    """
    actor = caller.actor
    assert actor is not None
    if len(params) != 2 or not isinstance(params[0], str):
        raise RpcError(INVALID_PARAMS, f"{SIGN_TYPED_DATA} takes an address and typed data")
    if params[0].lower() != actor.address.lower():
        raise RpcError(UNAUTHORIZED, f"this key acts by {actor.address}")
    typed_data = _parsed(params[1])
    _check_domain(gateway, typed_data.get("domain"))
    with gateway.database.snapshot() as session:
        signer = gateway.signers.signer(session, actor.address)
    try:
        return "0x" + signer.sign_typed_data(typed_data).hex()
    except Exception as error:  # of several libraries, whatever is wrong with the data
        raise RpcError(INVALID_PARAMS, "this is no typed data by EIP-712") from error


def _parsed(typed_data: Any) -> dict[str, Any]:
    if isinstance(typed_data, str):
        try:
            typed_data = json.loads(typed_data)
        except (ValueError, RecursionError):
            typed_data = None
    if not isinstance(typed_data, dict):
        raise RpcError(INVALID_PARAMS, "typed data is a JSON object")
    return typed_data


def _check_domain(gateway: Gateway, domain: Any) -> None:
    domain = domain if isinstance(domain, Mapping) else {}
    if _integer(domain.get("chainId")) != gateway.chain_id:
        raise RpcError(
            UNAUTHORIZED, f"typed data is signed for this chain only: chainId {gateway.chain_id}"
        )
    contract = domain.get("verifyingContract")
    if not isinstance(contract, str) or not is_address(contract):
        raise RpcError(UNAUTHORIZED, "typed data is signed for a contract: verifyingContract")
    ours = {
        known.address.lower()
        for known in gateway.contracts.manifest.contracts.values()
        if known.package == _OURS
    }
    if contract.lower() in ours:
        raise RpcError(
            UNAUTHORIZED,
            f"{contract} is a contract of the sandbox's own: what it is to be told goes through "
            "the API",
        )
    if not gateway.client.code(contract):
        raise RpcError(UNAUTHORIZED, f"there is no contract at {contract}")


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    try:
        return int(value, 0) if isinstance(value, str) else None
    except ValueError:
        return None
