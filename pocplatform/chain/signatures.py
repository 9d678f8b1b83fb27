"""Whether an account has signed a digest: with its key, or as a contract says (ERC-1271)."""

from eth_keys.datatypes import Signature
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


def _recovered(digest: bytes, signature: bytes) -> str | None:
    """Whose key has signed a digest; None where the bytes are no signature."""
    if len(signature) != 65:
        return None
    v = signature[64] - 27 if signature[64] >= 27 else signature[64]
    try:
        key = Signature(signature[:64] + bytes([v])).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError):
        return None
    return str(key.to_checksum_address())
