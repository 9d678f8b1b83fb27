"""Parts of the demo that need no sandbox."""

from __future__ import annotations

import string

import pytest

from pocplatform.pilots.demo.cast import has_right_check_digit
from pocplatform.pilots.demo.journal import Journal
from pocplatform.pilots.demo.texts import TEXTS, Words


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", TEXTS)
def test_both_languages_say_it_with_the_same_values(name):
    english, finnish = TEXTS[name]
    assert english.strip()
    assert finnish.strip()
    assert placeholders(english) == placeholders(finnish)


def test_finnish_text_is_no_copy_of_the_english():
    same = [name for name, (english, finnish) in TEXTS.items() if english == finnish]
    assert same == []


def test_money_is_written_as_people_write_it():
    assert Words("en").euros(123_456_789) == "1,234,567.89\u00a0tEUR"
    assert Words("fi").euros(123_456_789) == "1\u00a0234\u00a0567,89\u00a0tEUR"
    assert Words("en").euros(-5) == "-0.05\u00a0tEUR"


@pytest.mark.parametrize(
    ("business_id", "right"),
    [
        ("9000007-0", True),
        ("9335982-0", True),
        ("9636444-9", True),
        ("9636444-8", False),
        ("963644-9", False),
        ("9636444-", False),
        ("", False),
    ],
)
def test_check_digit_of_a_business_id(business_id, right):
    assert has_right_check_digit(business_id) is right


def test_journal_remembers_over_processes_and_forgets_at_the_end(tmp_path):
    path = tmp_path / "folder" / "demo.json"
    first = Journal(path, "en")
    assert first.once("a", lambda: [1]) == [1]
    again = Journal(path, "en")
    assert again.run == first.run
    assert again.key("x") == first.key("x")
    assert again.once("a", lambda: [2]) == [1]
    assert Journal(path, "fi").run != first.run
    again.finish()
    assert not path.exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", '{"run": 5}', '{"run": "x"}', '{"run": "x", "language": "fi"}']
)
def test_unusable_state_file_means_a_new_run(tmp_path, content):
    path = tmp_path / "demo.json"
    path.write_text(content)
    journal = Journal(path, "en")
    assert journal.run != "x"
    assert Journal(path, "en").run == journal.run
