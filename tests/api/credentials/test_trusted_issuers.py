"""The register of trusted issuers, and what it means for their credentials."""

import time
from datetime import datetime

import pytest

from tests.api.credentials.jwts import at, failed
from tests.processes import until


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


def entry_of(admin, issuer, credential_type):
    """The path of an accreditation."""
    query = {"issuer": issuer.address, "credential_type": credential_type}
    [entry] = admin.get("/v1/trusted_issuers", params=query).json()["data"]
    return f"/v1/trusted_issuers/{entry['id']}"


def test_withdrawn_trust_ends_old_credentials_and_new_trust_does_not_bring_them_back(
    new_issuer, issue, admin, verify, credential_type
):
    issuer = new_issuer()
    issued = issue(by=issuer).json()
    entry = entry_of(admin, issuer, credential_type)
    withdrawn = admin.write(f"{entry}/withdraw")
    assert withdrawn.json()["status"] == "withdrawn"
    assert failed(verify(issued["credential"])) == ["issuer_trusted"]
    again = admin.write(f"{entry}/withdraw")
    assert again.json()["contract_error"]["name"] == "TrustedIssuersNotTrusted"
    # Trust counts in whole seconds: the new one must begin after the anchor.
    anchored = datetime.fromisoformat(issued["created"]).timestamp()
    until(lambda: time.time() > anchored + 2, what="a later second")
    query = {"issuer": issuer.address, "credential_type": credential_type}
    assert admin.write("/v1/trusted_issuers", query).json()["status"] == "trusted"
    assert failed(verify(issued["credential"])) == ["issuer_trusted"]


def test_trust_that_ends_leaves_earlier_credentials_valid(
    new_issuer, issue, admin, verify, credential_type
):
    issuer = new_issuer()
    issued = issue(by=issuer).json()
    entry = entry_of(admin, issuer, credential_type)
    assert admin.write(f"{entry}/renew", {"valid_until": at(seconds=2)}).is_success
    until(lambda: admin.get(entry).json()["status"] == "ended", what="trust has ended")
    late = issue(by=issuer).json()
    assert failed(verify(late["credential"])) == ["issuer_trusted"]
    assert verify(issued["credential"])["valid"] is True
