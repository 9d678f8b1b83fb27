"""docs/own_wallets.md does what it says."""

from __future__ import annotations

import re

from pocplatform.kit.settings import PROJECT_ROOT
from tests.api.operations import document

DOCUMENT = (PROJECT_ROOT / "docs" / "own_wallets.md").read_text(encoding="utf-8")


def test_example_registers_an_identity_and_pays(base_url, capsys):
    (script,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    script = script.replace("http://127.0.0.1:8000", base_url)
    exec(compile(script, "docs/own_wallets.md", "exec"), {})
    assert capsys.readouterr().out.split() == ["active", "7500"]


def test_what_is_said_to_have_no_two_steps_has_none():
    table = DOCUMENT.split("## What has no two steps, and why")[1].split("\n## ")[0]
    named = re.findall(r"POST (/v1/\S+?)`", table)
    assert len(named) > 6
    paths = {re.sub(r"\{[^}]+\}", "{}", path) for path in document()["paths"]}
    for path in named:
        path = re.sub(r"\{[^}]+\}", "{}", path)
        assert path in paths
        assert f"{path}/prepare" not in paths
