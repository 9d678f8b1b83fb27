"""Custodial keys, encrypted at rest, and the files that hold secrets.

Envelope encryption: each private key is encrypted with a data key of its own, and that one with the
master key, whose number stands beside it. So the master key can be changed without touching the
private keys, and a wrong one is known by its number. AES-256-GCM throughout, bound to the address.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pocplatform.chain.signer import LocalSigner, Signer
from pocplatform.kit.errors import PlatformError, UnsafeSettings

_NONCE_BYTES = 12
_KEY_BYTES = 32
_TAG_BYTES = 16
_ID_BYTES = 8


class MasterKeyWrong(PlatformError):
    """A custodial key cannot be decrypted with the master key in force."""

    code = "master_key_wrong"
    title = "The master key does not fit the stored keys"


class Vault(Protocol):
    """Makes keys and opens them again; a key management service can take its place."""

    def create(self) -> tuple[str, bytes]:
        """A new key: its address, and what to store of it."""
        ...

    def unlock(self, address: str, stored: bytes) -> Signer:
        """The signer of a stored key. Raises :class:`MasterKeyWrong`."""
        ...

    def seal(self, secret: bytes, owner: str) -> bytes:
        """What to store of another secret, bound to whose it is."""
        ...

    def open(self, stored: bytes, owner: str) -> bytes:
        """A secret that was sealed for ``owner``. Raises :class:`MasterKeyWrong`."""
        ...


class KeyVault:
    """Custodial keys under a master key.

    Args:
        master_key: 32 bytes; new keys are encrypted with it.
        others: Further master keys that stored keys may still be encrypted with.
    """

    _DIRECT: ClassVar[bytes] = b"\x01"
    """An older form: the private key encrypted with the master key itself."""
    _ENVELOPE: ClassVar[bytes] = b"\x02"

    def __init__(self, master_key: bytes, others: Sequence[bytes] = ()) -> None:
        self._master_id = _id_of(master_key)
        self._ciphers = {_id_of(key): AESGCM(key) for key in (master_key, *others)}

    @property
    def key_id(self) -> str:
        """The number of the master key in force: 16 hex digits, a hash."""
        return self._master_id.hex()

    def create(self) -> tuple[str, bytes]:
        """A new key; see :class:`Vault`."""
        # A random number is no valid key only if it is 0 or beyond the curve's order: 1 in 2^128.
        private_key = secrets.token_bytes(_KEY_BYTES)
        address = LocalSigner(private_key).address
        return address, self.seal(private_key, address)

    def unlock(self, address: str, stored: bytes) -> LocalSigner:
        """The signer of a stored key; see :class:`Vault`."""
        return LocalSigner(self.open(stored, address), address)

    def renew(self, owner: str, stored: bytes) -> bytes | None:
        """What to store instead, under the master key in force; None if it is so already.

        Raises :class:`MasterKeyWrong`.
        """
        if stored[:1] == self._ENVELOPE and stored[1 : 1 + _ID_BYTES] == self._master_id:
            return None
        return self.seal(self.open(stored, owner), owner)

    def seal(self, secret: bytes, owner: str) -> bytes:
        """What to store of a secret; see :class:`Vault`."""
        bound_to = owner.encode()
        data_key = secrets.token_bytes(_KEY_BYTES)
        header = self._ENVELOPE + self._master_id
        wrapped = _encrypt(self._ciphers[self._master_id], data_key, header + bound_to)
        return header + wrapped + _encrypt(AESGCM(data_key), secret, bound_to)

    def open(self, stored: bytes, owner: str) -> bytes:
        """A secret that was sealed; see :class:`Vault`."""
        bound_to = owner.encode()
        if stored[:1] != self._ENVELOPE:
            for cipher in self._ciphers.values():
                try:
                    return _decrypt(cipher, stored[1:], bound_to)
                except InvalidTag:
                    continue
            raise self._wrong(owner)
        header, rest = stored[: 1 + _ID_BYTES], stored[1 + _ID_BYTES :]
        size = _NONCE_BYTES + _KEY_BYTES + _TAG_BYTES
        cipher_of_master = self._ciphers.get(header[1:])
        if cipher_of_master is None:
            raise MasterKeyWrong(
                "The key of {address} was encrypted with the master key number {key_id}, which is "
                "not the one in force.",
                next_step="Start with the POC_MASTER_KEY (or master.key file) it was made with, or "
                "name that one in POC_MASTER_KEY_PREVIOUS.",
                address=owner,
                key_id=header[1:].hex(),
            )
        try:
            data_key = _decrypt(cipher_of_master, rest[:size], header + bound_to)
            return _decrypt(AESGCM(data_key), rest[size:], bound_to)
        except InvalidTag as error:
            raise self._wrong(owner) from error

    def _wrong(self, address: str) -> MasterKeyWrong:
        return MasterKeyWrong(
            "The key of {address} cannot be decrypted with the master key in force.",
            next_step="Start with the POC_MASTER_KEY (or master.key file) it was made with.",
            address=address,
        )


def master_key(text: str) -> bytes:
    """A master key from hex. Raises :class:`UnsafeSettings`, without showing it."""
    try:
        key = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise UnsafeSettings("The master key must be 32 bytes in hex (64 digits).")
    return key


def new_master_key() -> str:
    """A master key for a file."""
    return secrets.token_hex(_KEY_BYTES)


def read_secret(path: Path) -> str:
    """The secret in a file. Raises :class:`UnsafeSettings` where others can read the file."""
    if path.stat().st_mode & 0o077:
        raise UnsafeSettings(
            "The secret file {path} can be read by other users.",
            next_step="Run `chmod 600 {path}`.",
            path=path,
        )
    return path.read_text().strip()


def read_or_create_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in ``path``, made with mode 0600 if the file does not exist.

    Raises :class:`UnsafeSettings` where others can read the file.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_secret(path)
    secret = make()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    return secret


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"pocplatform master key" + key).digest()[:_ID_BYTES]


def _encrypt(cipher: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, bound_to)


def _decrypt(cipher: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], bound_to)
