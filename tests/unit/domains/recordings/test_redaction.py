"""What is kept of requests for recordings, however they are made."""

from __future__ import annotations

import json
import time

import pytest

from pocplatform.domains.recordings import redaction
from pocplatform.kit.exchange import secret_mark

SIGNED = "eyJhbGciOiJFUzI1NksifQ.eyJzdWIiOiJkaWQifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize("text", ["eyJ" * 300_000, "eyJ-" * 200_000, "sk_test_" * 100_000])
def test_long_text_is_read_once(text):
    began = time.process_time()
    redaction.without_secrets({"text": text})
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "text", [SIGNED, f"Bearer {SIGNED}", f"openid4vp://?vp=%22{SIGNED}%22", f'["{SIGNED}"]']
)
def test_signed_credential_is_marked_wherever_it_stands(text):
    kept = redaction.without_secrets({"text": text})
    assert SIGNED not in kept["text"]
    assert secret_mark(SIGNED) in kept["text"]


def test_what_is_all_secrets_is_not_kept():
    many = [{"code": f"{number:020}"} for number in range(30_000)]
    began = time.process_time()
    assert redaction.without_secrets(many) is None
    assert time.process_time() - began < 2


def test_deep_nesting_breaks_nothing_at_any_depth():
    for depth in range(100, 1200, 50):
        kept = redaction.without_secrets(redaction.parsed(b"[" * depth + b"]" * depth))
        json.dumps(redaction.kept_of_answer(kept) if depth < 200 else kept)


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b'{"a":' * 100_000, b"NaN", b"[1e999]", b'"\\ud800"', b'{"\\udfff": 1}', b"{"],
    ids=["lists", "objects", "nan", "infinite", "surrogate", "name", "broken"],
)
def test_what_cannot_be_stored_or_told_is_not_kept(content):
    assert redaction.parsed(content) is None


def test_offer_of_a_credential_opens_nothing_by_what_is_kept():
    code = "Xb1-" * 10
    grant = {"pre-authorized_code": code}
    offer = {
        "id": "cof_1234",
        "credential_offer": {"grants": {"urn:ietf:params:oauth:grant-type:pre": grant}},
        "uri": f"openid-credential-offer://?credential_offer=%7B%22code%22%3A%22{code}%22%7D",
    }
    kept = redaction.kept_of_answer(redaction.without_secrets(offer))
    assert kept["id"] == "cof_1234"
    assert code not in json.dumps(kept)
