"""OpenID4VP 1.0 as a wallet goes through it: request object, DCQL, direct_post."""

import json
import time
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey
from sqlmodel import select

from pocplatform.domains.openid4vp.models import PresentationRequest
from tests.api.wallets.wallet import Wallet, content


@pytest.fixture(scope="module")
def verifier(join):
    member = join("Tarkistaja Oy")
    assert member.api.write("/v1/identities").status_code == 200
    return member


@pytest.fixture(scope="module")
def holder(offer):
    """A wallet with a credential."""
    wallet = Wallet()
    return wallet, wallet.fetch(offer()["uri"])


@pytest.fixture
def ask(verifier, credential_type):
    def send(claims=("grade",), type_=credential_type, **fields):
        body = {"credentials": [{"type": type_, "claims": list(claims)}]}
        answer = verifier.api.write("/v1/presentation_requests", body | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return send


def fetch(wallet, asked):
    """The request object behind a link, and what is in it."""
    link = {name: values[0] for name, values in parse_qs(urlsplit(asked["uri"]).query).items()}
    answer = wallet.http.get(link["request_uri"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
    header, request = content(answer.text)
    assert header["typ"] == "oauth-authz-req+jwt"
    assert request["client_id"] == link["client_id"]
    return answer.text, request


def reply(wallet, request, presentation, **change):
    [query] = request["dcql_query"]["credentials"]
    form = {"vp_token": json.dumps({query["id"]: [presentation]}), "state": request["state"]}
    form = {name: value for name, value in (form | change).items() if value is not None}
    return wallet.http.post(request["response_uri"], data=form)


def present(wallet, credential, request, names=("grade",), **change):
    return wallet.present(credential, names, request["client_id"], request["nonce"], **change)


def outcome(verifier, asked):
    return verifier.api.get(f"/v1/presentation_requests/{asked['id']}").json()


def test_wallet_shows_what_is_asked_and_the_verifier_sees_it(holder, verifier, ask):
    wallet, credential = holder
    asked = ask(redirect_uri="https://kauppa.example/valmis")
    assert asked["status"] == "pending"
    _, request = fetch(wallet, asked)
    answer = reply(wallet, request, present(wallet, credential, request))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"redirect_uri": "https://kauppa.example/valmis"}
    seen = outcome(verifier, asked)
    assert seen["status"] == "verified"
    [result] = seen["results"]
    assert result["complete"] is True
    assert result["verification"]["valid"] is True
    assert result["verification"]["claims"] == {"grade": 5}


def test_request_object_is_as_the_specification_has_it(
    holder, verifier, ask, anonymous, base_url, credential_type
):
    text, request = fetch(holder[0], ask(claims=["grade", "course", "grade"]))
    assert request["client_id"] == f"decentralized_identifier:{verifier.did}"
    assert request["response_type"] == "vp_token"
    assert request["response_mode"] == "direct_post"
    assert request["aud"] == "https://self-issued.me/v2"
    assert len(request["nonce"]) >= 22
    assert request["dcql_query"] == {
        "credentials": [
            {
                "id": "credential_0",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [f"{base_url}/vct/{credential_type}"]},
                "claims": [{"path": ["grade"]}, {"path": ["course"]}],
            }
        ]
    }
    assert request["client_metadata"]["vp_formats_supported"] == {
        "dc+sd-jwt": {
            "sd-jwt_alg_values": ["ES256K"],
            "kb-jwt_alg_values": ["ES256", "ES256K"],
        }
    }
    # A wallet that resolves the DID can check who asks.
    from pocplatform.domains.credentials.jwt import jwk_of

    kid = content(text)[0]["kid"]
    document = anonymous.get(f"/1.0/identifiers/{verifier.did}").json()["didDocument"]
    method = next(m for m in document["verificationMethod"] if m["id"] == kid)
    key = ECKey.import_key(jwk_of(bytes.fromhex(method["publicKeyHex"])))
    jws.deserialize_compact(text, key, algorithms=["ES256K"])


def test_request_is_answered_once(holder, ask):
    wallet, credential = holder
    asked = ask()
    _, request = fetch(wallet, asked)
    presentation = present(wallet, credential, request)
    assert reply(wallet, request, presentation).status_code == 200
    again = reply(wallet, request, presentation)
    assert (again.status_code, again.json()["error"]) == (410, "invalid_request")
    link = parse_qs(urlsplit(asked["uri"]).query)
    assert wallet.http.get(link["request_uri"][0]).status_code == 410


def test_presentation_made_for_another_request_is_refused(holder, verifier, ask):
    wallet, credential = holder
    first, second = ask(), ask()
    _, request = fetch(wallet, first)
    _, other = fetch(wallet, second)
    assert reply(wallet, other, present(wallet, credential, request)).status_code == 200
    seen = outcome(verifier, second)
    assert seen["status"] == "refused"
    failed = [c["check"] for c in seen["results"][0]["verification"]["checks"] if not c["ok"]]
    assert failed == ["nonce"]


@pytest.mark.parametrize(
    ("names", "change", "failed"),
    [
        ((), {}, []),
        (("grade",), {"iat": 1_600_000_000}, ["fresh"]),
        (("grade",), {"aud": "https://other.example"}, ["audience"]),
    ],
)
def test_incomplete_or_stale_presentation_is_refused(holder, verifier, ask, names, change, failed):
    wallet, credential = holder
    asked = ask()
    _, request = fetch(wallet, asked)
    reply(wallet, request, present(wallet, credential, request, names, **change))
    seen = outcome(verifier, asked)
    assert seen["status"] == "refused"
    [result] = seen["results"]
    assert result["complete"] is (names != ())
    assert [c["check"] for c in result["verification"]["checks"] if not c["ok"]] == failed


def test_credential_of_another_type_does_not_answer(holder, verifier, ask):
    wallet, credential = holder
    asked = ask(type_="BusinessIdCredential")
    _, request = fetch(wallet, asked)
    reply(wallet, request, present(wallet, credential, request))
    seen = outcome(verifier, asked)
    assert seen["status"] == "refused"
    assert seen["results"][0]["complete"] is False
    assert seen["results"][0]["verification"]["valid"] is True


def test_wallet_may_decline(holder, verifier, ask):
    wallet, _ = holder
    asked = ask()
    _, request = fetch(wallet, asked)
    form = {"error": "access_denied", "error_description": "No.", "state": request["state"]}
    assert wallet.http.post(request["response_uri"], data=form).json() == {}
    seen = outcome(verifier, asked)
    assert (seen["status"], seen["error"], seen["results"]) == (
        "declined",
        "access_denied: No.",
        [],
    )


@pytest.mark.parametrize(
    "change",
    [
        {"state": "wrong"},
        {"state": "väärä"},
        {"state": None},
        {"vp_token": None},
        {"vp_token": "not json"},
        {"vp_token": "[" * 5_000},
        {"vp_token": "[]"},
        {"vp_token": "{}"},
        {"vp_token": '{"other": ["x"]}'},
        {"vp_token": '{"credential_0": "x"}'},
        {"vp_token": '{"credential_0": []}'},
        {"vp_token": '{"credential_0": ["x", "y"]}'},
        {"vp_token": '{"credential_0": ["x"], "other": ["y"]}'},
        {"vp_token": json.dumps({"credential_0": ["x" * 70_000]})},
        {"error": ""},
        {"error": "access\0denied"},
        {"error": "evätty"},
        {"error": "x" * 101},
        {"error": "access_denied", "error_description": "No\0."},
    ],
)
def test_malformed_answer_is_refused_and_changes_nothing(holder, verifier, ask, change):
    wallet, _ = holder
    asked = ask()
    _, request = fetch(wallet, asked)
    answer = reply(wallet, request, "x", **change)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), answer.text
    assert outcome(verifier, asked)["status"] == "pending"


