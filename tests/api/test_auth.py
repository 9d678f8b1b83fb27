"""Keys: which open what, and what is said of those that open nothing."""

import pytest

from pocplatform.organisers import admin_secret


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer sk_test_" + "0" * 48,
        "Bearer garbage with spaces",
        "Bearer " + "x" * 5000,
        b"Bearer \xe4\xf6\xe5",
        "Basic dXNlcjpwYXNz",
        "Token sk_test_1",
        "sk_test_1",
    ],
)
def test_header_that_holds_no_known_key_is_refused(anonymous, header):
    answer = anonymous.get("/v1/balance", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_scheme_is_read_without_regard_to_case(join):
    member = join()
    key = member.api.headers["Authorization"].removeprefix("Bearer ")
    for scheme in ("bearer", "BEARER"):
        answer = member.api.get("/v1/balance", headers={"Authorization": f"{scheme} {key}"})
        assert answer.status_code == 200


def test_key_is_not_taken_from_the_address(join, anonymous):
    key = join().api.headers["Authorization"].removeprefix("Bearer ")
    for name in ("key", "api_key", "access_token", "authorization"):
        assert anonymous.get("/v1/balance", params={name: key}).status_code == 401


def test_secret_is_shown_once_and_stored_hashed(anonymous, platform):
    answer = anonymous.post("/v1/organizations", json={"name": "Oy"})
    secret = answer.json()["secret_key"]
    assert answer.headers["Cache-Control"] == "no-store"
    headers = {"Authorization": f"Bearer {secret}"}
    assert secret not in anonymous.get("/v1/organizations/me", headers=headers).text
    data = platform.settings.data_dir
    files = [data / "platform.db", data / "platform.db-wal"]
    assert not any(secret.encode() in f.read_bytes() for f in files if f.exists())


def test_organisers_key_may_do_what_members_may_not(admin, join):
    member = join()
    trust = {"issuer": member.did, "credential_type": "AuthTest"}
    refused = member.api.write("/v1/trusted_issuers", trust)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "admin" in refused.json()["detail"]
    assert admin.write("/v1/trusted_issuers", trust).status_code == 200


def test_organisers_key_belongs_to_no_organization(admin):
    assert admin.get("/v1/organizations/me").status_code == 404
    assert admin.get("/v1/payments").status_code == 200


def test_organisers_key_is_in_a_file_that_only_its_owner_reads(platform):
    path = platform.settings.data_dir / "admin.key"
    assert admin_secret(platform.settings) == path.read_text().strip()
    assert path.stat().st_mode & 0o077 == 0
