"""An issuer that is trusted for a type, and a wallet elsewhere."""

from uuid import uuid4

import pytest

from tests.api.wallets.wallet import Wallet


@pytest.fixture(scope="module")
def credential_type(join):
    name = "Wallet" + uuid4().hex[:12]
    body = {
        "name": name,
        "display": {"fi": {"name": "Kurssitodistus"}, "en": {"name": "Course"}},
        "claims_schema": {
            "type": "object",
            "required": ["course"],
            "properties": {"course": {"type": "string"}, "grade": {"type": "integer"}},
        },
    }
    assert join().api.write("/v1/credential_types", body).status_code == 201
    return name


@pytest.fixture(scope="module")
def issuer(join, admin, credential_type):
    member = join("Oppilaitos Oy")
    assert member.api.write("/v1/identities").status_code == 200
    trust = {"issuer": member.did, "credential_type": credential_type}
    assert admin.write("/v1/trusted_issuers", trust).status_code == 200
    return member


@pytest.fixture(scope="module")
def offer(issuer, credential_type):
    def send(**fields):
        body = {"type": credential_type, "claims": {"course": "Metaversumi", "grade": 5}}
        answer = issuer.api.write("/v1/credential_offers", body | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return send


@pytest.fixture(params=["P-256", "secp256k1"])
def wallet(request):
    return Wallet(request.param)


@pytest.fixture
def check(anonymous):
    def send(text, **expected):
        answer = anonymous.post("/v1/credentials/verify", json={"credential": text} | expected)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send