def test_text_that_is_no_credential_is_refused_with_every_check(holder, verifier, ask):
    asked = ask()
    _, request = fetch(holder[0], asked)
    assert reply(holder[0], request, "not a credential").status_code == 200
    seen = outcome(verifier, asked)
    assert seen["status"] == "refused"
    assert not any(c["ok"] for c in seen["results"][0]["verification"]["checks"])


def test_answer_that_is_no_form_or_to_nothing_is_refused(anonymous):
    assert anonymous.post("/openid4vp/responses/prq_x", json={}).status_code == 400
    assert anonymous.post("/openid4vp/responses/prq_x", data={"state": "x"}).status_code == 404
    assert anonymous.get("/openid4vp/requests/prq_x").status_code == 404


def test_expired_request_cannot_be_answered(holder, verifier, ask, platform):
    wallet, credential = holder
    asked = ask()
    _, request = fetch(wallet, asked)
    from sqlmodel import update

    from pocplatform.domains.openid4vp.models import PresentationRequest

    with platform.gateway.database.transaction() as session:
        statement = update(PresentationRequest).where(PresentationRequest.id == asked["id"])
        session.execute(statement.values(expires_ms=1))
    assert outcome(verifier, asked)["status"] == "expired"
    answer = reply(wallet, request, present(wallet, credential, request))
    assert answer.status_code == 410


