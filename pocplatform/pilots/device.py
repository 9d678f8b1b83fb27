"""A device that has a key of its own and pays by itself: for answers that cost something (x402)."""

import hashlib
from typing import Any

from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from pocplatform.client.x402 import VERSION, PaymentRequirements

_DOMAIN = keccak(
    text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_TRANSFER = keccak(
    text="TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
    "uint256 validBefore,bytes32 nonce)"
)
_VALID_BEFORE = 4_102_444_800
"""The end of the century. A device in earnest gives a minute; here a step that is played again must
sign the same."""


class Device:
    """A device with a wallet in it.

    Args:
        seed: What its key is made of. A step that is repeated must find the same key, and a pilot
            has no safe place; a real device makes its key by chance and never shows it.
    """

    def __init__(self, seed: str) -> None:
        # 248 bits are always below the order of the curve.
        secret = hashlib.sha256(seed.encode()).digest()[1:]
        self._seed = seed
        self._key = PrivateKey(b"\0" + secret)

    @property
    def address(self) -> str:
        """Its account."""
        return str(self._key.public_key.to_checksum_address())

    def pay(self, asked: PaymentRequirements, name: str, *, value: int | None = None) -> Any:
        """A payment as x402 clients sign it (EIP-3009 by EIP-712): its ``PaymentPayload``.

        Args:
            asked: What is to be paid.
            name: Tells this payment from others of the device.
            value: Another amount than asked, in the token's units.
        """
        nonce = keccak(text=f"{self._seed} {name}")
        amount = int(asked.amount) if value is None else value
        domain = keccak(
            _DOMAIN
            + keccak(text=asked.extra["name"])
            + keccak(text=asked.extra["version"])
            + _word(int(asked.network.partition(":")[2]))
            + _word(int(asked.asset, 16))
        )
        message = keccak(
            _TRANSFER
            + _word(int(self.address, 16))
            + _word(int(asked.pay_to, 16))
            + _word(amount)
            + _word(0)
            + _word(_VALID_BEFORE)
            + nonce
        )
        signature = self._key.sign_msg_hash(keccak(b"\x19\x01" + domain + message))
        return {
            "x402Version": VERSION,
            "accepted": asked.wire(),
            "payload": {
                "signature": "0x" + signature.to_bytes().hex(),
                "authorization": {
                    "from": self.address,
                    "to": asked.pay_to,
                    "value": str(amount),
                    "validAfter": "0",
                    "validBefore": str(_VALID_BEFORE),
                    "nonce": "0x" + nonce.hex(),
                },
            },
        }


def _word(number: int) -> bytes:
    return number.to_bytes(32)
