"""Stories: whole, in both languages, in the words of the glossary."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.pilots.showroom import texts as story_texts
from pocplatform.pilots.stories import stories
from pocplatform.pilots.story import Story, Text


def texts(story: Story) -> list[Text]:
    """Every sentence of a story that pages show."""
    found = [
        story.sector, story.title, story.summary, story.story, story.learn, story.readiness.why,
        story.volume.unit, *story.risks, *story.questions,
        *(role.title for role in story.roles), *(one.text for one in story.criteria),
    ]  # fmt: skip
    for step in story.steps:
        found += [step.short, step.title, step.before, step.button, step.after, step.why]
    return found


def documents() -> list[Text]:
    """What the demo writes into its agreement."""
    return [
        story_texts.TITLE, story_texts.DOCUMENT, *story_texts.MILESTONES, *story_texts.EVIDENCE
    ]  # fmt: skip


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


every_story = pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)


@every_story
def test_every_sentence_is_there_in_both_languages_with_the_same_placeholders(story):
    for text in texts(story) + documents():
        assert text.en.strip()
        assert text.fi.strip()
        assert fields(text.en) == fields(text.fi), text.en


@every_story
def test_placeholders_are_roles(story):
    roles = {role.name for role in story.roles}
    for text in texts(story):
        assert fields(text.en) <= roles


@every_story
def test_names_are_good_for_addresses_and_none_comes_twice(story):
    names = [step.name for step in story.steps]
    assert len(set(names)) == len(names)
    for name in [story.name, *names]:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", name)
    assert "receipt" not in names


@every_story
def test_steps_are_of_roles_that_there_are(story):
    roles = {role.name for role in story.roles}
    assert all(step.roles and set(step.roles) <= roles for step in story.steps)
    assert len({role.company for role in story.roles}) == len(roles)


@every_story
def test_finnish_uses_no_word_that_the_glossary_rules_out(story):
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (PROJECT_ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("\n")
        if line.startswith("|")
    ]
    avoided = {word for row in rows if len(row) == 4 for word in re.findall(r"`([^`]+)`", row[3])}
    assert "todiste" in avoided
    found = [
        (word, text.fi)
        for word in avoided
        for text in texts(story) + documents()
        if re.search(rf"\b{re.escape(word)}", text.fi, re.IGNORECASE)
    ]
    assert found == []
