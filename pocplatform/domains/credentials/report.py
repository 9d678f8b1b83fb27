"""The answers to the questions about a credential, each in a sentence of its own."""

from typing import Any

from pocplatform.domains.credentials.schemas import CheckRead
from pocplatform.kit.i18n import moment_in_words, translate


class Report:
    """Collects answers.

    Args:
        language: Of the sentences.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self.checks: list[CheckRead] = []

    def moment(self, seconds: int) -> str:
        """A time as it stands in the sentences."""
        return moment_in_words(seconds, self._language)

    def add(self, check: Any, ok: bool, sentence: str, **values: Any) -> None:
        """Answer a question; ``sentence`` is a template, and a ``reason`` is translated too."""
        template = translate(sentence, self._language)
        if "reason" in values:
            values["reason"] = translate(values["reason"], self._language)
        detail = template.format(**values) if values else template
        self.checks.append(CheckRead(check=check, ok=ok, detail=detail))
