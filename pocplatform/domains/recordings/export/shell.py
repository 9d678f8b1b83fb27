"""A story as a shell script: curl with variables."""

import json
import re
import secrets
import shlex
from collections.abc import Iterator

from pocplatform.domains.recordings.export.story import (
    Call,
    Fresh,
    Later,
    Place,
    Ref,
    Story,
    Text,
    Value,
    identifier,
    plain,
)

_HEAD = r"""#!/bin/sh
# {title}: a recording of what was done in the sandbox, to be done again.
# Run: sh {file}.sh http://127.0.0.1:8000 (needs curl and jq)
set -eu
URL="${{1:-http://127.0.0.1:8000}}"
RUN="replay-$$-$(date +%s)"
STEP=0

# call KEY METHOD PATH EXPECTED [BODY]: sends a request, and waits until the chain has it.
# EXPECTED is ok, or the code of the error that it was answered with. The answer is in ANSWER.
call() {{
    STEP=$((STEP + 1))
    for TRY in 1 2 3 4; do # with the same idempotency key it is done once, and waited for again
        ANSWER=$(printf '%s' "${{5:-}}" | curl -sS -X "$2" "$URL$3" \
            ${{1:+-H "Authorization: Bearer $1"}} -H "Idempotency-Key: $RUN-$STEP" \
            ${{5:+-H "Content-Type: application/json" --data-binary @-}} \
            ${{SIMULATE:+-H "Simulate: $SIMULATE"}} -w '\n%{{http_code}}')
        STATUS=$(printf '%s' "$ANSWER" | tail -n 1)
        ANSWER=$(printf '%s' "$ANSWER" | sed '$d')
        [ "$STATUS" = 202 ] || break
    done
    case "$STATUS" in
        200 | 201) GOT=ok ;;
        *) GOT=$(printf '%s' "$ANSWER" | jq -r '.code // "?"' 2>/dev/null || echo '?') ;;
    esac
    echo "$STEP. $2 $3: $STATUS"
    if [ "$GOT" != "$4" ]; then
        echo "expected $4, but the answer is $STATUS: $ANSWER" >&2
        exit 1
    fi
}}

# pick FILTER: a value of the answer.
pick() {{
    printf '%s' "$ANSWER" | jq -er "$1"
}}
"""
_LATER = r"""
# later SECONDS: a moment so far from now.
later() {
    jq -nr --argjson s "$1" 'now + $s | floor | todate'
}
"""


def shell_script(story: Story) -> str:
    """A script for a POSIX shell."""
    lines = [*_lines(story)]
    head = _HEAD.format(title=plain(story.name) or "A story", file=identifier(story.name, "story"))
    if any("$(later " in line for line in lines):
        head += _LATER
    return "\n".join([head, *lines, 'echo "Done again."', ""])


def _lines(story: Story) -> Iterator[str]:
    for note in story.notes:
        yield f"# Left out or to be seen to: {plain(note)}"
    for fresh in story.fresh:
        yield f"{fresh.name.upper()}=0x$(od -An -v -tx1 -N32 /dev/urandom | tr -d ' \\n')"
    for call in story.calls:
        key = '""' if call.actor is None else f'"${_variable(story, call.actor.secret)}"'
        path = _in_quotes(story, call.path)
        query = [
            f"{_in_quotes(story, name)}={_in_quotes(story, value)}"
            for name, value in call.query.items()
        ]
        if call.method == "POST":
            query.append("wait=30")
        target = f'"{path}{"?" if query else ""}{"&".join(query)}"'
        words = ["call", key, call.method, target, call.code or "ok"]
        if call.body is not None:
            words.append(_body(story, call.body))
        simulated = f"SIMULATE={shlex.quote(call.simulate)}" if call.simulate is not None else ""
        if simulated:
            yield simulated
        yield " ".join(words)
        if simulated:
            yield "SIMULATE="
        if call.code is None:
            for place in sorted(call.used, key=str):
                yield f"{_variable(story, Ref(call.number, place))}=$(pick {_filter(place)})"
        yield ""


def _variable(story: Story, ref: Ref) -> str:
    call: Call = story.calls[ref.call]
    return "_".join(
        [call.name.upper(), *(re.sub(r"[^A-Z0-9]+", "_", str(p).upper()) for p in ref.place)]
    )


def _filter(place: Place) -> str:
    parts = [f"[{json.dumps(part)}]" for part in place]
    return shlex.quote("." + "".join(parts))


def _in_quotes(story: Story, value: Value) -> str:
    """A text between double quotes of the shell, in a URL: what is not plain is escaped."""
    if isinstance(value, Ref):
        return f"${{{_variable(story, value)}}}"
    if isinstance(value, Text):
        return "".join(_in_quotes(story, part) for part in value.parts)
    if isinstance(value, Later):
        return f"$(later {value.seconds})"
    if isinstance(value, Fresh):
        return f"${{{value.name.upper()}}}"
    return re.sub(r"[^A-Za-z0-9_.~:/,@%=-]", _escaped, str(value))


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _body(story: Story, body: Value) -> str:
    """JSON in single quotes, with the values of variables put in between."""
    marks: list[str] = []
    nonce = secrets.token_hex(8)  # nothing of the body's own can be taken for a mark

    def marked(value: Value) -> Value:
        if isinstance(value, dict):
            return {name: marked(item) for name, item in value.items()}
        if isinstance(value, list):
            return [marked(item) for item in value]
        if isinstance(value, Ref | Text | Later | Fresh):
            parts = value.parts if isinstance(value, Text) else (value,)
            return "".join(part if isinstance(part, str) else mark(part) for part in parts)
        return value

    def mark(part: Ref | Later | Fresh) -> str:
        marks.append(_in_quotes(story, part))
        return f"{nonce}{len(marks) - 1};"

    text = json.dumps(marked(body), ensure_ascii=False).replace("'", "'\\''")
    written = re.sub(f"{nonce}(\\d+);", lambda found: f"'\"{marks[int(found[1])]}\"'", text)
    return f"'{written}'"
