"""Finnish and English sentences: English is the source, the catalogues hold the translations.

The catalogues are gettext ``.po`` files read with Babel when first needed, so that there is no
compiled file to forget.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.messages.pofile import read_po

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("fi", "en")

_LOCALES = Path(__file__).parent.parent / "locales"


@cache
def catalogue(language: str) -> dict[str, str]:
    """The translations of ``language``: English sentence to its translation."""
    path = _LOCALES / language / "messages.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {
            message.id: message.string
            for message in read_po(file, locale=language)
            # The catalogue's header is the entry without an id.
            if message.id and isinstance(message.id, str)
            if message.string and isinstance(message.string, str)
        }


class Phrase:
    """A part of a sentence, which is translated with the sentence that it stands in.

    Args:
        text: English; a ``str.format`` template where there are values.
        values: For the placeholders.
    """

    def __init__(self, text: str, **values: Any) -> None:
        self.text = text
        self.values = values

    def with_values(self, **values: Any) -> "Phrase":
        """The same text with these values."""
        return type(self)(self.text, **values)

    def render(self, language: str) -> str:
        """The phrase in ``language``."""
        text = translate(self.text, language)
        return text.format(**self.values) if self.values else text

    def __str__(self) -> str:
        return self.render(DEFAULT_LANGUAGE)


def translate(sentence: str, language: str) -> str:
    """``sentence`` in ``language``, or as it is where there is no translation."""
    if language == DEFAULT_LANGUAGE:
        return sentence
    return catalogue(language).get(sentence, sentence)


def moment_in_words(seconds: int, language: str) -> str:
    """A moment as people write it, in UTC: ``22 November 2026, 14:05 UTC``.

    Beyond the year 9999 its number of seconds since 1970 is as good as a date.
    """
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return str(seconds)
    if language == "fi":
        return f"{moment.day}.{moment.month}.{moment.year} klo {moment:%H.%M} (UTC)"
    return f"{format_date(moment, 'd MMMM y', locale='en')}, {moment:%H:%M} UTC"


class Moment(Phrase):
    """A moment in a sentence, in UTC; see :func:`moment_in_words`.

    Args:
        seconds: Since 1970.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__("{seconds}", seconds=seconds)

    def render(self, language: str) -> str:
        """The moment as ``language`` writes it."""
        return moment_in_words(self.values["seconds"], language)


def choose_language(accept_language: str | None) -> str:
    """The best of our languages for an ``Accept-Language`` header (RFC 9110, section 12.5.4)."""
    best, best_quality = DEFAULT_LANGUAGE, 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if primary in LANGUAGES and quality > best_quality:
            best, best_quality = primary, quality
    return best
