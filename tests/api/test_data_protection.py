"""What is on the chain about somebody, and erasure after which its hashes tell nothing."""

import hashlib
import json
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from pocplatform.http.prepared import PreparedWrite
from pocplatform.kit import typesetting
from pocplatform.kit.ids import new_id
from tests.api.agreements.support import agree, ok
from tests.api.test_two_steps import person as person_with_a_key
from tests.api.test_two_steps import prepare

__all__ = ["person_with_a_key"]

# In ASCII, as JSON columns write other letters in another way.
SECRET = "Maija Virtanen 131052-308T"


@pytest.fixture(scope="module")
def issuer(join):
    member = join("Myöntäjä Oy")
    assert member.api.write("/v1/identities").status_code == 200
    return member


@pytest.fixture(scope="module")
def person(join):
    return join("Maija", kind="person")


@pytest.fixture
def secret():
    """Personal data that no other test has."""
    return f"{SECRET} {uuid4().hex}"


@pytest.fixture
def issue(issuer, person):
    def send(secret, **fields):
        body = {
            "type": "CourseAchievement",
            "subject": person.did,
            "claims": {"course": "Metaversumi 1", "learner": secret},
        }
        answer = issuer.api.write("/v1/credentials", body | fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send


@pytest.fixture
def agreement(issuer, person):
    def draft(secret):
        body = {
            "title": f"Sopimus {secret}",
            "document": {"text": f"Osapuoli on {secret}."},
            "parties": [
                {"who": issuer.did, "role": "client"},
                {"who": person.did, "role": "provider"},
            ],
            "milestones": [{"title": secret, "amount": 100, "payer": 0, "provider": 1}],
        }
        answer = issuer.api.write("/v1/agreements", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return draft


def erase(member, **body):
    return member.api.write("/v1/data_protection/erasure", body)


def everything(platform):
    """All that stands in any table, as one text."""
    found = []
    with platform.gateway.database.snapshot() as session:
        for table in SQLModel.metadata.tables:
            rows = session.connection().execute(text(f'SELECT * FROM "{table}"'))
            found += [json.dumps([str(v) for v in row], ensure_ascii=False) for row in rows]
    return "\n".join(found)


@pytest.mark.parametrize("format_", ["jwt_vc", "dc+sd-jwt"])
def test_erased_credential_leaves_a_digest_that_cannot_be_computed_again(
    issue, person, platform, secret, format_
):
    issued = issue(secret, format=format_)
    signed = issued["credential"].split("~")[0]
    signing_input, _, signature = signed.rpartition(".")
    assert issued["digest"] == "0x" + hashlib.sha256(signing_input.encode()).hexdigest()
    before = everything(platform)
    assert secret in before
    assert signature in before

    answer = erase(person, credential=issued["id"])
    assert answer.status_code == 201, answer.text
    erased = answer.json()
    assert [(r["what"], r["hash"]) for r in erased["remains"]] == [("credential", issued["digest"])]
    assert erased["transactions"] == [issued["transaction"]["hash"]]

    after = everything(platform)
    # The chain still has the digest; what it is of, and each part of it, is nowhere any more.
    assert issued["digest"] in after
    for gone in (secret, signature, *signing_input.split("."), *issued["credential"].split("~")):
        if gone and len(gone) > 40 and gone != signing_input.split(".")[0]:
            assert gone not in after
    assert secret not in after


def test_erased_credential_shows_as_erased_and_cannot_be_presented(issue, person, issuer, secret):
    issued = issue(secret, format="dc+sd-jwt")
    assert erase(issuer, credential=issued["id"]).status_code == 201
    for member in (person, issuer):
        shown = member.api.get(f"/v1/credentials/{issued['id']}").json()
        assert shown["erased"]
        assert (shown["credential"], shown["claims"], shown["disclosable"]) == ("", {}, [])
        assert shown["digest"] == issued["digest"]
    body = {"claims": [], "audience": "https://a.example", "nonce": "n"}
    answer = person.api.write(f"/v1/credentials/{issued['id']}/present", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "credential_erased")


def test_erased_credential_can_still_be_revoked(issue, issuer, secret):
    issued = issue(secret)
    assert erase(issuer, credential=issued["id"]).status_code == 201
    answer = issuer.api.write(f"/v1/credentials/{issued['id']}/revoke")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "revoked"


def test_erasing_twice_is_refused(issue, person, secret):
    issued = issue(secret)
    assert erase(person, credential=issued["id"]).status_code == 201
    answer = erase(person, credential=issued["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "credential_erased")
    assert answer.json()["next_step"]


def test_repeated_issuing_with_an_erased_credentials_key_does_not_issue_again(
    issuer, person, secret
):
    body = {"type": "CourseAchievement", "subject": person.did, "claims": {"course": secret}}
    key = {"Idempotency-Key": uuid4().hex}
    issued = issuer.api.write("/v1/credentials", body, **key).json()
    assert erase(issuer, credential=issued["id"]).status_code == 201
    again = issuer.api.write("/v1/credentials", body, **key)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")


def test_documents_of_a_draft_are_erased_with_their_salt(agreement, issuer, platform, secret):
    drafted = agreement(secret)
    salt = drafted["document"]["salt"].removeprefix("0x")
    before = everything(platform)
    assert secret in before
    assert salt in before
    answer = erase(issuer, agreement=drafted["id"])
    assert answer.status_code == 201, answer.text
    remains = {r["what"]: r["hash"] for r in answer.json()["remains"]}
    assert remains == {
        "agreement": drafted["agreement_hash"],
        "document": drafted["document_hash"],
    }
    after = everything(platform)
    assert secret not in after
    assert salt not in after
    again = erase(issuer, agreement=drafted["id"])
    assert (again.status_code, again.json()["code"]) == (409, "already_erased")


def refused_as_reused(answer):
    return (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_everything_that_was_asked_and_answered_about_an_agreement_is_erased(
    join, platform, secret
):
    deal = agree(join, title=secret).into_force()
    amend = {"reason": f"Amended: {secret}"}
    terminate = {"path": f"{deal.path}/terminate", "body": {"reason": f"Sold by {secret}"}}
    key = {"Idempotency-Key": uuid4().hex}
    change = ok(deal.provider.api.write(f"{deal.path}/amend", amend, **key), 201)
    ok(deal.client.api.write(f"{deal.path}/changes/{change['id']}/withdraw"))
    batch = ok(deal.provider.api.write("/v1/batch", {"requests": [terminate]}, **key))
    assert batch["failed"] == 0, batch
    ok(deal.client.api.write(f"{deal.path}/changes/{batch['data'][0]['body']['id']}/sign"))
    assert deal.shown()["state"] == "terminated"
    deliver = f"{deal.path}/milestones/0/deliver"
    evidence = json.dumps({"evidence": f"Seen by {secret}"})
    with platform.gateway.database.transaction() as session:
        session.add(
            PreparedWrite(
                id=new_id("prp"), tenant=deal.provider.id, address=deal.provider.address,
                path=deliver, body=evidence, submitted_ms=1, expires_ms=1, created_ms=1,
            )
        )  # fmt: skip
    assert deal.client.api.get(f"{deal.path}/document.pdf").status_code == 200
    assert typesetting.typeset.cache_info().currsize > 0
    assert secret in everything(platform)

    assert erase(deal.client, agreement=deal.id).status_code == 201
    assert secret not in everything(platform)
    assert typesetting.typeset.cache_info().currsize == 0
    assert refused_as_reused(deal.provider.api.write(f"{deal.path}/amend", amend, **key))
    again = deal.provider.api.write("/v1/batch", {"requests": [terminate]}, **key)
    assert refused_as_reused(again)
    assert secret not in everything(platform)


def test_erased_credential_is_in_no_profile_that_was_answered(issue, person, platform, secret):
    issued, kept = issue(secret), issue(uuid4().hex)
    signature = issued["credential"].rpartition(".")[2]
    for shown in (issued, kept):
        body = {"published": True, "credentials": [shown["id"]]}
        profile = ok(person.api.write("/v1/profiles/me", body))
        assert profile["credentials"][0]["credential"] == shown["credential"]
    assert erase(person, credential=issued["id"]).status_code == 201
    after = everything(platform)
    assert signature not in after
    assert kept["credential"].rpartition(".")[2] in after


def test_agreement_is_erased_by_its_drafter_only(agreement, person, join, secret):
    drafted = agreement(secret)
    answer = erase(person, agreement=drafted["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_the_drafter")
    assert erase(join(), agreement=drafted["id"]).status_code == 404


def test_agreement_in_force_is_not_erased(agreement, issuer, person, secret):
    drafted = agreement(secret)
    for member in (issuer, person):
        assert member.api.write(f"/v1/agreements/{drafted['id']}/sign").status_code == 200
    activated = issuer.api.write(f"/v1/agreements/{drafted['id']}/activate")
    assert activated.status_code == 200, activated.text
    answer = erase(issuer, agreement=drafted["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "erasure_too_early")
    assert answer.json()["next_step"]
    assert issuer.api.get(f"/v1/agreements/{drafted['id']}").json()["document"]["text"]


def test_credential_of_others_is_not_erased(issue, join, secret):
    issued = issue(secret)
    assert erase(join(), credential=issued["id"]).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"credential": "crd_x", "agreement": "agr_x"},
        {"credential": "crd_x", "invoice": "inv_x"},
        {"invoice": ["inv_x"]},
        {"credential": 5},
        {"credential": "crd_x", "surprise": 1},
    ],
)
def test_malformed_erasure_is_refused(person, body):
    answer = erase(person, **body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid_input"


@pytest.fixture
def invoice(join):
    """Writes an invoice that says the secret everywhere: ``invoice(secret)``."""
    seller, buyer = join("Myyjä Oy"), join("Ostaja Oy", fund=10_000)

    def write(secret):
        body = {
            "payer": buyer.did,
            "number": secret[-20:],
            "note": f"For {secret}",
            "lines": [{"description": secret, "unit_price": 500, "vat_rate_bps": 0}],
            "metadata": {"who": secret},
        }
        return ok(seller.api.write("/v1/invoices", body), 201)

    return write, seller, buyer


def test_text_of_a_paid_invoice_is_erased_with_its_salt(invoice, platform, secret):
    write, seller, buyer = invoice
    written = write(secret)
    path = f"/v1/invoices/{written['id']}"
    ok(buyer.api.write(f"{path}/pay"))
    key = {"Idempotency-Key": uuid4().hex}
    ok(seller.api.write(f"{path}/refund", {"amount": 100}, **key))
    batch = {"requests": [{"path": f"{path}/refund", "body": {"amount": 100}}]}
    assert ok(seller.api.write("/v1/batch", batch))["failed"] == 0
    salt = written["document"]["salt"]
    before = everything(platform)
    assert secret in before
    assert salt in before

    answer = erase(seller, invoice=written["id"])
    assert answer.status_code == 201, answer.text
    assert {r["what"]: r["hash"] for r in answer.json()["remains"]} == {
        "invoice": written["invoice_hash"],
        "invoice_document": written["document"]["hash"],
    }
    assert answer.json()["transactions"]
    after = everything(platform)
    for gone in (secret, secret[-20:], salt):
        assert gone not in after
    for member in (seller, buyer):
        shown = ok(member.api.get(path))
        assert shown["erased"]
        assert (shown["lines"], shown["note"], shown["number"]) == ([], None, None)
        assert (shown["document"]["text"], shown["document"]["salt"]) == ("", "")
        assert (shown["status"], shown["total"], shown["refunded"]) == ("paid", 500, 200)
    again = erase(seller, invoice=written["id"])
    assert (again.status_code, again.json()["code"]) == (409, "already_erased")
    # What is left of it still works: the rest is given back by its hash.
    assert ok(seller.api.write(f"{path}/refund"))["status"] == "refunded"


def test_invoice_that_is_still_to_be_paid_is_not_erased(invoice, secret):
    write, seller, _ = invoice
    written = write(secret)
    answer = erase(seller, invoice=written["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "erasure_too_early")
    assert answer.json()["next_step"]
    assert ok(seller.api.get(f"/v1/invoices/{written['id']}"))["note"] == f"For {secret}"
    ok(seller.api.write(f"/v1/invoices/{written['id']}/cancel"))
    assert erase(seller, invoice=written["id"]).status_code == 201


def test_invoice_is_erased_by_who_wrote_it_only(invoice, join, secret):
    write, _, buyer = invoice
    written = write(secret)
    ok(buyer.api.write(f"/v1/invoices/{written['id']}/pay"))
    answer = erase(buyer, invoice=written["id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_the_drafter")
    assert erase(join(), invoice=written["id"]).status_code == 404


def test_erased_draft_of_an_invoice_is_never_signed(person_with_a_key, platform, secret):
    payee = person_with_a_key()
    lines = [{"description": secret, "unit_price": 1, "vat_rate_bps": 0}]
    draft = ok(payee.api.write("/v1/invoices", {"lines": lines}), 201)
    path = f"/v1/invoices/{draft['id']}"
    prepare(payee, f"{path}/sign")
    assert erase(payee, invoice=draft["id"]).status_code == 201
    assert secret not in everything(platform)
    answer = payee.api.write(f"{path}/sign/prepare")
    assert (answer.status_code, answer.json()["code"]) == (409, "invoice_state_conflict")


@pytest.mark.parametrize(
    "body", [{"credential": "crd_x"}, {"agreement": "agr_x"}, {"invoice": "inv_x"}]
)
def test_erasing_what_is_not_there_is_not_found(person, body):
    assert erase(person, **body).status_code == 404


def test_erasure_is_shown_to_its_tenant_only(issue, person, join, secret):
    made = erase(person, credential=issue(secret)["id"])
    path = made.headers["Location"]
    assert person.api.get(path).json()["id"] == made.json()["id"]
    assert join().api.get(path).status_code == 404


def test_everything_on_chain_about_me_is_listed_and_explained(issue, issuer, join, secret):
    subject = join("Kohde", kind="person")
    issued = issue(secret, subject=subject.did)
    issuer.api.write(f"/v1/credentials/{issued['id']}/revoke")
    listed = subject.api.get(
        "/v1/data_protection/onchain", headers={"Accept-Language": "fi"}
    ).json()["data"]
    assert [entry["type"] for entry in listed] == ["credential.revoked", "credential.anchored"]
    anchored = listed[1]
    assert issued["digest"] in anchored["hashes"]
    assert anchored["transaction_hash"] == issued["transaction"]["hash"]
    assert "todistus" in anchored["explanation"]
    assert secret not in json.dumps(listed, ensure_ascii=False)


def test_summary_counts_what_is_listed(issuer, issue, secret):
    issue(secret)
    summary = issuer.api.get("/v1/data_protection/onchain/summary").json()
    assert summary["address"] == issuer.address
    assert summary["by_type"]["identity.attribute_changed"] == 1
    assert summary["entries"] == sum(summary["by_type"].values())
    assert summary["transactions"]["confirmed"] >= 2
    assert "address" in summary["explanation"]


def test_newcomer_has_nothing_on_chain(join, anonymous):
    member = join()
    assert member.api.get("/v1/data_protection/onchain").json()["data"] == []
    assert member.api.get("/v1/data_protection/onchain/summary").json()["entries"] == 0
    for path in ("onchain", "onchain/summary", "erasures"):
        assert anonymous.get(f"/v1/data_protection/{path}").status_code == 401


def test_every_explanation_is_translated():
    from pocplatform.domains.data_protection import wording

    for type_ in ("credential.anchored", "invoice.paid", "thing.unknown"):
        assert wording.explanation(type_, "fi") != wording.explanation(type_, "en")
