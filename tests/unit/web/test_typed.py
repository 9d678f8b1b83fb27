"""What people type: amounts as they write them, days, and what cannot be read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocplatform.kit.money import MAX_CENTS
from pocplatform.web import typed
from pocplatform.web.shown import money


@pytest.mark.parametrize("text", ["Ääkkönen Oy", "👩‍🌾 Puutarha", "n" * 200])
def test_name_that_others_can_read_is_taken_as_it_is(text):
    assert typed.name(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write a name of 1 to 200 characters."),
        ("n" * 201, "Write a name of 1 to 200 characters."),
        ("Oulu\u200bn Paja", "(U+200B)"),
        ("Oulun\u202eajaP", "(U+202E)"),
        ("\u3164", "(U+3164)"),
    ],
)
def test_what_is_wrong_with_a_name_is_said(text, said):
    with pytest.raises(typed.Unreadable) as refused:
        typed.name(text)
    assert said in refused.value.said.render("en")


@pytest.mark.parametrize(
    ("text", "language", "cents"),
    [
        ("1 200,50", "fi", 120_050),
        ("1\u00a0200,50", "fi", 120_050),
        ("1\u202f200,50 €", "fi", 120_050),
        ("1.200,50", "fi", 120_050),
        ("1.200", "fi", 120_000),
        ("1200,5", "fi", 120_050),
        ("1200.50", "fi", 120_050),
        ("12", "fi", 1_200),
        ("0,01", "fi", 1),
        ("12,50 tEUR", "fi", 1_250),
        ("12 euroa", "fi", 1_200),
        ("1,200.50", "en", 120_050),
        ("1,200", "en", 120_000),
        ("1,200,300", "en", 120_030_000),
        ("12,50", "en", 1_250),
        ("1200.5", "en", 120_050),
        (" 7 ", "en", 700),
    ],
)
def test_amount_is_read_as_it_is_meant(text, language, cents):
    assert typed.cents(text, language) == cents


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "fi"), ("  ", "en"), ("tuhat", "fi"), ("-5", "fi"), ("0", "fi"), ("0,00", "fi"),
        ("1,200", "fi"), ("1.200", "en"), ("1,20,30", "fi"), ("12.3456", "en"), ("1,2,3", "en"),
        ("12.", "en"), (",50", "fi"), ("1e5", "en"), ("١٢", "en"), ("€", "fi"), ("1 2 3 x", "fi"),
        ("9" * 17, "fi"), (str(MAX_CENTS), "en"), ("1,2345,678", "en"), ("0x10", "en"),
    ],
)  # fmt: skip
def test_amount_that_cannot_be_told_is_refused(text, language):
    with pytest.raises(typed.Unreadable) as refused:
        typed.cents(text, language)
    assert refused.value.said.render(language)


@given(st.integers(1, MAX_CENTS), st.sampled_from(["fi", "en"]))
def test_amount_that_is_shown_can_be_typed_again(cents, language):
    assert typed.cents(money(cents, language), language) == cents


def test_day_is_read_as_people_and_as_browsers_write_it():
    assert typed.day("31.12.2026") == typed.day("2026-12-31") == date(2026, 12, 31)
    assert typed.day("1.2.2027") == date(2027, 2, 1)


@pytest.mark.parametrize("text", ["", "31.2.2026", "2026-13-01", "tomorrow", "1.1.26", "0.0.0000"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(typed.Unreadable):
        typed.day(text)


def test_day_ends_at_midnight_in_finland_also_at_the_end_of_the_calendar():
    assert typed.end_of(date(2026, 7, 1)) == datetime(2026, 7, 1, 20, 59, 59, tzinfo=UTC)
    assert typed.end_of(date(2026, 12, 1)) == datetime(2026, 12, 1, 21, 59, 59, tzinfo=UTC)
    typed.end_of(date.max)
    typed.end_of(date.min)


@pytest.mark.parametrize(("text", "number"), [("2,5", "2.5"), ("1 000", "1000"), ("7", "7")])
def test_number_is_written_as_the_api_takes_it(text, number):
    assert typed.decimal(text) == number
