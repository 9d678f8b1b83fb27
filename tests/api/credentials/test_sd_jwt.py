"""SD-JWT VCs: what is signed, what is hidden, presenting chosen claims, and what refuses."""

import hashlib
import json
import time
from uuid import uuid4

import pytest
from jwcrypto import jwk, jws
from sd_jwt.verifier import SDJWTVerifier

from tests.api.credentials.conftest import done
from tests.api.credentials.jwts import CHECKS, b64, failed, parts, signed_by, unb64
from tests.api.signing_in import new_wallet

BINDING = ["holder_key", "audience", "nonce", "fresh", "presentation_hash"]
AUDIENCE, NONCE = "https://ostaja.example", "n-0S6_WzA2Mj"
CLAIMS = {"name": "Kohde Oy (testi)", "business_id": "9000007-0", "municipality": "Oulu"}


@pytest.fixture(scope="module")
def credential_type(join):
    """A type that is laid down, of any claims."""
    name = "Sd" + uuid4().hex[:12]
    body = {
        "name": name,
        "display": {"fi": {"name": "Koe"}, "en": {"name": "Trial"}},
        "claims_schema": {"type": "object"},
    }
    assert join().api.write("/v1/credential_types", body).status_code == 201
    return name


@pytest.fixture(scope="module")
def sd_jwt(issue):
    return done(issue(format="dc+sd-jwt", claims=CLAIMS))


@pytest.fixture(scope="module")
def present(subject, sd_jwt):
    def send(claims=("business_id",), *, by=subject, of=sd_jwt, **fields):
        body = {"claims": list(claims), "audience": AUDIENCE, "nonce": NONCE}
        return by.api.write(f"/v1/credentials/{of['id']}/present", body | fields)

    return send


@pytest.fixture(scope="module")
def presentation(present):
    return done(present())["presentation"]


@pytest.fixture(scope="module")
def check(anonymous):
    def send(text, audience=AUDIENCE, nonce=NONCE):
        body = {"credential": text, "audience": audience, "nonce": nonce}
        answer = anonymous.post("/v1/credentials/verify", json=body)
        assert answer.status_code == 200, answer.text
        result = answer.json()
        assert result["valid"] is all(c["ok"] for c in result["checks"])
        return result

    return send


def test_credential_is_an_sd_jwt_vc(sd_jwt, issuer, subject, credential_type, base_url):
    signed, *disclosures, end = sd_jwt["credential"].split("~")
    header, payload, _ = parts(signed)
    assert header == {"alg": "ES256K", "typ": "dc+sd-jwt", "kid": f"{issuer.did}#delegate-1"}
    assert (payload["iss"], payload["sub"]) == (issuer.did, subject.did)
    assert payload["vct"] == f"{base_url}/vct/{credential_type}"
    assert payload["_sd_alg"] == "sha-256"
    assert payload["cnf"]["jwk"]["crv"] == "secp256k1"
    assert payload["status"]["status_list"] == {
        "idx": sd_jwt["status_index"],
        "uri": sd_jwt["status_list"],
    }
    assert end == ""
    assert len(disclosures) == len(payload["_sd"]) == 3
    assert sd_jwt["disclosable"] == sorted(CLAIMS)
    assert sd_jwt["digest"] == "0x" + hashlib.sha256(signed.rpartition(".")[0].encode()).hexdigest()


def test_hidden_claims_are_not_in_what_is_signed(sd_jwt):
    _, payload, _ = parts(sd_jwt["credential"].split("~")[0])
    assert not set(CLAIMS) & set(payload)
    assert "Oulu" not in json.dumps(payload)


def test_issuer_says_which_claims_are_disclosable(issue):
    issued = done(issue(format="dc+sd-jwt", claims=CLAIMS, disclosable=["municipality"]))
    signed, *disclosures, _ = issued["credential"].split("~")
    _, payload, _ = parts(signed)
    assert payload["business_id"] == CLAIMS["business_id"]
    assert [json.loads(unb64(d))[1:] for d in disclosures] == [["municipality", "Oulu"]]
    assert issued["disclosable"] == ["municipality"]


def test_presentation_shows_the_chosen_claims_only(presentation, sd_jwt, check):
    result = check(presentation)
    assert failed(result) == []
    assert [c["check"] for c in result["checks"]] == [*CHECKS, "disclosures", *BINDING]
    assert result["presentation"] is True
    assert result["format"] == "dc+sd-jwt"
    assert result["claims"] == {"business_id": "9000007-0"}
    assert result["digest"] == sd_jwt["digest"]
    assert result["type"] == sd_jwt["type"]


def test_credential_itself_is_valid_but_no_presentation(sd_jwt, verify_any, check):
    result = verify_any(sd_jwt["credential"])
    assert failed(result) == []
    assert result["claims"] == CLAIMS
    assert result["presentation"] is False
    assert failed(check(sd_jwt["credential"])) == BINDING


