"""Suspending, resuming, revoking and expiring, as verification sees it."""

from datetime import datetime

from tests.api.credentials.jwts import at, failed, parts
from tests.processes import until


def test_status_changes_are_seen_by_verification(fresh, issuer, verify):
    path = f"/v1/credentials/{fresh['id']}"
    assert verify(fresh["credential"])["valid"] is True

    suspended = issuer.api.write(f"{path}/suspend").json()
    assert suspended["status"] == "suspended"
    assert suspended["transaction"]["function"] == "suspend"
    assert failed(verify(fresh["credential"])) == ["not_suspended"]

    assert issuer.api.write(f"{path}/resume").json()["status"] == "active"
    assert verify(fresh["credential"])["valid"] is True

    assert issuer.api.write(f"{path}/revoke").json()["status"] == "revoked"
    assert failed(verify(fresh["credential"])) == ["not_revoked"]
    assert issuer.api.get(path).json()["transaction"]["function"] == "anchor"


def test_changes_that_the_status_does_not_allow_are_refused_by_the_contract(fresh, issuer):
    path = f"/v1/credentials/{fresh['id']}"

    def refusal(verb):
        answer = issuer.api.write(f"{path}/{verb}")
        assert answer.status_code == 422
        return answer.json()["contract_error"]["name"]

    assert refusal("resume") == "CredentialStatusNotSuspended"
    issuer.api.write(f"{path}/suspend")
    assert refusal("suspend") == "CredentialStatusAlreadySuspended"
    issuer.api.write(f"{path}/revoke")
    for verb in ("revoke", "suspend", "resume"):
        assert refusal(verb) == "CredentialStatusRevoked"


def test_subject_cannot_change_the_status(issued, subject, issuer):
    for verb in ("revoke", "suspend", "resume"):
        answer = subject.api.write(f"/v1/credentials/{issued['id']}/{verb}")
        assert answer.status_code == 403
        assert answer.json()["code"] == "not_the_issuer"
        assert issuer.address in answer.json()["next_step"]


def test_credential_ends_with_its_validity(issue, issuer, verify):
    issued = issue(valid_until=at(seconds=3)).json()
    assert parts(issued["credential"])[1]["exp"] == int(
        datetime.fromisoformat(issued["valid_until"]).timestamp()
    )
    why = until(lambda: failed(verify(issued["credential"])), what="its end has come")
    assert why == ["in_validity_period"]
    assert issuer.api.get(f"/v1/credentials/{issued['id']}").json()["status"] == "expired"


def test_issuer_and_subject_are_told_what_happens(issue, issuer, join, platform):
    from sqlmodel import select

    from pocplatform.events import log
    from pocplatform.events.models import Event

    subject = join()
    issued = issue(subject=subject.did).json()
    for verb in ("suspend", "resume", "revoke"):
        issuer.api.write(f"/v1/credentials/{issued['id']}/{verb}")
    with platform.gateway.database.snapshot() as session:
        events = session.exec(
            select(Event).where(log.visible_to([subject.address])).order_by(Event.seq)
        ).all()
    assert [e.type for e in events] == [
        "credential.anchored", "credential.suspended", "credential.resumed", "credential.revoked",
    ]  # fmt: skip
    for event in events:
        assert event.data["credential"] == issued["id"]
        assert event.data["issuer"] == issuer.address
