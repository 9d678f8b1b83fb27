"""Which requests are written by a method of the SDK, and which are not."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from pocplatform.client import Sandbox
from pocplatform.client.models import Agreement
from pocplatform.client.modes import Operation, Resource
from pocplatform.domains.recordings.export.python import python_script
from pocplatform.domains.recordings.export.shell import shell_script
from pocplatform.domains.recordings.export.story import Actor, Call, Ref, Story
from pocplatform.domains.recordings.export.typed import attribute, methods, typed


def operations(holder: Any, prefix: str = "") -> set[str]:
    found = set()
    for name, resource in vars(holder).items():
        if isinstance(resource, Resource):
            found |= operations(resource, f"{prefix}{name}.")
            for base in type(resource).__mro__:
                found |= {
                    f"{prefix}{name}.{verb}"
                    for verb, one in vars(base).items()
                    if isinstance(one, Operation) and not verb.startswith("_")
                }
    return found


def test_most_operations_of_the_sdk_are_known():
    """But those that give no object of the SDK's, or whose request follows from more than them."""
    with Sandbox("http://127.0.0.1:9") as sandbox:
        every = operations(sandbox)
    missing = every - {method.name for method in methods()}
    assert len(missing) * 10 < len(every), missing
    for group in ("agreements", "contracts", "invoices", "payments", "credentials", "items"):
        found = {name for name in every - missing if name.startswith(f"{group}.")}
        assert {
            f"{group}.{verb}" for verb in ("create", "get", "issue", "deploy", "transfer")
        } & found


def call(method: str, path: str, body: Any = None, **more: Any) -> Call:
    actor = Actor("us", Ref(0, ("secret_key",)))
    given = {"raw_path": path, "raw_body": body} | more
    return Call(0, actor, method, path.split("/"), {}, body, "it", {}, **given)


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (call("POST", "/v1/faucet", {"amount": 5}), "payments.faucet"),
        (call("POST", "/v1/contracts/ctr_1/call/a(uint256)", {}), "contracts.call"),
        (call("GET", "/v1/organizations/me"), "organizations.me"),
        (call("DELETE", "/v1/webhooks/whk_1"), "webhooks.delete"),
        (call("POST", "/v1/agreements/agr_1/milestones/3/accept"), "agreements.accept"),
    ],
    ids=lambda one: str(one) if isinstance(one, str) else "",
)
def test_request_is_that_of_a_method(request_, name):
    found = typed(request_)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "request_",
    [
        call("POST", "/v1/faucet", {"amount": 5, "note": "of which the SDK knows nothing"}),
        call("POST", "/v1/faucet", ["amount"]),
        call("POST", "/v1/nothing/like/it", {}),
        call("DELETE", "/v1/faucet"),
        call("POST", "/v1/agreements/agr_1/milestones/x/accept"),
        call("POST", "/v1/faucet", {"amount": 5}, used={("unknown", "place")}),
    ],
    ids=[
        "more than it sends",
        "a list",
        "unknown path",
        "other method",
        "no number",
        "unknown value",
    ],
)
def test_request_that_no_method_sends_so_is_written_as_it_is(request_):
    assert typed(request_) is None


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (("id",), ".id"),
        (("parties", 1, "did"), ".parties[1].did"),
        (("created",), None),
        (("milestones", 0), None),
        (("parties", "did"), None),
        (("unknown",), None),
    ],
)
def test_value_of_an_answer_is_read_of_the_object_where_it_is_a_plain_one(place, written):
    assert attribute(Agreement, place) == written


HOSTILE = 'a" + exit() #\n"""; $(reboot) `reboot` \'; reboot; \\ {x} \x00\u2028'


def test_texts_cannot_get_out_of_their_quotes(tmp_path):
    sign_up = Call(
        0, None, "POST", ["", "v1", "organizations"], {}, {"name": HOSTILE}, "us_organization",
        {"id": "x"}, raw_path="/v1/organizations", raw_body={"name": HOSTILE},
        used={("secret_key",)},
    )  # fmt: skip
    paid = call("POST", f"/v1/x/{HOSTILE}", {"to": HOSTILE, HOSTILE: [HOSTILE]}, code="refused")
    looked = call("GET", "/v1/x")
    looked.query = {HOSTILE: HOSTILE}
    looked.number, paid.number = 1, 2
    story = Story(HOSTILE, [sign_up, looked, paid], [HOSTILE])
    names: dict[str, Any] = {"__name__": "story"}
    exec(compile(python_script(story), "story", "exec"), names)

    asked: list[Any] = []

    class Recorder:
        organizations = property(lambda self: self)

        def sign_up(self, name: str) -> Any:
            asked.append(name)
            return type("Made", (), {"secret_key": "k"})

        def with_key(self, key: str) -> Any:
            return self

        def request(self, *arguments: Any, **named: Any) -> None:
            asked.append((*arguments, named))

    with pytest.raises(AssertionError, match="this was refused before"):
        names["replay"](Recorder())
    assert asked[0] == HOSTILE
    assert asked[1] == ("GET", "/v1/x", {"params": {HOSTILE: HOSTILE}})
    assert asked[2] == ("POST", f"/v1/x/{HOSTILE}", {"to": HOSTILE, HOSTILE: [HOSTILE]}, {})


def test_texts_cannot_get_out_of_the_quotes_of_the_shell(tmp_path):
    """The script runs in a shell in which curl is a function that writes its arguments down."""
    sign_up = Call(0, None, "POST", ["", "v1", "organizations"], {}, {"name": HOSTILE}, "us", {})
    looked = call("GET", f"/v1/x/{HOSTILE}")
    looked.query = {HOSTILE: HOSTILE}
    curl = 'curl() { cat > "$OUT.body"; printf "%s\\n" "$@" >> "$OUT"; printf "{}\\n200"; }\n'
    no_reboot = 'reboot() { echo "REBOOTED" >> "$OUT"; }\n'
    text = HOSTILE.replace("\0", "")
    sign_up.body = {"name": text}
    sign_up.used = {("secret_key",)}
    story = Story(HOSTILE, [sign_up], [HOSTILE])
    story.calls.append(looked)
    looked.actor = None
    script = shell_script(story).replace("set -eu\n", f"set -eu\n{curl}{no_reboot}")
    script = script.replace("$(pick", "$(echo")
    out = tmp_path / "out"
    done = subprocess.run(
        ["sh"], input=script, env={"PATH": os.environ["PATH"], "OUT": str(out)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    asked = out.read_text()
    assert "REBOOTED" not in asked
    assert "%24%28reboot%29" in asked
    assert done.stdout.endswith("Done again.\n")
