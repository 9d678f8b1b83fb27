"""Keeps what looks personal from going on a chain in clear, where nothing can be deleted.

A name cannot be told from any other word; what has a form of its own can: Finnish personal identity
codes, e-mail addresses, telephone numbers, bank accounts and payment cards. Whatever sends text to
the chain asks :func:`refuse` first.
"""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import Phrase


class PersonalDataRefused(InvalidInput):
    """Something that looks personal was to go on the chain."""

    code = "personal_data_refused"
    title = "Nothing personal goes on the chain"


def refuse(value: str | bytes, *, param: str) -> None:
    """Raise :class:`PersonalDataRefused` if a text (or bytes that are one) looks personal."""
    kind = find(value)
    if kind is not None:
        raise PersonalDataRefused(
            "{param} holds what looks like {kind}. It would be on the chain for ever, for "
            "everybody to read.",
            next_step="Leave it out, or put it into a credential: of that, only a hash that tells "
            "nothing goes on the chain.",
            param=param,
            kind=kind,
        )


def find(value: str | bytes) -> Phrase | None:
    """What kind of personal data is in a text (or in bytes that are one); None if none is seen."""
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return None
    text = _plain(value)
    for kind, pattern, is_one in _KINDS:
        if any(is_one(match) for match in pattern.finditer(text)):
            return kind
    return None


def _plain(text: str) -> str:
    """The text without what could hide something in it: percent signs, lookalikes, no-width."""
    for _ in range(3):
        text = unquote(text)
    text = unicodedata.normalize("NFKC", text)
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "IE": 22, "IS": 26, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "SE": 24,
}  # fmt: skip


def _is_identity_code(match: re.Match[str]) -> bool:
    day, number, check = match[1], match[2], match[3]
    return _CHECKS[int(day + number) % 31] == check.upper()


def _is_iban(match: re.Match[str]) -> bool:
    length = _IBAN_LENGTHS.get(match[0][:2].upper())
    text = re.sub(r"[ -]", "", match[0]).upper()
    if length is None or len(text) < length:
        return False
    text = text[4:length] + text[:4]
    return int("".join(str(int(character, 36)) for character in text)) % 97 == 1


def _is_card(match: re.Match[str]) -> bool:
    digits = [int(character) for character in reversed(match[0]) if character.isdigit()]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


_Check = Callable[[re.Match[str]], bool]
_KINDS: tuple[tuple[Phrase, re.Pattern[str], _Check], ...] = (
    (
        Phrase("a Finnish personal identity code"),
        # Day, month, year; the century; a number; a check character.
        re.compile(
            r"(?<![0-9A-Za-z])((?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d)\s?[-+A-FU-Ya-fu-y]\s?"
            r"(\d{3})([0-9A-Ya-y])(?![0-9A-Za-z])"
        ),
        _is_identity_code,
    ),
    (
        Phrase("an e-mail address"),
        re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|mailto:"),
        bool,
    ),
    (
        Phrase("a bank account number (IBAN)"),
        re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}"),
        _is_iban,
    ),
    (
        Phrase("a payment card number"),
        re.compile(r"(?<!\w)[3-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}(?!\w)"),
        _is_card,
    ),
    (
        Phrase("a telephone number"),
        # With + or 00358, or a Finnish mobile number; and links that call one.
        re.compile(
            r"(?<!\w)(?:\+[1-9]|00358)(?:[ ().-]{0,2}\d){6,13}(?!\w)"
            r"|(?<![\w.+-])0(?:4\d|50)(?:[ -]?\d){5,8}(?![\w])"
            r"|(?<!\w)(?:tel|sms|callto):"
        ),
        bool,
    ),
)
