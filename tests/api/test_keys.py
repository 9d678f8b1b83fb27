"""Keys of an organization: scopes, wallets, rotation, end; what an organization says of itself."""

import time

import pytest
from sqlmodel import select

from pocplatform.domains.organizations.models import ApiKey
from pocplatform.kit.clock import now_ms
from tests.conftest import Api


@pytest.fixture
def with_key(base_url):
    """A client with another key."""
    clients = []

    def make(secret):
        clients.append(Api(base_url, secret))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def new_key(member, **fields):
    answer = member.api.post("/v1/api_keys", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def is_refused(client, seconds=10):
    """Whether it soon is: keys are remembered for a second."""
    deadline = time.monotonic() + seconds
    while client.get("/v1/balance").status_code != 401:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_new_key_does_what_its_scope_says_and_shows_its_secret_once(join, with_key):
    member = join()
    key = new_key(member, name="Raportti", scope="read")
    client = with_key(key["secret_key"])
    assert client.get("/v1/organizations/me").json()["id"] == member.id
    assert client.write("/v1/faucet", {"amount": 1}).status_code == 403
    shown = client.get(f"/v1/api_keys/{key['id']}").json()
    assert "secret_key" not in shown
    assert (shown["name"], shown["scopes"]) == ("Raportti", ["read"])
    assert shown["last_four"] == key["secret_key"][-4:]


def test_nobody_makes_a_key_that_may_do_more(join, with_key):
    member = join()
    writer = with_key(new_key(member, scope="write")["secret_key"])
    answer = writer.post("/v1/api_keys", json={"scope": "read"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    answer = member.api.post("/v1/api_keys", json={"scope": "admin"})
    assert (answer.status_code, answer.json()["param"]) == (422, "scope")


@pytest.mark.parametrize(
    "field", ["scopes", "org_id", "revoked_ms", "hash", "secret_key", "id", "created", "address"]
)
def test_fields_that_are_not_the_callers_to_set_are_refused(join, anonymous, field):
    """Mass assignment: of keys, of organizations, of members."""
    member = join()
    for path, body in (
        ("/v1/api_keys", {}),
        ("/v1/organizations/me", {"name": "Oy"}),
        ("/v1/invitations", {"role": "owner"}),
        ("/v1/wallets", {}),
    ):
        answer = member.api.write(path, body | {field: "x"})
        assert (answer.status_code, answer.json()["param"]) == (422, field), path
    answer = anonymous.post("/v1/organizations", json={"name": "Oy", field: "x"})
    assert (answer.status_code, answer.json()["param"]) == (422, field)


def test_key_made_for_a_wallet_acts_by_it(join, with_key):
    member = join()
    wallet = member.api.write("/v1/wallets", {"name": "Kauppa"}).json()
    client = with_key(new_key(member, scope="write", wallet=wallet["id"])["secret_key"])
    paid = client.write("/v1/faucet", {"amount": 70}).json()
    assert paid["recipient"] == wallet["address"] != member.address
    assert client.get("/v1/balance").json()["amount"] == 70
    assert member.api.get("/v1/balance").json()["amount"] == 0
    assert client.write("/v1/transfers", {"to": member.address, "amount": 20}).status_code == 200
    assert member.api.get("/v1/balance").json()["amount"] == 20


def test_key_is_not_made_for_the_wallet_of_another_tenant(join):
    foreign = join().api.get("/v1/wallets").json()["data"][0]["id"]
    answer = join().api.post("/v1/api_keys", json={"wallet": foreign})
    assert (answer.status_code, answer.json()["param"]) == (422, "wallet")


def test_revoked_key_opens_nothing_though_it_was_in_use(join, with_key):
    member = join()
    key = new_key(member)
    client = with_key(key["secret_key"])
    assert client.get("/v1/balance").status_code == 200
    for _ in range(2):  # revoking again changes nothing
        answer = member.api.write(f"/v1/api_keys/{key['id']}/revoke")
        assert answer.json()["revoked"] is not None
    assert is_refused(client)
    assert member.api.get("/v1/balance").status_code == 200


def test_rotated_key_and_its_successor_both_work_until_the_overlap_ends(join, with_key, platform):
    member = join()
    key = new_key(member, name="Kauppa", scope="write")
    old = with_key(key["secret_key"])
    answer = member.api.post(f"/v1/api_keys/{key['id']}/rotate", json={"overlap_s": 3600})
    assert answer.status_code == 201, answer.text
    new = with_key(answer.json()["secret_key"])
    assert (answer.json()["name"], answer.json()["scopes"]) == ("Kauppa", ["read", "write"])
    assert old.get("/v1/balance").status_code == new.get("/v1/balance").status_code == 200
    with platform.gateway.database.transaction() as session:  # the hour is over
        row = session.exec(select(ApiKey).where(ApiKey.id == key["id"])).one()
        assert abs(row.expires_ms - now_ms() - 3_600_000) < 60_000
        row.expires_ms = now_ms() - 1
        session.add(row)
    answer = member.api.post(f"/v1/api_keys/{key['id']}/rotate", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "key_invalid")
    assert new.get("/v1/balance").status_code == 200


def test_rotation_without_overlap_ends_the_old_key_at_once(join, with_key):
    member = join()
    key = new_key(member)
    old = with_key(key["secret_key"])
    assert old.get("/v1/balance").status_code == 200
    assert (
        member.api.post(f"/v1/api_keys/{key['id']}/rotate", json={"overlap_s": 0}).status_code
        == 201
    )
    assert is_refused(old)


def test_organization_changes_what_it_says_and_keeps_the_rest(join, anonymous):
    member = join("Vanha Oy", metadata={"crm": "1"})
    before = member.api.get("/v1/organizations/me").json()
    changed = member.api.write("/v1/organizations/me", {"profile": {"industry": "Puu"}}).json()
    assert changed["profile"]["industry"] == "Puu"
    assert (changed["name"], changed["metadata"]) == ("Vanha Oy", {"crm": "1"})
    changed = member.api.write(
        "/v1/organizations/me",
        {"name": "Uusi Oy", "metadata": {}, "profile": {"municipality": "Oulu"}},
    ).json()
    assert (changed["name"], changed["metadata"]) == ("Uusi Oy", {})
    assert (changed["profile"]["industry"], changed["profile"]["municipality"]) == ("Puu", "Oulu")
    assert changed["business_id"] == before["business_id"]


def test_company_is_found_by_its_business_id_with_nothing_private(join):
    member, other = join("Haettu Oy", metadata={"secret": "x"}), join()
    business_id = member.api.get("/v1/organizations/me").json()["business_id"]
    found = other.api.get(f"/v1/companies/{business_id}").json()
    assert (found["name"], found["did"]) == ("Haettu Oy", member.did)
    assert "metadata" not in found
    missing = other.api.get("/v1/companies/9000007-0")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    for odd in ("1234567-8", "9000007-1", "x"):
        answer = other.api.get(f"/v1/companies/{odd}")
        assert (answer.status_code, answer.json()["code"]) == (422, "business_id_invalid"), odd


def test_person_is_not_in_the_register_of_companies(join):
    person = join("Henkilö", kind="person").api.get("/v1/organizations/me").json()
    assert (person["kind"], person["business_id"]) == ("person", None)
