"""Credentials and trusted issuers over the real gateway, on the real chain."""

import base64
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from pocplatform.chain.signer import LocalSigner

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
CHECKS = [
    "signature", "issuer_trusted", "anchored", "not_revoked", "not_suspended",
    "in_validity_period", "subject",
]  # fmt: skip


def b64(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(jwt):
    header, payload, signature = jwt.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload)), unb64(signature)


def at(**delta):
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


@pytest.fixture
def credential_type():
    return "Type" + uuid4().hex[:12]


@pytest.fixture
def issuer(join, admin, credential_type):
    """A registered identity that is trusted for ``credential_type``."""
    member = join("Myöntäjä Oy")
    assert member.api.write("/v1/identities").status_code == 200
    body = {"issuer": member.did, "credential_type": credential_type}
    answer = admin.write("/v1/trusted_issuers", body)
    assert answer.status_code == 200, answer.text
    return member


@pytest.fixture
def subject(join):
    return join("Kohde Oy")


@pytest.fixture
def issue(issuer, subject, credential_type):
    def send(**fields):
        body = {
            "type": credential_type,
            "subject": subject.did,
            "claims": {"name": "Kohde Oy (testi)", "level": 3},
        }
        return issuer.api.write("/v1/credentials", body | fields)

    return send


@pytest.fixture
def issued(issue):
    answer = issue()
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def verify(anonymous):
    def send(jwt, **headers):
        answer = anonymous.post("/v1/credentials/verify", json={"credential": jwt}, headers=headers)
        assert answer.status_code == 200, answer.text
        result = answer.json()
        assert [c["check"] for c in result["checks"]] == CHECKS
        assert result["valid"] is all(c["ok"] for c in result["checks"])
        return result

    return send


def failed(result):
    return [c["check"] for c in result["checks"] if not c["ok"]]


def signed_by(platform, member, header, payload):
    """A JWT of any content with the member's own key, made by hand."""
    signing_input = f"{b64(header)}.{b64(payload)}"
    with platform.gateway.database.snapshot() as session:
        signer = platform.gateway.signers.signer(session, member.address)
    digest = hashlib.sha256(signing_input.encode()).digest()
    return f"{signing_input}.{b64(signer.sign_sha256_digest(digest))}"


# Issuing


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


def test_issuer_and_subject_see_a_credential_and_nobody_else(issued, issuer, subject, join):
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


# Status


def test_status_changes_are_seen_by_verification(issued, issuer, verify):
    path = f"/v1/credentials/{issued['id']}"
    assert verify(issued["credential"])["valid"] is True

    suspended = issuer.api.write(f"{path}/suspend").json()
    assert suspended["status"] == "suspended"
    assert suspended["transaction"]["function"] == "suspend"
    assert failed(verify(issued["credential"])) == ["not_suspended"]

    assert issuer.api.write(f"{path}/resume").json()["status"] == "active"
    assert verify(issued["credential"])["valid"] is True

    assert issuer.api.write(f"{path}/revoke").json()["status"] == "revoked"
    assert failed(verify(issued["credential"])) == ["not_revoked"]
    assert issuer.api.get(path).json()["transaction"]["function"] == "anchor"


def test_changes_that_the_status_does_not_allow_are_refused_by_the_contract(issued, issuer):
    path = f"/v1/credentials/{issued['id']}"

    def refusal(verb):
        answer = issuer.api.write(f"{path}/{verb}")
        assert answer.status_code == 422
        return answer.json()["contract_error"]["name"]

    assert refusal("resume") == "CredentialStatusNotSuspended"
    issuer.api.write(f"{path}/suspend")
    assert refusal("suspend") == "CredentialStatusAlreadySuspended"
    issuer.api.write(f"{path}/revoke")
    for verb in ("revoke", "suspend", "resume"):
        assert refusal(verb) == "CredentialStatusRevoked"


def test_subject_cannot_change_the_status(issued, subject, issuer):
    for verb in ("revoke", "suspend", "resume"):
        answer = subject.api.write(f"/v1/credentials/{issued['id']}/{verb}")
        assert answer.status_code == 403
        assert answer.json()["code"] == "not_the_issuer"
        assert issuer.address in answer.json()["next_step"]


