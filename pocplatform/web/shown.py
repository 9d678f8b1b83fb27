"""Numbers, money and times as people of a language write them."""

from datetime import UTC, date, datetime

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from pocplatform.kit.clock import ZONE
from pocplatform.kit.money import format_euros


def number(value: float, language: str, decimals: int = 0) -> str:
    """``1,250`` or ``1 250``."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value, format=pattern, locale=language))


def money(cents: int, language: str) -> str:
    """``1,250.00 tEUR`` or ``1 250,00 tEUR``, never broken over two lines."""
    return format_euros(cents, language).replace(" ", "\u00a0")


def euros(amount: float, language: str) -> str:
    """Real euros, such as what something would cost: ``€0.0012`` or ``0,0012 €``.

    Below a cent as many digits as it takes to show two that count.
    """
    decimals = 2
    while 0 < amount < 10 ** (1 - decimals) and decimals < 8:
        decimals += 1
    shown = number(amount, language, decimals)
    return f"{shown}\u00a0€" if language == "fi" else f"€{shown}"


def tokens(units: str, decimals: int, language: str) -> str:
    """An amount of a token with all its digits that count: ``1,250.5`` or ``1 250,5``.

    Args:
        units: In the smallest unit, with its sign, however large.
        decimals: Of the token (ERC-20), or 18 of ether.
        language: ``fi`` or ``en``.
    """
    digits = units.lstrip("-").rjust(decimals + 1, "0")
    whole, rest = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    comma, group, minus = (",", "\u00a0", "\u2212") if language == "fi" else (".", ",", "-")
    sign = minus if units.startswith("-") else ""
    return f"{sign}{f'{int(whole):,}'.replace(',', group)}{comma + rest if rest else ''}"


def moment(when: datetime | int, language: str) -> str:
    """A day and a time, in Finland: ``22.11.2026 klo 14.05`` or ``22 November 2026, 14:05``.

    Args:
        when: With a time zone, or milliseconds since 1970.
        language: ``fi`` or ``en``.
    """
    local = _local(when)
    clock = format_time(local, "H.mm" if language == "fi" else "HH:mm", locale=language)
    return (
        f"{day(local, language)} klo {clock}"
        if language == "fi"
        else (f"{day(local, language)}, {clock}")
    )


def day(when: datetime | date | int, language: str) -> str:
    """A day, in Finland: ``22.11.2026`` or ``22 November 2026``."""
    pattern = "d.M.yyyy" if language == "fi" else "d MMMM yyyy"
    local = _local(when) if isinstance(when, datetime | int) else when
    return str(format_date(local, pattern, locale=language))


def short_hash(text: str) -> str:
    """A long hash or address with its middle left out: ``0x7E5F…5Bdf``."""
    return f"{text[:6]}…{text[-4:]}" if len(text) > 14 else text


def _local(when: datetime | int) -> datetime:
    if isinstance(when, int):
        when = datetime.fromtimestamp(when / 1000, UTC)
    return when.astimezone(ZONE)
