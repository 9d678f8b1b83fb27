"""docs/recorder.md does what it says."""

from __future__ import annotations

import re

from pocplatform.kit.settings import PROJECT_ROOT

DOCUMENT = (PROJECT_ROOT / "docs" / "recorder.md").read_text(encoding="utf-8")


def test_what_the_document_shows_works(base_url, capsys):
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", base_url)
    exec(compile(script, "docs/recorder.md", "exec"), {})
    shown = capsys.readouterr().out.splitlines()
    assert shown[:3] == ["POST /v1/faucet 200 None", "5020", "3"]
    assert shown[3].startswith('"""An invoice is paid')
    assert shown[-1] == "True"
