"""Profiles: private until published, and gone when taken back."""

import pytest


@pytest.fixture
def company(join):
    return join("Pohjolan Puu Oy (testi)")


@pytest.fixture(scope="module")
def issuer(join):
    member = join("Myöntäjä Oy")
    assert member.api.write("/v1/identities").status_code == 200
    return member


@pytest.fixture
def credential(issuer, company):
    body = {
        "type": "BusinessIdCredential",
        "subject": company.did,
        "claims": {"name": company.name, "business_id": "9000007-0"},
    }
    return issuer.api.write("/v1/credentials", body).json()


def publish(member, **fields):
    return member.api.write("/v1/profiles/me", {"published": True} | fields)


def test_nothing_is_public_until_it_is_published(company, anonymous):
    own = company.api.get("/v1/profiles/me").json()
    assert (own["published"], own["updated"]) == (False, None)
    answer = anonymous.get(f"/v1/profiles/{company.did}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert company.name not in answer.text


def test_published_profile_shows_name_business_id_and_chosen_credentials(
    company, credential, anonymous
):
    told = {"profile": {"industry": "Hirsitalot", "website": "https://puu.example"}}
    assert company.api.write("/v1/organizations/me", told).status_code == 200
    answer = publish(company, credentials=[credential["id"], credential["id"]])
    assert answer.status_code == 200, answer.text
    seen = anonymous.get(f"/v1/profiles/{company.did}").json()
    assert seen == answer.json() == company.api.get("/v1/profiles/me").json()
    assert seen["name"] == company.name
    assert seen["business_id"] == company.api.get("/v1/organizations/me").json()["business_id"]
    assert seen["test_data"] is True
    assert seen["profile"]["industry"] == "Hirsitalot"
    [shown] = seen["credentials"]
    assert shown["type"] == "BusinessIdCredential"
    verified = anonymous.post(
        "/v1/credentials/verify", json={"credential": shown["credential"]}
    ).json()
    assert verified["subject"] == company.did


def test_profile_that_is_taken_back_is_gone(company, anonymous):
    publish(company)
    assert publish(company, published=False).json()["published"] is False
    assert anonymous.get(f"/v1/profiles/{company.did}").status_code == 404


def test_erased_credential_leaves_the_profile(company, credential, anonymous):
    publish(company, credentials=[credential["id"]])
    company.api.write("/v1/data_protection/erasure", {"credential": credential["id"]})
    assert anonymous.get(f"/v1/profiles/{company.did}").json()["credentials"] == []


def test_credential_about_somebody_else_cannot_be_shown(issuer, company, credential, join):
    for member, id_ in ((issuer, credential["id"]), (join(), credential["id"]), (company, "x")):
        answer = publish(member, credentials=[id_])
        assert (answer.status_code, answer.json()["param"]) == (422, "credentials[0]")
        assert answer.json()["next_step"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"published": "maybe"}, "published"),
        ({"credentials": ["x"] * 21}, "credentials"),
        ({"credentials": [""]}, "credentials[0]"),
        ({"name": "Toinen Oy"}, "name"),
    ],
)
def test_malformed_profile_is_refused_by_field(company, fields, param):
    answer = publish(company, **fields)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", param)


@pytest.mark.parametrize(
    ("did", "status"),
    [("nonsense", 400), ("did:web:a.example", 501), ("did:ethr:0x7a69:0x" + "12" * 20, 404)],
)
def test_profile_of_a_did_that_is_none_here_is_refused(anonymous, did, status):
    assert anonymous.get(f"/v1/profiles/{did}").status_code == status


def test_own_profile_needs_an_organizations_key(anonymous, admin):
    assert anonymous.get("/v1/profiles/me").status_code == 401
    assert anonymous.write("/v1/profiles/me", {"published": True}).status_code == 401
    assert admin.get("/v1/profiles/me").status_code == 404
    assert admin.write("/v1/profiles/me", {"published": True}).status_code == 404
