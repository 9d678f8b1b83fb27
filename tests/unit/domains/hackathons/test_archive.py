"""Zip files of what strangers have named."""

from __future__ import annotations

import io
import zipfile

from pocplatform.domains.hackathons.archive import Archive


def made(*paths):
    """The paths that files of these names get, and what was written at each."""
    file = io.BytesIO()
    archive = Archive(file)
    given = [archive.write(path, str(number)) for number, path in enumerate(paths)]
    archive.close()
    with zipfile.ZipFile(file) as read:
        assert [read.read(path).decode() for path in given] == [*map(str, range(len(paths)))]
        assert read.namelist() == given
    return given


def test_same_path_gets_a_number_before_its_ending():
    assert made("a/T.sol", "a/T.sol", "a/T.sol") == ["a/T.sol", "a/T-2.sol", "a/T-3.sol"]


def test_paths_that_differ_in_capitals_only_are_kept_apart():
    assert made("a/Token.sol", "A/token.sol") == ["a/Token.sol", "A/token-2.sol"]


def test_number_that_is_taken_itself_is_passed_over():
    assert made("T-2.sol", "T.sol", "T.sol") == ["T-2.sol", "T.sol", "T-3.sol"]


def test_file_and_folder_of_one_name_are_kept_apart():
    assert made("a.sol", "a.sol/b.sol", "a.sol/c.sol") == [
        "a.sol",
        "a-2.sol/b.sol",
        "a-2.sol/c.sol",
    ]
    assert made("x/a/b", "x/a") == ["x/a/b", "x/a-2"]


def test_folder_is_free_until_something_is_in_it():
    archive = Archive(io.BytesIO())
    assert archive.free("team") == "team"
    archive.put("team/about.json", {"a": 1})
    assert archive.free("Team") == "Team-2"
    assert archive.free("team.v2") == "team.v2"
