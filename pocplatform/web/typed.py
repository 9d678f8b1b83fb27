"""What people type into forms, read as they mean it: amounts, quantities, days."""

import re
from datetime import UTC, date, datetime, time

from pydantic import TypeAdapter, ValidationError

from pocplatform.domains.invoices.schemas import Quantity
from pocplatform.kit.clock import ZONE
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.money import MAX_CENTS
from pocplatform.kit.names import code_point, unseen

_BLANKS = re.compile(r"[\s\u00a0\u202f']+")
_CURRENCY = re.compile(r"(?:€|teur|eur|euroa|e)$")
_DIGITS = re.compile(r"[0-9]{1,16}", re.ASCII)
_LOCAL_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)

LONGEST_NAME = 200
_QUANTITY: TypeAdapter[str] = TypeAdapter(Quantity)
_EXAMPLE = {"fi": "1\u00a0200,50", "en": "1,200.50"}


class Unreadable(ValueError):
    """Something that cannot be read as what is asked for.

    Attributes:
        said: What is wrong with it, in words.
    """

    def __init__(self, said: Phrase) -> None:
        super().__init__(said.text)
        self.said = said


def name(text: str) -> str:
    """The name of an organization, which others will read. Raises :class:`Unreadable`."""
    if not 0 < len(text) <= LONGEST_NAME:
        raise Unreadable(
            Phrase("Write a name of 1 to {most} characters.").with_values(most=LONGEST_NAME)
        )
    letter = unseen(text)
    if letter is not None:
        raise Unreadable(
            Phrase(
                "The name holds a character that cannot be seen or that turns the text around "
                "({character}); it may have come along when the name was copied. Type the name "
                "by hand."
            ).with_values(character=code_point(letter))
        )
    return text


def cents(text: str, language: str) -> int:
    """An amount in euro cents: ``1 200,50``, ``1,200.50``, ``1200``, ``12 €``.

    A comma or a point before one or two digits at the end divides cents from euros, in either
    language. Before three digits it groups thousands, unless it is the language's decimal sign:
    what is meant cannot be told then. Raises :class:`Unreadable`.
    """
    compact = _CURRENCY.sub("", _BLANKS.sub("", text.lower()))
    decimal = "," if language == "fi" else "."
    other = "." if decimal == "," else ","
    if not compact:
        raise Unreadable(Phrase("Write an amount, such as {example}.", example=_EXAMPLE[language]))
    if compact.startswith("-"):
        raise Unreadable(Phrase("An amount is never negative."))
    whole, fraction = compact, ""
    divided = re.fullmatch(r"(.*?)[.,]([0-9]{1,2})", compact, re.ASCII)
    if divided:
        whole, fraction = divided[1], divided[2]
        used = compact[len(whole)]
        other = "," if used == "." else "."
    if not fraction and decimal in whole:
        raise _no_amount(text, language)
    groups = whole.split(other) if other in whole else [whole]
    if len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])
    ):
        raise _no_amount(text, language)
    digits = "".join(groups)
    if not _DIGITS.fullmatch(digits):
        raise _no_amount(text, language)
    found = int(digits) * 100 + int(fraction.ljust(2, "0") or 0)
    if found == 0:
        raise Unreadable(Phrase("The amount must be more than zero."))
    if found > MAX_CENTS:
        raise Unreadable(Phrase("The amount is too large."))
    return found


def decimal(text: str) -> str:
    """A number with a decimal comma or point, as the API takes it: ``2.5``. What it allows, the
    API says; here, only the way of writing is changed."""
    return _BLANKS.sub("", text).replace(",", ".")


def quantity(text: str, language: str) -> str:
    """How many of a line of an invoice, with a decimal comma or point; as the API takes it.

    Raises :class:`Unreadable`.
    """
    try:
        return _QUANTITY.validate_python(decimal(text))
    except ValidationError:
        example = "1,5" if language == "fi" else "1.5"
        said = Phrase(
            "Write how many as a number above zero, with four decimals at the most, such as "
            "{example}.",
            example=example,
        )
        raise Unreadable(said) from None


def day(text: str) -> date:
    """A day: ``31.12.2026`` or, as browsers send it, ``2026-12-31``. Raises :class:`Unreadable`."""
    found = _LOCAL_DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        said = Phrase("{given} is not a day; write it as 31.12.2026.", given=text[:40])
        raise Unreadable(said) from None


def end_of(when: date) -> datetime:
    """The last second of a day in Finland, in UTC."""
    try:
        return datetime.combine(when, time(23, 59, 59), ZONE).astimezone(UTC)
    except OverflowError:
        said = Phrase("{given} is not a day; write it as 31.12.2026.", given=when.isoformat())
        raise Unreadable(said) from None


def _no_amount(text: str, language: str) -> Unreadable:
    return Unreadable(
        Phrase(
            "{given} cannot be read as an amount; write it such as {example}.",
            given=text[:40],
            example=_EXAMPLE[language],
        )
    )
