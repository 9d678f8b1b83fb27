"""Checking a credential from nothing but itself and the chain.

Every question is answered on its own, so that people see all that is wrong and not just the first
thing. The platform's own records are not asked: anybody with a node comes to the same answers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pocplatform.chain.codec import checksum
from pocplatform.chain.contracts import Contracts
from pocplatform.domains.credential_types.service import type_hash
from pocplatform.domains.credentials import jwt, key_binding, sd_jwt_vc
from pocplatform.domains.credentials.report import Report
from pocplatform.domains.credentials.schemas import CredentialFormat, VerificationRead
from pocplatform.domains.identities import service as identities
from pocplatform.domains.identities.errors import ResolutionError
from pocplatform.domains.identities.identifier import parse, shown
from pocplatform.kit.clock import now_s

_NOBODY = "0x" + "0" * 40
_NAMES = (
    "signature",
    "issuer_trusted",
    "anchored",
    "not_revoked",
    "not_suspended",
    "in_validity_period",
    "subject",
)
_UNREADABLE = "This cannot be told: {reason}"


@dataclass(slots=True)
class Content:
    """What a credential says of itself; None for what it does not say in a readable way."""

    type: str | None = None
    issuer: str | None = None
    issuer_address: str | None = None
    subject: str | None = None
    subject_address: str | None = None
    claims: dict[str, Any] | None = None
    periods: list[tuple[str, int | None]] = field(default_factory=list)
    format: CredentialFormat = "jwt_vc"
    trouble: str | None = None
    """What is wrong with the disclosures."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain has of a credential; ``anchored_at`` is 0 if it has nothing."""

    subject: str = _NOBODY
    anchored_at: int = 0
    expires_at: int = 0
    revoked: bool = False
    suspended: bool = False


def verify(
    contracts: Contracts,
    text: str,
    chain_id: int,
    language: str,
    *,
    audience: str | None = None,
    nonce: str | None = None,
) -> VerificationRead:
    """Check a credential or a presentation of one.

    Args:
        contracts: The chain.
        text: A W3C credential as a JWT, an SD-JWT VC, or a presentation of one (SD-JWT+KB).
        chain_id: The chain's id.
        language: Language of the answers.
        audience: For whom a presentation must be made.
        nonce: What its holder was asked to sign.
    """
    report = Report(language)
    presented = audience is not None or nonce is not None
    try:
        sd_jwt = sd_jwt_vc.parse(text) if sd_jwt_vc.SEPARATOR in text else None
        token = sd_jwt.token if sd_jwt is not None else jwt.parse(text)
    except jwt.NotACredential as error:
        for name in (*_NAMES, *(key_binding.CHECKS if presented else ())):
            report.add(name, False, _UNREADABLE, reason=str(error))
        return _result(report, Content(), None, None)
    if sd_jwt is None:
        content = read_content(token.payload, chain_id)
    else:
        content = _read_sd_jwt(sd_jwt, chain_id)
    anchor = _anchor(contracts, content, token.digest)
    _signature(report, contracts, token, content, chain_id)
    _issuer_trusted(report, contracts, content, anchor)
    _status(report, anchor)
    _period(report, content, anchor)
    _subject(report, token, content, anchor)
    if sd_jwt is not None:
        _disclosures(report, content)
    if sd_jwt is not None and (presented or sd_jwt.key_binding is not None):
        key_binding.check(report, sd_jwt, audience, nonce)
    elif presented:
        key_binding.missing(report)
    return _result(report, content, token, sd_jwt)


def read_content(payload: dict[str, Any], chain_id: int) -> Content:
    """Issuer, subject, type and periods as the credential has them."""
    content = Content()
    issuer = payload.get("issuer")
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    if isinstance(issuer, str):
        content.issuer = issuer
        content.issuer_address = _address(issuer, chain_id)
    match payload.get("type"):
        case ["VerifiableCredential", str(own)] | [str(own), "VerifiableCredential"]:
            content.type = own
    subject = payload.get("credentialSubject")
    if isinstance(subject, dict):
        content.claims = {name: value for name, value in subject.items() if name != "id"}
        if isinstance(subject.get("id"), str):
            content.subject = subject["id"]
            content.subject_address = _address(subject["id"], chain_id)
    readers: dict[str, Callable[[Any], int | None]] = {
        "validFrom": _date, "nbf": _number, "validUntil": _date, "exp": _number,
    }  # fmt: skip
    content.periods = [
        (name, read(payload[name])) for name, read in readers.items() if name in payload
    ]
    return content


