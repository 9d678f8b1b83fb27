"""Credentials with selective disclosure: SD-JWT (RFC 9901) and SD-JWT VC (``dc+sd-jwt``).

Issuing is the package ``sd-jwt``'s, with the issuer's own signer behind it. What comes from others
is read here and strictly, since what a verifier overlooks is what an attacker uses: every
disclosure must be one that the issuer's signature covers, and be used once.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer

from pocplatform.domains.credentials import jwt

KEY_BINDING_TYPE = "kb+jwt"
MAX_DISCLOSURES = 200
SEPARATOR = "~"

REGISTERED = frozenset(
    {
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "vct", "vct#integrity", "status",
        "_sd", "_sd_alg", "...",
    }
)  # fmt: skip
"""Members of an SD-JWT VC that are no claims about the subject."""
_NEVER_DISCLOSED = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "_sd", "..."}
)
"""What must stand in the open (draft-ietf-oauth-sd-jwt-vc, 3.2.2.2; RFC 9901, 7.1)."""


class DisclosuresRefused(Exception):
    """The disclosures do not fit the credential; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A disclosed claim: its name (None for an element of a list) and its value."""

    text: str
    name: str | None
    value: Any

    @property
    def digest(self) -> str:
        """What the issuer's signature covers of it."""
        return sha256_of(self.text)


@dataclass(frozen=True, slots=True)
class SdJwt:
    """An SD-JWT taken apart; nothing in it has been checked yet.

    Attributes:
        token: What the issuer signed.
        disclosures: What was disclosed of it.
        key_binding: The holder's signature (KB-JWT), if there is one.
        bound: The text that the holder's signature must be about.
    """

    token: jwt.Token
    disclosures: tuple[Disclosure, ...]
    key_binding: jwt.Token | None
    bound: str


class _Issuer(SDJWTIssuer):  # type: ignore[misc]  # the package has no types
    """The package's issuer, whose signature is made by one of our signers."""

    def __init__(
        self, claims: dict[Any, Any], header: dict[str, Any], sign: Callable[[bytes], bytes]
    ) -> None:
        self._header = header
        self._sign_digest = sign
        super().__init__(claims, issuer_key=None, sign_alg=jwt.ALGORITHM)

    def _create_signed_jws(self) -> None:
        self.token = jwt.sign(self._header, self.sd_jwt_payload, self._sign_digest)
        self.serialized_sd_jwt = self.token.text


def issue(
    payload: dict[str, Any],
    disclosable: Collection[str],
    kid: str,
    sign: Callable[[bytes], bytes],
) -> tuple[str, jwt.Token]:
    """A signed SD-JWT VC with all its disclosures, and the part of it that is signed.

    Args:
        payload: The credential.
        disclosable: Names of its members that the holder may show or leave out.
        kid: The issuer's verification method.
        sign: Signs a SHA-256 digest and returns r ‖ s.
    """
    claims = {SDObj(n) if n in disclosable else n: value for n, value in payload.items()}
    made = _Issuer(claims, {"typ": jwt.SD_JWT_TYPE, "kid": kid}, sign)
    return str(made.sd_jwt_issuance), made.token


def present(
    text: str,
    names: Collection[str],
    *,
    audience: str,
    nonce: str,
    now: int,
    sign: Callable[[bytes], bytes],
) -> str:
    """A presentation (SD-JWT+KB) of chosen claims, signed by the holder for one verifier.

    Args:
        text: The credential with all its disclosures.
        names: Which of its selectively disclosable claims to show.
        audience: Who it is for.
        nonce: The verifier's.
        now: The time in seconds since 1970.
        sign: Signs a SHA-256 digest with the holder's key and returns r ‖ s.
    """
    whole = parse(text)
    shown = [one.text for one in whole.disclosures if one.name in names]
    bound = SEPARATOR.join([whole.token.text, *shown, ""])
    payload = {"iat": now, "aud": audience, "nonce": nonce, "sd_hash": sha256_of(bound)}
    return bound + jwt.sign({"typ": KEY_BINDING_TYPE}, payload, sign).text


def parse(text: str) -> SdJwt:
    """An SD-JWT or SD-JWT+KB taken apart. Raises :class:`~jwt.NotACredential`."""
    signed, *disclosed, binding = text.split(SEPARATOR)
    if len(disclosed) > MAX_DISCLOSURES:
        raise jwt.NotACredential("This SD-JWT has more disclosures than are looked at.")
    token = jwt.parse(signed)
    disclosures = tuple(map(_disclosure, disclosed))
    bound = text[: len(text) - len(binding)]
    return SdJwt(token, disclosures, jwt.parse(binding) if binding else None, bound)


def disclosed(sd_jwt: SdJwt) -> dict[str, Any]:
    """The credential as the disclosures show it (RFC 9901, section 7.1).

    Raises :class:`DisclosuresRefused`.
    """
    if sd_jwt.token.payload.get("_sd_alg", "sha-256") != "sha-256":
        raise DisclosuresRefused("Only SHA-256 is understood as the hash of disclosures.")
    known = {one.digest: one for one in sd_jwt.disclosures}
    if len(known) != len(sd_jwt.disclosures):
        raise DisclosuresRefused("A disclosure comes twice.")
    reader = _Reader(known)
    payload: dict[str, Any] = reader.read(sd_jwt.token.payload)
    if reader.unused:
        raise DisclosuresRefused("A disclosure does not belong to this credential.")
    payload.pop("_sd_alg", None)
    return payload


class _Reader:
    """Puts disclosed values where their digests stand."""

    def __init__(self, known: dict[str, Disclosure]) -> None:
        self.unused = dict(known)
        self._seen: set[str] = set()

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for element in value for item in self._element(element)]
        if not isinstance(value, dict):
            return value
        content = {name: self.read(item) for name, item in value.items() if name != "_sd"}
        if "..." in content:
            raise DisclosuresRefused("The credential has a member of a name that is kept free.")
        digests = value.get("_sd", [])
        if not isinstance(digests, list) or not all(isinstance(d, str) for d in digests):
            raise DisclosuresRefused("The credential's list of digests is malformed.")
        for digest in digests:
            found = self._take(digest)
            if found is None:
                continue
            if found.name is None or found.name in _NEVER_DISCLOSED or found.name in content:
                raise DisclosuresRefused("A disclosure has a name that it must not have.")
            content[found.name] = self.read(found.value)
        return content

    def _element(self, element: Any) -> list[Any]:
        if not (isinstance(element, dict) and "..." in element):
            return [self.read(element)]
        if len(element) != 1 or not isinstance(element["..."], str):
            raise DisclosuresRefused("The credential has a member of a name that is kept free.")
        found = self._take(element["..."])
        if found is None:
            return []
        if found.name is not None:
            raise DisclosuresRefused("A disclosure has a name that it must not have.")
        return [self.read(found.value)]

    def _take(self, digest: str) -> Disclosure | None:
        if digest in self._seen:
            raise DisclosuresRefused("A digest comes twice in the credential.")
        self._seen.add(digest)
        return self.unused.pop(digest, None)


def sha256_of(text: str) -> str:
    """SHA-256 of a text, in base64url."""
    return jwt.base64url(hashlib.sha256(text.encode()).digest())


def _disclosure(text: str) -> Disclosure:
    match jwt.json_of(text):
        case [str(), str(name), value]:
            return Disclosure(text, name, value)
        case [str(), value]:
            return Disclosure(text, None, value)
    raise jwt.NotACredential("A disclosure of this SD-JWT cannot be read.")
