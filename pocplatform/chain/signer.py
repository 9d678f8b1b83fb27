"""Keys and signatures: a signer interface, and custodial keys encrypted at rest.

The interface is what a key management service can also offer: an address, and signatures over a
transaction and over a digest. Custodial keys are encrypted with AES-256-GCM under the master key,
bound to their address, and decrypted for the moment of use.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from pocplatform.kit.errors import PlatformError, UnsafeSettings

DEVNET_OPERATOR_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The first account of the mnemonic "test test … junk", which every development chain knows."""

_NONCE_BYTES = 12


class MasterKeyWrong(PlatformError):
    """A custodial key cannot be decrypted with the master key in force."""

    code = "master_key_wrong"
    title = "The master key does not fit the stored keys"


class Signer(Protocol):
    """Somebody who signs for one address."""

    @property
    def address(self) -> str:
        """The EIP-55 address."""
        ...

    def sign_transaction(self, transaction: dict[str, Any]) -> "SignedTransaction":
        """Sign a transaction (fields named as in JSON-RPC, numbers as int)."""
        ...

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """The 65-byte signature r ‖ s ‖ v over EIP-712 typed data."""
        ...

    def sign_sha256_digest(self, digest: bytes) -> bytes:
        """The 64-byte ES256K signature r ‖ s (RFC 8812) over a SHA-256 digest."""
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

        Of the legacy type with a chain id (EIP-155), which every network takes: written out here,
        since it is signed for every write and eth-account takes ten times as long over it.
        """
        to = transaction["to"]
        content = [
            transaction["nonce"],
            transaction["gasPrice"],
            transaction["gas"],
            bytes.fromhex(to[2:]),
            transaction["value"],
            bytes(transaction["data"]),
        ]
        chain_id = transaction["chainId"]
        signature = self._sign(keccak(rlp_list([*content, chain_id, 0, 0])))
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
        raw = rlp_list([*content, 35 + 2 * chain_id + signature[64], r, s])
        return SignedTransaction(raw, "0x" + keccak(raw).hex())

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """Sign EIP-712 typed data; see :class:`Signer`."""
        # Here, since few starts need it and it takes long to load.
        from eth_account import Account
        from eth_account.messages import encode_typed_data

        message = encode_typed_data(full_message=typed_data)
        return bytes(Account.from_key(self._key).sign_message(message).signature)

    def sign_sha256_digest(self, digest: bytes) -> bytes:
        """Sign a SHA-256 digest; see :class:`Signer`."""
        return self._sign(digest)[:64]

    def public_key(self) -> bytes:
        """The uncompressed public key: 65 bytes beginning with 4."""
        return b"\x04" + bytes(PrivateKey(self._key).public_key.to_bytes())


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


def rlp_list(items: Sequence[int | bytes]) -> bytes:
    """Bytes and non-negative integers as one RLP list (Yellow Paper, appendix B)."""
    payload = b"".join(map(_rlp_item, items))
    return _rlp_header(0xC0, len(payload)) + payload


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


class KeyVault:
    """Makes custodial keys and opens them again.

    Args:
        master_key: 32 bytes.
    """

    _VERSION: ClassVar[bytes] = b"\x01"

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)

    @classmethod
    def open(cls, configured: str | None, path: Path) -> "KeyVault":
        """The vault of the configured master key (hex), or of the key file, made if missing."""
        if configured is None:
            configured = read_or_create_secret(path, lambda: secrets.token_hex(32))
        try:
            key = bytes.fromhex(configured.removeprefix("0x"))
        except ValueError:
            key = b""
        if len(key) != 32:
            raise UnsafeSettings("The master key must be 32 bytes in hex (64 digits).")
        return cls(key)

    def create(self) -> tuple[str, bytes]:
        """A new key: its address and its encrypted form."""
        # A random number is no valid key only if it is 0 or beyond the curve's order: 1 in 2^128.
        private_key = secrets.token_bytes(32)
        address = LocalSigner(private_key).address
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, private_key, address.encode())
        return address, self._VERSION + nonce + sealed

    def unlock(self, address: str, ciphertext: bytes) -> LocalSigner:
        """The signer of a stored key. Raises :class:`MasterKeyWrong`."""
        nonce, sealed = ciphertext[1 : 1 + _NONCE_BYTES], ciphertext[1 + _NONCE_BYTES :]
        try:
            return LocalSigner(self._cipher.decrypt(nonce, sealed, address.encode()), address)
        except InvalidTag as error:
            raise MasterKeyWrong(
                "The key of {address} cannot be decrypted with the master key in force.",
                next_step="Start with the POC_MASTER_KEY (or master.key file) it was made with.",
                address=address,
            ) from error


def read_or_create_secret(path: Path, make: Any) -> str:
    """The secret in ``path``, made with mode 0600 if the file does not exist.

    Raises :class:`UnsafeSettings` where others can read the file.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise UnsafeSettings(
                "The secret file {path} can be read by other users.",
                next_step="Run `chmod 600 {path}`.",
                path=path,
            ) from None
        return path.read_text().strip()
    secret: str = make()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    return secret
