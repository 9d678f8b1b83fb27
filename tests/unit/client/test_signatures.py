"""Signatures of webhooks, as receivers check them."""

import json
import subprocess
import sys

import pytest

from pocplatform.client import SignatureInvalid, verify_signature
from pocplatform.delivery.webhooks.signing import new_secret, signature

BODY = json.dumps(
    {"id": "evt_1", "type": "payment.received", "created": "2026-11-22T00:00:00Z", "data": {"a": 1}}
).encode()
SECRET = new_secret()
NOW = 1_800_000_000
HEADER = signature(BODY, [SECRET], NOW)


def test_signature_of_the_sandbox_gives_the_event():
    event = verify_signature(BODY, HEADER, SECRET, now=NOW)
    assert (event.id, event.type, event.data) == ("evt_1", "payment.received", {"a": 1})


def test_either_secret_is_right_while_it_is_changed():
    old = new_secret()
    header = signature(BODY, [SECRET, old], NOW)
    for secret in (SECRET, old):
        assert verify_signature(BODY, header, secret, now=NOW).id == "evt_1"


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_signature_within_the_tolerance_is_taken(off):
    assert verify_signature(BODY, HEADER, SECRET, now=NOW + off)


@pytest.mark.parametrize("off", [-301, 301, 86_400])
def test_signature_that_is_played_again_later_is_refused(off):
    with pytest.raises(SignatureInvalid, match="too long ago"):
        verify_signature(BODY, HEADER, SECRET, now=NOW + off)
    assert verify_signature(BODY, HEADER, SECRET, tolerance=abs(off), now=NOW + off)


def test_time_cannot_be_changed_without_the_secret():
    later = HEADER.replace(f"t={NOW}", f"t={NOW + 1000}")
    with pytest.raises(SignatureInvalid):
        verify_signature(BODY, later, SECRET, now=NOW + 1000)


@pytest.mark.parametrize("body", [BODY + b" ", BODY.replace(b"1}", b"2}"), b"", b"\xff"])
def test_changed_body_is_refused(body):
    with pytest.raises(SignatureInvalid, match="secret"):
        verify_signature(body, HEADER, SECRET, now=NOW)


@pytest.mark.parametrize(
    "header",
    [None, "", "t=,v1=", "v1=abc", f"t={NOW}", "t=x,v1=abc", f"t={NOW},v0=abc", "t=٣,v1=abc",
     f"t={'9' * 400},v1=abc", f"t={NOW},v1=é", f"t={NOW},v1=" + "0" * 64],
)  # fmt: skip
def test_header_that_means_nothing_is_refused(header):
    with pytest.raises(SignatureInvalid) as refused:
        verify_signature(BODY, header, SECRET, now=NOW)
    assert (refused.value.code, bool(refused.value.next_step)) == ("signature_invalid", True)


def test_refusal_is_in_finnish_for_those_who_want_it():
    with pytest.raises(SignatureInvalid, match="Kutsua ei ole"):
        verify_signature(BODY, HEADER, "whsec_other", now=NOW, language="fi")


def test_check_needs_nothing_but_the_sdk():
    code = (
        "import sys; from pocplatform.client.webhooks import verify_signature; "
        "print([n for n in sys.modules if n.startswith('pocplatform.') and '.client' not in n])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
