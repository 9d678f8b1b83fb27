"""Credentials as JWTs, signed ES256K (RFC 8812): W3C VC-JOSE-COSE (``vc+jwt``) and what is like it.

Signing goes through the issuer's signer, which may be a key management service: only the digest of
the signing input leaves for it. That digest is also what is anchored on the chain. It does not
cover the signature bytes, so no second form of a signature gives a credential a second digest.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

TYPE = "vc+jwt"
SD_JWT_TYPE = "dc+sd-jwt"
ALGORITHM = "ES256K"
MAX_LENGTH = 65_536
"""Characters of a credential that is looked at."""

_MAX_DEPTH = 64
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class NotACredential(Exception):
    """The text cannot be read as a credential; the message says why, in one sentence."""


class SignatureRefused(Exception):
    """The signature is not to be believed; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Token:
    """A JWT taken apart; nothing in it has been checked yet.

    Attributes:
        digest: SHA-256 of the signing input.
    """

    text: str
    header: dict[str, Any]
    payload: dict[str, Any]
    signature: bytes
    digest: bytes


def issue(payload: dict[str, Any], kid: str, sign_digest: Callable[[bytes], bytes]) -> Token:
    """A signed W3C credential.

    Args:
        payload: The credential.
        kid: The issuer's verification method.
        sign_digest: Signs a SHA-256 digest and returns r ‖ s.
    """
    return sign({"kid": kid, "typ": TYPE, "cty": "vc"}, payload, sign_digest)


def sign(
    header: dict[str, Any], payload: dict[str, Any], sign_digest: Callable[[bytes], bytes]
) -> Token:
    """A JWT signed ES256K; ``header`` is without the algorithm."""
    header = {"alg": ALGORITHM, **header}
    signing_input = f"{_part(header)}.{_part(payload)}"
    digest = hashlib.sha256(signing_input.encode()).digest()
    signature = sign_digest(digest)
    return Token(f"{signing_input}.{base64url(signature)}", header, payload, signature, digest)


def parse(text: str) -> Token:
    """A credential taken apart. Raises :class:`NotACredential`."""
    match = _COMPACT.fullmatch(text)
    if match is None:
        raise NotACredential("This is not a JWT: three parts with dots between are expected.")
    header, payload = _object(match[1]), _object(match[2])
    if header is None or payload is None:
        raise NotACredential("The parts of this JWT are not JSON objects in base64url.")
    try:
        signature = decoded(match[3])
    except ValueError:
        raise NotACredential("The signature of this JWT is not base64url.") from None
    digest = hashlib.sha256(f"{match[1]}.{match[2]}".encode()).digest()
    return Token(text, header, payload, signature, digest)


def check_header(header: dict[str, Any], type_: str = TYPE) -> str:
    """The verification method that a header names. Raises :class:`SignatureRefused`."""
    if header.get("alg") != ALGORITHM:
        raise SignatureRefused("The credential is not signed with ES256K.")
    if str(header.get("typ")).lower().removeprefix("application/") != type_:
        if type_ == SD_JWT_TYPE:
            raise SignatureRefused("The SD-JWT is not of the type dc+sd-jwt.")
        raise SignatureRefused("The JWT is not of the type vc+jwt.")
    if "crit" in header or "b64" in header:
        raise SignatureRefused("The JWT asks for extensions that are not known here.")
    kid = header.get("kid")
    if not isinstance(kid, str) or "#" not in kid:
        raise SignatureRefused("The JWT does not name the key it is signed with.")
    return kid


def check_signature(token: Token, public_key: bytes) -> None:
    """Check the signature with a public key (SEC 1). Raises :class:`SignatureRefused`.

    Of the two signatures (r, s) and (r, n - s) that the curve allows only the lower one counts, as
    everywhere on the chain.
    """
    if len(token.signature) != 64:
        raise SignatureRefused("The signature has not the 64 bytes of ES256K.")
    if int.from_bytes(token.signature[32:]) > _ORDER // 2:
        raise SignatureRefused("The signature is not in its one canonical form (high s).")
    try:
        key = ECKey.import_key({**jwk_of(public_key)})
        jws.deserialize_compact(token.text, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        raise SignatureRefused("The signature does not fit the content and the key.") from None


def jwk_of(public_key: bytes) -> dict[str, str]:
    """A public key of secp256k1 (SEC 1) as a JWK (RFC 8812). Raises :class:`ValueError`."""
    numbers = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256K1(), public_key
    ).public_numbers()
    return {
        "kty": "EC",
        "crv": "secp256k1",
        "x": base64url(numbers.x.to_bytes(32)),
        "y": base64url(numbers.y.to_bytes(32)),
    }


def _part(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64url(text.encode())


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, appendix C)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Base64url without padding (RFC 7515, appendix C); only the one canonical form is taken."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if base64url(data) != text:
        raise ValueError("not canonical")
    return data


def json_of(text: str) -> Any:
    """What JSON in base64url says; None where it cannot be read, or not in one way only."""
    try:
        content = json.loads(
            decoded(text).decode(), object_pairs_hook=_unique, parse_constant=_refuse
        )
        # What cannot be written again (halves of surrogate pairs, infinite numbers) is refused.
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return content if _is_flat(content, _MAX_DEPTH) else None


def _object(text: str) -> dict[str, Any] | None:
    content = json_of(text)
    return content if isinstance(content, dict) else None


def _is_flat(value: Any, depth: int) -> bool:
    """Whether nothing is nested deeper than ``depth`` levels."""
    items = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return True
    return depth > 0 and all(_is_flat(item, depth - 1) for item in items)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Readers differ in which of two members of one name they take, so none may come twice.
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a member comes twice")
    return content


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
