"""Proofs that a wallet holds its key (OpenID4VCI 1.0, appendix F.1), and the nonces in them."""

import hashlib
import hmac
import secrets
from functools import cache
from typing import Any

from pocplatform.domains.credentials import jwt
from pocplatform.domains.credentials.proof_keys import check_jws, public_jwk
from pocplatform.domains.openid4vci.errors import ProtocolError
from pocplatform.kit.clock import now_s

PROOF_TYPE = "openid4vci-proof+jwt"
NONCE_VALID_S = 300
_MAX_AGE_S = 300
_AHEAD_S = 60


def new_nonce() -> str:
    """A nonce for a proof. It carries its own end, so that asking for one stores nothing."""
    content = f"{now_s() + NONCE_VALID_S:x}.{secrets.token_hex(8)}"
    return f"{content}.{_seal(content)}"


def holder_key(text: Any, audience: str) -> dict[str, str]:
    """The key whose holder has signed a proof for this issuer, as a JWK.

    Raises :class:`ProtocolError` ``invalid_proof`` or ``invalid_nonce``.
    """
    if not isinstance(text, str):
        raise ProtocolError("invalid_proof", "A proof is a JWT in compact form.")
    try:
        token = jwt.parse(text)
        key = public_jwk(token.header.get("jwk"))
        if key is None:
            raise ProtocolError(
                "invalid_proof", "The proof's header must hold a jwk on P-256 or secp256k1."
            )
        check_jws(text, key)
    except (jwt.NotACredential, jwt.SignatureRefused) as error:
        raise ProtocolError("invalid_proof", str(error)) from None
    if token.header.get("typ") != PROOF_TYPE:
        raise ProtocolError("invalid_proof", f"The proof's typ must be {PROOF_TYPE}.")
    if token.payload.get("aud") != audience:
        raise ProtocolError("invalid_proof", f"The proof's aud must be {audience}.")
    issued = token.payload.get("iat")
    if not isinstance(issued, int) or not now_s() - _MAX_AGE_S <= issued <= now_s() + _AHEAD_S:
        raise ProtocolError("invalid_proof", "The proof's iat must be the present time.")
    if not _is_ours(token.payload.get("nonce")):
        raise ProtocolError(
            "invalid_nonce", "The proof's nonce is not a fresh one of the nonce endpoint."
        )
    return key


def _is_ours(nonce: Any) -> bool:
    if not isinstance(nonce, str) or not nonce.isascii():
        return False
    content, _, seal = nonce.rpartition(".")
    if not hmac.compare_digest(seal, _seal(content)):
        return False
    return now_s() <= int(content.partition(".")[0], 16)


def _seal(content: str) -> str:
    return hmac.new(_secret(), content.encode(), hashlib.sha256).hexdigest()


@cache
def _secret() -> bytes:
    """Of this process alone: after a restart, wallets ask for another nonce, as they know how."""
    return secrets.token_bytes(32)
