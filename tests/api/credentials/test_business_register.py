"""The sandbox's own register vouches for companies."""

from concurrent.futures import ThreadPoolExecutor

import pytest

VERIFICATIONS = "/v1/business_register/verifications"


def checks(anonymous, credential):
    answer = anonymous.post("/v1/credentials/verify", json={"credential": credential})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("format_", ["jwt_vc", "dc+sd-jwt"])
def test_company_that_asks_has_a_credential_of_its_business_id_which_anybody_can_check(
    join, anonymous, format_
):
    company = join("Rekisteri Oy")
    answer = company.api.write(VERIFICATIONS, {"format": format_})
    assert answer.status_code == 200, answer.text
    credential = answer.json()
    own = company.api.get("/v1/organizations/me").json()
    assert credential["claims"] == {"name": own["name"], "business_id": own["business_id"]}
    assert credential["subject"] == company.did
    assert credential["format"] == format_
    found = checks(anonymous, credential["credential"])
    assert found["valid"], found
    assert answer.headers["Location"] == f"/v1/credentials/{credential['id']}"
    assert company.api.get(answer.headers["Location"]).json()["id"] == credential["id"]


def test_asking_again_gives_the_same_credential(join):
    company = join()
    first, second = (company.api.write(VERIFICATIONS) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert second.status_code == 200


def test_revoked_credential_is_replaced_when_the_company_asks_again(join, admin):
    company = join()
    first = company.api.write(VERIFICATIONS).json()
    assert admin.write(f"/v1/credentials/{first['id']}/revoke").status_code == 200
    assert company.api.write(VERIFICATIONS).json()["id"] != first["id"]


def test_companies_that_ask_at_once_are_all_vouched_for(join):
    companies = [join() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda c: c.api.write(VERIFICATIONS), companies))
    assert [a.status_code for a in answers] == [200] * 4
    assert len({a.json()["id"] for a in answers}) == 4


def test_person_has_no_business_id_to_vouch_for(join):
    answer = join(kind="person").api.write(VERIFICATIONS)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_business_id")


def test_organisers_key_belongs_to_no_company(admin):
    assert admin.write(VERIFICATIONS).status_code == 404


def test_format_that_does_not_exist_is_refused_by_name(join):
    answer = join().api.write(VERIFICATIONS, {"format": "pdf"})
    assert (answer.status_code, answer.json()["param"]) == (422, "format")