def test_credential_ends_with_its_validity(issue, issuer, verify):
    issued = issue(valid_until=at(seconds=3)).json()
    assert parts(issued["credential"])[1]["exp"] == int(
        datetime.fromisoformat(issued["valid_until"]).timestamp()
    )
    deadline = time.monotonic() + 15
    while not failed(result := verify(issued["credential"])):
        assert time.monotonic() < deadline
    assert failed(result) == ["in_validity_period"]
    assert issuer.api.get(f"/v1/credentials/{issued['id']}").json()["status"] == "expired"


def test_issuer_and_subject_are_told_what_happens(issued, issuer, subject, platform):
    from sqlmodel import select

    from pocplatform.events import log
    from pocplatform.events.models import Event

    for verb in ("suspend", "resume", "revoke"):
        issuer.api.write(f"/v1/credentials/{issued['id']}/{verb}")
    with platform.gateway.database.snapshot() as session:
        events = session.exec(
            select(Event).where(log.visible_to(subject.address)).order_by(Event.seq)
        ).all()
    assert [e.type for e in events] == [
        "credential.anchored", "credential.suspended", "credential.resumed", "credential.revoked",
    ]  # fmt: skip
    for event in events:
        assert event.data["credential"] == issued["id"]
        assert event.data["issuer"] == issuer.address


# Verification


def test_valid_credential_passes_every_check_and_shows_its_content(issued, verify, subject):
    result = verify(issued["credential"])
    assert result["valid"] is True
    assert result["digest"] == issued["digest"]
    assert result["subject"] == subject.did
    assert result["claims"] == issued["claims"]


def test_verification_asks_the_chain_and_not_our_tables(issued, verify, platform):
    from sqlalchemy import update

    from pocplatform.domains.credentials.models import Credential

    with platform.gateway.database.transaction() as session:
        session.exec(
            update(Credential)
            .where(Credential.id == issued["id"])
            .values(issuer="0x" + "00" * 20, digest="0x" + uuid4().hex, jwt="", claims={})
        )
    assert verify(issued["credential"])["valid"] is True


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


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\1" * 63, b"\1" * 65])
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
    outbox = platform.gateway.outbox
    call = outbox.contracts.call(
        "CredentialStatus",
        "anchorBatch",
        credentialType=bytes.fromhex(issued_type_hash(platform, payload["type"][1])),
        expiresAt=0,
        digests=[hashlib.sha256(jwt.rpartition(".")[0].encode()).digest(), b"\7" * 32],
        subjects=[join().address, join().address],
    )
    with platform.gateway.database.transaction() as session:
        outbox.enqueue(session, call, sender=issuer.address)
    platform.gateway.wake()
    deadline = time.monotonic() + 10
    while "anchored" in failed(result := verify(jwt)):
        assert time.monotonic() < deadline
    assert failed(result) == ["subject"]


def issued_type_hash(platform, name):
    from pocplatform.domains.credentials.service import type_hash

    return type_hash(name).hex()


def test_issuer_that_nobody_trusts_is_told_apart(join, subject, verify):
    member = join()
    member.api.write("/v1/identities")
    body = {"type": "SelfMade", "subject": subject.id, "claims": {"a": 1}}
    issued = member.api.write("/v1/credentials", body).json()
    assert failed(verify(issued["credential"])) == ["issuer_trusted"]


def test_deactivated_issuer_is_believed_no_more(issued, issuer, verify):
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
        b64(b"{}") + "." + b64(b"[" * 5_000 + b"]" * 5_000) + ".AA",
        b64(b"{}") + "." + b64(b'{"a":' * 100 + b"1" + b"}" * 100) + ".AA",
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


# Trusted issuers


def test_register_is_public_and_can_be_searched(issuer, anonymous, credential_type):
    query = {"issuer": issuer.did, "credential_type": credential_type}
    page = anonymous.get("/v1/trusted_issuers", params=query).json()
    [entry] = page["data"]
    assert entry["status"] == "trusted"
    assert entry["issuer_did"] == issuer.did
    assert entry["credential_type"] == credential_type
    assert anonymous.get(f"/v1/trusted_issuers/{entry['id']}").json() == entry
    assert anonymous.get("/v1/trusted_issuers/tri_none").status_code == 404
    assert anonymous.get("/v1/trusted_issuers", params={"credential_type": "x"}).status_code == 422


