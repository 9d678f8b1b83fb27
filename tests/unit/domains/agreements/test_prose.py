"""Texts of agreements: numbered when they are rendered, read again as paragraphs for the PDF."""

from datetime import date

import pytest

from pocplatform.domains.agreements.paper import pieces
from pocplatform.domains.agreements.prose import add_months, numbered, one_line, written


def test_sections_and_clauses_are_numbered_and_lines_joined():
    text = "# Title\n\n## One\n\n+ first\n  line\n\n+ second\n\n## Two\n\n\n+ third\n- no clause\n"
    assert numbered(text) == (
        "# Title\n\n## 1. One\n\n1.1 first line\n\n1.2 second\n\n"
        "## 2. Two\n\n2.1 third - no clause\n"
    )


def test_no_break_spaces_of_amounts_stay():
    assert numbered("+ 1\u00a0250,00\u00a0tEUR") == "0.1 1\u00a0250,00\u00a0tEUR\n"


def test_callers_text_becomes_one_line():
    assert one_line(" a\n\n## b\t c ") == "a ## b c"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 1, 31), 2, date(2027, 3, 31)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2027, 12, 15), 0, date(2027, 12, 15)),
        (date(2027, 12, 15), 12, date(2028, 12, 15)),
    ],
)
def test_month_later_is_the_same_day_or_the_last_of_its_month(day, months, expected):
    assert add_months(day, months) == expected


def test_dates_are_written_as_each_language_does():
    assert written(date(2027, 3, 1), "fi") == "1.3.2027"
    assert written(date(2027, 3, 1), "en") == "1\u00a0March\u00a02027"


def test_document_is_read_as_titles_sections_clauses_entries_and_text():
    document = "# T\n\n## 1. S\n\n1.1 Cla**use**\n\n- one\n- two\n\nplain\ntext\n\n---\n\n# U\n"
    found = pieces(document)
    assert [piece["kind"] for piece in found] == [
        "title", "section", "clause", "item", "item", "text", "part", "title",
    ]  # fmt: skip
    assert found[2]["number"] == "1.1"
    assert found[2]["runs"] == [
        {"text": "Cla", "strong": False}, {"text": "use", "strong": True},
    ]  # fmt: skip
    assert found[5]["runs"] == [{"text": "plain\ntext", "strong": False}]


def test_rule_before_anything_but_a_title_stays_on_the_page():
    assert [piece["kind"] for piece in pieces("a\n\n---\n\n## b")] == ["text", "rule", "section"]


def test_nothing_but_marks_is_text_and_no_error():
    assert pieces("**") == [
        {"kind": "text", "number": "", "runs": [{"text": "**", "strong": False}]}
    ]
    assert pieces("****")[0]["runs"] == [{"text": "****", "strong": False}]
