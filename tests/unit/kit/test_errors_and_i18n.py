"""Errors as people read them, in both languages."""

import pytest

from pocplatform.kit.errors import InvalidInput, NotFound, PlatformError
from pocplatform.kit.i18n import Phrase, choose_language


def test_detail_is_filled_with_its_values():
    error = NotFound("There is no payment {payment_id}.", payment_id="pay_1")
    assert error.detail() == "There is no payment pay_1."
    assert str(error) == "There is no payment pay_1."


def test_sentence_without_values_may_hold_braces():
    assert PlatformError("anvil said {oops}").detail() == "anvil said {oops}"


def test_param_can_be_named_in_the_sentence():
    error = InvalidInput("{param}: {message}.", param="amount", message="too small")
    assert error.detail() == "amount: too small."


def test_param_is_named_in_a_sentence_without_other_values_too():
    error = InvalidInput("{param} is not a web address.", param="url")
    assert error.detail() == "url is not a web address."
    assert error.detail("fi") == "Kentän url arvo ei ole verkko-osoite."


def test_finnish_sentence_is_used_where_there_is_one():
    error = NotFound("There is no payment {payment_id}.", payment_id="pay_1")
    assert error.detail("fi") == "Maksua pay_1 ei ole."


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("fi", "fi"),
        ("fi-FI,fi;q=0.9,en;q=0.8", "fi"),
        ("sv,en;q=0.5,fi;q=0.4", "en"),
        ("de", "en"),
        ("fi;q=nonsense", "en"),
        ("en;q=0.1, fi;q=0.2", "fi"),
    ],
)
def test_language_is_chosen_by_quality_among_ours(header, language):
    assert choose_language(header) == language


def test_phrase_in_a_sentence_is_in_the_language_of_the_sentence():
    error = NotFound(
        "Port {port} on 127.0.0.1 is taken by {holder}.", port=1, holder=Phrase("another process")
    )
    assert error.detail() == "Port 1 on 127.0.0.1 is taken by another process."
    assert "toinen ohjelma" in error.detail("fi")


def test_phrase_has_values_of_its_own():
    phrase = Phrase("ended with exit status {status}", status=3)
    assert (str(phrase), phrase.render("fi")) == (
        "ended with exit status 3",
        "päättyi paluuarvoon 3",
    )
