import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pocplatform.chain.signer import LocalSigner
from pocplatform.domains.identities.document import Change, Kind, build, endpoint
from pocplatform.domains.identities.errors import DidInvalid, DidNotFound
from pocplatform.domains.identities.identifier import Identifier, compressed, parse

CHAIN = 0x7A69
ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
DID = f"did:ethr:0x7a69:{ADDRESS}"


def attribute(name, value, *, valid_to=2**256 - 1, block=1):
    raw = name if isinstance(name, bytes) else name.encode()
    return Change(Kind.ATTRIBUTE, raw.ljust(32, b"\0"), value, valid_to, block)


def document(*changes, now=1_000):
    return build(Identifier(DID, ADDRESS), changes, chain_id=CHAIN, now=now).document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example", "https://a.example"),
        ('"text"', "text"),
        ('{"a": [1, 1.0, 1.5, true, null]}', {"a": [1, 1, 1.5, True, None]}),
        ("12345678901234567890", 12345678901234567000),
        ("1e21", 1e21),
        ("1e999", None),
        ("NaN", "NaN"),
        ("[Infinity]", "[Infinity]"),
        ('"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        ('"\\ud800"', "�"),
        ('{"\\udfff": "x"}', {"�": "x"}),
    ],
)
def test_endpoint_is_read_as_json_where_it_is_json(text, expected):
    read = endpoint(text)
    assert read == expected
    json.dumps(read, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("depth", [40, 100_000])
def test_endpoint_nested_too_deeply_stays_text(depth):
    text = "[" * depth + "]" * depth
    assert endpoint(text) == text


def test_key_is_valid_to_the_last_second_of_its_validity():
    key = attribute("did/pub/Secp256k1/veriKey/hex", b"\2" * 33, valid_to=1_000)
    assert len(document(key, now=1_000)["verificationMethod"]) == 2
    assert len(document(key, now=1_001)["verificationMethod"]) == 1


def test_names_that_are_no_text_or_not_of_a_did_are_passed_over_without_a_number():
    changes = [
        attribute(b"\xff" * 32, b"x"),
        attribute("did/pub/Secp256k1/veriKey/hex\n", b"x"),
        attribute("did/pub/Ключ", b"x"),
        attribute("did/pub/Secp256k1/veriKey/hex", b"\2" * 33),
    ]
    [_, key] = document(*changes)["verificationMethod"]
    assert key["id"] == f"{DID}#delegate-1"


def test_nothing_counts_after_deactivation():
    gone = Change(Kind.OWNER, b"", b"\0" * 20, 0, 2)
    resolved = build(
        Identifier(DID, ADDRESS),
        [gone, attribute("did/svc/Shop", b"https://a.example", block=3)],
        chain_id=CHAIN,
        now=1,
    )
    assert resolved.deactivated
    assert resolved.version is gone
    assert "service" not in resolved.document


def test_past_version_leaves_out_what_came_later_and_names_the_next():
    changes = [attribute("did/svc/Shop", b"x", block=5), attribute("did/svc/Shop", b"y", block=9)]
    identifier = Identifier(DID, ADDRESS)
    resolved = build(identifier, changes, chain_id=CHAIN, now=1, at_block=7)
    assert len(resolved.document["service"]) == 1
    assert resolved.next_version is changes[1]


def test_did_by_public_key_has_the_address_of_the_key():
    signer = LocalSigner.from_hex("11" * 32)
    key = compressed(signer.public_key())
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), signer.public_key())
    assert key == point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    identifier = parse(f"did:ethr:0x7a69:0x{key.hex()}", CHAIN)
    assert identifier.address == signer.address
    assert identifier.public_key == key.hex()


def test_did_is_taken_in_one_case_of_its_network_only():
    assert parse(DID.lower(), CHAIN).address == ADDRESS
    for other in (DID.replace("0x7a69", "0x7A69"), DID.replace("0x7a69", "0x07a69")):
        with pytest.raises(DidNotFound):
            parse(other, CHAIN)
    with pytest.raises(DidInvalid):
        parse(DID + "\n", CHAIN)
