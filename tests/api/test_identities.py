"""Identities and DID resolution over the real gateway, on the real chain."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

KEY_ATTRIBUTE = b"did/pub/Secp256k1/veriKey/hex".hex().ljust(64, "0")


def register(join):
    member = join()
    answer = member.api.write("/v1/identities")
    assert answer.status_code == 200, answer.text
    return member


@pytest.fixture(scope="module")
def registered(join):
    """An identity that no test changes."""
    return register(join)


@pytest.fixture
def own(join):
    """An identity of one test."""
    return register(join)


def test_registering_puts_the_wallets_key_into_the_did_document(join):
    member = join()
    answer = member.api.write("/v1/identities")
    assert answer.status_code == 200, answer.text
    identity = answer.json()
    assert identity["id"] == member.did
    assert identity["status"] == "active"
    assert identity["owner"] == member.address
    assert identity["verification_method"] == f"{member.did}#delegate-1"
    transaction = identity["transaction"]
    assert transaction["status"] == "confirmed"
    assert transaction["sender"] == member.address
    assert transaction["arguments"]["name"] == "0x" + KEY_ATTRIBUTE
    key = identity["document"]["verificationMethod"][1]["publicKeyHex"]
    assert transaction["arguments"]["value"] == "0x" + key
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), bytes.fromhex(key))


def test_registering_without_waiting_is_accepted_and_its_location_shows_it(join):
    member = join()
    answer = member.api.write("/v1/identities", wait=0)
    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    member.api.write("/v1/identities")  # waits for the same transaction
    shown = member.api.get(answer.headers["Location"]).json()
    assert shown["status"] == "active"
    assert shown["transaction"]["id"] == answer.json()["transaction"]["id"]


def test_registering_again_gives_the_same_identity_and_sends_nothing(registered):
    before = registered.api.get("/v1/transactions").json()["data"]
    again = registered.api.write("/v1/identities", wait=0)
    assert again.status_code == 200
    assert again.json()["transaction"]["id"] == before[0]["id"]
    assert registered.api.get("/v1/transactions").json()["data"] == before


def test_registering_many_times_at_once_registers_once(join):
    member = join()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: member.api.write("/v1/identities"), range(4)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["transaction"]["id"] for a in answers}) == 1
    assert len(member.api.get("/v1/transactions").json()["data"]) == 1


def test_registering_needs_a_key(anonymous):
    answer = anonymous.write("/v1/identities")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"


def test_identity_is_public_but_its_transaction_is_its_owners(registered, join):
    stranger = join()
    seen = stranger.api.get(f"/v1/identities/{registered.did}").json()
    assert seen["status"] == "active"
    assert seen["transaction"] is None
    assert registered.api.get(f"/v1/identities/{registered.did}").json()["transaction"]


def test_unregistered_identity_is_not_found_and_the_next_step_is_told(join):
    member = join()
    answer = member.api.get(f"/v1/identities/{member.did}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert "POST /v1/identities" in answer.json()["next_step"]


@pytest.mark.parametrize(
    ("did", "status", "code"),
    [
        ("nonsense", 400, "invalid_did"),
        ("did:ethr:0x7a69:0x12", 400, "invalid_did"),
        ("did:web:example.com", 501, "did_method_not_supported"),
        ("did:ethr:0x1:0x" + "12" * 20, 404, "did_not_found"),
    ],
)
def test_identity_by_a_did_that_is_none_of_ours_is_refused(join, did, status, code):
    member = join()
    for answer in (
        member.api.get(f"/v1/identities/{did}"),
        member.api.write(
            f"/v1/identities/{did}/services", {"type": "Shop", "endpoint": "https://a.example"}
        ),
        member.api.write(f"/v1/identities/{did}/deactivate"),
    ):
        assert answer.status_code == status, answer.text
        assert answer.json()["code"] == code


def test_service_appears_in_the_document(own, anonymous):
    body = {"type": "WebShop", "endpoint": "https://puu.example/kauppa"}
    answer = own.api.write(f"/v1/identities/{own.did}/services", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["transaction"]["function"] == "setAttribute"
    expected = {"id": f"{own.did}#service-1", **body}
    assert answer.json()["services"] == [expected]
    document = anonymous.get(f"/1.0/identifiers/{own.did}").json()["didDocument"]
    assert document["service"][0]["serviceEndpoint"] == body["endpoint"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "a b"),
        ("type", "9lives"),
        ("type", "X" * 25),
        ("type", ""),
        ("endpoint", "no url"),
        ("endpoint", "javascript:alert(1)"),
        ("endpoint", "mailto:matti@example.com"),
        ("endpoint", "https://matti:salasana@example.com/"),
        ("endpoint", "https://example.com/" + "a" * 500),
        ("endpoint", ""),
        ("extra", "field"),
    ],
)
def test_service_that_is_malformed_or_personal_is_refused(registered, field, value):
    body = {"type": "Shop", "endpoint": "https://a.example"} | {field: value}
    answer = registered.api.write(f"/v1/identities/{registered.did}/services", body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert answer.json()["param"] == field


def test_others_cannot_change_an_identity(registered, join):
    stranger = join()
    body = {"type": "Shop", "endpoint": "https://a.example"}
    for answer in (
        stranger.api.write(f"/v1/identities/{registered.did}/services", body),
        stranger.api.write(f"/v1/identities/{registered.did}/deactivate"),
    ):
        assert answer.status_code == 422
        assert answer.json()["contract_error"]["name"] == "DidRegistryNotOwner"


def test_deactivated_identity_stays_deactivated(own, anonymous):
    answer = own.api.write(f"/v1/identities/{own.did}/deactivate")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "deactivated"
    assert answer.json()["owner"] is None
    gone = anonymous.get(f"/1.0/identifiers/{own.did}")
    assert gone.status_code == 410
    assert gone.json()["didDocumentMetadata"]["deactivated"] is True
    assert gone.json()["didDocument"]["verificationMethod"] == []

    again = own.api.write("/v1/identities")
    assert (again.status_code, again.json()["code"]) == (409, "identity_deactivated")
    issue = {"type": "AnyCredential", "subject": own.did, "claims": {"a": 1}}
    refused = own.api.write("/v1/credentials", issue)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity_deactivated")
    body = {"type": "Shop", "endpoint": "https://a.example"}
    service = own.api.write(f"/v1/identities/{own.did}/services", body)
    assert service.json()["contract_error"]["name"] == "DidRegistryDeactivated"


def test_changes_are_told_to_the_identity(own, platform):
    from sqlmodel import select

    from pocplatform.events import log
    from pocplatform.events.models import Event

    own.api.write(f"/v1/identities/{own.did}/deactivate")
    with platform.gateway.database.snapshot() as session:
        mine = select(Event).where(log.visible_to([own.address])).order_by(Event.seq)
        events = [(e.type, e.data) for e in session.exec(mine)]
    assert [type_ for type_, _ in events] == [
        "identity.attribute_changed", "identity.owner_changed",
    ]  # fmt: skip
    assert events[0][1]["identity"] == own.address
    assert events[0][1]["name"] == "did/pub/Secp256k1/veriKey/hex"


@pytest.mark.parametrize(
    ("did", "status", "error"),
    [
        ("nonsense", 400, "invalidDid"),
        ("did:ethr:0x7a69", 400, "invalidDid"),
        ("did:ethr:0x7a69:0x" + "1" * 39, 400, "invalidDid"),
        ("did:ethr:0x7a69:0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96046", 400, "invalidDid"),
        ("did:ethr:0x7a69:0x05" + "11" * 32, 400, "invalidDid"),
        ("did:ethr:0x7a69:0x" + "12" * 20 + "/path", 400, "invalidDid"),
        ("did:ethr:0x7a69:0x" + "12" * 20 + "%23key", 400, "invalidDid"),
        ("%ED%A0%80", 400, "invalidDid"),
        ("x" * 3000, 400, "invalidDid"),
        ("", 400, "invalidDid"),
        ("did:ethr:0x" + "12" * 20, 404, "notFound"),
        ("did:ethr:0x1:0x" + "12" * 20, 404, "notFound"),
        ("did:ethr:sepolia:0x" + "12" * 20, 404, "notFound"),
        ("did:web:example.com", 501, "methodNotSupported"),
        ("did:ethr:0x7a69:0x" + "12" * 20 + "?versionId=999999999", 404, "notFound"),
        ("did:ethr:0x7a69:0x" + "12" * 20 + "?versionId=yesterday", 400, "invalidDid"),
    ],
)
def test_what_cannot_be_resolved_says_why_in_a_resolution_result(anonymous, did, status, error):
    answer = anonymous.get(f"/1.0/identifiers/{did}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/did-resolution"
    result = answer.json()
    assert result["didDocument"] is None
    assert result["didResolutionMetadata"]["error"] == error
    assert result["didResolutionMetadata"]["message"]


@pytest.mark.parametrize(
    ("accept", "content_type", "whole"),
    [
        ("*/*", "application/did-resolution", True),
        ("application/did-resolution", "application/did-resolution", True),
        ("application/json", "application/json", True),
        (
            'application/ld+json;profile="https://w3id.org/did-resolution"',
            "application/ld+json",
            True,
        ),
        ("application/did+ld+json", "application/did+ld+json", False),
        ("application/did+json", "application/did+json", False),
        ("text/html, application/did+json;q=0.5, */*;q=0.8", "application/did-resolution", True),
        ("text/html, application/did+json;q=0.9, */*;q=0.8", "application/did+json", False),
    ],
)
def test_representation_is_negotiated(anonymous, registered, accept, content_type, whole):
    answer = anonymous.get(f"/1.0/identifiers/{registered.did}", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.headers["vary"] == "Accept"
    document = answer.json()["didDocument"] if whole else answer.json()
    assert document["id"] == registered.did


def test_representation_that_does_not_exist_is_refused(anonymous, registered):
    accept = {"Accept": "text/html, application/did+json;q=0"}
    answer = anonymous.get(f"/1.0/identifiers/{registered.did}", headers=accept)
    assert answer.status_code == 406
    assert answer.json()["didResolutionMetadata"]["error"] == "representationNotSupported"


def test_sentences_come_in_finnish(join):
    member = join()
    finnish = {"Accept-Language": "fi"}
    answer = member.api.get(f"/v1/identities/{member.did}", headers=finnish).json()
    assert answer["detail"] == f"Tunnistetta {member.did} ei ole rekisteröity."
    result = member.api.get("/1.0/identifiers/did:web:a.example", headers=finnish).json()
    assert "did:ethr" in result["didResolutionMetadata"]["message"]
    assert "ei selvitetä" in json.dumps(result, ensure_ascii=False)
