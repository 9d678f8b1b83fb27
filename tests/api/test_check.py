"""Check it: documents and credentials, for anybody, without anything being kept."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import text

from tests.api.test_sign_in import BROWSER, fields
from tests.processes import NO_TLS


@pytest.fixture
def visitor(base_url):
    with httpx.Client(base_url=base_url, headers=BROWSER, timeout=120, verify=NO_TLS) as client:
        yield client


@pytest.fixture(scope="module")
def agreement(join):
    """An agreement in force, as a PDF, with its client."""
    client, provider = join("Asiakas Oy (testi)"), join("Tekijä Oy (testi)")
    drafted = client.api.write(
        "/v1/agreements",
        {
            "title": "Work",
            "document": {"text": "The provider does the work."},
            "parties": [
                {"who": client.id, "role": "client"},
                {"who": provider.id, "role": "provider"},
            ],
            "milestones": [{"title": "All", "amount": 1000, "payer": 0, "provider": 1}],
        },
        wait=0,
    )
    path = f"/v1/agreements/{drafted.json()['id']}"
    early = client.api.get(f"{path}/document.pdf").content
    for one in (client, provider):
        assert one.api.write(f"{path}/sign", wait=0).status_code == 200
    before = client.api.get(f"{path}/document.pdf").content
    assert client.api.write(f"{path}/activate").status_code in (200, 202)
    return early, before, client.api.get(f"{path}/document.pdf").content


def checked(visitor: httpx.Client, what: str, data: dict[str, str], **files: bytes):
    form = {**fields(visitor.get("/check")), **data}
    return visitor.post(
        f"/check/{what}", data=form, files=[(k, ("given", v)) for k, v in files.items()]
    )


def test_document_in_force_holds_for_anybody(visitor, agreement):
    answer = checked(visitor, "document", {}, file=agreement[2])
    assert answer.status_code == 200
    assert "The document holds" in answer.text
    assert "not in order" not in answer.text
    assert answer.text.count(": in order") == 4


def test_one_changed_byte_is_found(visitor, agreement):
    changed = bytearray(agreement[2])
    place = changed.rindex(b"endstream") - 5
    changed[place] ^= 1
    answer = checked(visitor, "document", {}, file=bytes(changed))
    assert "The document does not hold" in answer.text
    assert "it was altered" in answer.text


def test_document_from_before_the_signatures_says_so(visitor, agreement):
    answer = checked(visitor, "document", {}, file=agreement[0])
    assert "as it was before party 0, 1 had signed" in answer.text


def test_file_that_names_nothing_of_ours_is_told_with_its_fingerprint(visitor):
    answer = checked(visitor, "document", {}, file=b"%PDF-1.7 agr_" + b"0" * 24)
    assert "This is no document of this sandbox" in answer.text
    assert re.search(r"[0-9a-f]{64}", answer.text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "Choose a file"),
        (b"plain text", "The file is no PDF."),
        (b"%PDF-" + b"x" * 700_001, "larger than 700 kB"),
    ],
)
def test_file_that_cannot_be_checked_is_told_beside_the_field(visitor, given, said):
    answer = checked(visitor, "document", {}, file=given)
    assert answer.status_code == 422
    assert said in re.search(r'id="document-wrong">([^<]+)<', answer.text)[1]


def test_file_far_too_large_is_refused_as_a_page(visitor):
    answer = checked(visitor, "document", {}, file=b"%PDF-" + b"x" * 2_000_000)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")


def test_nothing_that_is_given_is_stored(visitor, agreement, platform):
    def rows() -> dict[str, int]:
        with platform.gateway.database.snapshot() as session:
            names = session.exec(text("SELECT name FROM sqlite_master WHERE type='table'")).all()
            kept = {"requests", "request_log", "logged_requests"}
            return {
                name: session.exec(text(f"SELECT COUNT(*) FROM {name}")).one()[0]
                for (name,) in names
                if name not in kept
            }

    form = fields(visitor.get("/check"))
    before = rows()
    visitor.post("/check/document", data=form, files=[("file", ("given", agreement[2]))])
    visitor.post("/check/credential", data={**form, "text": "eyJ.eyJ.x"})
    assert rows() == before


@pytest.fixture(scope="module")
def credential(join):
    """A credential of a company, in both formats."""
    company = join("Todistettu Oy (testi)")
    found = {}
    for format_ in ("jwt_vc", "dc+sd-jwt"):
        answer = company.api.write("/v1/business_register/verifications", {"format": format_})
        found[format_] = answer.json()
    return found


@pytest.mark.parametrize("format_", ["jwt_vc", "dc+sd-jwt"])
def test_credential_holds_pasted_or_as_a_file_however_it_is_broken_into_lines(
    visitor, credential, format_
):
    signed = credential[format_]["credential"]
    pasted = "\n".join(signed[at : at + 60] for at in range(0, len(signed), 60))
    for answer in (
        checked(visitor, "credential", {"text": pasted}),
        checked(visitor, "credential", {"text": ""}, file=signed.encode() + b"\n"),
    ):
        assert answer.status_code == 200, answer.text
        assert "The credential holds" in answer.text
        assert "Todistettu Oy (testi)" in answer.text
        assert "not in order" not in answer.text
        assert "<dd>The sandbox<br>" in answer.text
        assert re.search(r"Anchored on the chain at \d+ \w+ \d{4}, \d\d:\d\d UTC\.", answer.text)


def test_forged_credential_fails_by_name_and_is_not_to_be_relied_on(visitor, credential):
    head, payload, signature = credential["jwt_vc"]["credential"].split(".")
    answer = checked(visitor, "credential", {"text": f"{head}.{payload}.{'A' * len(signature)}"})
    assert "The credential does not hold" in answer.text
    assert 'Signed by the issuer<span class="hidden">: not in order' in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Paste a credential"), ("no credential", ""), ("x" * 66_000, ""), ("<b>", "")],
)
def test_what_is_no_credential_is_no_failure_of_ours(visitor, typed, said):
    answer = checked(visitor, "credential", {"text": typed})
    assert answer.status_code < 500
    assert said in answer.text
    assert "The credential holds" not in answer.text
    assert "<b>" not in answer.text


def test_file_that_is_no_text_is_no_credential(visitor):
    answer = checked(visitor, "credential", {"text": ""}, file=b"\xff\x00\x01")
    assert answer.status_code == 422
    assert "holds no text that could be a credential" in answer.text