@pytest.fixture(scope="module")
def verify_any(anonymous):
    def send(text):
        return anonymous.post("/v1/credentials/verify", json={"credential": text}).json()

    return send


def test_credential_about_a_wallet_that_the_sandbox_does_not_keep_is_bound_to_no_key(
    issue, verify_any
):
    elsewhere = "did:ethr:0x7a69:" + new_wallet().address
    issued = done(issue(format="dc+sd-jwt", claims=CLAIMS, subject=elsewhere))
    assert issued["subject"] == elsewhere
    _, payload = parts(issued["credential"].split("~")[0])[:2]
    assert "cnf" not in payload
    assert failed(verify_any(issued["credential"])) == []


def test_w3c_credential_is_no_presentation(issue, check):
    issued = done(issue(claims={"level": 1}))
    assert failed(check(issued["credential"])) == BINDING


def test_presentation_whose_request_is_not_told_is_not_believed(presentation, verify_any):
    assert failed(verify_any(presentation)) == ["audience", "nonce"]


@pytest.mark.parametrize(
    ("audience", "nonce", "wrong"),
    [("https://other.example", NONCE, "audience"), (AUDIENCE, "another", "nonce")],
)
def test_presentation_for_another_request_is_told_apart(
    presentation, check, audience, nonce, wrong
):
    assert failed(check(presentation, audience, nonce)) == [wrong]


def test_package_sd_jwt_accepts_the_presentation_with_the_key_of_the_document(
    presentation, anonymous, issuer, monkeypatch
):
    document = anonymous.get(f"/1.0/identifiers/{issuer.did}").json()["didDocument"]
    method = next(m for m in document["verificationMethod"] if m["id"].endswith("#delegate-1"))
    from pocplatform.domains.credentials.jwt import jwk_of

    key = jwk.JWK(**jwk_of(bytes.fromhex(method["publicKeyHex"])))
    monkeypatch.setattr(jws, "default_allowed_algs", [*jws.default_allowed_algs, "ES256K"])
    # Its check of the holder's signature is fixed to ES256, so that part is left to others.
    verifier = SDJWTVerifier(presentation, lambda issuer, header: key)
    assert verifier.get_verified_payload()["business_id"] == CLAIMS["business_id"]


def test_presentation_of_nothing_shows_nothing(present, check):
    result = check(done(present([]))["presentation"])
    assert failed(result) == []
    assert result["claims"] == {}


def bound(platform, holder, text, **change):
    """The text with a signature of the holder's own making."""
    payload = {
        "iat": int(time.time()),
        "aud": AUDIENCE,
        "nonce": NONCE,
        "sd_hash": b64(hashlib.sha256(text.encode()).digest()),
    }
    header = {"alg": "ES256K", "typ": change.pop("typ", "kb+jwt")}
    return text + signed_by(platform, holder, header, payload | change)


@pytest.fixture(scope="module")
def without_binding(presentation):
    return presentation.rpartition("~")[0] + "~"


def test_holder_can_sign_a_presentation_alone(platform, subject, without_binding, check):
    assert failed(check(bound(platform, subject, without_binding))) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"iat": 1_600_000_000}, "fresh"),
        ({"iat": int(time.time()) + 3600}, "fresh"),
        ({"iat": "now"}, "fresh"),
        ({"iat": None}, "fresh"),
        ({"iat": 10**30}, "fresh"),
        ({"sd_hash": "AAAA"}, "presentation_hash"),
        ({"sd_hash": None}, "presentation_hash"),
        ({"aud": [AUDIENCE]}, "audience"),
        ({"nonce": None}, "nonce"),
        ({"typ": "jwt"}, "holder_key"),
    ],
)
def test_each_flaw_of_a_holders_signature_is_told_on_its_own(
    platform, subject, without_binding, check, change, wrong
):
    assert failed(check(bound(platform, subject, without_binding, **change))) == [wrong]


def test_presentation_signed_by_another_wallet_is_refused(platform, issuer, without_binding, check):
    assert failed(check(bound(platform, issuer, without_binding))) == ["holder_key"]


def test_disclosure_added_after_signing_is_noticed(presentation, sd_jwt, check):
    signed, shown, binding = presentation.split("~")
    others = [d for d in sd_jwt["credential"].split("~")[1:-1] if d != shown]
    assert failed(check("~".join([signed, shown, others[0], binding]))) == ["presentation_hash"]


def test_disclosure_taken_away_after_signing_is_noticed(presentation, check):
    signed, _, binding = presentation.split("~")
    assert failed(check(f"{signed}~{binding}")) == ["presentation_hash"]


@pytest.mark.parametrize(
    "disclosure",
    [["salt", "business_id", "9999999-9"], ["salt", "iss", "did:ethr:0x1"], ["salt", "x"]],
)
def test_disclosure_of_ones_own_making_is_refused(sd_jwt, verify_any, disclosure):
    text = sd_jwt["credential"] + b64(disclosure) + "~"
    assert failed(verify_any(text)) == ["disclosures"]


