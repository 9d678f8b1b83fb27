import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocplatform.chain.signer import LocalSigner
from pocplatform.domains.credentials import jwt

SIGNER = LocalSigner.from_hex("11" * 32)
KID = "did:ethr:0x7a69:0x00#delegate-1"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


def issue(payload=None):
    return jwt.issue(payload or {"a": 1}, KID, SIGNER.sign_sha256_digest)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), json_values, max_size=4))
def test_whatever_is_issued_is_read_back_and_its_signature_holds(payload):
    token = issue(payload)
    read = jwt.parse(token.text)
    assert read.payload == (payload or {"a": 1})
    assert read.digest == token.digest
    assert jwt.check_header(read.header) == KID
    jwt.check_signature(read, SIGNER.public_key())


@given(st.text())
def test_no_text_whatsoever_breaks_the_parser(text):
    with contextlib.suppress(jwt.NotACredential):
        jwt.parse(text)


def test_digest_covers_the_content_and_not_the_signature():
    token = issue()
    content = token.text.rpartition(".")[0]
    assert jwt.parse(content + ".AAAA").digest == hashlib.sha256(content.encode()).digest()


def test_signature_of_another_key_is_refused():
    other = LocalSigner.from_hex("22" * 32)
    with pytest.raises(jwt.SignatureRefused):
        jwt.check_signature(issue(), other.public_key())


@pytest.mark.parametrize("key", [b"", b"\2" * 33, b"\5" * 33, b"\4" + b"\0" * 64])
def test_key_that_is_no_point_of_the_curve_is_refused(key):
    with pytest.raises(jwt.SignatureRefused):
        jwt.check_signature(issue(), key)


def test_base64url_that_is_not_canonical_is_refused():
    content, _, signature = issue().text.rpartition(".")
    # 64 bytes leave four unused bits in the last character: other values of them mean the same.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]
    with pytest.raises(jwt.NotACredential):
        jwt.parse(f"{content}.{twin}")
