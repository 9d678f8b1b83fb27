"""Unmodified npm clients (ethr-did, ethr-did-resolver, did-jwt) against our chain and contracts."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

import pytest

from pocplatform.chain.signer import LocalSigner
from tests.processes import until

SCRIPT = Path(__file__).with_name("did_clients.mjs")
DELEGATES = [f"0x{i:040x}" for i in range(0xA0, 0xA8)]
DAY = 86_400


@pytest.fixture(scope="session")
def npm(run_script, platform):
    """Calls the npm clients: ``npm("resolve", did=…)``."""
    registry = platform.gateway.contracts.address("DidRegistry")

    def run(action: str, **request: Any) -> Any:
        return run_script(SCRIPT, action, registry=registry, **request)

    return run


@pytest.fixture
def key() -> str:
    return "0x" + secrets.token_hex(32)


def resolve(api, did, **query):
    return api.get(f"/1.0/identifiers/{did}", params=query)


@pytest.fixture
def same(npm, anonymous):
    """Asserts that the gateway and the npm resolver agree; returns what they agree on.

    The gateway reads what has been recorded, a moment after the block; so it gets that moment.
    """

    def check(did: str, **query: str) -> dict[str, Any]:
        suffix = "?" + "&".join(f"{n}={v}" for n, v in query.items()) if query else ""
        deadline = time.monotonic() + 10
        while True:
            # npm puts the query into the document's id unless it resolves the bare DID.
            theirs = npm("resolve", did=did + suffix)
            ours = resolve(anonymous, did, **query)
            if ours.json() == theirs or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        assert ours.json() == theirs
        assert ours.status_code == (410 if "deactivated" in theirs["didDocumentMetadata"] else 200)
        return theirs

    return check


def ids(document, section):
    return [item if isinstance(item, str) else item["id"] for item in document.get(section, [])]


def test_document_of_an_address_without_history_is_the_same(same, join):
    member = join()
    result = same(member.did)
    assert ids(result["didDocument"], "verificationMethod") == [f"{member.did}#controller"]
    assert result["didDocumentMetadata"] == {}


def test_document_of_an_identity_registered_through_the_platform_is_the_same(same, join):
    member = join()
    assert member.api.write("/v1/identities").status_code == 200
    services = f"/v1/identities/{member.did}/services"
    # Sent without waiting, several go into one block; their order must be kept.
    for n in range(5):
        member.api.write(services, {"type": f"S{n}", "endpoint": f"https://{n}.example"}, wait=0)
    member.api.write(services, {"type": "WebShop", "endpoint": "https://puu.example/kauppa"})
    document = same(member.did)["didDocument"]
    assert ids(document, "assertionMethod")[-1] == f"{member.did}#delegate-1"
    assert [s["type"] for s in document["service"]] == ["S0", "S1", "S2", "S3", "S4", "WebShop"]


def test_ethr_did_adds_delegates_attributes_and_services_and_documents_are_the_same(npm, same, key):
    steps = [
        ["addDelegate", DELEGATES[0], {"delegateType": "veriKey", "expiresIn": DAY}],
        ["addDelegate", DELEGATES[1], {"delegateType": "sigAuth", "expiresIn": DAY}],
        ["addDelegate", DELEGATES[2], {"delegateType": "other", "expiresIn": DAY}],
        ["setAttribute", "did/pub/Secp256k1/veriKey/hex", "0x02" + "ab" * 32, DAY],
        ["setAttribute", "did/pub/Ed25519/sigAuth/base64", "0x" + "cd" * 32, DAY],
        ["setAttribute", "did/pub/X25519/enc/base58", "0x0000" + "ef" * 30, DAY],
        ["setAttribute", "did/pub/RSA/veriKey/pem", "-----BEGIN PUBLIC KEY-----", DAY],
        ["setAttribute", "did/pub/RSA/veriKey/pem", "0xff00fe", DAY],
        ["setAttribute", "did/pub/Ed25519/veriKey/other", "0x1234", DAY],
        ["setAttribute", "did/pub/Secp256k1", "0x02" + "11" * 32, DAY],
        ["setAttribute", "did/pub/Strange/Purpose/hex", "0x", DAY],
        ["setAttribute", "did/svc/HubService", "https://hub.example", DAY],
        ["setAttribute", "did/svc/Json", '{"uri":"https://a.example","accept":["x",1,1.0]}', DAY],
        ["setAttribute", "did/svc/Number", "12345678901234567890", DAY],
        ["setAttribute", "did/svc/NotANumber", "NaN", DAY],
        ["setAttribute", "did/svc/Endless", "[1e999, -0, 2.5e3]", DAY],
        ["setAttribute", "did/svc/NoText", "0xfffe", DAY],
        ["setAttribute", "did/svc/With/Path", "https://b.example", DAY],
        ["setAttribute", "did/other/thing", "nothing of the DID", DAY],
        ["setAttribute", "0x" + "ff" * 32, "0x01", DAY],
        ["setAttribute", "a name with blanks", "0x01", DAY],
    ]  # fmt: skip
    changed = npm("change", privateKey=key, steps=steps)
    document = same(changed["did"])["didDocument"]
    methods = ids(document, "verificationMethod")
    # Numbers go by events: 3 is the delegate of another type, 8 the key that is no PEM.
    assert [m.split("#")[1] for m in methods] == ["controller"] + [
        f"delegate-{n}" for n in (1, 2, 4, 5, 6, 7, 9, 10, 11)
    ]
    assert len(document["service"]) == 6
    with_key = same(changed["publicKeyDid"])["didDocument"]
    assert f"{changed['publicKeyDid']}#controllerKey" in ids(with_key, "assertionMethod")


def test_revoked_keys_and_services_go_and_the_numbers_of_the_others_stay(npm, same, key):
    hex_key = "did/pub/Secp256k1/veriKey/hex"
    steps = [
        ["setAttribute", hex_key, "0x02" + "01" * 32, DAY],
        ["setAttribute", hex_key, "0x02" + "02" * 32, DAY],
        ["setAttribute", "did/pub/X25519/enc/hex", "0x" + "03" * 32, DAY],
        ["addDelegate", DELEGATES[3], {"delegateType": "sigAuth", "expiresIn": DAY}],
        ["setAttribute", "did/svc/Shop", "https://one.example", DAY],
        ["setAttribute", "did/svc/Shop", "https://two.example", DAY],
        ["revokeAttribute", hex_key, "0x02" + "01" * 32],
        ["revokeAttribute", "did/pub/X25519/enc/hex", "0x" + "03" * 32],
        ["revokeAttribute", "did/svc/Shop", "https://one.example"],
        ["revokeDelegate", DELEGATES[3], "sigAuth"],
        ["setAttribute", hex_key, "0x02" + "01" * 32, DAY],
        ["setAttribute", "did/svc/Shop", "https://three.example", DAY],
    ]
    did = npm("change", privateKey=key, steps=steps)["did"]

    def without_delegate():
        document = same(did)["didDocument"]
        return f"{did}#delegate-7" not in ids(document, "assertionMethod") and document

    # A delegate revoked in this very second (event 7) still counts as valid in it.
    document = until(without_delegate, what="the revoked delegate is gone")
    names = [m.split("#")[1] for m in ids(document, "verificationMethod")]
    assert names == ["controller", "delegate-2", "delegate-8"]
    assert [s.split("#")[1] for s in ids(document, "service")] == ["service-2", "service-4"]


def test_expired_keys_go(npm, same, key):
    short = ["setAttribute", "did/pub/Secp256k1/veriKey/hex", "0x02" + "01" * 32, 1]
    did = npm("change", privateKey=key, steps=[short])["did"]
    until(
        lambda: len(same(did)["didDocument"]["verificationMethod"]) == 1,
        what="the key has expired",
    )


def test_changed_owner_controls_the_document_and_past_versions_stay_readable(npm, same, key):
    new_owner = LocalSigner.from_hex(secrets.token_hex(32)).address
    steps = [
        ["setAttribute", "did/svc/Shop", "https://one.example", DAY],
        ["changeOwner", new_owner],
    ]
    changed = npm("change", privateKey=key, steps=steps)
    now = same(changed["did"])
    assert now["didDocument"]["verificationMethod"][0]["blockchainAccountId"].endswith(new_owner)
    assert len(same(changed["publicKeyDid"])["didDocument"]["verificationMethod"]) == 1
    past = str(int(now["didDocumentMetadata"]["versionId"]) - 1)
    before = same(changed["did"], versionId=past)
    assert before["didDocumentMetadata"]["nextVersionId"] == now["didDocumentMetadata"]["versionId"]
    controller = before["didDocument"]["verificationMethod"][0]["blockchainAccountId"]
    assert controller.endswith(changed["did"].rsplit(":", 1)[1])


def test_deactivated_identity_is_deactivated_for_both(npm, same, key):
    steps = [
        ["setAttribute", "did/svc/Shop", "https://one.example", DAY],
        ["changeOwner", "0x" + "0" * 40],
    ]
    did = npm("change", privateKey=key, steps=steps)["did"]
    result = same(did)
    assert result["didDocumentMetadata"]["deactivated"] is True
    assert result["didDocument"]["verificationMethod"] == []


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("addDelegateSigned", [DELEGATES[4], {"delegateType": "veriKey", "expiresIn": DAY}]),
        ("setAttributeSigned", ["did/svc/Shop", "https://signed.example", DAY]),
        ("changeOwnerSigned", [DELEGATES[5]]),
        ("revokeAttributeSigned", ["did/svc/Shop", "https://signed.example"]),
        ("revokeDelegateSigned", [DELEGATES[4], "veriKey"]),
    ],
)
def test_changes_signed_by_the_owner_and_sent_by_another_are_taken(
    npm, same, key, method, arguments
):
    relayer = "0x" + secrets.token_hex(32)
    changed = npm(
        "changeSigned", privateKey=key, relayer=relayer, method=method, arguments=arguments
    )
    assert "versionId" in same(changed["did"])["didDocumentMetadata"]


@pytest.mark.parametrize("accept", ["application/did+ld+json", "application/did+json"])
def test_bare_document_is_the_same_in_each_representation(npm, anonymous, join, accept):
    member = join()
    member.api.write("/v1/identities")
    theirs = npm("resolve", did=member.did, options={"accept": accept})
    ours = anonymous.get(f"/1.0/identifiers/{member.did}", headers={"Accept": accept})
    assert ours.json() == theirs["didDocument"]
    assert ours.headers["content-type"] == accept
    assert theirs["didResolutionMetadata"]["contentType"] == accept


def test_did_jwt_verifies_a_credential_with_the_resolver_alone(npm, join):
    issuer, subject = join(), join()
    issuer.api.write("/v1/identities")
    body = {"type": "InteropCredential", "subject": subject.did, "claims": {"level": "gold"}}
    credential = issuer.api.write("/v1/credentials", body).json()["credential"]
    answer = npm("verify", jwt=credential)
    assert answer["verified"] is True
    assert answer["issuer"] == issuer.did
    # It takes the first key that fits: the wallet's account fits as well as its registered key.
    assert answer["signer"] in (f"{issuer.did}#controller", f"{issuer.did}#delegate-1")
