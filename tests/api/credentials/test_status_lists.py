"""Status lists: read as the specifications say, without the platform's own code."""

import base64
import gzip
import json
import zlib

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from tests.api.credentials.conftest import done
from tests.api.credentials.jwts import parts, unb64

LENGTH = 131_072


@pytest.fixture(scope="module")
def key_of(anonymous):
    """The public key that a JWT names, from its signer's DID document."""

    def find(jwt):
        from pocplatform.domains.credentials.jwt import jwk_of

        kid = parts(jwt)[0]["kid"]
        document = anonymous.get(f"/1.0/identifiers/{kid.split('#')[0]}").json()["didDocument"]
        method = next(m for m in document["verificationMethod"] if m["id"] == kid)
        return ECKey.import_key(jwk_of(bytes.fromhex(method["publicKeyHex"])))

    return find


def token_status(anonymous, issued):
    """As the Token Status List, section 8.3, has it: 0 valid, 1 invalid, 2 suspended."""
    answer = anonymous.get(issued["status_list"])
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    _, payload, _ = parts(answer.text)
    bits = payload["status_list"]["bits"]
    places = zlib.decompress(unb64(payload["status_list"]["lst"]))
    assert len(places) * 8 // bits == LENGTH
    index = issued["status_index"] * bits
    return places[index // 8] >> index % 8 & (1 << bits) - 1


def bit(anonymous, issued, purpose):
    """As the Bitstring Status List, section 3.2, has it."""
    answer = anonymous.get(f"{issued['status_list']}/{purpose}")
    assert answer.headers["content-type"] == "application/vc+jwt"
    subject = parts(answer.text)[1]["credentialSubject"]
    assert subject["statusPurpose"] == purpose
    assert subject["encodedList"][0] == "u"
    packed = base64.urlsafe_b64decode(subject["encodedList"][1:] + "==")
    places = gzip.decompress(packed)
    assert len(places) * 8 == LENGTH
    return places[issued["status_index"] // 8] >> 7 - issued["status_index"] % 8 & 1


def statuses(anonymous, issued):
    return (
        token_status(anonymous, issued),
        bit(anonymous, issued, "revocation"),
        bit(anonymous, issued, "suspension"),
    )


def test_suspended_resumed_and_revoked_are_read_from_the_lists(fresh, issuer, anonymous):
    assert statuses(anonymous, fresh) == (0, 0, 0)
    for verb, expected in (
        ("suspend", (2, 0, 1)),
        ("resume", (0, 0, 0)),
        ("revoke", (1, 1, 0)),
    ):
        done(issuer.api.write(f"/v1/credentials/{fresh['id']}/{verb}"))
        assert statuses(anonymous, fresh) == expected, verb


def test_credential_names_its_place_in_the_lists(issued):
    _, payload, _ = parts(issued["credential"])
    on_chain, *entries = payload["credentialStatus"]
    assert on_chain["type"] == "OnChainCredentialStatus"
    assert [e["statusPurpose"] for e in entries] == ["revocation", "suspension"]
    for entry in entries:
        assert entry["type"] == "BitstringStatusListEntry"
        assert entry["statusListIndex"] == str(issued["status_index"])
        assert entry["statusListCredential"].startswith(issued["status_list"])


def test_lists_are_signed_by_the_issuer_and_may_be_kept_a_minute(issued, issuer, anonymous, key_of):
    for path in ("", "/revocation", "/suspension"):
        answer = anonymous.get(issued["status_list"] + path)
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["etag"]
        jws.deserialize_compact(answer.text, key_of(answer.text), algorithms=["ES256K"])
        assert parts(answer.text)[0]["kid"].startswith(issuer.did)
    header, payload, _ = parts(anonymous.get(issued["status_list"]).text)
    assert header["typ"] == "statuslist+jwt"
    assert payload["sub"] == issued["status_list"]
    assert payload["iat"] < payload["exp"]
    assert payload["ttl"] == 60


def test_list_in_which_nothing_changes_is_signed_once_a_minute(issued, anonymous, monkeypatch):
    from pocplatform.domains.credentials import jwt

    signed, sign = [], jwt.sign

    def counted(header, payload, signer):
        signed.append((header["typ"], payload.get("iat") or payload["validFrom"]))
        return sign(header, payload, signer)

    monkeypatch.setattr(jwt, "sign", counted)
    for _ in range(5):
        for path in ("", "/revocation"):
            assert anonymous.get(issued["status_list"] + path).status_code == 200
    assert len(signed) == len(set(signed))


def test_places_do_not_tell_the_order_of_issuing(issue):
    issued = [done(issue(claims={"n": n})) for n in range(8)]
    assert len({one["status_list"] for one in issued}) == 1
    places = [one["status_index"] for one in issued]
    assert len(set(places)) == 8
    assert all(0 <= place < LENGTH for place in places)
    # Eight places at random are neither in order nor close together: once in 20,000 runs or less.
    assert places != sorted(places)
    assert max(places) - min(places) > 100


def test_list_tells_nothing_of_who_is_in_it(issued, subject, anonymous):
    _, payload, _ = parts(anonymous.get(issued["status_list"]).text)
    text = json.dumps(payload)
    assert subject.address not in text
    assert issued["digest"][2:] not in text


def test_unknown_list_or_purpose_is_refused(issued, anonymous):
    assert anonymous.get("/v1/status_lists/stl_nothing").status_code == 404
    assert anonymous.get("/v1/status_lists/stl_nothing/revocation").status_code == 404
    answer = anonymous.get(f"{issued['status_list']}/refresh")
    assert (answer.status_code, answer.json()["param"]) == (422, "purpose")
