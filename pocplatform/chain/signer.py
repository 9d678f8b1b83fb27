"""Signatures: an interface for whoever signs for an address, and signers in this process.

The interface is what a key management service or web3signer can also offer: an address, and
signatures over a transaction, typed data and a digest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey

from pocplatform.chain.late import load_eth_account
from pocplatform.kit.errors import UnsafeSettings

DEVNET_OPERATOR_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The first account of the mnemonic "test test … junk", which every development chain knows."""

_DYNAMIC_FEE = b"\x02"
"""The type of an EIP-1559 transaction (EIP-2718), before its content."""
_NO_ACCESS_LIST = b"\xc0"


class Signer(Protocol):
    """Somebody who signs for one address."""

    @property
    def address(self) -> str:
        """The EIP-55 address."""
        ...

    def sign_transaction(self, transaction: dict[str, Any]) -> "SignedTransaction":
        """Sign a transaction (fields named as in JSON-RPC, numbers as int).

        With ``gasPrice`` one of the legacy type with its chain id (EIP-155), with ``maxFeePerGas``
        and ``maxPriorityFeePerGas`` one of type 2 (EIP-1559) without an access list.
        """
        ...

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """The 65-byte signature r ‖ s ‖ v over EIP-712 typed data."""
        ...

    def sign_sha256_digest(self, digest: bytes) -> bytes:
        """The 64-byte ES256K signature r ‖ s (RFC 8812) over a SHA-256 digest."""
        ...

    def public_key(self) -> bytes:
        """The uncompressed public key: 65 bytes beginning with 4."""
        ...


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """Raw bytes as the node takes them, and their hash."""

    raw: bytes
    hash: str


class LocalSigner:
    """A signer whose private key is in this process.

    Args:
        private_key: 32 bytes.
        address: The key's EIP-55 address, where it is known already.
    """

    def __init__(self, private_key: bytes, address: str | None = None) -> None:
        self._key = private_key
        self._sign = _signing_function(private_key)
        if address is not None:
            self.address = address

    @classmethod
    def from_hex(cls, private_key: str) -> "LocalSigner":
        """From a private key as 32 bytes in hex. Raises :class:`UnsafeSettings`."""
        try:
            key = bytes.fromhex(private_key.removeprefix("0x"))
            if len(key) != 32:
                raise ValueError("not 32 bytes")
            signer = cls(key)
        except ValueError as error:
            raise UnsafeSettings(
                "POC_OPERATOR_KEY is not a private key: 32 bytes in hex are expected."
            ) from error
        return signer

    @cached_property
    def address(self) -> str:
        """The EIP-55 address."""
        return str(PrivateKey(self._key).public_key.to_checksum_address())

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Sign a transaction; see :class:`Signer`.

        Written out here, since it is done for every write and eth-account takes ten times as long.
        """
        to = bytes.fromhex(transaction["to"][2:])
        chain_id, nonce, gas = (transaction[name] for name in ("chainId", "nonce", "gas"))
        value, data = transaction["value"], bytes(transaction["data"])
        if "maxFeePerGas" in transaction:
            fees = (transaction["maxPriorityFeePerGas"], transaction["maxFeePerGas"])
            prefix = _DYNAMIC_FEE
            content = rlp_items(chain_id, nonce, *fees, gas, to, value, data) + _NO_ACCESS_LIST
            unsigned, first_v = content, 0
        else:
            prefix = b""
            content = rlp_items(nonce, transaction["gasPrice"], gas, to, value, data)
            unsigned, first_v = content + rlp_items(chain_id, 0, 0), 35 + 2 * chain_id
        signature = self._sign(keccak(prefix + rlp_list(unsigned)))
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
        raw = prefix + rlp_list(content + rlp_items(first_v + signature[64], r, s))
        return SignedTransaction(raw, "0x" + keccak(raw).hex())

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """Sign EIP-712 typed data; see :class:`Signer`."""
        load_eth_account()
        from eth_account import Account
        from eth_account.messages import encode_typed_data

        message = encode_typed_data(full_message=typed_data)
        return bytes(Account.from_key(self._key).sign_message(message).signature)

    def sign_sha256_digest(self, digest: bytes) -> bytes:
        """Sign a SHA-256 digest; see :class:`Signer`."""
        return self._sign(digest)[:64]

    def public_key(self) -> bytes:
        """The uncompressed public key; see :class:`Signer`."""
        return b"\x04" + bytes(PrivateKey(self._key).public_key.to_bytes())


def typed_data_digest(typed_data: dict[str, Any]) -> bytes:
    """What is signed of typed data (EIP-712)."""
    load_eth_account()
    from eth_account.messages import encode_typed_data

    message = encode_typed_data(full_message=typed_data)
    return keccak(b"\x19" + message.version + message.header + message.body)


def _signing_function(private_key: bytes) -> Callable[[bytes], bytes]:
    """Signs a digest: r ‖ s ‖ recovery id, 65 bytes, deterministic (RFC 6979), with a low s.

    With coincurve where it is installed; eth_keys gives the same bytes in pure Python.
    """
    try:
        from coincurve import PrivateKey as NativeKey
    except ImportError:
        key = PrivateKey(private_key)
        return lambda digest: bytes(key.sign_msg_hash(digest).to_bytes())
    native = NativeKey(private_key)
    return lambda digest: bytes(native.sign_recoverable(digest, hasher=None))


def rlp_list(content: bytes) -> bytes:
    """An RLP list (Yellow Paper, appendix B) of items that are encoded already."""
    return _rlp_header(0xC0, len(content)) + content


def rlp_items(*items: int | bytes) -> bytes:
    """Bytes and non-negative integers one after the other, as the content of an RLP list."""
    return b"".join(map(_rlp_item, items))


def _rlp_item(item: int | bytes) -> bytes:
    data = item.to_bytes((item.bit_length() + 7) // 8) if isinstance(item, int) else item
    if len(data) == 1 and data[0] < 0x80:
        return data
    return _rlp_header(0x80, len(data)) + data


def _rlp_header(kind: int, length: int) -> bytes:
    if length < 56:
        return bytes([kind + length])
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([kind + 55 + len(size)]) + size
