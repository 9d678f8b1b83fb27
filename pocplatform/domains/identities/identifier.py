"""Reading a did:ethr: by address, or by the compressed public key that the address comes from."""

import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pocplatform.chain.codec import checksum, is_address, keccak256
from pocplatform.domains.identities.errors import (
    DidInvalid,
    DidMethodNotSupported,
    DidNotFound,
)

_DID = re.compile(r"did:([a-z0-9]+):([A-Za-z0-9._:%-]+)")
_ETHR = re.compile(r"(?:(.*):)?(0x[0-9a-fA-F]{40}|0x[0-9a-fA-F]{66})")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A DID taken apart.

    Attributes:
        did: As it was written.
        address: The identity's address (EIP-55).
        public_key: The public key in hex without 0x, where the DID names one.
    """

    did: str
    address: str
    public_key: str | None = None


def parse(did: str, chain_id: int) -> Identifier:
    """A DID of this chain. Raises a :class:`ResolutionError` that says what is wrong with it."""
    chain = hex(chain_id)
    match = _DID.fullmatch(did)
    if match is None:
        raise DidInvalid(
            "{did} is not a DID: did:ethr:{chain}:0x… is expected.", did=shown(did), chain=chain
        )
    if match[1] != "ethr":
        raise DidMethodNotSupported(
            "DIDs of the method {method} are not resolved here, only did:ethr.",
            method=shown(match[1]),
        )
    parts = _ETHR.fullmatch(match[2])
    if parts is None:
        raise DidInvalid(
            "{did} names neither an address nor a compressed public key.", did=shown(did)
        )
    if parts[1] != chain:
        raise DidNotFound(
            "{did} belongs to another network; this sandbox is {chain}.",
            did=shown(did),
            chain=chain,
        )
    if len(parts[2]) == 42:
        if not is_address(parts[2]):
            raise DidInvalid("The checksum of the address in {did} is wrong.", did=did)
        return Identifier(did, checksum(parts[2]))
    return Identifier(did, _address_of_key(did, parts[2][2:]), parts[2][2:])


def _address_of_key(did: str, public_key: str) -> str:
    try:
        return address_of_point(uncompressed(bytes.fromhex(public_key)))
    except ValueError:
        raise DidInvalid("The public key in {did} is not one of secp256k1.", did=did) from None


def uncompressed(public_key: bytes) -> bytes:
    """A public key of secp256k1 (SEC 1, 33 or 65 bytes) in its uncompressed form (65 bytes).

    Raises :class:`ValueError` where it is none.
    """
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), public_key)
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def address_of_point(public_key: bytes) -> str:
    """The address (EIP-55) of an uncompressed public key."""
    return checksum("0x" + keccak256(public_key[1:])[12:].hex())


def compressed(public_key: bytes) -> bytes:
    """An uncompressed public key (65 bytes) in its compressed form (33 bytes, SEC 1)."""
    return bytes([2 + (public_key[64] & 1)]) + public_key[1:33]


def shown(text: str, limit: int = 120) -> str:
    """Foreign text as an error can show it: short, and in characters that every reader takes."""
    short = text if len(text) <= limit else text[:limit] + "…"
    return short.encode("utf-8", "backslashreplace").decode()
