"""Verifying credentials: real ones, and all that is not quite one."""

import hashlib
from uuid import uuid4

import pytest

from tests.api.credentials.jwts import CHECKS, b64, failed, parts, signed_by
from tests.processes import until

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_valid_credential_passes_every_check_and_shows_its_content(issued, verify, subject):
    result = verify(issued["credential"])
    assert result["valid"] is True
    assert result["digest"] == issued["digest"]
    assert result["subject"] == subject.did
    assert result["claims"] == issued["claims"]


def test_verification_asks_the_chain_and_not_our_tables(fresh, verify, platform):
    from sqlalchemy import update

    from pocplatform.domains.credentials.models import Credential

    with platform.gateway.database.transaction() as session:
        session.exec(
            update(Credential)
            .where(Credential.id == fresh["id"])
            .values(issuer="0x" + "00" * 20, digest="0x" + uuid4().hex, jwt="", claims={})
        )
    assert verify(fresh["credential"])["valid"] is True


def test_high_s_twin_of_a_signature_is_refused(issued, verify):
    *content, _ = issued["credential"].split(".")
    signature = parts(issued["credential"])[2]
    twin = signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)
    assert failed(verify(".".join([*content, b64(twin)]))) == ["signature"]


@pytest.mark.parametrize("position", [0, 20, 40, 63])
def test_tampered_signature_is_refused(issued, verify, position):
    *content, _ = issued["credential"].split(".")
    signature = bytearray(parts(issued["credential"])[2])
    signature[position] ^= 1
    assert failed(verify(".".join([*content, b64(bytes(signature))]))) == ["signature"]


@pytest.mark.parametrize(
    "signature",
    [b"", b"\0" * 64, b"\1" * 63, b"\1" * 65],
    ids=["none", "zeros", "too short", "too long"],
)
def test_signature_of_another_length_or_of_zeros_is_refused(issued, verify, signature):
    *content, _ = issued["credential"].split(".")
    assert failed(verify(".".join([*content, b64(signature)]))) == ["signature"]


def test_changed_claims_lose_signature_and_anchor(issued, verify):
    header, payload, signature = parts(issued["credential"])
    payload["credentialSubject"]["level"] = 99
    result = verify(f"{b64(header)}.{b64(payload)}.{b64(signature)}")
    assert failed(result) == ["signature", "anchored", "subject"]


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": "ES256K-R"},
        {"alg": None},
        {"typ": "JWT"},
        {"crit": ["b64"], "b64": False},
        {"kid": None},
        {"kid": "#delegate-1"},
        {"kid": "DID#delegate-9"},
        {"kid": "DID#controller"},
    ],
)
def test_other_headers_are_refused_even_if_the_issuer_signed_them(
    platform, issuer, issued, verify, change
):
    header, payload, _ = parts(issued["credential"])
    if change.get("kid"):
        change = {"kid": change["kid"].replace("DID", issuer.did)}
    jwt = signed_by(platform, issuer, header | change, payload)
    assert "signature" in failed(verify(jwt))


def test_alg_none_without_a_signature_is_refused(issued, verify):
    header, payload, _ = parts(issued["credential"])
    assert "signature" in failed(verify(f"{b64(header | {'alg': 'none'})}.{b64(payload)}."))


def test_key_of_somebody_else_is_refused(platform, issued, verify, join):
    stranger = join()
    stranger.api.write("/v1/identities")
    header, payload, _ = parts(issued["credential"])
    foreign_kid = signed_by(
        platform, stranger, header | {"kid": f"{stranger.did}#delegate-1"}, payload
    )
    assert "signature" in failed(verify(foreign_kid))
    foreign_key = signed_by(platform, stranger, header, payload)
    assert "signature" in failed(verify(foreign_key))
    embedded = signed_by(platform, stranger, header | {"jwk": {"kty": "EC"}}, payload)
    assert "signature" in failed(verify(embedded))


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"iss": "did:ethr:0x7a69:0x" + "12" * 20}, "signature"),
        ({"sub": "did:ethr:0x7a69:0x" + "12" * 20}, "subject"),
        ({"issuer": "did:web:example.com"}, "signature"),
        ({"issuer": 5}, "issuer_trusted"),
        ({"type": "VerifiableCredential"}, "issuer_trusted"),
        ({"type": ["VerifiableCredential", "One", "Two"]}, "issuer_trusted"),
        ({"credentialSubject": []}, "subject"),
        ({"validFrom": "2999-01-01T00:00:00Z"}, "in_validity_period"),
        ({"validUntil": "2020-01-01T00:00:00Z"}, "in_validity_period"),
        ({"validUntil": "soon"}, "in_validity_period"),
        ({"exp": 1_000}, "in_validity_period"),
        ({"exp": "1000"}, "in_validity_period"),
        ({"nbf": 99_999_999_999}, "in_validity_period"),
        ({"exp": 10**400}, "anchored"),
    ],
)
def test_content_that_contradicts_itself_or_the_time_is_refused(
    platform, issuer, issued, verify, change, check
):
    header, payload, _ = parts(issued["credential"])
    jwt = signed_by(platform, issuer, header, payload | change)
    assert check in failed(verify(jwt))