def test_request_is_its_verifiers_alone(ask, join):
    asked = ask()
    assert join().api.get(f"/v1/presentation_requests/{asked['id']}").status_code == 404


def test_asking_needs_a_registered_identity(join, credential_type):
    body = {"credentials": [{"type": credential_type, "claims": ["grade"]}]}
    answer = join().api.write("/v1/presentation_requests", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_not_registered")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"credentials": []}, "credentials"),
        ({"credentials": None}, "credentials"),
        ({"credentials": [{"type": "lower", "claims": ["a"]}]}, "credentials[0].type"),
        ({"credentials": [{"type": "Abc", "claims": []}]}, "credentials[0].claims"),
        ({"credentials": [{"type": "Abc", "claims": ["a"]}] * 6}, "credentials"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
        ({"redirect_uri": "nonsense"}, "redirect_uri"),
        ({"expires_in_s": 0}, "expires_in_s"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_malformed_request_is_refused(verifier, fields, param):
    body = {"credentials": [{"type": "Type" + uuid4().hex[:8], "claims": ["a"]}]} | fields
    answer = verifier.api.write("/v1/presentation_requests", body)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", param)


def test_what_a_wallet_has_shown_is_forgotten_after_a_month(holder, verifier, ask, platform):
    from pocplatform.domains.data_protection.jobs import KEEP_ANSWERS_MS, forget

    wallet, credential = holder
    asked = ask()
    _, request = fetch(wallet, asked)
    reply(wallet, request, present(wallet, credential, request))
    now = int(time.time() * 1000)
    with platform.gateway.database.transaction() as session:
        forget(session, platform.gateway.outbox, now)
    assert outcome(verifier, asked)["results"][0]["verification"]["claims"] == {"grade": 5}
    with platform.gateway.database.transaction() as session:
        assert forget(session, platform.gateway.outbox, now + KEEP_ANSWERS_MS + 60_000) >= 1
    seen = outcome(verifier, asked)
    assert seen["results"][0]["verification"]["claims"] is None
    assert seen["status"] == "verified"


def encrypted(request, content, *, algorithm="ECDH-ES", encoding="A128GCM", **more):
    """An answer as a wallet encrypts it: to the key that the request brings."""
    [public] = request["client_metadata"]["jwks"]["keys"]
    assert (public["use"], public["alg"]) == ("enc", "ECDH-ES")
    assert "d" not in public
    header = {"alg": algorithm, "enc": encoding, "kid": public["kid"]} | more
    text = content if isinstance(content, str) else json.dumps(content)
    known = [algorithm, encoding, *([more["zip"]] if "zip" in more else [])]
    return jwe.encrypt_compact(header, text, ECKey.import_key(public), algorithms=known)


@pytest.mark.parametrize("encoding", ["A128GCM", "A256GCM"])
def test_wallet_encrypts_its_answer_to_the_key_of_the_request(
    holder, verifier, ask, platform, encoding
):
    wallet, credential = holder
    asked = ask(encrypted=True)
    assert asked["response_mode"] == "direct_post.jwt"
    _, request = fetch(wallet, asked)
    assert request["response_mode"] == "direct_post.jwt"
    metadata = request["client_metadata"]
    assert encoding in metadata["encrypted_response_enc_values_supported"]
    [query] = request["dcql_query"]["credentials"]
    content = {
        "vp_token": {query["id"]: [present(wallet, credential, request)]},
        "state": request["state"],
    }
    form = {"response": encrypted(request, content, encoding=encoding)}
    answer = wallet.http.post(request["response_uri"], data=form)
    assert answer.status_code == 200, answer.text
    seen = outcome(verifier, asked)
    assert (seen["status"], seen["response_mode"]) == ("verified", "direct_post.jwt")
    assert seen["results"][0]["verification"]["claims"] == {"grade": 5}
    with platform.gateway.database.snapshot() as session:  # nobody can read what was sent any more
        row = session.exec(
            select(PresentationRequest).where(PresentationRequest.id == asked["id"])
        ).one()
        assert row.answer_key is None


def in_clear(wallet, credential, request, other):
    [query] = request["dcql_query"]["credentials"]
    shown = json.dumps({query["id"]: [present(wallet, credential, request)]})
    return {"vp_token": shown, "state": request["state"]}


REFUSED_ENCRYPTED = {
    "in clear": in_clear,
    "to another request's key": lambda w, c, request, other: {
        "response": encrypted(other, {"vp_token": {}, "state": request["state"]})
    },
    "with another state": lambda w, c, request, other: {
        "response": encrypted(request, {"vp_token": {}, "state": other["state"]})
    },
    "without a state": lambda w, c, request, other: {
        "response": encrypted(request, {"vp_token": {}})
    },
    "a state that is no text": lambda w, c, request, other: {
        "response": encrypted(request, {"vp_token": {}, "state": [request["state"]]})
    },
    "no object": lambda w, c, request, other: {"response": encrypted(request, [1])},
    "no JSON": lambda w, c, request, other: {"response": encrypted(request, "moi")},
    "changed on the way": lambda w, c, request, other: {
        "response": encrypted(request, {"state": request["state"]})[:-6] + "AAAAAA"
    },
    "another agreement of keys": lambda w, c, request, other: {
        "response": encrypted(request, {"state": request["state"]}, algorithm="ECDH-ES+A128KW")
    },
    "compressed": lambda w, c, request, other: {
        "response": encrypted(request, "0" * 100_000, zip="DEF")
    },
    "no JWE": lambda w, c, request, other: {"response": "a.b.c.d.e"},
    "empty": lambda w, c, request, other: {"response": ""},
    "endless": lambda w, c, request, other: {"response": "a" * 700_001},
}


@pytest.mark.parametrize("form", REFUSED_ENCRYPTED.values(), ids=REFUSED_ENCRYPTED)
def test_answer_that_is_not_encrypted_as_asked_is_refused_and_changes_nothing(
    holder, verifier, ask, form
):
    wallet, credential = holder
    asked = ask(encrypted=True)
    _, request = fetch(wallet, asked)
    _, other = fetch(wallet, ask(encrypted=True))
    content = form(wallet, credential, request, other)
    answer = wallet.http.post(request["response_uri"], data=content)
    assert answer.status_code in (400, 413), answer.text
    assert answer.json()["error"] == "invalid_request"
    assert outcome(verifier, asked)["status"] == "pending"


def test_wallet_that_cannot_encrypt_may_decline_in_clear(holder, verifier, ask):
    wallet, _ = holder
    asked = ask(encrypted=True)
    _, request = fetch(wallet, asked)
    form = {"error": "access_denied", "state": request["state"]}
    assert wallet.http.post(request["response_uri"], data=form).status_code == 200
    assert outcome(verifier, asked)["status"] == "declined"
