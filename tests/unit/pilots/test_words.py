"""What pilots write into documents and call their facts: whole, in the words of the glossary."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.pilots.stories import ROOT, folders
from pocplatform.pilots.story import Text


def words_of(folder: str) -> dict[str, Text]:
    """Every text of a pilot's modules, by where it stands."""
    found = {}
    for module in pkgutil.iter_modules([str(ROOT / folder)]):
        name = f"pocplatform.pilots.{folder}.{module.name}"
        for key, value in vars(importlib.import_module(name)).items():
            found |= {f"{module.name}.{key}": text for text in _texts(value)}
    return found


def _texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


every_pilot = pytest.mark.parametrize("folder", [path.name for path in folders()])


@every_pilot
def test_every_text_is_there_in_both_languages_with_the_same_placeholders(folder):
    for where, text in words_of(folder).items():
        assert text.en.strip(), where
        assert text.fi.strip(), where
        assert fields(text.en) == fields(text.fi), where


@every_pilot
def test_finnish_uses_no_word_that_the_glossary_rules_out(folder):
    glossary = (PROJECT_ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    cells = [line.strip("|").split("|") for line in glossary.split("\n") if line.startswith("|")]
    avoided = {word for row in cells if len(row) == 4 for word in re.findall(r"`([^`]+)`", row[3])}
    assert "todiste" in avoided
    found = [
        (where, word)
        for where, text in words_of(folder).items()
        for word in avoided
        if re.search(rf"\b{re.escape(word)}", text.fi, re.IGNORECASE)
    ]
    assert found == []
