"""The wallet in the pocket of an invented person: a key of its own, and what it shows."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from joserfc import jws
from joserfc.jwk import ECKey

from pocplatform.client.holder_wallet import Asked

_ALGORITHM = "ES256"


class Phone:
    """A wallet with a key on P-256, as phones have it.

    Args:
        seed: What the key is made of. A step that is repeated must find the same key, and a pilot
            has no safe place; a real wallet makes its key by chance and keeps it.
    """

    def __init__(self, seed: str) -> None:
        # 248 bits are always below the order of the curve.
        secret = int.from_bytes(hashlib.sha256(seed.encode()).digest()[1:]) or 1
        key = ec.derive_private_key(secret, ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = ECKey.import_key(pem)

    def prove(self, payload: dict[str, Any]) -> str:
        """A proof of the key for an issuer (OpenID4VCI 1.0, appendix F.1)."""
        public = self._key.as_dict(private=False)
        jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
        return self._sign({"typ": "openid4vci-proof+jwt", "jwk": jwk}, payload)

    def show(self, credential: str, claims: Collection[str], asked: Asked) -> str:
        """Chosen claims of an SD-JWT VC for one verifier (RFC 9901, section 4.3)."""
        signed, *disclosures, _ = credential.split("~")
        chosen = [one for one in disclosures if json.loads(_decoded(one))[1] in claims]
        text = "~".join([signed, *chosen, ""])
        payload = {
            "iat": int(datetime.now(UTC).timestamp()),
            "aud": asked.client_id,
            "nonce": asked.nonce,
            "sd_hash": _encoded(hashlib.sha256(text.encode()).digest()),
        }
        return text + self._sign({"typ": "kb+jwt"}, payload)

    def _sign(self, header: dict[str, Any], payload: dict[str, Any]) -> str:
        content = json.dumps(payload).encode()
        return jws.serialize_compact(
            {"alg": _ALGORITHM} | header, content, self._key, algorithms=[_ALGORITHM]
        )


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
