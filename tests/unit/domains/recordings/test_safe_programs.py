"""Names and texts of others, in programs that are exported, are never read as code."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from pocplatform.domains.recordings.export.python import python_script, python_test
from pocplatform.domains.recordings.export.shell import shell_script
from pocplatform.domains.recordings.export.story import Actor, Call, Ref, Story, Text

NASTY = [
    "1;touch $(id)`id`", 'a"]+print(1)+["', "b']+print(1)+['", "c\\", "$x", "{y}", "\n1=2", "'\"",
]  # fmt: skip


def story(name: str) -> Story:
    """One call that gives a value under a name, and one that needs it, with the name everywhere."""
    place = ("results", name)
    first = Call(
        0, None, "POST", ["", "v1", "organizations"], {}, {"name": name}, "us",
        {"secret_key": "x", "results": {name: "value_1"}}, raw_path="/v1/organizations",
        raw_body={"name": name}, used={("secret_key",), place},
    )  # fmt: skip
    ref = Ref(0, place)
    second = Call(
        1, Actor("ours", Ref(0, ("secret_key",))), "GET", ["", "v1", "things", ref], {name: name},
        {name: Text(("of ", ref, " and more"))}, "thing", {}, simulate=name, raw_path="/v1/things",
    )  # fmt: skip
    return Story(name, [first, second], [name])


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("write", [python_script, python_test])
def test_python_holds_it_as_texts_only(write, name):
    tree = ast.parse(write(story(name)))
    nodes = [*ast.walk(tree)]
    calls = [one.func for one in nodes if isinstance(one, ast.Call)]
    called = [one.id for one in calls if isinstance(one, ast.Name)]
    assert called.count("print") == (1 if write is python_script else 0)
    keys = [one.slice for one in nodes if isinstance(one, ast.Subscript)]
    assert name in [one.value for one in keys if isinstance(one, ast.Constant)]


@pytest.mark.parametrize("name", NASTY)
def test_shell_gives_it_to_variables_of_plain_names(name, tmp_path):
    script = shell_script(story(name))
    variables = re.findall(r"^(.*)=\$\(pick ", script, re.M)
    assert len(variables) == 2
    assert all(re.fullmatch(r"US_[A-Z0-9_]+", one) for one in variables)
    file = tmp_path / "story.sh"
    file.write_text(script)
    assert subprocess.run(["sh", "-n", file], check=False).returncode == 0
