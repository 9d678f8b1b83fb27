"""Delegates, attributes, services and owners of identities, over the real gateway and chain."""

import pytest

from pocplatform.kit.personal_data import find

ZERO = "0x" + "0" * 40


@pytest.fixture
def own(join):
    member = join()
    assert member.api.write("/v1/identities").status_code == 200
    return member


@pytest.fixture(scope="module")
def shared(join):
    """An identity that refuses everything it is asked in these tests."""
    member = join()
    assert member.api.write("/v1/identities").status_code == 200
    return member


@pytest.fixture(scope="module")
def other(join):
    return join("Toinen Oy")


def change(member, what, body, *, did=None):
    return member.api.write(f"/v1/identities/{did or member.did}/{what}", body)


def done(answer):
    assert answer.status_code == 200, answer.text
    assert answer.json()["transaction"]["status"] == "confirmed"
    return answer.json()["document"]


def test_delegate_may_sign_until_revoked(own, other):
    body = {"delegate": other.did, "type": "sigAuth", "valid_for_s": 3600}
    document = done(change(own, "delegates", body))
    account = f"eip155:31337:{other.address}"
    method = next(
        m for m in document["verificationMethod"] if m.get("blockchainAccountId") == account
    )
    assert method["id"] in document["authentication"]
    assert method["id"] in document["assertionMethod"]
    gone = {"delegate": other.id, "type": "sigAuth"}
    answer = change(own, "delegates/revoke", gone)
    assert answer.status_code == 200, answer.text
    assert answer.json()["transaction"]["function"] == "revokeDelegate"


def test_key_can_be_added_and_revoked_as_an_attribute(own):
    key = {"name": "did/pub/Ed25519/veriKey/hex", "value": "0x" + "ab" * 32, "encoding": "hex"}
    document = done(change(own, "attributes", key))
    assert any(m.get("publicKeyHex") == "ab" * 32 for m in document["verificationMethod"])
    document = done(change(own, "attributes/revoke", key))
    assert not any(m.get("publicKeyHex") == "ab" * 32 for m in document["verificationMethod"])


def test_service_can_be_taken_out_of_the_document(own):
    shop = {"type": "WebShop", "endpoint": "https://puu.example/kauppa"}
    assert done(change(own, "services", shop))["service"]
    assert "service" not in done(change(own, "services/revoke", shop))


