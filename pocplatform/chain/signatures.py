"""Whether an account has signed a digest: with its key, or as a contract says (ERC-1271)."""

from eth_keys.datatypes import PublicKey, Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError

_IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")
"""ERC-1271's selector, and its answer where the signature is valid."""


def signed_by(address: str, digest: bytes, signature: bytes, client: ChainClient) -> bool:
    """Whether an account has signed a digest: with its key, or as a contract says (ERC-1271)."""
    if _recovered(digest, signature) == address:
        return True
    data = _IS_VALID_SIGNATURE + digest + (64).to_bytes(32) + len(signature).to_bytes(32)
    padded = signature + bytes(-len(signature) % 32)
    try:
        answer = client.call(address, data + padded)
    except RpcError:
        return False  # the contract refuses
    return answer[:32] == _IS_VALID_SIGNATURE + bytes(28)


def recovered_key(digest: bytes, signature: bytes) -> bytes | None:
    """The uncompressed public key (65 bytes, SEC 1) that has signed a digest.

    None where the bytes are no signature by a key, such as those of a contract (ERC-1271).
    """
    key = _recovered_key(digest, signature)
    return None if key is None else b"\x04" + key.to_bytes()


def _recovered(digest: bytes, signature: bytes) -> str | None:
    """Whose key has signed a digest; None where the bytes are no signature."""
    key = _recovered_key(digest, signature)
    return None if key is None else str(key.to_checksum_address())


def _recovered_key(digest: bytes, signature: bytes) -> PublicKey | None:
    if len(signature) != 65:
        return None
    v = signature[64] - 27 if signature[64] >= 27 else signature[64]
    try:
        parsed = Signature(signature[:64] + bytes([v]))
        return parsed.recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError):
        return None
