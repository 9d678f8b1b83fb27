"""docs/pilots.md: its example is a pilot that can be played."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.pilots.loading import FILE, SCENARIO, load
from pocplatform.pilots.making import make
from pocplatform.pilots.pilot_file import AREAS, PilotFile

DOCUMENT = (PROJECT_ROOT / "docs" / "pilots.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example, as a newcomer would type it."""
    typed = tmp_path / "window_repair"
    typed.mkdir()
    (typed / FILE).write_text(example("yaml"), encoding="utf-8")
    (typed / SCENARIO).write_text(example("python"), encoding="utf-8")
    return typed


@pytest.mark.parametrize("language", ["en", "fi"])
def test_example_of_the_document_is_played_to_its_end(folder, play_story, language):
    played = play_story(load(folder), language)
    assert played.measures == {"refused_payments": 1, "glazier_cents": 25_000}
    assert [refusal.code for refusal in played.refusals] == ["ERC20InsufficientBalance"]


def test_example_is_what_a_new_pilot_is(folder, tmp_path):
    made = make("window-repair", tmp_path / "made")
    for name in (FILE, SCENARIO):
        new = (made / name).read_text(encoding="utf-8")
        written = (folder / name).read_text(encoding="utf-8")
        assert re.sub(r"(?m)^number: .*$", "", new) == re.sub(r"(?m)^number: .*$", "", written)


def test_every_field_and_every_focus_area_is_explained():
    for field in PilotFile.model_fields:
        assert f"`{field}`" in DOCUMENT
    for area in AREAS:
        assert f"`{area}`" in DOCUMENT
