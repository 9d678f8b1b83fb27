"""DID documents from the history of an identity (did:ethr over ERC-1056, DID Core 1.0).

The result is the one that the npm package ``ethr-did-resolver`` gives for the same history, details
included, because what the platform shows and what a partner's own resolver shows must be the same:
keys and services are numbered by events, not by what is left of them.
"""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pocplatform.chain.codec import checksum
from pocplatform.domains.identities.identifier import Identifier

Json = dict[str, Any]

CONTEXT = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/suites/secp256k1recovery-2020/v2",
    "https://w3id.org/security/v3-unstable",
)
_RECOVERY = "EcdsaSecp256k1RecoveryMethod2020"
_SECP256K1 = "EcdsaSecp256k1VerificationKey2019"
_PURPOSES = {
    "sigAuth": "SignatureAuthentication2018",
    "veriKey": "VerificationKey2018",
    "enc": "KeyAgreementKey2019",
}
_KEY_TYPES = {
    "Secp256k1VerificationKey2018": _SECP256K1,
    "Secp256k1SignatureAuthentication2018": _SECP256K1,
    "Ed25519VerificationKey2018": "Ed25519VerificationKey2018",
    "Ed25519SignatureAuthentication2018": "Ed25519VerificationKey2018",
    "RSAVerificationKey2018": "RSAVerificationKey2018",
    "X25519KeyAgreementKey2019": "X25519KeyAgreementKey2019",
}
_ATTRIBUTE = re.compile(r"did/(pub|svc)/(\w+)(?:/(\w+))?(?:/(\w+))?", re.ASCII)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MAX_DEPTH = 32
"""A service endpoint nested deeper than this is shown as the text it is."""


