"""Whether a presentation is by its holder, for this verifier, now, and about what is shown.

Each on its own (RFC 9901, section 7.3).
"""

from typing import Any

from pocplatform.domains.credentials import jwt
from pocplatform.domains.credentials.proof_keys import check_jws
from pocplatform.domains.credentials.report import Report
from pocplatform.domains.credentials.sd_jwt_vc import KEY_BINDING_TYPE, SdJwt, sha256_of
from pocplatform.kit.clock import iso_s, now_s

MAX_AGE_S = 300
"""How old a presentation may be, in seconds."""
_AHEAD_S = 60
"""How far ahead of ours a holder's clock may be, in seconds."""

CHECKS = ("holder_key", "audience", "nonce", "fresh", "presentation_hash")


def check(report: Report, sd_jwt: SdJwt, audience: str | None, nonce: str | None) -> None:
    """Answer the questions about a holder's signature.

    Args:
        report: Takes the answers.
        sd_jwt: The presentation.
        audience: Who the verifier says that it is.
        nonce: What the verifier has asked the holder to sign.
    """
    token = sd_jwt.key_binding
    if token is None:
        missing(report)
        return
    try:
        _check_signature(token, sd_jwt.token.payload.get("cnf"))
    except jwt.SignatureRefused as error:
        report.add("holder_key", False, str(error))
    else:
        report.add("holder_key", True, "Signed by the holder's key that the credential names.")
    payload = token.payload
    _expected(report, "audience", payload.get("aud"), audience)
    _expected(report, "nonce", payload.get("nonce"), nonce)
    _fresh(report, payload.get("iat"))
    ok = payload.get("sd_hash") == sha256_of(sd_jwt.bound)
    report.add(
        "presentation_hash",
        ok,
        "The holder signed exactly what is shown."
        if ok
        else "The holder signed something else than what is shown.",
    )


def missing(report: Report) -> None:
    """Answer them for something that nobody has signed as its holder."""
    for name in CHECKS:
        report.add(name, False, "This is no presentation: the holder's signature is missing.")


def _check_signature(token: jwt.Token, confirmation: Any) -> None:
    if not isinstance(confirmation, dict) or "jwk" not in confirmation:
        raise jwt.SignatureRefused("The credential names no key of its holder.")
    if token.header.get("typ") != KEY_BINDING_TYPE:
        raise jwt.SignatureRefused("The holder's signature is not of the type kb+jwt.")
    check_jws(token.text, confirmation["jwk"])


def _expected(report: Report, name: str, found: Any, expected: str | None) -> None:
    if expected is None:
        report.add(name, False, "Not checked: say what you expect, or it may be a replay.")
    elif found != expected:
        report.add(name, False, "It was made for another request than yours.")
    else:
        report.add(name, True, "As you expect it.")


def _fresh(report: Report, issued: Any) -> None:
    now = now_s()
    if not isinstance(issued, int) or isinstance(issued, bool) or not 0 < issued < 253_402_300_800:
        report.add("fresh", False, "The presentation does not say when it was made.")
    elif not now - MAX_AGE_S <= issued <= now + _AHEAD_S:
        sentence = "Made at {time}, which is not within the last {limit} seconds."
        report.add("fresh", False, sentence, time=iso_s(issued), limit=MAX_AGE_S)
    else:
        report.add("fresh", True, "Made at {time}.", time=iso_s(issued))
