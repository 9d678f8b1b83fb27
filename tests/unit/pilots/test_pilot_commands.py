"""The command line about pilots, as far as no sandbox is needed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from pocplatform.client import SandboxError
from pocplatform.pilot_commands import pilot_app


@pytest.fixture
def verb(monkeypatch, tmp_path):
    """Runs a verb: exit code, output and the error that it has ended with."""
    monkeypatch.setenv("POC_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str, Any]:
        result = CliRunner().invoke(pilot_app, [*arguments])
        return result.exit_code, result.stdout, result.exception

    return run


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run",), "nothing_to_run"),
        (("run", "no-such-pilot"), "no_such_pilot"),
        (("run", "showroom", "--prices", "no-such-table.toml"), "prices_unusable"),
        (("compare", "never-run"), "not_run_yet"),
        (("new", "Not A Name"), "pilot_not_made"),
        (("check", "no-such-pilot"), "no_such_pilot"),
    ],
)
def test_what_cannot_be_done_is_told_with_a_next_step(verb, arguments, code):
    exit_code, _, error = verb(*arguments)
    assert exit_code == 1
    assert isinstance(error, SandboxError)
    assert error.code == code
    assert error.next_step


@pytest.mark.parametrize("language", ["sv", "FI_fi", ""])
def test_language_that_there_are_no_words_in_is_refused(verb, language):
    exit_code, out, _ = verb("list", "--lang", language)
    assert (exit_code, out) == (2, "")


def test_folder_is_found_by_the_name_of_its_pilot(verb, tmp_path):
    verb("new", "window-repair", "--in", str(tmp_path))
    exit_code, out, _ = verb("check", str(tmp_path / "window-repair"))
    assert (exit_code, out) == (0, "✓ window-repair\n")


def test_evidence_that_is_not_there_is_told_in_words(verb, tmp_path):
    _, _, error = verb("verify", str(tmp_path / "none.zip"))
    assert error.code == "pack_unreadable"
    assert "no such file" in error.detail
    assert "Errno" not in error.detail


def test_pilot_is_made_checked_spoilt_and_checked(verb, tmp_path):
    exit_code, out, _ = verb("new", "window-repair", "--in", str(tmp_path), "--json")
    assert exit_code == 0
    folder = json.loads(out)["folder"]
    exit_code, out, _ = verb("check", folder)
    assert (exit_code, out) == (0, "✓ window-repair\n")
    file = tmp_path / "window_repair" / "pilot.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("minutes: 2", "minuts: 2"))
    exit_code, out, _ = verb("check", folder, "--json")
    assert exit_code == 1
    (row,) = json.loads(out)["pilots"]
    assert [fault["field"] for fault in row["faults"]] == ["minutes", "minuts"]
    exit_code, out, _ = verb("check", folder)
    assert exit_code == 1
    assert "pilot.yaml" in out


def test_every_pilot_of_the_package_is_sound_and_listed(verb):
    exit_code, out, _ = verb("check")
    assert exit_code == 0, out
    exit_code, listed, _ = verb("list", "--json", "--lang", "fi")
    rows = json.loads(listed)["pilots"]
    assert len(rows) == out.count("✓")
    assert rows[0]["title"] == "Virtuaalinen esittelytila lomakylälle"
    exit_code, out, _ = verb("list")
    assert "showroom" in out
