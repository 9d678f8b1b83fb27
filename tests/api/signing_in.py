"""Signing in as a wallet does: a key of one's own and a message of EIP-4361."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct


def new_wallet() -> Any:
    """A fresh key (of eth-account), which the platform does not know."""
    return Account.create()


def signed(account: Any, message: str) -> str:
    """A signature as of ``personal_sign``, in 0x-hex."""
    return "0x" + account.sign_message(encode_defunct(text=message)).signature.hex()


def proof(api: Any, account: Any) -> dict[str, str]:
    """A message that the API asks to be signed, and the signature."""
    nonce = api.post("/v1/siwe/nonce", json={"address": account.address})
    assert nonce.status_code == 201, nonce.text
    message = nonce.json()["message"]
    return {"message": message, "signature": signed(account, message)}


def sign_in(api: Any, account: Any, **fields: Any) -> dict[str, Any]:
    """A new session of this wallet."""
    answer = api.post("/v1/siwe/verify", json=proof(api, account) | fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
