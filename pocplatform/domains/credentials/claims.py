"""What a credential may say: limits that keep every claim portable JSON."""

import json
import math
from typing import Any

from pocplatform.domains.credentials.errors import ClaimsInvalid

MAX_BYTES = 16_384
MAX_DEPTH = 16
_RESERVED = ("id", "@context")


def validate(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims, if a credential can carry them. Raises :class:`ClaimsInvalid`."""
    for name in _RESERVED:
        if name in claims:
            raise ClaimsInvalid(
                "claims must not contain {name!r}: the platform sets it.",
                param=f"claims.{name}",
                name=name,
            )
    if not claims:
        raise ClaimsInvalid("claims must say at least one thing.", param="claims")
    _check(claims, MAX_DEPTH)
    try:
        length = len(json.dumps(claims, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise ClaimsInvalid(
            "claims contain characters that are no valid Unicode.", param="claims"
        ) from None
    if length > MAX_BYTES:
        raise ClaimsInvalid(
            "claims are {length} bytes long; at most {limit} are possible.",
            param="claims",
            length=length,
            limit=MAX_BYTES,
        )
    return claims


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ClaimsInvalid(
            "claims are nested more than {limit} levels deep.", param="claims", limit=MAX_DEPTH
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ClaimsInvalid("claims contain a number that JSON does not have.", param="claims")
    if isinstance(value, dict):
        for item in value.values():
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
