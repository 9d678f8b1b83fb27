"""`pocplatform event …`: what organisers do on the command line."""

from __future__ import annotations

import json
import re
import shlex
import zipfile

import pytest
from typer.testing import CliRunner

from pocplatform.cli import app
from pocplatform.client import Problem
from pocplatform.hackathon_commands import FileUnusable, NothingChosen, TimeUnreadable
from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.organisers import admin_secret
from pocplatform.terminal import NotConfirmed

TIMES = ("--starts", "2026-11-01T09:00", "--ends", "2036-11-27T17:00")


@pytest.fixture(scope="module")
def command(base_url, platform):
    """Runs a verb against the sandbox of the tests; what it prints."""
    where = ("--url", base_url, "--key", admin_secret(platform.settings))

    def run(*arguments, fails=None, typed=None):
        options = where[:2] if arguments[0] == "list" else where
        done = CliRunner().invoke(app, ["event", *arguments, *options], input=typed)
        if fails is None:
            assert done.exit_code == 0, (done.output, done.exception)
            return done.stdout
        assert isinstance(done.exception, fails), (done.output, done.exception)
        return done.exception

    return run


@pytest.fixture(scope="module")
def event(command):
    return json.loads(command("create", "Komentorivi (testi)", *TIMES, "--json"))["id"]


def test_what_the_document_shows_works(command, tmp_path, monkeypatch):
    document = (PROJECT_ROOT / "docs" / "hackathons.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", document, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names = {"$EVENT": "", "$TEAM": ""}
    told = {}
    for line in block.splitlines():
        program, group, verb, *arguments = (names.get(one, one) for one in shlex.split(line))
        assert (program, group) == ("pocplatform", "event")
        told[verb] = command(verb, *arguments)
        names["$EVENT"] = names["$EVENT"] or re.search(r"hck_\w+", told["create"]).group()
        if verb == "teams":
            names["$TEAM"] = re.search(r"team_\w+", told[verb]).group()
    assert "Teams join with the code" in told["create"]
    assert names["$EVENT"] in told["list"]
    assert "Aurora" in told["teams"]
    assert "Kaamos" in told["teams"]
    assert told["freeze"] == "Metaverse workshop (test): paused\n"
    assert told["unfreeze"] == "Metaverse workshop (test): going on\n"
    assert told["reset"].startswith("1 teams are reset")
    archive = zipfile.ZipFile(tmp_path / "teams.zip")
    assert sum(name.endswith("/team.json") for name in archive.namelist()) == 2
    assert "Kaamos" in told["report"]
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_programs_get_json_and_finns_finnish(command, event, tmp_path):
    file = tmp_path / "tiimit.csv"
    file.write_bytes("joukkue;puhelin\nJäälohi;1\n".encode("cp1252"))
    shown = json.loads(command("teams", event, "--file", str(file), "--json"))
    assert [one["name"] for one in shown["teams"]] == ["Jäälohi"]
    assert shown["teams"][0]["code"]
    listed = json.loads(command("list", "--json"))["events"]
    assert event in [one["id"] for one in listed]
    assert json.loads(command("freeze", event, "--json"))["state"] == "frozen"
    assert "käynnissä" in command("unfreeze", event, "--language", "fi")
    told = command("report", event, "--language", "fi")
    assert "Tapahtuma on käynnissä" in told
    assert "välitavoitteet" in told
    report = json.loads(command("report", event, "--json"))
    assert report["totals"]["teams"] == 1
    exported = json.loads(command("export", event, "--out", str(tmp_path / "a.zip"), "--json"))
    assert exported["bytes"] == (tmp_path / "a.zip").stat().st_size


def test_reset_is_of_somebody_and_asks_first(command, event):
    assert "event teams" in command("reset", event, fails=NothingChosen).next_step("en")
    command("reset", event, "--all", "--team", "team_1", fails=NothingChosen)
    command("reset", event, "--all", typed="n\n", fails=NotConfirmed)
    command("reset", event, "--all", typed="y\n")


@pytest.mark.parametrize("times", [("tomorrow", "2036-01-01"), ("2026-11-27", "27.11.2026")])
def test_time_that_is_none_is_named(command, times):
    error = command("create", "x", "--starts", times[0], "--ends", times[1], fails=TimeUnreadable)
    assert "2026-11-27T09:00" in error.next_step("en")


def test_what_the_api_refuses_is_told_with_its_code(command, event, base_url):
    late = ("--starts", "2036-11-27T17:00", "--ends", "2026-11-27T09:00")
    assert command("create", "x", *late, fails=Problem).code == "invalid_input"
    assert command("report", "hck_0", fails=Problem).code == "not_found"
    assert command("teams", event, "--add", "a", "--add", "A", fails=Problem).code
    wrong = CliRunner().invoke(
        app, ["event", "report", event, "--url", base_url, "--key", "sk_test_wrong"]
    )
    assert wrong.exception.code == "unauthenticated"


def test_files_that_cannot_be_used_are_named(command, event, tmp_path):
    missing = tmp_path / "none" / "file"
    for verb in (
        ("teams", event, "--file"),
        ("export", event, "--out"),
        ("report", event, "--pdf"),
    ):
        error = command(*verb, str(missing), fails=FileUnusable)
        assert str(missing) in error.detail("en")
