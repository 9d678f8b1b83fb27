"""Projects that ``pocplatform new`` makes, and the names that it does not take."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pocplatform.kit.errors import PlatformError
from pocplatform.new_project import (
    FolderNotWritable,
    ProjectExists,
    ProjectNameInvalid,
    TemplateUnknown,
    make,
    templates,
)

every_template = pytest.mark.parametrize("template", templates())


@every_template
def test_project_has_its_files_and_no_mark_is_left(tmp_path, template):
    files = make("my-pilot", template, tmp_path)
    assert {"README.md", ".gitignore"} <= {str(file) for file in files}
    written = [path for path in (tmp_path / "my-pilot").rglob("*") if path.is_file()]
    assert len(written) == len(files)
    for path in written:
        assert "{{" not in path.read_text()
        assert path.suffix != ".tmpl"
    assert "# My pilot" in (tmp_path / "my-pilot" / "README.md").read_text()


@every_template
def test_code_is_in_good_order(tmp_path, template):
    make("pilot", template, tmp_path)
    for verb in (["format", "--check", "--diff"], ["check", "--select", "E,F,I,B,UP"]):
        ruff = [sys.executable, "-m", "ruff", *verb, "--isolated", "--line-length", "100"]
        done = subprocess.run(
            [*ruff, "pilot"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "../up",
        "/tmp/a",
        "1st",
        "-x",
        "two words",
        "ä",
        "a" * 65,
        "a\n",
        "con",
    ],
)
def test_odd_name_is_refused_with_a_better_one(tmp_path, name):
    with pytest.raises(ProjectNameInvalid) as refused:
        make(name, "contract", tmp_path)
    proposed = refused.value.context["example"]
    assert proposed in refused.value.next_step()
    if proposed.lower() != "con":
        make(proposed, "contract", tmp_path)
    assert len(list(tmp_path.iterdir())) <= 1


def test_unknown_template_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(TemplateUnknown) as refused:
        make("pilot", "contracts", tmp_path)
    assert "contract" in refused.value.next_step()
    with pytest.raises(TemplateUnknown) as refused:
        make("pilot", "../contract", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_there_is_left_as_it_is(tmp_path, kind):
    there = tmp_path / "pilot"
    if kind == "folder":
        there.mkdir()
        (there / "mine").touch()
    elif kind == "file":
        there.write_text("mine")
    else:
        there.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ProjectExists):
        make("pilot", "contract", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["pilot"]
    assert kind != "folder" or (there / "mine").exists()


def test_folder_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path):
    missing = tmp_path / "missing"
    with pytest.raises(FolderNotWritable) as refused:
        make("pilot", "contract", missing)
    assert "No such file" in refused.value.detail()
    assert isinstance(refused.value, PlatformError)
    assert not missing.exists()