def test_new_owner_changes_the_identity_and_the_old_one_cannot(own, other):
    answer = change(own, "owner", {"new_owner": other.did})
    assert answer.status_code == 200, answer.text
    assert answer.json()["owner"] == other.address
    refused = change(own, "attributes", {"name": "branch", "value": "wood"})
    assert refused.status_code == 422
    assert refused.json()["contract_error"]["name"] == "DidRegistryNotOwner"
    attribute = {"name": "did/svc/Shop", "value": "https://uusi.example"}
    document = done(change(other, "attributes", attribute, did=own.did))
    assert document["service"][0]["serviceEndpoint"] == "https://uusi.example"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("delegates", {"delegate": "0x" + "12" * 20}),
        ("delegates/revoke", {"delegate": "0x" + "12" * 20}),
        ("attributes", {"name": "branch", "value": "wood"}),
        ("attributes/revoke", {"name": "branch", "value": "wood"}),
        ("services/revoke", {"type": "WebShop", "endpoint": "https://a.example"}),
        ("owner", {"new_owner": "0x" + "12" * 20}),
    ],
)
class TestEveryChange:
    def test_of_somebody_elses_identity_is_refused(self, shared, other, what, body):
        answer = change(other, what, body, did=shared.did)
        assert answer.status_code == 422, answer.text
        assert answer.json()["contract_error"]["name"] == "DidRegistryNotOwner"

    def test_of_a_deactivated_identity_is_refused(self, gone, what, body):
        answer = change(gone, what, body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["contract_error"]["name"] == "DidRegistryDeactivated"

    def test_needs_a_key(self, anonymous, shared, what, body):
        answer = anonymous.write(f"/v1/identities/{shared.did}/{what}", body)
        assert answer.status_code == 401

    def test_of_a_did_that_is_none_is_refused(self, shared, what, body):
        answer = change(shared, what, body, did="did:ethr:nonsense")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_did")

    def test_with_a_field_too_many_is_refused(self, shared, what, body):
        answer = change(shared, what, body | {"surprise": 1})
        assert (answer.status_code, answer.json()["param"]) == (422, "surprise")

    def test_with_a_field_missing_is_refused(self, shared, what, body):
        name = next(iter(body))
        rest = {key: value for key, value in body.items() if key != name}
        answer = change(shared, what, rest)
        assert (answer.status_code, answer.json()["param"]) == (422, name)


@pytest.fixture(scope="module")
def gone(join):
    member = join()
    member.api.write("/v1/identities")
    assert member.api.write(f"/v1/identities/{member.did}/deactivate").status_code == 200
    return member


@pytest.mark.parametrize(
    ("what", "body", "param"),
    [
        ("delegates", {"delegate": "Matti"}, "delegate"),
        ("delegates", {"delegate": "org_nobody"}, "delegate"),
        ("delegates", {"delegate": ZERO}, "delegate"),
        ("delegates", {"delegate": "0x" + "12" * 20, "type": "enc"}, "type"),
        ("delegates", {"delegate": "0x" + "12" * 20, "valid_for_s": 0}, "valid_for_s"),
        ("delegates", {"delegate": "0x" + "12" * 20, "valid_for_s": -1}, "valid_for_s"),
        ("delegates", {"delegate": "0x" + "12" * 20, "valid_for_s": 10**12}, "valid_for_s"),
        ("attributes", {"name": "", "value": "x"}, "name"),
        ("attributes", {"name": "x" * 33, "value": "x"}, "name"),
        ("attributes", {"name": "with blank", "value": "x"}, "name"),
        ("attributes", {"name": "a", "value": ""}, "value"),
        ("attributes", {"name": "a", "value": "x" * 2001}, "value"),
        ("attributes", {"name": "a", "value": "0x123", "encoding": "hex"}, "value"),
        ("attributes", {"name": "a", "value": "xyz", "encoding": "hex"}, "value"),
        ("attributes", {"name": "a", "value": 5}, "value"),
        ("owner", {"new_owner": ZERO}, "new_owner"),
        ("owner", {"new_owner": "did:ethr:0x1:" + ZERO}, "new_owner"),
        ("services/revoke", {"type": "ä" * 24, "endpoint": "https://a.example"}, "type"),
    ],
)
def test_malformed_change_is_refused_by_field(shared, what, body, param):
    answer = change(shared, what, body)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", param)


PERSONAL = [
    "131052-308T",
    "010190%2D900P",
    "maija@yritys.example",
    "maija%40yritys.example",
    "https://maija:x@yritys.example/",
    "+358 40 123 4567",
    "040-1234567",
    "tel:0401234567",
    "FI21 1234 5600 0007 85",
    "fi2112345600000785",
    "4111 1111 1111 1111",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_what_looks_personal_does_not_go_on_the_chain(shared, text):
    answer = change(shared, "attributes", {"name": "contact", "value": text})
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("personal_data_refused", "value")
    assert "credential" in answer.json()["next_step"]


def test_personal_data_written_as_hex_is_seen_too(shared):
    value = b"maija@yritys.example".hex()
    body = {"name": "contact", "value": value, "encoding": "hex"}
    assert change(shared, "attributes", body).json()["code"] == "personal_data_refused"


@pytest.mark.parametrize(
    "endpoint",
    ["https://puu.example/?id=131052-308T", "https://puu.example/maija@puu.example"],
)
def test_personal_data_in_a_service_is_refused_in_finnish_too(shared, endpoint):
    answer = shared.api.write(
        f"/v1/identities/{shared.did}/services",
        {"type": "WebShop", "endpoint": endpoint},
        **{"Accept-Language": "fi"},
    )
    assert (answer.status_code, answer.json()["param"]) == (422, "endpoint")
    assert answer.json()["code"] == "personal_data_refused"
    assert "näyttää" in answer.json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "https://puu.example/kauppa",
        "did:ethr:0x7a69:0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x" + "0401234567" * 4,
        "9000007-0",
        "131052-308X",
        "https://some.example/@yritys",
        "2026-11-22T14:05:00Z",
        "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        "tEUR 1 250,00",
        "RF18539007547034",
        "1763820000000000",
    ],
)
def test_ordinary_public_texts_are_not_taken_for_personal(text):
    assert find(text) is None


def test_bytes_that_are_no_text_are_not_taken_for_personal():
    assert find(bytes(range(128, 160))) is None
