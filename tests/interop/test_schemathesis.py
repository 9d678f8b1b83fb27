"""schemathesis against the running gateway: every operation, all checks.

It makes requests of the OpenAPI document, good and bad ones, and holds the answers against it. A
failure prints the request as a curl command. Links are followed in ``test_links_followed.py``.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.operations import operations

CONFIGURATION = Path(__file__).with_suffix("").with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def look_at(base_url, secret, folder, phases, *, examples=1, more=()):
    """Let it look at operations; its findings are in the assertion."""
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", CONFIGURATION, "run", f"{base_url}/openapi.json",
            "--phases", phases, "--max-examples", str(examples), "--checks", "all",
            "--seed", "2026", "--no-color", "--request-timeout", "60",
            # A busy machine is no finding.
            "--max-response-time", "60", "--suppress-health-check", "too_slow",
            *more,
        ],
        env=os.environ | {"SANDBOX_KEY": secret},
        cwd=folder, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


@pytest.fixture(scope="module")
def secret(join, anonymous):
    """The key of somebody with test money; the document is made by now."""
    # It is made for the first who asks, which on a busy machine takes longer than any answer.
    assert anonymous.get("/openapi.json", timeout=300).status_code == 200
    member = join("Skeema Oy", fund=100_000)
    return member.api.headers["Authorization"].removeprefix("Bearer ")


def test_answers_are_as_the_document_says(base_url, secret, tmp_path):
    look_at(base_url, secret, tmp_path, "examples,fuzzing", examples=2)


PARTS = sorted({one.entry["tags"][0] for one in operations()})


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_answers_to_every_odd_value_are_as_the_document_says(base_url, secret, tmp_path, part):
    """In parts, each some minutes at most: the whole would be one test of an hour."""
    more = ["--include-tag", part]
    look_at(base_url, secret, tmp_path, "examples,coverage,fuzzing", examples=20, more=more)
