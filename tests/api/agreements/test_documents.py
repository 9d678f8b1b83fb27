"""The document as a PDF, and checking what somebody holds in hand against the chain."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib

import pytest

from pocplatform.domains.agreements import paper
from tests.api.agreements.support import Deal, agree, ok
from tests.api.agreements.support_texts import FILLED


@pytest.fixture(scope="module")
def standing(join):
    """A rental from a template, in force, that no test changes."""
    client, provider = join("Vuokraaja Öy", fund=300_000), join("Keilain ja Ääni Ky")
    parties = {
        "lessee": {"who": client.did, "name": client.name},
        "lessor": {"who": provider.did, "name": provider.name},
    }
    request = {
        "template": "equipment_rental",
        "parties": parties,
        "parameters": FILLED["equipment_rental"][1],
    }
    made = ok(client.api.write("/v1/agreements/from_template", request), 201)
    return Deal(made["id"], client, provider).into_force()


def pdf(deal, who=None, **params):
    answer = (who or deal.client).api.get(f"{deal.path}/document.pdf", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["document-hash"] == "0x" + hashlib.sha256(answer.content).hexdigest()
    return answer.content


def verify(deal, **given):
    return ok(deal.client.api.post(f"{deal.path}/verify_document", json=given))


def outcome(verification):
    return {check["check"]: check["ok"] for check in verification["checks"]}


ALL_GOOD = {"content": True, "terms": True, "signatures": True, "chain": True}


def streams(content):
    """What the compressed parts of a PDF hold."""
    found = b""
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found += zlib.decompress(match[1])
        except zlib.error:
            found += match[1]
    return found


def test_pdf_is_the_same_file_for_every_party_and_every_time(standing):
    content = pdf(standing)
    assert content.startswith(b"%PDF-1.7")
    assert content == pdf(standing) == pdf(standing, standing.provider)
    assert content != pdf(standing, language="en")


def test_text_that_was_signed_is_attached_to_the_pdf_letter_by_letter(standing):
    text = standing.shown()["document"]["text"]
    assert "Keilain ja Ääni Ky" in text
    assert text.encode() in streams(pdf(standing))


def test_pdf_in_both_languages_is_found_genuine(standing):
    for language in ("fi", "en"):
        given = base64.b64encode(pdf(standing, language=language)).decode()
        verification = verify(standing, pdf=given)
        assert verification["valid"], verification
        assert outcome(verification) == ALL_GOOD


def test_text_document_hash_terms_hash_and_hash_of_the_pdf_are_found_genuine(standing):
    shown = standing.shown()
    file_hash = "0x" + hashlib.sha256(pdf(standing)).hexdigest()
    assert outcome(verify(standing, text=shown["document"]["text"])) == ALL_GOOD
    for hash_ in (shown["document_hash"], shown["terms_hash"], file_hash):
        assert outcome(verify(standing, hash=hash_)) == ALL_GOOD


def test_one_letter_or_one_byte_more_is_noticed(standing):
    text = standing.shown()["document"]["text"]
    altered = bytearray(pdf(standing))
    altered[-40] ^= 1
    for given in (
        {"text": text.replace("10 päivää", "11 päivää")},
        {"text": text + "\n"},
        {"pdf": base64.b64encode(altered).decode()},
        {"hash": "0x" + "0" * 64},
    ):
        verification = verify(standing, **given)
        assert not verification["valid"]
        assert outcome(verification) == {"content": False}
        assert verification["revision"] is None


def test_file_that_is_no_pdf_costs_no_typesetting(standing, monkeypatch):
    made = []
    monkeypatch.setattr(paper, "pdf", made.append)
    given = base64.b64encode(b"no such thing").decode()
    assert outcome(verify(standing, pdf=given)) == {"content": False}
    assert made == []


def test_checks_are_explained_in_the_callers_language(standing):
    path = f"{standing.path}/verify_document"
    texts = [
        ok(
            standing.client.api.post(
                path, json={"hash": "0x" + "1" * 64}, headers={"Accept-Language": language}
            )
        )["checks"][0]["detail"]
        for language in ("fi", "en")
    ]
    assert texts[0].startswith("Tiiviste ei kuulu")
    assert texts[1].startswith("The hash belongs to no version")


def test_draft_is_genuine_in_content_but_neither_signed_nor_on_the_chain(join):
    deal = agree(join)
    verification = verify(deal, text=deal.shown()["document"]["text"])
    assert outcome(verification) == ALL_GOOD | {"signatures": False, "chain": False}


def test_pdf_from_before_the_last_signature_is_confirmed_and_known_as_outdated(join):
    deal = agree(join)
    given = [pdf(deal), pdf(deal, language="en")]
    deal.do(deal.provider, "sign")
    given.append(pdf(deal))
    for file in given[:2]:
        verification = verify(deal, pdf=base64.b64encode(file).decode())
        assert outcome(verification) == ALL_GOOD | {"signatures": False, "chain": False}
        assert (verification["revision"], verification["outdated"]) == (0, True)
    deal.do(deal.client, "sign")
    deal.do(deal.client, "activate")
    for file, missing in zip(given, ("0, 1", "0, 1", "0"), strict=True):
        verification = verify(deal, pdf=base64.b64encode(file).decode())
        assert outcome(verification) == ALL_GOOD
        assert (verification["valid"], verification["outdated"]) == (True, True)
        assert f"before party {missing} had signed" in verification["checks"][0]["detail"]
    by_hash = verify(deal, hash="0x" + hashlib.sha256(given[2]).hexdigest())
    assert (by_hash["valid"], by_hash["outdated"]) == (True, True)
    now = verify(deal, pdf=base64.b64encode(pdf(deal)).decode())
    assert (now["valid"], now["outdated"]) == (True, False)


def test_document_before_an_amendment_is_known_as_no_longer_in_force(join):
    deal = agree(join).into_force()
    first, file = deal.shown()["document"]["text"], pdf(deal)
    change = deal.do(deal.client, "amend", {"reason": "Later.", "title": "Showroom, later"}, 201)
    ok(deal.provider.api.write(f"{deal.path}/changes/{change['id']}/sign"))
    for given in ({"text": first}, {"pdf": base64.b64encode(file).decode()}):
        verification = verify(deal, **given)
        assert verification["revision"] == 0
        assert outcome(verification) == ALL_GOOD | {"chain": False}
    now = verify(deal, text=deal.shown()["document"]["text"])
    assert (now["revision"], now["valid"]) == (1, True)
    assert outcome(verify(deal, pdf=base64.b64encode(pdf(deal)).decode())) == ALL_GOOD


def test_text_that_looks_like_markup_is_set_as_it_is(join):
    text = '#panic("no") *a* _b_ $x$ `c` <label> @ref \\ [x] {y} // z\n'
    text += "- one\n## two **three**\n4.4 five"
    deal = agree(join, document={"text": text}, title='#read("/etc/passwd")')
    assert text.encode() in streams(pdf(deal))


def test_characters_that_no_font_has_are_in_the_attached_text(join):
    text = "Emoji 😀, 日本語, Привет, a control character \a and ä, ö, €."
    deal = agree(join, document={"text": text})
    assert text.encode() in streams(pdf(deal))


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({}, None),
        ({"text": "a", "hash": "0x" + "0" * 64}, None),
        ({"hash": "0x12"}, "hash"),
        ({"hash": 12}, "hash"),
        ({"pdf": "no base64!"}, "pdf"),
        ({"text": ""}, "text"),
        ({"file": "x"}, "file"),
    ],
)
def test_thing_that_cannot_be_checked_is_refused(standing, given, param):
    answer = standing.client.api.post(f"{standing.path}/verify_document", json=given)
    assert answer.status_code == 422, answer.text
    assert answer.json().get("param") == param


def test_documents_are_for_the_involved_only(standing, join, anonymous):
    stranger = join()
    for path in ("document.pdf", "verify_document"):
        call = stranger.api.post if path.startswith("verify") else stranger.api.get
        kwargs = {"json": {"text": "x"}} if path.startswith("verify") else {}
        assert call(f"{standing.path}/{path}", **kwargs).status_code == 404
    assert anonymous.get(f"{standing.path}/document.pdf").status_code == 401
    answer = standing.client.api.get(f"{standing.path}/document.pdf", params={"language": "sv"})
    assert answer.status_code == 422


def test_code_on_the_pdf_leads_to_what_the_chain_says_without_a_key(standing, anonymous):
    shown = standing.shown()
    found = ok(anonymous.get(f"/v1/agreement_proofs/{shown['agreement_hash']}"))
    assert (found["state"], found["revision"]) == ("active", 0)
    assert found["terms_hash"] == shown["terms_hash"]
    assert found["document_hash"] == shown["document_hash"]
    assert standing.client.name not in str(found)
    for unknown in ("0x" + "0" * 64, "0x12", "nothing"):
        assert anonymous.get(f"/v1/agreement_proofs/{unknown}").status_code == 404
