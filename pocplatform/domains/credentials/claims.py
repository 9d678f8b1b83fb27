"""What a credential may say: limits that keep every claim portable JSON."""

import json
import math
from typing import Any

from pocplatform.domains.credentials import sd_jwt_vc
from pocplatform.domains.credentials.errors import ClaimsInvalid
from pocplatform.domains.credentials.schemas import CredentialFormat

MAX_BYTES = 16_384
MAX_DEPTH = 16
_RESERVED = {"jwt_vc": frozenset({"id", "@context"}), "dc+sd-jwt": sd_jwt_vc.REGISTERED}


def validate(claims: dict[str, Any], format_: CredentialFormat) -> dict[str, Any]:
    """The claims, if a credential of this format can carry them. Raises :class:`ClaimsInvalid`."""
    for name in claims:
        if name in _RESERVED[format_]:
            raise ClaimsInvalid(
                "claims must not contain {name!r}: the platform sets it.",
                param=f"claims.{name}",
                name=name,
            )
    if not claims:
        raise ClaimsInvalid("claims must say at least one thing.", param="claims")
    _check(claims, "claims", MAX_DEPTH)
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


def _check(value: Any, path: str, depth: int) -> None:
    if depth == 0:
        raise ClaimsInvalid(
            "claims are nested more than {limit} levels deep.", param="claims", limit=MAX_DEPTH
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise ClaimsInvalid("claims contain a number that JSON does not have.", param="claims")
    if isinstance(value, dict):
        for name, item in value.items():
            # What SD-JWT keeps for itself (RFC 9901, section 4.1) would change what others read.
            if name in ("_sd", "...") or (name == "_sd_alg" and path == "claims"):
                raise ClaimsInvalid(
                    "claims must not contain {name!r}: the platform sets it.",
                    param=f"{path}.{name}",
                    name=name,
                )
            _check(item, f"{path}.{name}", depth - 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]", depth - 1)
