"""An independent verifier, npm's @sd-jwt/sd-jwt-vc, on our SD-JWT VCs, presentations and lists."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from uuid import uuid4

import pytest

from pocplatform.domains.credentials.jwt import jwk_of

SCRIPT = Path(__file__).with_name("sd_jwt_vc.mjs")
NONCE = "n-0S6_WzA2Mj"
CLAIMS = {"name": "Haltija Oy (testi)", "business_id": "9000007-0"}


@pytest.fixture(scope="module")
def issuer(join):
    member = join("Myöntäjä Oy")
    assert member.api.write("/v1/identities").status_code == 200
    return member


@pytest.fixture(scope="module")
def holder(join):
    return join("Haltija Oy")


@pytest.fixture
def issued(issuer, holder):
    body = {
        "type": "BusinessIdCredential",
        "subject": holder.did,
        "claims": CLAIMS,
        "format": "dc+sd-jwt",
    }
    answer = issuer.api.write("/v1/credentials", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def verify(run_script, anonymous, issuer):
    """The package's verdict, with the key that the issuer's DID document has."""
    document = anonymous.get(f"/1.0/identifiers/{issuer.did}").json()["didDocument"]
    method = next(m for m in document["verificationMethod"] if m["id"].endswith("#delegate-1"))
    key = jwk_of(bytes.fromhex(method["publicKeyHex"]))

    def run(text, **options):
        return run_script(SCRIPT, "verify", text=text, issuerKey=key, **options)

    return run


def present(holder, issued, claims):
    body = {"claims": claims, "audience": "https://ostaja.example", "nonce": NONCE}
    answer = holder.api.write(f"/v1/credentials/{issued['id']}/present", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["presentation"]


def tampered(jwt, **change):
    header, payload, signature = jwt.split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = json.dumps(content | change).encode()
    return f"{header}.{base64.urlsafe_b64encode(changed).rstrip(b'=').decode()}.{signature}"


def test_credential_is_accepted_with_its_status_and_type_metadata(verify, issued, issuer):
    result = verify(issued["credential"], types=True)
    assert result["ok"], result
    assert result["payload"]["iss"] == issuer.did
    assert {name: result["payload"][name] for name in CLAIMS} == CLAIMS


def test_presentation_is_accepted_and_shows_the_chosen_claims_only(verify, issued, holder):
    result = verify(present(holder, issued, ["business_id"]), nonce=NONCE)
    assert result["ok"], result
    assert result["payload"]["business_id"] == CLAIMS["business_id"]
    assert "name" not in result["payload"]
    assert result["bound"]["aud"] == "https://ostaja.example"


def test_presentation_for_another_nonce_is_refused(verify, issued, holder):
    result = verify(present(holder, issued, []), nonce=str(uuid4()))
    assert not result["ok"]
    assert "nonce" in result["reason"].lower()


def test_tampered_credential_is_refused(verify, issued):
    signed, *rest = issued["credential"].split("~")
    assert not verify("~".join([tampered(signed, iat=1), *rest]))["ok"]


def test_tampered_disclosure_is_refused(verify, issued, holder):
    signed, _, binding = present(holder, issued, ["business_id"]).split("~")
    other = base64.urlsafe_b64encode(b'["salt","business_id","9999999-9"]').rstrip(b"=").decode()
    assert not verify(f"{signed}~{other}~{binding}", nonce=NONCE)["ok"]


def test_presentation_with_a_disclosure_taken_away_is_refused(verify, issued, holder):
    signed, _, binding = present(holder, issued, ["business_id"]).split("~")
    assert not verify(f"{signed}~{binding}", nonce=NONCE)["ok"]


@pytest.mark.parametrize("verb", ["suspend", "revoke"])
def test_package_reads_the_status_from_our_list(verify, issued, issuer, verb):
    answer = issuer.api.write(f"/v1/credentials/{issued['id']}/{verb}")
    assert answer.status_code == 200, answer.text
    result = verify(issued["credential"])
    assert not result["ok"]
    assert "status" in result["reason"].lower()
