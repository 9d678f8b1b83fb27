"""Finnish business IDs (Y-tunnus): synthetic ones only.

A business ID is seven digits, a hyphen and a check digit: the digits times 7, 9, 10, 5, 8, 4, 2 are
added; the remainder r by 11 gives the check digit 0 for r = 0 and 11 - r otherwise; numbers with
r = 1 are not given out. The register has given out numbers beginning with 0 to 3; the sandbox takes
only numbers beginning with 9, so that no test is ever mistaken for a real company.
"""

import re
import secrets

from pocplatform.domains.organizations.errors import BusinessIdInvalid

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_FORM = re.compile(r"\d{7}-\d")
_EXAMPLE = "9000007-0"


def check_digit(digits: str) -> int | None:
    """The check digit for seven digits, or None if no business ID can begin with them."""
    remainder = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11
    if remainder == 1:
        return None
    return 0 if remainder == 0 else 11 - remainder


def is_form(text: str) -> bool:
    """Whether a text looks like a business ID, be it one or not."""
    return _FORM.fullmatch(text) is not None


def validate(business_id: str) -> str:
    """The business ID if it is a well-formed test one. Raises :class:`BusinessIdInvalid`."""
    if not _FORM.fullmatch(business_id):
        raise BusinessIdInvalid(
            "{business_id} is not a business ID: seven digits, a hyphen and a check digit are "
            "expected, such as {example}.",
            param="business_id",
            business_id=business_id,
            example=_EXAMPLE,
        )
    expected = check_digit(business_id[:7])
    if expected is None or str(expected) != business_id[-1]:
        raise BusinessIdInvalid(
            "The check digit of {business_id} is wrong.",
            next_step="Check for a typing error, or leave the field out: the sandbox then makes "
            "up a test business ID.",
            param="business_id",
            business_id=business_id,
        )
    if not business_id.startswith("9"):
        raise BusinessIdInvalid(
            "{business_id} could belong to a real company. The sandbox takes test business IDs "
            "only; they begin with 9.",
            next_step="Leave the field out: the sandbox then makes up a test business ID.",
            param="business_id",
            business_id=business_id,
        )
    return business_id


def generate() -> str:
    """A random test business ID."""
    while True:
        digits = f"9{secrets.randbelow(10**6):06d}"
        check = check_digit(digits)
        if check is not None:
            return f"{digits}-{check}"