def test_signed_but_never_anchored_credential_is_not_valid(platform, issuer, issued, verify):
    header, payload, _ = parts(issued["credential"])
    jwt = signed_by(platform, issuer, header, payload | {"jti": "another", "id": "another"})
    assert failed(verify(jwt)) == ["anchored", "subject"]


def test_credential_anchored_for_another_subject_is_refused(platform, issuer, issued, verify, join):
    header, payload, _ = parts(issued["credential"])
    jwt = signed_by(platform, issuer, header, payload | {"jti": str(uuid4())})
    from pocplatform.domains.credentials.service import type_hash

    outbox = platform.gateway.outbox
    call = outbox.contracts.call(
        "CredentialStatus",
        "anchorBatch",
        credentialType=type_hash(payload["type"][1]),
        expiresAt=0,
        digests=[hashlib.sha256(jwt.rpartition(".")[0].encode()).digest(), b"\7" * 32],
        subjects=[join().address, join().address],
    )
    with platform.gateway.database.transaction() as session:
        outbox.enqueue(session, call, sender=issuer.address)
    platform.gateway.wake()
    until(lambda: "anchored" not in failed(verify(jwt)), what="it is anchored")
    assert failed(verify(jwt)) == ["subject"]


def test_issuer_that_nobody_trusts_is_told_apart(join, subject, verify):
    member = join()
    member.api.write("/v1/identities")
    body = {"type": "SelfMade", "subject": subject.id, "claims": {"a": 1}}
    issued = member.api.write("/v1/credentials", body).json()
    assert failed(verify(issued["credential"])) == ["issuer_trusted"]


def test_deactivated_issuer_is_believed_no_more(new_issuer, issue, verify):
    issuer = new_issuer()
    issued = issue(by=issuer).json()
    issuer.api.write(f"/v1/identities/{issuer.did}/deactivate")
    assert failed(verify(issued["credential"])) == ["signature"]


def test_duplicate_members_are_refused(platform, issued, verify):
    _, payload, signature = issued["credential"].split(".")
    header = b64(b'{"alg":"none","alg":"ES256K"}')
    assert failed(verify(f"{header}.{payload}.{signature}")) == CHECKS


@pytest.mark.parametrize(
    "text",
    [
        "not a jwt",
        "a.b",
        "a.b.c.d",
        "....",
        "e30.e30.",
        "W10.W10.AA",
        "!!!.###.$$$",
        "ä.ö.å",
        b64(b"{}") + "=." + b64(b"{}") + ".AA",
        b64(b"{}") + "." + b64(b'{"a":1e999}') + ".AA",
        b64(b"{}") + "." + b64(b'{"a":NaN}') + ".AA",
        b64(b"{}") + "." + b64(b'{"a":"\\ud800"}') + ".AA",
        pytest.param(b64(b"{}") + "." + b64(b"[" * 5_000 + b"]" * 5_000) + ".AA", id="deep list"),
        pytest.param(
            b64(b"{}") + "." + b64(b'{"a":' * 100 + b"1" + b"}" * 100) + ".AA", id="deep object"
        ),
        b64(b"\xff\xfe") + "." + b64(b"{}") + ".AA",
    ],
)
def test_malformed_text_gets_a_clear_answer(verify, text):
    result = verify(text)
    assert result["valid"] is False
    assert all(c["detail"] for c in result["checks"])


@pytest.mark.parametrize(
    "body", [{}, {"credential": ""}, {"credential": 5}, {"credential": "x" * 70_000}]
)
def test_verification_without_a_credential_is_refused(anonymous, body):
    answer = anonymous.post("/v1/credentials/verify", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert answer.json()["param"] == "credential"


def test_answers_come_in_finnish(issued, verify):
    result = verify(issued["credential"], **{"Accept-Language": "fi"})
    details = {c["check"]: c["detail"] for c in result["checks"]}
    assert details["not_revoked"] == "Peruutusta ei ole kirjattu."