class Kind(StrEnum):
    """Which event of the registry a change comes from."""

    OWNER = "owner"
    DELEGATE = "delegate"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the registry about one identity.

    Attributes:
        name: The attribute's name or the delegate's type: 32 bytes, zeros at the end.
        value: The attribute's value, or the 20 bytes of the owner or delegate.
        valid_to: End of validity in seconds since 1970; 0 for a revoked attribute.
        block: Number of its block.
        timestamp: Its block's time in seconds; 0 where nobody asks for it.
    """

    kind: Kind
    name: bytes
    value: bytes
    valid_to: int
    block: int
    timestamp: int = 0

    @property
    def text(self) -> str | None:
        """The name as text; None if it is none, in which case the event is not about the DID."""
        try:
            return self.name.decode().rstrip("\0")
        except UnicodeDecodeError:
            return None


@dataclass(slots=True)
class Resolved:
    """A DID document, and what is known about it.

    Attributes:
        version: The block of the last change that the document contains; None if there was none.
        next_version: The block of the next change after that, if a past version was asked for.
    """

    document: Json
    deactivated: bool = False
    version: Change | None = None
    next_version: Change | None = None


@dataclass(slots=True)
class _State:
    did: str
    chain_id: int
    controller: str
    now: int
    keys: int = 0
    services: int = 0
    deactivated: bool = False
    methods: dict[object, Json] = field(default_factory=dict)
    authentication: dict[object, str] = field(default_factory=dict)
    assertion: dict[object, str] = field(default_factory=dict)
    agreement: dict[object, str] = field(default_factory=dict)
    endpoints: dict[object, Json] = field(default_factory=dict)

    def apply(self, change: Change) -> None:
        name = change.text or ""
        key = (change.kind, change.name, change.value)
        if change.kind is Kind.OWNER:
            self.controller = checksum("0x" + change.value.hex())
            self.deactivated = not any(change.value)
            return
        counts_key = change.kind is Kind.DELEGATE or name.startswith("did/pub/")
        if change.valid_to and change.valid_to >= self.now:
            if change.kind is Kind.DELEGATE:
                self.keys += 1
                self._add_delegate(key, name, change.value)
            elif match := _ATTRIBUTE.fullmatch(name):
                if counts_key:
                    self.keys += 1
                    self._add_key(key, match, change.value)
                else:
                    self.services += 1
                    self._add_service(key, match[2], change.value)
            return
        # Expired or revoked: it still has its number. The reference resolver leaves a revoked key
        # in keyAgreement; so do we, for the documents to be the same.
        if counts_key:
            self.keys += 1
        elif name.startswith("did/svc/"):
            self.services += 1
        for items in (self.authentication, self.assertion, self.methods, self.endpoints):
            items.pop(key, None)

    def _add_delegate(self, key: object, type_: str, delegate: bytes) -> None:
        id_ = f"{self.did}#delegate-{self.keys}"
        if type_ == "sigAuth":
            self.authentication[key] = id_
        elif type_ != "veriKey":
            return
        self.methods[key] = self._account(id_, checksum("0x" + delegate.hex()))
        self.assertion[key] = id_

    def _add_key(self, key: object, match: re.Match[str], value: bytes) -> None:
        algorithm, purpose, encoding = match[2], match[3], match[4]
        material = _material(encoding, value)
        if material is None:
            return
        id_ = f"{self.did}#delegate-{self.keys}"
        named = f"{algorithm}{_PURPOSES.get(purpose, purpose)}"
        type_ = _KEY_TYPES.get(named, algorithm)
        self.methods[key] = {"id": id_, "type": type_, "controller": self.did, **material}
        if purpose == "enc":
            self.agreement[key] = id_
            return
        if purpose == "sigAuth":
            self.authentication[key] = id_
        self.assertion[key] = id_

    def _add_service(self, key: object, type_: str, value: bytes) -> None:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            return
        self.endpoints[key] = {
            "id": f"{self.did}#service-{self.services}",
            "type": type_,
            "serviceEndpoint": endpoint(text),
        }

    def _account(self, id_: str, address: str) -> Json:
        return {
            "id": id_,
            "type": _RECOVERY,
            "controller": self.did,
            "blockchainAccountId": f"eip155:{self.chain_id}:{address}",
        }

    def document(self, identifier: Identifier) -> Json:
        document: Json = {"@context": list(CONTEXT), "id": self.did}
        if self.deactivated:
            return document | {
                "verificationMethod": [], "authentication": [], "assertionMethod": [],
            }  # fmt: skip
        own = [self._account(f"{self.did}#controller", self.controller)]
        if identifier.public_key is not None and self.controller == identifier.address:
            own.append(
                {
                    "id": f"{self.did}#controllerKey",
                    "type": _SECP256K1,
                    "controller": self.did,
                    "publicKeyHex": identifier.public_key,
                }
            )
        ids = [method["id"] for method in own]
        document["verificationMethod"] = own + list(self.methods.values())
        document["authentication"] = ids + list(self.authentication.values())
        document["assertionMethod"] = ids + list(self.assertion.values())
        if self.endpoints:
            document["service"] = list(self.endpoints.values())
        if self.agreement:
            document["keyAgreement"] = list(self.agreement.values())
        return document


def build(
    identifier: Identifier,
    changes: Iterable[Change],
    *,
    chain_id: int,
    now: int,
    at_block: int | None = None,
) -> Resolved:
    """The document of an identity.

    Args:
        identifier: The DID.
        changes: Every change of the identity, oldest first.
        chain_id: The chain's id.
        now: The moment to tell expired keys by, in seconds since 1970.
        at_block: Leave out what happened after this block.
    """
    state = _State(identifier.did, chain_id, identifier.address, now)
    resolved = Resolved({})
    for change in changes:
        if change.kind is not Kind.OWNER and change.text is None:
            continue
        if at_block is not None and change.block > at_block:
            resolved.next_version = resolved.next_version or change
            continue
        resolved.version = change
        state.apply(change)
        if state.deactivated:
            break
    resolved.document = state.document(identifier)
    resolved.deactivated = state.deactivated
    return resolved


def method_with_key(document: Json, public_key: bytes) -> str | None:
    """The id of the verification method that carries this public key and may make assertions."""
    for method in document["verificationMethod"]:
        carried = method.get("publicKeyHex")
        if carried == public_key.hex() and method["id"] in document["assertionMethod"]:
            return str(method["id"])
    return None


def _material(encoding: str | None, value: bytes) -> Json | None:
    """The key as the attribute's name says it is encoded; None for text that is none."""
    if encoding in (None, "hex"):
        return {"publicKeyHex": value.hex()}
    if encoding == "base64":
        return {"publicKeyBase64": base64.b64encode(value).decode()}
    if encoding == "base58":
        return {"publicKeyBase58": _base58(value)}
    if encoding == "pem":
        try:
            return {"publicKeyPem": value.decode()}
        except UnicodeDecodeError:
            return None
    return {"value": value.hex()}


def _base58(value: bytes) -> str:
    number, digits = int.from_bytes(value), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return "1" * (len(value) - len(value.lstrip(b"\0"))) + digits


def endpoint(text: str) -> Any:
    """A service endpoint: the JSON that the text is, else the text itself.

    Anybody can write anything into the registry, so what JSON cannot carry again is replaced:
    numbers without end by null, and halves of surrogate pairs by U+FFFD.
    """
    try:
        parsed = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refuse)
        return _clean(parsed, _MAX_DEPTH)
    except (ValueError, RecursionError):
        return text


def _number(text: str) -> int | float | None:
    # As JavaScript reads and writes it: a 64-bit float, in the fewest digits that tell it apart.
    number = float(text)
    if number in (float("inf"), float("-inf")):
        return None
    return int(Decimal(repr(number))) if number.is_integer() and abs(number) < 1e21 else number


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _clean(value: Any, depth: int) -> Any:
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_clean(k, depth - 1): _clean(v, depth - 1) for k, v in value.items()}
    return value
