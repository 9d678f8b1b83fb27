"""Files of teams, as people's spreadsheets write them."""

from __future__ import annotations

import pytest

from pocplatform.domains.hackathons import teams_file
from pocplatform.domains.hackathons.errors import TeamsFileInvalid

TEXT = "joukkue;puhelin\r\nJäälohi;1\r\nYöttömän Yön Åsa;2\r\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8 (BOM)"),
        ("utf-16", "utf-16"),
        ("cp1252", "windows-1252"),
        ("latin-1", "windows-1252"),
    ],
)
def test_umlauts_are_right_in_every_encoding_and_it_is_told(encoding, told):
    read = teams_file.read(TEXT.encode(encoding))
    assert read.names == ["Jäälohi", "Yöttömän Yön Åsa"]
    assert read.lines == [2, 3]
    assert (read.encoding, read.delimiter) == (told, ";")


def test_bytes_that_windows_does_not_have_are_read_as_latin_1():
    assert teams_file.read(b"\xc4iti\x81n\n\xd6yt\n".replace(b"\x81", b"")).names[0] == "Äitin"
    with pytest.raises(TeamsFileInvalid) as refused:
        teams_file.read(b"\xc4iti\x81n\n")
    assert refused.value.problems[0].line == 1


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_columns_may_stand_in_any_order_and_be_parted_by_any_usual_mark(delimiter):
    lines = [("id", "Team"), ("1", "Aurora"), ("2", '"Kivi, paperi; sakset"')]
    text = "\n".join(delimiter.join(line) for line in lines)
    read = teams_file.read(text.encode())
    assert read.names == ["Aurora", "Kivi, paperi; sakset"]
    assert read.delimiter == delimiter


def test_first_line_that_is_no_header_is_a_team():
    assert teams_file.read(b"Aurora\n\nRevontuli\n").names == ["Aurora", "Revontuli"]


def test_every_line_that_is_no_team_is_told_with_its_number():
    text = "team,x\nAurora,1\n,2\naurora ,3\n" + "a" * 101 + ",4\nÄijät,5\na\u0308ijät,6\n"
    with pytest.raises(TeamsFileInvalid) as refused:
        teams_file.read(text.encode())
    assert [one.line for one in refused.value.problems] == [3, 4, 5, 7]
    assert refused.value.detail() == "Line 3: the team has no name."
    told = refused.value.extensions("fi")["lines"]
    assert told[1] == {"line": 4, "problem": "tiimi 'aurora' on jo rivillä 2."}
    assert told[3]["problem"] == "tiimi 'äijät' on jo rivillä 6."


def test_line_numbers_count_names_that_go_over_two_lines():
    with pytest.raises(TeamsFileInvalid) as refused:
        teams_file.read(b'team\n"Pohjan\nTaika"\nAurora\nAurora\n')
    assert [one.line for one in refused.value.problems] == [5]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file holds no team."),
        (b"team\n", "The file holds no team."),
        (b"PK\x03\x04\x00\x00", "The file is no text."),
        (b"\xff\xfe\x00\xd8", "The file is no text."),
    ],
)
def test_what_is_no_file_of_teams_is_refused(data, said):
    with pytest.raises(TeamsFileInvalid) as refused:
        teams_file.read(data)
    assert refused.value.detail() == said


def test_500_teams_are_taken_and_one_more_is_refused():
    many = "".join(f"Joukkue {number}\n" for number in range(500))
    assert len(teams_file.read(many.encode()).names) == 500
    with pytest.raises(TeamsFileInvalid, match="500 teams; this one holds 501"):
        teams_file.read(f"{many}Viimeinen\n".encode())


@pytest.mark.parametrize(
    "name",
    [
        "Aur\u202eora", "Aur\u2066ora", "\u200fAurora", "Aur\u061cora",  # turn the text around
        "Aur\u200bora", "Aur\u2060ora", "\ufeffAurora", "Aur\u00adora", "Aur\u200dora",  # no width
        "Aur\ufe0fora", "\u3164", "\u2800", "Aur\U000e0061ora", "Aur\ue000ora", "Aur\x07ora",
    ],
    ids=ascii,
)  # fmt: skip
def test_name_with_a_character_that_cannot_be_seen_is_refused_on_its_line(name):
    with pytest.raises(TeamsFileInvalid) as refused:
        teams_file.read(f"team\nRevontuli\n{name}\n".encode())
    assert [one.line for one in refused.value.problems] == [3]
    assert "U+" in refused.value.detail("en")


@pytest.mark.parametrize(
    "name", ["Jäälohi ❄️", "👩🏽‍💻 Koodarit", "❤️‍🔥", "Team #️⃣1", "Ольга", "שלום", "雪", "A&B <3"]
)
def test_names_in_any_script_and_with_emoji_are_taken(name):
    assert teams_file.read(f"team\n{name}\n".encode()).names == [name]


def test_names_that_differ_only_in_what_cannot_be_seen_are_the_same():
    with pytest.raises(TeamsFileInvalid) as refused:
        teams_file.read("team\nTiimi ❄\nTiimi ❄️\nTIIMI ❄️\n".encode())
    assert [one.line for one in refused.value.problems] == [3, 4]
