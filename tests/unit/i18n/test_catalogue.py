"""The Finnish catalogue: whole, exact, and in the words of the glossary."""

from __future__ import annotations

import re

import pytest
import sentence_support as support
from babel.messages.pofile import read_po

from pocplatform.kit.i18n import LANGUAGES, catalogue, translate
from pocplatform.kit.settings import PROJECT_ROOT

PO = support.PACKAGE / "locales" / "fi" / "messages.po"
GLOSSARY = PROJECT_ROOT / "docs" / "glossary.md"


@pytest.fixture(scope="module")
def sources():
    return support.modules()


@pytest.fixture(scope="module")
def collected(sources, artifacts):
    """Every sentence that people can meet, with a place where it stands."""
    found = support.Collected()
    parts = (
        support.errors_in(sources),
        support.validators_in(sources),
        support.templates(),
        support.tables(),
    )
    for part in parts:
        found.unreadable += part.unreadable
        for sentence, place in part.sentences.items():
            found.add(sentence, place)
    for contract, signature, notice in support.contract_errors(artifacts):
        found.add(notice, f"{contract}: {signature}")
    return found


def test_every_error_says_its_sentence_where_it_can_be_collected(collected):
    assert collected.unreadable == []


def test_collector_finds_sentences_of_every_kind(collected):
    for sentence in (
        "Not found",  # a title
        "There is no payment {payment_id}.",  # a detail
        "Run `pocplatform deploy`.",  # one of two branches
        "The npm part {part} is not installed in node_modules.",  # of a constructor
        "The devnet could not be rebuilt from the journal at block {block}: {why}.",  # put together
        "The issuer is trusted for {type}.",  # of a credential's check
        "Skip to the content",  # of a template
        "mined",  # a status
        "The agreement is not in a state in which this can be done.",  # NatSpec
    ):
        assert sentence in collected.sentences


def test_every_sentence_has_its_finnish(collected):
    finnish = catalogue("fi")
    missing = [
        f"{place}: {text}" for text, place in collected.sentences.items() if text not in finnish
    ]
    assert missing == []


def test_placeholders_are_the_same_in_both_languages():
    different = [
        english
        for english, finnish in catalogue("fi").items()
        if support.placeholders(english) != support.placeholders(finnish)
    ]
    assert different == []


def test_no_entry_is_obsolete_fuzzy_or_there_twice(collected, sources):
    used = set(collected.sentences) | support.literals(sources)
    assert [english for english in catalogue("fi") if english not in used] == []
    with PO.open("rb") as file:
        po = read_po(file, locale="fi")
    assert not po.obsolete
    assert [message.id for message in po if message.fuzzy and message.id] == []
    ids = re.findall(r'(?m)^msgid "(.+)"$', PO.read_text(encoding="utf-8"))
    assert sorted(ids) == sorted(set(ids))


def test_sentences_end_as_their_english_does():
    """A full stop that is missing or too much shows that a sentence was changed in one only."""
    wrong = [
        english
        for english, finnish in catalogue("fi").items()
        if english.endswith((".", ":")) and not finnish.endswith((english[-1], "?"))
    ]
    assert wrong == [] or wrong == ["Did you mean {near}?"]


def test_sentences_have_no_typing_errors_of_the_usual_kinds():
    for finnish in catalogue("fi").values():
        assert finnish == finnish.strip()
        assert "  " not in finnish
        assert "“" not in finnish, f"Finnish opens quotes with ”: {finnish}"


def test_empty_sentence_stays_empty_in_every_language():
    for language in LANGUAGES:
        assert translate("", language) == ""


def glossary() -> list[list[str]]:
    """Rows of the glossary's tables: English, Finnish, meaning, and the words to avoid."""
    rows = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and not set(cells[0]) <= set("- "):
            rows.append(cells)
    return rows


def test_glossary_has_both_languages_for_every_term():
    rows = glossary()
    assert len(rows) > 40
    assert [row for row in rows if not row[0] or not row[1] or not row[2]] == []


def test_catalogue_uses_no_word_that_the_glossary_rules_out():
    avoided = {word for row in glossary()[1:] for word in re.findall(r"`([^`]+)`", row[3])}
    assert "todiste" in avoided
    found = [
        f"{word}: {finnish}"
        for word in avoided
        for finnish in catalogue("fi").values()
        if re.search(rf"\b{re.escape(word)}", re.sub("`[^`]*`", "", finnish), re.IGNORECASE)
    ]
    assert found == []
