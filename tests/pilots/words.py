"""What a pilot says, for tests of its words."""

from __future__ import annotations

import re

from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.story import Story, Text

_AMOUNT = {"en": r"\d[\d,]*\.\d\d(?= tEUR)", "fi": r"\d[\d\u00a0 ]*,\d\d(?= tEUR)"}


def said(story: Story) -> list[tuple[str, Text]]:
    """Every text of a pilot's steps and criteria, with the place where it stands."""
    found = [(f"criteria {one.name}", one.text) for one in story.criteria]
    for step in story.steps:
        for name in ("short", "title", "before", "button", "after", "why"):
            found.append((f"{step.name} {name}", getattr(step, name)))
    return found


def wrong_words(name: str) -> list[str]:
    """Where a pilot's languages tell other amounts of money, or something is left out."""
    story = story_by_name(name)
    assert story is not None, f"there is no pilot {name}, or it is faulty: see the log"
    names = {role.name: role.company for role in story.roles}
    wrong = []
    for place, text in said(story):
        shown = {language: text.render(language, **names) for language in ("en", "fi")}
        if "{" in "".join(shown.values()) or not all(shown.values()):
            wrong.append(f"{place}: {shown}")
        amounts = {
            language: sorted(re.sub(r"\D", "", one) for one in re.findall(pattern, shown[language]))
            for language, pattern in _AMOUNT.items()
        }
        if amounts["en"] != amounts["fi"]:
            wrong.append(f"{place}: {amounts}")
    return wrong
