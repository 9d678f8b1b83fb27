"""docs/rpc.md does what it says."""

from __future__ import annotations

import re

from pocplatform.http.rpc import calls, limits, sockets, subscriptions
from pocplatform.kit.settings import PROJECT_ROOT

DOCUMENT = (PROJECT_ROOT / "docs" / "rpc.md").read_text(encoding="utf-8")


def test_what_the_document_shows_works(base_url, capsys):
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    script = "\n".join(blocks).replace("127.0.0.1:8000", base_url.removeprefix("http://"))
    exec(compile(script, "docs/rpc.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "31337 True",
        "[True]",
        "told of the block",
        "started True",
    ]


def test_limits_are_those_of_the_code():
    for limit, words in (
        (calls.AT_MOST, "which has at most {}"),
        (sockets.AT_MOST, "A key has at most {} connections"),
        (subscriptions.AT_MOST, "a connection {} subscriptions"),
        (sockets.BUFFER, "more than {:,} messages"),
        (limits._GAS, "at most {:,} gas"),
        (limits._TRACED_GAS, "up to {:,} gas"),
    ):
        assert words.format(limit) in DOCUMENT