def test_disclosure_that_comes_twice_is_refused(sd_jwt, verify_any):
    again = sd_jwt["credential"].split("~")[1]
    result = verify_any(f"{sd_jwt['credential']}{again}~")
    assert failed(result) == ["disclosures"]
    assert result["claims"] is None


def resigned(platform, issuer, sd_jwt, change, disclosures=()):
    header, payload, _ = parts(sd_jwt["credential"].split("~")[0])
    return "~".join([signed_by(platform, issuer, header, payload | change), *disclosures, ""])


def sha(text):
    return b64(hashlib.sha256(text.encode()).digest())


def test_issuer_cannot_hide_what_must_be_in_the_open(platform, issuer, sd_jwt, verify_any):
    hidden = b64(["salt", "exp", 4_000_000_000])
    text = resigned(platform, issuer, sd_jwt, {"_sd": [sha(hidden)]}, [hidden])
    assert "disclosures" in failed(verify_any(text))


def test_digest_that_stands_twice_is_refused(platform, issuer, sd_jwt, verify_any):
    text = resigned(platform, issuer, sd_jwt, {"_sd": ["AA"], "inner": {"_sd": ["AA"]}})
    assert "disclosures" in failed(verify_any(text))


def test_other_hash_algorithm_is_refused(platform, issuer, sd_jwt, verify_any):
    text = resigned(platform, issuer, sd_jwt, {"_sd_alg": "md5"})
    assert "disclosures" in failed(verify_any(text))


def test_changed_credential_fails_its_signature(sd_jwt, verify_any):
    signed, *rest = sd_jwt["credential"].split("~")
    header, payload, signature = signed.split(".")
    other = b64(json.loads(unb64(payload)) | {"iat": 1})
    result = verify_any("~".join([f"{header}.{other}.{signature}", *rest]))
    assert failed(result) == ["signature", "anchored", "subject"]


def test_revoked_and_suspended_are_told_apart(issue, verify_any, issuer):
    issued = done(issue(format="dc+sd-jwt", claims=CLAIMS))
    issuer.api.write(f"/v1/credentials/{issued['id']}/suspend")
    assert failed(verify_any(issued["credential"])) == ["not_suspended"]
    issuer.api.write(f"/v1/credentials/{issued['id']}/revoke")
    assert "not_revoked" in failed(verify_any(issued["credential"]))


@pytest.mark.parametrize("text", ["~", "~~", "a~b~c", "a.b.c~", "e30.e30.AA~W10~", "x" * 70_000])
def test_malformed_text_gets_a_clear_answer(anonymous, text):
    answer = anonymous.post("/v1/credentials/verify", json={"credential": text})
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert answer.json()["valid"] is False
        assert all(c["detail"] for c in answer.json()["checks"])


def test_only_the_subject_presents(present, issuer, join):
    answer = present(by=issuer)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_the_holder")
    assert present(by=join()).status_code == 404


def test_credential_of_another_format_is_not_presented(issue, present):
    answer = present([], of=done(issue(claims={"level": 1})))
    assert (answer.status_code, answer.json()["code"]) == (409, "credential_not_presentable")
    assert answer.json()["next_step"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"claims": ["unknown"]}, "claims[0]"),
        ({"claims": "name"}, "claims"),
        ({"claims": None}, "claims"),
        ({"claims": [""]}, "claims[0]"),
        ({"claims": ["name"] * 101}, "claims"),
        ({"audience": ""}, "audience"),
        ({"audience": "x" * 501}, "audience"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": 5}, "nonce"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_malformed_presentation_is_refused_by_field(subject, sd_jwt, fields, param):
    body = {"claims": ["name"], "audience": AUDIENCE, "nonce": NONCE} | fields
    answer = subject.api.write(f"/v1/credentials/{sd_jwt['id']}/present", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"format": "ldp_vc"}, "invalid_input", "format"),
        ({"type": "NobodyHasLaidThisDown"}, "invalid_input", "type"),
        ({"claims": {"iss": "x"}}, "claims_invalid", "claims.iss"),
        ({"claims": {"status": "x"}}, "claims_invalid", "claims.status"),
        ({"claims": {"_sd": []}}, "claims_invalid", "claims._sd"),
        ({"claims": {"a": {"_sd": []}}}, "claims_invalid", "claims.a._sd"),
        ({"claims": {"a": [{"...": "x"}]}}, "claims_invalid", "claims.a[0]...."),
        ({"disclosable": ["unknown"]}, "claims_invalid", "disclosable[0]"),
        ({"disclosable": "name"}, "invalid_input", "disclosable"),
        ({"format": "jwt_vc", "disclosable": ["name"]}, "claims_invalid", "disclosable"),
    ],
)
def test_malformed_sd_jwt_is_refused(issue, fields, code, param):
    body = {"format": "dc+sd-jwt", "claims": {"name": "x"}} | fields
    answer = issue(**body)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == (code, param)
