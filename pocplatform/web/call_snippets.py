"""One call of the API as code to copy: curl, Python with the SDK, and TypeScript.

The secret key is not in it, but in the environment, as ``POC_KEY``. All three do the same as the
request that they are written from; a test runs them.
"""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pprint import pformat
from typing import Any, Literal

from pocplatform.web.snippets import Snippet

_WIDTH = 88
_PROTOTYPE = re.compile(r'(?m)^(\s*)"__proto__": ')


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the API.

    Attributes:
        method: In capitals.
        path: From ``/v1`` on, with its query.
        operation: The SDK's method, such as ``contracts.send``.
        arguments: Of that method: values by position, then ``(name, value)`` by name.
        shown: What to print of its result, such as ``result.status``.
        body: JSON that is sent; None for nothing.
        key: The idempotency key, for what must not be done twice.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    operation: str
    arguments: Sequence[Any]
    shown: str
    body: Any = None
    key: str | None = None

    @property
    def json(self) -> str:
        """The body as text."""
        return json.dumps(self.body, ensure_ascii=False)


def snippets(call: Call, base_url: str) -> list[Snippet]:
    """A call in every language."""
    return [
        Snippet("curl", "curl", _curl(call, base_url)),
        Snippet("python", "Python", _python(call, base_url)),
        Snippet("typescript", "TypeScript", _typescript(call, base_url)),
    ]


def _curl(call: Call, base_url: str) -> str:
    lines = [f"curl {_quoted(base_url + call.path)}"]
    if call.method == "DELETE":
        lines[0] = f"curl -X DELETE {_quoted(base_url + call.path)}"
    lines.append('-H "Authorization: Bearer $POC_KEY"')
    if call.key is not None:
        lines.append(f"-H {_quoted(f'Idempotency-Key: {call.key}')}")
    if call.body is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {_quoted(call.json)}")
    return " \\\n  ".join(lines)


def _quoted(text: str) -> str:
    """For a POSIX shell; in quotation marks even where it could do without."""
    quoted = shlex.quote(text)
    return quoted if quoted.startswith("'") else f"'{text}'"


def _python(call: Call, base_url: str) -> str:
    given = []
    for argument in call.arguments:
        name, value = argument if isinstance(argument, tuple) else ("", argument)
        head = f"{name}=" if name else ""
        text = pformat(value, width=_WIDTH - 12 - len(head), sort_dicts=False)
        given.append(head + text.replace("\n", "\n" + " " * (8 + len(head))))
    one_line = ", ".join(given)
    begin = f"    result = sandbox.{call.operation}("
    if len(begin) + len(one_line) < _WIDTH and "\n" not in one_line:
        asked = f"{begin}{one_line})"
    else:
        asked = begin + "".join(f"\n        {text}," for text in given) + "\n    )"
    return (
        "import os\n\n"
        "from pocplatform.client import Sandbox\n\n"
        f'with Sandbox({json.dumps(base_url)}, os.environ["POC_KEY"]) as sandbox:\n'
        f"{asked}\n"
        f"    print({call.shown})"
    )


def _typescript(call: Call, base_url: str) -> str:
    headers = ["Authorization: `Bearer ${process.env.POC_KEY}`,"]
    if call.key is not None:
        headers.append('"Idempotency-Key": crypto.randomUUID(),')
    sent = []
    if call.body is not None:
        headers.append('"Content-Type": "application/json",')
        sent = [f"body: JSON.stringify({_literal(call.body)}),"]
    inside = [f'method: "{call.method}",', "headers: {", *(f"  {one}" for one in headers), "},"]
    lines = "".join(f"  {line}\n" for line in [*inside, *sent])
    url = json.dumps(base_url + call.path, ensure_ascii=False)
    return (
        f"const response = await fetch({url}, {{\n{lines}}});\n"
        "const answer = await response.json();\n"
        "if (!response.ok) throw new Error(answer.detail);\n"
        "console.log(answer);"
    )


def _literal(value: Any) -> str:
    """JSON as an expression: a member ``__proto__`` written plainly would be no member."""
    text = json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")
    return _PROTOTYPE.sub(r'\1["__proto__"]: ', text)
