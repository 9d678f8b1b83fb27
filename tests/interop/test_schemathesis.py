"""schemathesis against the running gateway: every operation, all checks, links between operations.

It makes requests of the OpenAPI document, good and bad ones, and holds the answers against it. A
failure prints the request as a curl command.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.operations import operations

CONFIGURATION = Path(__file__).with_suffix("").with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")

FOLLOWING_S = 45
"""How long links are followed; the long profile does it :data:`FOLLOWING_LONG_S`."""
FOLLOWING_LONG_S = 600


def look_at(base_url, secret, folder, phases, *, examples=1, more=()):
    """Let it look at operations; its findings are in the assertion. What it says in the end."""
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", CONFIGURATION, "run", f"{base_url}/openapi.json",
            "--phases", phases, "--max-examples", str(examples), "--checks", "all",
            "--seed", "2026", "--no-color", "--request-timeout", "60",
            "--max-response-time", "60",  # a busy machine is no finding
            *more,
        ],
        env=os.environ | {"SANDBOX_KEY": secret},
        cwd=folder, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.fixture(scope="module")
def secret(join, anonymous):
    """The key of somebody with test money; the document is made by now."""
    # It is made for the first who asks, which on a busy machine takes longer than any answer.
    assert anonymous.get("/openapi.json", timeout=300).status_code == 200
    member = join("Skeema Oy", fund=100_000)
    return member.api.headers["Authorization"].removeprefix("Bearer ")


def test_answers_are_as_the_document_says(base_url, secret, tmp_path):
    look_at(base_url, secret, tmp_path, "examples,fuzzing", examples=2)


def test_answers_to_what_links_lead_to_are_as_the_document_says(base_url, secret, tmp_path):
    more = ["--max-time", str(FOLLOWING_S)]
    said = look_at(base_url, secret, tmp_path, "stateful", examples=3, more=more)
    links = re.search(r"API Links: .* (\d+) selected / (\d+) total", said)
    assert links is not None, said[-2_000:]
    selected, total = map(int, links.groups())
    # How many are followed is chance; that each can be is the document's to say, and that they lead
    # from one to the next is tried one by one in the tests of links.
    assert (
        selected
        == total
        == sum(
            len(response.get("links", {}))
            for one in operations()
            for response in one.entry["responses"].values()
        )
    )


@pytest.mark.slow
def test_answers_to_what_links_lead_to_for_long_are_as_the_document_says(
    base_url, secret, tmp_path
):
    more = ["--max-time", str(FOLLOWING_LONG_S)]
    look_at(base_url, secret, tmp_path, "stateful", examples=100, more=more)


PARTS = sorted({one.entry["tags"][0] for one in operations()})


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_answers_to_every_odd_value_are_as_the_document_says(base_url, secret, tmp_path, part):
    """In parts, each some minutes at most: the whole would be one test of an hour."""
    more = ["--include-tag", part]
    look_at(base_url, secret, tmp_path, "examples,coverage,fuzzing", examples=20, more=more)
