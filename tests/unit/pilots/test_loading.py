"""What is wrong with a pilot is said with file, line and field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pocplatform.pilots.errors import NoSuchPilot, PilotNotMade
from pocplatform.pilots.loading import FILE, SCENARIO, Fault, PilotInvalid, load
from pocplatform.pilots.making import make
from pocplatform.pilots.stories import find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound pilot, to be spoilt."""
    return make("window-repair", tmp_path)


def spoil(folder: Path, old: str, new: str, file: str = FILE) -> int:
    """Change a place in a file; its line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def faults(folder: Path) -> list[Fault]:
    with pytest.raises(PilotInvalid) as failure:
        load(folder)
    assert failure.value.code == "pilot_invalid"
    assert failure.value.next_step
    assert str(failure.value.faults[0]) in failure.value.detail
    return failure.value.faults


def test_new_pilot_is_sound(folder):
    story = load(folder)
    assert story.name == "window-repair"
    assert [step.name for step in story.steps] == ["first-try", "money", "pay"]
    assert (story.trouble, story.mended) == ("first-try", "money")
    assert story.roles[0].company == "Raahen Lasituspalvelu Oy"
    assert story.volume.units_per_year == 600


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("minutes: 2", "minuts: 2", "minuts", "known here; did you mean minutes?"),
        ("minutes: 2", "hours: 1\nminutes: 2", "hours", "known here; docs/pilots.md has"),
        ("minutes: 2", "minutes: two", "minutes", "should be a valid integer, not 'two'."),
        ("minutes: 2", "minutes: 0", "minutes", "greater than or equal to 1"),
        ("area: digital_services", "area: fishing", "area", "'digital_services'"),
        ("name: window-repair", "name: windows", "name", "the folder's name makes it"),
        (
            "title: {en: The glazier is paid, fi: Lasittaja saa maksun}",
            "title: {en: The glazier is paid}",
            "steps[2].title.fi",
            "the Finnish translation is missing",
        ),
        (
            "button: {en: Pay, fi: Maksa}",
            'button: {en: "", fi: Maksa}',
            "steps[2].button.en",
            "must not be empty",
        ),
        ("button: {en: Pay, fi: Maksa}", "button: Pay", "steps[2].button", "must be a mapping"),
        ("actors: [customer]", "actors: [neighbour]", "steps[0].actors[0]", "is no actor"),
        ("actors: [customer]", "actors: []", "steps[0].actors", "at least 1 item"),
        ("role: customer", "role: glazier", "actors[1].role", "is there twice"),
        ("- name: money", "- name: pay", "steps[2].name", "is there twice"),
        ("- name: money", "- name: receipt", "steps[1].name", "is taken"),
        ("- name: money", "- name: Money", "steps[1].name", "pattern"),
        ("trouble: first-try", "trouble: last-try", "trouble", "is no step"),
        ("measure: glazier_cents", "measure: glazier_euros", "criteria[0].measure", "nobody gives"),
        ("equals: 25000", "equals: 250.5", "criteria[0].equals", "valid integer"),
        ("level: 3", "level: 10", "readiness.level", "less than or equal to 9"),
        ("customers: 250", "customers: 0", "volume.customers", "greater than or equal to 1"),
        ('fi: "{customer} maksaa', 'fi: "{ostaja} maksaa', "steps[2].before.fi", "no actor here"),
        ('fi: "{customer} maksaa', 'fi: "Asiakas maksaa', "steps[2].before", "one language only"),
        ('fi: "{customer} maksaa', 'fi: "{ maksaa', "steps[2].before.fi", "brace"),
    ],
)
def test_fault_is_told_with_its_line_and_field(folder, old, new, field, what):
    line = spoil(folder, old, new)
    (found,) = (fault for fault in faults(folder) if fault.field == field and what in fault.what)
    assert found.file == folder / FILE
    if field != "steps[2].name" and not field.endswith("before"):
        assert found.line == line


def test_actors_and_steps_that_there_are_none_of_are_told_beside_what_has_the_wrong_shape(folder):
    spoil(folder, "minutes: 2", "minuts: 2")
    spoil(folder, "actors: [customer]", "actors: [neighbour]")
    spoil(folder, "trouble: first-try", "trouble: last-try")
    told = {fault.field: fault.what for fault in faults(folder)}
    assert told.keys() == {"minutes", "minuts", "steps[0].actors[0]", "trouble"}
    assert told["steps[0].actors[0]"] == "'neighbour' is no actor; there are glazier, customer."


@pytest.mark.parametrize("text", ["", "- a list", "actors: 1\nsteps: [2]\ntrouble: [3]"])
def test_file_of_another_shape_is_told(folder, text):
    (folder / FILE).write_text(text, encoding="utf-8")
    assert faults(folder)


def test_criterion_that_wants_nothing_is_told(folder):
    line = spoil(folder, "\n    equals: 25000", "")
    (found,) = faults(folder)
    assert found.field == "criteria[0]"
    assert found.line in (line - 2, line - 3)
    assert "wants either equals" in found.what


def test_trouble_that_nothing_mends_is_told(folder):
    spoil(folder, "mended: money\n", "")
    (found,) = faults(folder)
    assert "has trouble or mended, but not the other" in found.what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("minutes: 2", "minutes: [2", "is no YAML"),
        ("minutes: 2", "minutes: 2\nminutes: 3", "has the key 'minutes' twice"),
        ("minutes: 2", "2: minutes", "has a key that is no text"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(folder, old, new, what):
    line = spoil(folder, old, new)
    (found,) = faults(folder)
    assert line <= found.line <= line + 2
    assert what in found.what


def test_file_in_another_encoding_is_told_with_its_line(folder):
    path = folder / FILE
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    first = path.read_bytes().split("ä".encode("latin-1"))[0].count(b"\n") + 1
    (found,) = faults(folder)
    assert found.line == first
    assert "UTF-8" in found.what


@pytest.mark.parametrize("text", ["", "just words", "- a list", "a: &a [*a]"])
def test_file_of_something_else_is_told(folder, text):
    (folder / FILE).write_text(text)
    assert all(fault.file == folder / FILE for fault in faults(folder))


def test_step_without_function_is_told(folder):
    spoil(folder, "async def pay(", "async def paid(", SCENARIO)
    (found,) = faults(folder)
    assert found.field == "steps[2].name"
    assert "async def pay(scene)" in found.what


def test_pilot_that_claims_nothing_is_told(folder):
    spoil(folder, "async def claims(", "async def claim(", SCENARIO)
    (found,) = faults(folder)
    assert found.file == folder / SCENARIO
    assert "async def claims(scene)" in found.what


def test_scenario_that_is_no_python_is_told_with_its_line(folder):
    line = spoil(folder, "PRICE = 25_000", "PRICE = = 25_000", SCENARIO)
    (found,) = faults(folder)
    assert (found.file, found.line) == (folder / SCENARIO, line)
    assert "is no Python" in found.what


def test_scenario_that_fails_while_it_is_loaded_is_told_with_its_line(folder):
    line = spoil(folder, "PRICE = 25_000", "PRICE = 25_000 // 0", SCENARIO)
    (found,) = faults(folder)
    assert (found.file, found.line) == (folder / SCENARIO, line)
    assert "ZeroDivisionError" in found.what


def test_missing_files_are_told(folder):
    (folder / SCENARIO).unlink()
    assert "is missing" in faults(folder)[0].what
    (folder / FILE).unlink()
    assert "cannot be read" in faults(folder)[0].what


def test_all_faults_are_told_at_once(folder):
    spoil(folder, "actors: [customer]", "actors: [neighbour]")
    spoil(folder, "trouble: first-try", "trouble: last-try")
    spoil(folder, "async def pay(", "async def paid(", SCENARIO)
    assert [fault.field for fault in faults(folder)] == [
        "steps[0].actors[0]",
        "steps[2].name",
        "trouble",
    ]


@pytest.mark.parametrize("name", ["", "Solar", "solar_roof", "solar roof", "../x", "1st", "-a"])
def test_pilot_cannot_be_called_anything(tmp_path, name):
    with pytest.raises(PilotNotMade, match="cannot be called"):
        make(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_pilot_that_is_there_is_not_written_over(folder):
    spoil(folder, "minutes: 2", "minutes: 3")
    with pytest.raises(PilotNotMade, match="already"):
        make("window-repair", folder.parent)
    assert "minutes: 3" in (folder / FILE).read_text(encoding="utf-8")


def test_unknown_pilot_is_told_with_the_nearest_name():
    with pytest.raises(NoSuchPilot, match=re.escape("Did you mean showroom?")) as failure:
        find("showrom")
    assert "pilot list" in failure.value.next_step
