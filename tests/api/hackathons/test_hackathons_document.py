"""docs/hackathons.md does what it says."""

from __future__ import annotations

import re

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.organisers import admin_secret

DOCUMENT = (PROJECT_ROOT / "docs" / "hackathons.md").read_text(encoding="utf-8")


def test_what_the_document_shows_works(base_url, platform, capsys):
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", base_url)
    names: dict[str, object] = {"ORGANISERS": admin_secret(platform.settings)}
    exec(compile(script, "docs/hackathons.md", "exec"), names)
    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "open",
        "[(3, 'the team has no name.'), (4, \"the team 'aurora' is there already, on line 2.\")]",
        "windows-1252 ['Jäälohi', 'Yötön yö']",
        "Jäälohi",
        "Revontulet False True",
        "No event and no team has the code NO-SUCH-CODE.",
        "3 Lunch is at noon.",
        "The organisers have paused writing for your team; reading goes on.",
        "1 1 0",
        "3",
        "3 0",
    ]
