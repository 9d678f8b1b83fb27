"""docs/devnets.md does what it says."""

from __future__ import annotations

import re

from pocplatform.kit.settings import PROJECT_ROOT

DOCUMENT = (PROJECT_ROOT / "docs" / "devnets.md").read_text(encoding="utf-8")


def test_what_the_document_shows_works(base_url, capsys):
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", base_url)
    exec(compile(script, "docs/devnets.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "True 10",
        "1 10001",
        "0 10000",
        "True",
        "1",
        "True",
    ]