def _read_sd_jwt(sd_jwt: sd_jwt_vc.SdJwt, chain_id: int) -> Content:
    """As :func:`read_content`, for an SD-JWT VC; its type's name is the end of its ``vct``."""
    content = Content(format="dc+sd-jwt")
    payload = sd_jwt.token.payload
    try:
        payload = sd_jwt_vc.disclosed(sd_jwt)
    except sd_jwt_vc.DisclosuresRefused as error:
        content.trouble = str(error)
    else:
        content.claims = {
            name: value for name, value in payload.items() if name not in sd_jwt_vc.REGISTERED
        }
    if isinstance(payload.get("iss"), str):
        content.issuer = payload["iss"]
        content.issuer_address = _address(payload["iss"], chain_id)
    if isinstance(payload.get("vct"), str):
        content.type = payload["vct"].rpartition("/")[2] or None
    if isinstance(payload.get("sub"), str):
        content.subject = payload["sub"]
        content.subject_address = _address(payload["sub"], chain_id)
    content.periods = [(name, _number(payload[name])) for name in ("nbf", "exp") if name in payload]
    return content


def _disclosures(report: Report, content: Content) -> None:
    if content.trouble is None:
        report.add("disclosures", True, "Everything that is shown was signed by the issuer.")
    else:
        report.add("disclosures", False, content.trouble)


def _signature(
    report: Report, contracts: Contracts, token: jwt.Token, content: Content, chain_id: int
) -> None:
    try:
        kid = jwt.check_header(
            token.header, jwt.TYPE if content.format == "jwt_vc" else jwt.SD_JWT_TYPE
        )
        if content.issuer is None:
            raise jwt.SignatureRefused("The credential does not name its issuer.")
        if token.payload.get("iss", content.issuer) != content.issuer:
            raise jwt.SignatureRefused("The credential names two different issuers.")
        if kid.split("#")[0] != content.issuer:
            raise jwt.SignatureRefused("The key that it is signed with is not one of its issuer.")
        resolved = identities.resolve_on_chain(contracts, content.issuer, chain_id)
        if resolved.deactivated:
            raise jwt.SignatureRefused("The issuer's DID was deactivated.")
        public_key = _public_key(resolved.document, kid)
        if public_key is None:
            raise jwt.SignatureRefused("The issuer's DID document has no such key now.")
        jwt.check_signature(token, public_key)
    except jwt.SignatureRefused as error:
        report.add("signature", False, str(error))
    except ResolutionError as error:
        report.add("signature", False, error.detail_template, **error.context)
    else:
        report.add("signature", True, "Signed by {issuer}.", issuer=content.issuer)


def _public_key(document: dict[str, Any], kid: str) -> bytes | None:
    if kid not in document["assertionMethod"]:
        return None
    for method in document["verificationMethod"]:
        if method["id"] == kid and isinstance(method.get("publicKeyHex"), str):
            return bytes.fromhex(method["publicKeyHex"])
    return None


def _anchor(contracts: Contracts, content: Content, digest: bytes) -> Anchor:
    if content.issuer_address is None or content.type is None:
        return Anchor()
    status = contracts.read(
        "CredentialStatus", "statusOf", content.issuer_address, type_hash(content.type), digest
    )
    return Anchor(checksum(status[0]), *status[1:])


