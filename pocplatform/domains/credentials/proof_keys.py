"""Keys of holders' wallets on the curves that wallets use, as JWKs, and JWTs signed with them."""

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from pocplatform.domains.credentials.jwt import SignatureRefused, json_of

ALGORITHMS = {"P-256": "ES256", "secp256k1": "ES256K"}
"""Curve to the one algorithm it is used with."""


def public_jwk(jwk: Any) -> dict[str, str] | None:
    """The public part of a JWK on a curve that is taken here, and nothing else; None for others."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") not in ALGORITHMS:
        return None
    members = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    try:
        ECKey.import_key({name: str(value) for name, value in members.items()})
    except (JoseError, ValueError):
        return None
    return {name: str(value) for name, value in members.items()}


def check_jws(text: str, jwk: Any) -> None:
    """Check a compact JWS with a holder's key. Raises :class:`SignatureRefused`."""
    key = public_jwk(jwk)
    if key is None:
        raise SignatureRefused("The holder's key is none on a curve that is taken here.")
    header = json_of(text.split(".")[0])
    algorithm = ALGORITHMS[key["crv"]]
    if not isinstance(header, dict) or header.get("alg") != algorithm or "crit" in header:
        raise SignatureRefused("The holder's signature names another algorithm than its key has.")
    try:
        jws.deserialize_compact(text, ECKey.import_key({**key}), algorithms=[algorithm])
    except (JoseError, ValueError):
        raise SignatureRefused("The signature is not by the holder's key.") from None