def test_only_organisers_accredit(issuer, credential_type):
    body = {"issuer": issuer.did, "credential_type": credential_type}
    entry = issuer.api.get("/v1/trusted_issuers", params=body).json()["data"][0]["id"]
    for answer in (
        issuer.api.write("/v1/trusted_issuers", body),
        issuer.api.write(f"/v1/trusted_issuers/{entry}/withdraw"),
        issuer.api.write(f"/v1/trusted_issuers/{entry}/renew", {"valid_until": None}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_accrediting_twice_is_refused_by_the_contract(issuer, admin, credential_type):
    body = {"issuer": issuer.address, "credential_type": credential_type}
    answer = admin.write("/v1/trusted_issuers", body)
    assert answer.status_code == 422
    assert answer.json()["contract_error"]["name"] == "TrustedIssuersAlreadyTrusted"


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"issuer": "Matti"}, "invalid_input", "issuer"),
        ({"credential_type": "bad name"}, "invalid_input", "credential_type"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "validity_invalid", "valid_until"),
        ({"valid_until": 5e99}, "invalid_input", "valid_until"),
    ],
)
def test_malformed_accreditation_is_refused(admin, subject, fields, code, param):
    body = {"issuer": subject.did, "credential_type": "GoodName"} | fields
    answer = admin.write("/v1/trusted_issuers", body)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == (code, param)


def test_accreditation_without_waiting_is_pending(admin, join):
    body = {"issuer": join().did, "credential_type": "PendingType", "valid_until": at(days=30)}
    answer = admin.write("/v1/trusted_issuers", body, wait=0)
    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    assert answer.json()["credential_type"] == "PendingType"
    assert answer.json()["transaction"]["status"] == "queued"


def test_withdrawn_trust_ends_old_credentials_and_new_trust_does_not_bring_them_back(
    issued, issuer, admin, verify, credential_type
):
    query = {"issuer": issuer.address, "credential_type": credential_type}
    entry = admin.get("/v1/trusted_issuers", params=query).json()["data"][0]["id"]
    withdrawn = admin.write(f"/v1/trusted_issuers/{entry}/withdraw")
    assert withdrawn.json()["status"] == "withdrawn"
    assert failed(verify(issued["credential"])) == ["issuer_trusted"]
    again = admin.write(f"/v1/trusted_issuers/{entry}/withdraw")
    assert again.json()["contract_error"]["name"] == "TrustedIssuersNotTrusted"
    anchored = datetime.fromisoformat(issued["created"]).timestamp()
    # Trust counts in whole seconds: the new one must begin after the anchor.
    while time.time() < anchored + 2:
        assert not verify(issued["credential"])["valid"]
    assert admin.write("/v1/trusted_issuers", query).json()["status"] == "trusted"
    assert failed(verify(issued["credential"])) == ["issuer_trusted"]


def test_trust_that_ends_leaves_earlier_credentials_valid(
    issued, issuer, admin, verify, credential_type, issue
):
    query = {"issuer": issuer.address, "credential_type": credential_type}
    entry = admin.get("/v1/trusted_issuers", params=query).json()["data"][0]["id"]
    until = at(seconds=2)
    assert admin.write(f"/v1/trusted_issuers/{entry}/renew", {"valid_until": until}).is_success
    deadline = time.monotonic() + 10
    while admin.get(f"/v1/trusted_issuers/{entry}").json()["status"] != "ended":
        assert time.monotonic() < deadline
    late = issue().json()
    assert failed(verify(late["credential"])) == ["issuer_trusted"]
    assert verify(issued["credential"])["valid"] is True


def test_wallets_key_and_signer_interface_agree():
    signer = LocalSigner.from_hex("11" * 32)
    digest = hashlib.sha256(b"content").digest()
    assert int.from_bytes(signer.sign_sha256_digest(digest)[32:]) <= ORDER // 2
