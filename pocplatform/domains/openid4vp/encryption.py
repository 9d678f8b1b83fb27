"""Encrypted answers of wallets (OpenID4VP 1.0, section 8.3; JWE, RFC 7516; ECDH-ES, RFC 7518).

Each request has a key of its own, which is destroyed with the answer: who keeps what was sent
cannot read it later, whatever becomes of the sandbox.
"""

import json
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from pocplatform.chain.vault import Vault
from pocplatform.domains.openid4vp.errors import AnswerRefused

_AGREEMENT = "ECDH-ES"
_ENCODINGS = ("A128GCM", "A256GCM")
MAX_LENGTH = 700_000
"""Characters of an answer: five presentations of the longest kind, encoded once more."""


def new_key(vault: Vault, request_id: str) -> bytes:
    """A key for the answer to a request, sealed."""
    key = ECKey.generate_key("P-256", {"kid": request_id, "use": "enc", "alg": _AGREEMENT})
    return vault.seal(json.dumps(key.as_dict(private=True)).encode(), request_id)


def metadata(vault: Vault, request_id: str, sealed: bytes) -> dict[str, Any]:
    """What a wallet has to know to encrypt: the public key, and how."""
    public = _key(vault, request_id, sealed).as_dict(private=False)
    return {
        "jwks": {"keys": [public]},
        "encrypted_response_enc_values_supported": list(_ENCODINGS),
    }


def decrypted(vault: Vault, request_id: str, sealed: bytes, response: str | None) -> dict[str, Any]:
    """What is in an encrypted answer. Raises :class:`AnswerRefused`."""
    if response is None:
        raise AnswerRefused("The answer must be encrypted: response is missing (direct_post.jwt).")
    if len(response) > MAX_LENGTH:
        raise AnswerRefused("response is too long.", 413)
    try:
        found = jwe.decrypt_compact(
            response, _key(vault, request_id, sealed), algorithms=[_AGREEMENT, *_ENCODINGS]
        )
        content = json.loads(found.plaintext or b"")
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise AnswerRefused("response cannot be decrypted with the key of this request.") from None
    if not isinstance(content, dict):
        raise AnswerRefused("response does not hold a JSON object.")
    return content


def _key(vault: Vault, request_id: str, sealed: bytes) -> ECKey:
    return ECKey.import_key(json.loads(vault.open(sealed, request_id)))
