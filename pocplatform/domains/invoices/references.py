"""References by which a payee finds a payment: ISO 11649 (RF) and the Finnish national number.

An RF reference is ``RF``, two check digits (ISO 7064, MOD 97-10) and 1 to 21 digits or letters. A
Finnish reference number (viitenumero) has 3 to 19 digits and a check digit by the weights 7, 3, 1
from the right. As RF it keeps its digits without leading zeros behind ``RF`` and the check digits,
as Finance Finland's guide says.
"""

import re
import secrets

from stdnum import iso11649
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from pocplatform.domains.invoices.errors import ReferenceInvalid

_WEIGHTS = (7, 3, 1)
_NATIONAL = re.compile(r"[0-9]{4,20}")
_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_RANDOM_DIGITS = 14


def parse(text: str, *, param: str = "reference") -> str:
    """A reference of either kind as RF, in capitals without spaces.

    Raises :class:`ReferenceInvalid`.
    """
    compact = re.sub(r"\s", "", text).upper()
    if _NATIONAL.fullmatch(compact):
        if national_check_digit(compact[:-1]) != compact[-1] or not compact.strip("0"):
            raise ReferenceInvalid(
                "The check digit of the reference number {reference} is wrong.",
                next_step="Look at its digits again, or leave the field out to get a reference.",
                param=param,
                reference=compact,
            )
        return from_national(compact)
    try:
        if _RF.fullmatch(compact):
            return iso11649.validate(compact)
    except ValidationError:
        pass
    raise ReferenceInvalid(
        "{reference!r} is neither a creditor reference (RF…, ISO 11649) nor a Finnish reference "
        "number.",
        next_step="Look at its digits again, or leave the field out to get a reference.",
        param=param,
        reference=text,
    )


def generate() -> str:
    """A new RF reference that also works as a Finnish reference number."""
    base = str(secrets.randbelow(9) + 1) + "".join(
        secrets.choice("0123456789") for _ in range(_RANDOM_DIGITS - 1)
    )
    return from_national(base + national_check_digit(base))


def from_national(number: str) -> str:
    """The RF form of a Finnish reference number, whose check digit is taken to be right."""
    significant = number.lstrip("0")
    return f"RF{mod_97_10.calc_check_digits(significant + 'RF')}{significant}"


def to_national(reference: str) -> str | None:
    """The Finnish reference number in an RF reference; None where there is none in it."""
    number = reference[4:]
    if _NATIONAL.fullmatch(number) and national_check_digit(number[:-1]) == number[-1]:
        return number
    return None


def national_check_digit(base: str) -> str:
    """The check digit behind ``base``: its digits from the right, weighted 7, 3, 1, 7, …"""
    total = sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(reversed(base)))
    return str(-total % 10)
