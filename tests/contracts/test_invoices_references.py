"""Creditor references of ISO 11649, as Invoices checks them."""

from __future__ import annotations

from typing import Any

import pytest


def with_check_digits(body: str) -> str:
    """A creditor reference, its check digits computed as ISO 11649 says."""
    number = int("".join(str(int(c, 36)) for c in body + "RF00"))
    return f"RF{98 - number % 97:02d}{body}"


@pytest.mark.parametrize(
    "body", ["539007547034", "1", "A", "2348236433", "ABCDEFGHIJKLMNOPQRSTU", "0Z", "9" * 21]
)
def test_creditor_references_with_right_digits_are_valid(invoices: Any, body: str) -> None:
    reference = with_check_digits(body)
    assert invoices.isValidReference(reference.encode().ljust(32, b"\0"))
    wrong = f"RF{(int(reference[2:4]) + 1) % 100:02d}{body}"
    assert not invoices.isValidReference(wrong.encode().ljust(32, b"\0"))


@pytest.mark.parametrize(
    "reference",
    [
        b"",
        b"RF",
        b"RF18",
        b"FR18539007547034",
        b"rf18539007547034",
        b"RF18 5390 0754 7034",
        b"RF18539007547034\x00\x00x",
        b"RFA8539007547034",
        b"RF18539007547034abc",
        with_check_digits("9" * 22).encode(),
        b"\xff" * 32,
    ],
)
def test_other_bytes_are_no_creditor_reference(invoices: Any, reference: bytes) -> None:
    assert not invoices.isValidReference(reference.ljust(32, b"\0"))


@pytest.mark.parametrize("right", [2, 9, 10, 11])
def test_check_digits_are_two_digits(invoices: Any, right: int) -> None:
    """Beside the digits stand characters that come out even: `:` counts ten, `/` minus one."""
    body = next(b for b in map(str, range(10_000)) if with_check_digits(b)[2:4] == f"{right:02d}")
    even = [
        tens + ones
        for tens in "/0123456789:"
        for ones in "/0123456789:;"
        if ((ord(tens) - 48) * 10 + ord(ones) - 48 - right) % 97 == 0
    ]
    assert any(not pair.isdigit() for pair in even)
    for pair in even:
        reference = f"RF{pair}{body}".encode().ljust(32, b"\0")
        assert invoices.isValidReference(reference) is pair.isdigit(), pair
