"""What the reports have in common: words and numbers in the reader's language."""

from pocplatform.kit.i18n import Phrase
from pocplatform.pilots.shown import Text
from pocplatform.web import shown


class Telling:
    """Tells in a language.

    Args:
        language: ``fi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self._language = language

    def _of(self, text: Text) -> str:
        return text.render(self._language)

    def _say(self, phrase: Phrase, **values: object) -> str:
        return (phrase.with_values(**values) if values else phrase).render(self._language)

    def _number(self, value: float) -> str:
        return shown.number(value, self._language)
