"""Issuing credentials over the real gateway, anchored on the real chain."""

import hashlib
import json
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.api.credentials.jwts import parts


def test_issued_credential_is_a_w3c_credential_anchored_on_the_chain(
    issued, issuer, subject, credential_type
):
    assert issued["status"] == "active"
    assert issued["transaction"]["function"] == "anchor"
    assert issued["transaction"]["status"] == "confirmed"
    header, payload, signature = parts(issued["credential"])
    assert header == {
        "alg": "ES256K", "kid": f"{issuer.did}#delegate-1", "typ": "vc+jwt", "cty": "vc",
    }  # fmt: skip
    assert payload["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert payload["type"] == ["VerifiableCredential", credential_type]
    assert payload["issuer"] == payload["iss"] == issuer.did
    assert payload["credentialSubject"]["id"] == payload["sub"] == subject.did
    assert payload["credentialSubject"]["level"] == 3
    assert payload["id"] == payload["jti"]
    assert UUID(payload["id"].removeprefix("urn:uuid:")).version == 4
    assert len(signature) == 64
    signing_input = issued["credential"].rpartition(".")[0]
    assert issued["digest"] == "0x" + hashlib.sha256(signing_input.encode()).hexdigest()


def test_nothing_of_the_claims_is_in_the_transaction(issue, platform):
    issued = issue(claims={"name": "Maija Meikäläinen", "personal_id": "010190-999X"}).json()
    chain = platform.gateway.client.request(
        "eth_getTransactionByHash", issued["transaction"]["hash"]
    )
    data = bytes.fromhex(chain["input"][2:])
    assert b"Maija" not in data
    assert b"010190" not in data
    assert len(data) == 4 + 4 * 32
    # The digest cannot be found by guessing the claims: the same ones give another each time.
    assert issue(claims=issued["claims"]).json()["digest"] != issued["digest"]


def test_another_jose_implementation_accepts_the_signature_with_the_key_of_the_did_document(
    issued, anonymous, issuer
):
    document = anonymous.get(f"/1.0/identifiers/{issuer.did}").json()["didDocument"]
    header, _, signature = parts(issued["credential"])
    [method] = [m for m in document["verificationMethod"] if m["id"] == header["kid"]]
    assert header["kid"] in document["assertionMethod"]
    key = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256K1(), bytes.fromhex(method["publicKeyHex"])
    )
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    signing_input = issued["credential"].rpartition(".")[0].encode()
    key.verify(der, signing_input, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(der, signing_input + b"x", ec.ECDSA(hashes.SHA256()))


def test_issuing_needs_a_registered_identity_and_the_next_step_is_told(join, subject):
    member = join()
    body = {"type": "AnyCredential", "subject": subject.id, "claims": {"a": 1}}
    answer = member.api.write("/v1/credentials", body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "identity_not_registered"
    assert "POST /v1/identities" in answer.json()["next_step"]
    assert member.api.get("/v1/credentials").json()["data"] == []


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"type": "lowercase"}, "invalid_input", "type"),
        ({"type": "Ab"}, "invalid_input", "type"),
        ({"type": "A" * 65}, "invalid_input", "type"),
        ({"type": "With Blank"}, "invalid_input", "type"),
        ({"type": "Newline\n"}, "invalid_input", "type"),
        ({"subject": "Matti"}, "invalid_input", "subject"),
        ({"subject": "org_nobody"}, "invalid_input", "subject"),
        ({"claims": {}}, "claims_invalid", "claims"),
        ({"claims": []}, "invalid_input", "claims"),
        ({"claims": {"id": "did:other"}}, "claims_invalid", "claims.id"),
        ({"claims": {"@context": "x"}}, "claims_invalid", "claims.@context"),
        ({"claims": {"text": "x" * 17_000}}, "claims_invalid", "claims"),
        ({"claims": {"deep": json.loads("[" * 20 + "]" * 20)}}, "claims_invalid", "claims"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "validity_invalid", "valid_until"),
        ({"valid_until": "2030-01-01T00:00:00"}, "invalid_input", "valid_until"),
        ({"valid_until": "tomorrow"}, "invalid_input", "valid_until"),
        ({"surprise": 1}, "invalid_input", "surprise"),
    ],
)
def test_malformed_credential_is_refused(issue, fields, code, param):
    answer = issue(**fields)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code
    assert answer.json()["param"] == param


@pytest.mark.parametrize("claim", ["NaN", "Infinity", "1e999", '"\\ud800"'])
def test_claims_that_json_cannot_carry_are_refused(issuer, subject, claim):
    body = f'{{"type":"AnyCredential","subject":"{subject.id}","claims":{{"a":{claim}}}}}'
    answer = issuer.api.post(
        "/v1/credentials", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("claims_invalid", "invalid_input")


def test_issuer_and_subject_see_a_credential_and_nobody_else(issue, issuer, join):
    subject = join()
    issued = issue(subject=subject.did).json()
    path = f"/v1/credentials/{issued['id']}"
    assert issuer.api.get(path).json()["id"] == issued["id"]
    assert subject.api.get(path).json()["credential"] == issued["credential"]
    assert [c["id"] for c in subject.api.get("/v1/credentials").json()["data"]] == [issued["id"]]
    stranger = join()
    assert stranger.api.get(path).status_code == 404
    assert stranger.api.get("/v1/credentials").json()["data"] == []
    for verb in ("revoke", "suspend", "resume"):
        refused = stranger.api.write(f"{path}/{verb}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