def _issuer_trusted(report: Report, contracts: Contracts, content: Content, anchor: Anchor) -> None:
    if content.issuer_address is None or content.type is None:
        reason = "the credential does not name one type and an issuer on this chain."
        report.add("issuer_trusted", False, _UNREADABLE, reason=reason)
        return
    # As the contract has it: trust must cover the moment of anchoring, as the register stands now.
    moment = anchor.anchored_at or now_s()
    trusted: bool = contracts.read(
        "TrustedIssuers", "isTrustedAt", content.issuer_address, type_hash(content.type), moment
    )
    sentence = (
        "The issuer is trusted for {type}." if trusted else "The issuer is not trusted for {type}."
    )
    report.add("issuer_trusted", trusted, sentence, type=shown(content.type))


def _status(report: Report, anchor: Anchor) -> None:
    if anchor.anchored_at:
        sentence = "Anchored on the chain at {time}."
        report.add("anchored", True, sentence, time=report.moment(anchor.anchored_at))
    else:
        report.add("anchored", False, "The chain has no anchor of this credential by its issuer.")
    report.add(
        "not_revoked",
        not anchor.revoked,
        "The issuer has revoked it." if anchor.revoked else "No revocation is recorded.",
    )
    report.add(
        "not_suspended",
        not anchor.suspended,
        "The issuer has suspended it." if anchor.suspended else "No suspension is recorded.",
    )


def _period(report: Report, content: Content, anchor: Anchor) -> None:
    now = now_s()
    for name, moment in content.periods:
        if moment is None:
            sentence = "The time in {name} cannot be read."
            report.add("in_validity_period", False, sentence, name=name)
            return
    begins = max((m for n, m in content.periods if n in ("validFrom", "nbf") and m), default=0)
    ends = [m for n, m in content.periods if n in ("validUntil", "exp") and m is not None]
    if anchor.expires_at:
        ends.append(anchor.expires_at)
    if now < begins:
        report.add(
            "in_validity_period", False, "Valid only from {time}.", time=report.moment(begins)
        )
    elif ends and now >= min(ends):
        report.add(
            "in_validity_period", False, "Valid only until {time}.", time=report.moment(min(ends))
        )
    elif ends:
        report.add("in_validity_period", True, "Valid until {time}.", time=report.moment(min(ends)))
    else:
        report.add("in_validity_period", True, "Valid without an end.")


def _subject(report: Report, token: jwt.Token, content: Content, anchor: Anchor) -> None:
    if content.subject is None and isinstance(token.payload.get("cnf"), dict):
        # Nobody is named on the chain either: the holder's key alone says whom it is about.
        ok = bool(anchor.anchored_at) and anchor.subject == _NOBODY
        sentence = (
            "It is about whoever holds the key that it names."
            if ok
            else "The chain does not have it as one about the holder of a key."
        )
        report.add("subject", ok, sentence)
    elif content.subject_address is None:
        report.add("subject", False, "The credential does not name a subject on this chain.")
    elif token.payload.get("sub", content.subject) != content.subject:
        report.add("subject", False, "The credential names two different subjects.")
    elif not anchor.anchored_at:
        report.add("subject", False, "The chain does not tell whom it is about.")
    elif anchor.subject not in (content.subject_address, _NOBODY):
        sentence = "The chain has it for another subject, {subject}."
        report.add("subject", False, sentence, subject=anchor.subject)
    else:
        report.add("subject", True, "It is about {subject}.", subject=content.subject)


def _result(
    report: Report, content: Content, token: jwt.Token | None, sd_jwt: sd_jwt_vc.SdJwt | None
) -> VerificationRead:
    return VerificationRead(
        valid=all(check.ok for check in report.checks),
        checks=report.checks,
        format=content.format if token is not None else None,
        presentation=sd_jwt is not None and sd_jwt.key_binding is not None,
        type=content.type,
        issuer=content.issuer,
        subject=content.subject,
        claims=content.claims,
        digest="0x" + token.digest.hex() if token is not None else None,
    )


def _address(did: str, chain_id: int) -> str | None:
    try:
        return parse(did, chain_id).address
    except ResolutionError:
        return None


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _date(value: Any) -> int | None:
    try:
        moment = datetime.fromisoformat(value)
        return int(moment.timestamp()) if moment.tzinfo is not None else None
    except (TypeError, ValueError, OverflowError):
        return None
