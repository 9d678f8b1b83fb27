"""References: RF (ISO 11649) and the Finnish national number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from pocplatform.domains.invoices import references
from pocplatform.domains.invoices.errors import ReferenceInvalid


def test_national_number_becomes_rf_without_its_leading_zeros():
    assert references.national_check_digit("123456") == "1"
    assert references.parse("123 4561") == references.parse("0001234561") == "RF341234561"


def test_rf_reference_is_taken_in_any_spelling():
    assert references.parse("rf18 5390 0754 7034") == "RF18539007547034"
    assert references.parse("RF18 5390 0754 70Y") == "RF185390075470Y"


def test_letters_have_no_national_form():
    assert references.to_national("RF185390075470Y") is None


@pytest.mark.parametrize(
    "text",
    ["", "RF", "RF18", "RF19539007547034", "1234562", "123", "0000", "1" * 21, "RF1853900754703Ä",
     "RF18-5390", "٤٣٢١", "RF18539007547034539007547034"],
)  # fmt: skip
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(ReferenceInvalid):
        references.parse(text)


@given(st.integers(min_value=100, max_value=10**18))
def test_national_numbers_go_to_rf_and_back(base):
    number = f"{base}{references.national_check_digit(str(base))}"
    reference = references.parse(number)
    assert iso11649.is_valid(reference)
    assert references.to_national(reference) == number
    wrong = f"{base}{(int(number[-1]) + 1) % 10}"
    with pytest.raises(ReferenceInvalid):
        references.parse(wrong)


def test_generated_references_are_valid_both_ways_and_differ():
    made = {references.generate() for _ in range(200)}
    assert len(made) == 200
    for reference in made:
        assert references.parse(reference) == reference
        assert references.parse(references.to_national(reference)) == reference
