"""schemathesis against the running gateway: every operation, all checks, links between operations.

It makes requests of the OpenAPI document, good and bad ones, and holds the answers against it. A
failure prints the request as a curl command.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).with_suffix("").with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def look_at(base_url, secret, tmp_path, phases, examples):
    """Let it look at everything; its findings are in the assertion."""
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", CONFIGURATION, "run", f"{base_url}/openapi.json",
            "--phases", phases, "--max-examples", str(examples), "--checks", "all",
            "--seed", "2026", "--no-color", "--request-timeout", "60",
        ],
        env=os.environ | {"SANDBOX_KEY": secret},
        cwd=tmp_path, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


@pytest.fixture(scope="module")
def secret(join):
    """The key of somebody with test money."""
    member = join("Skeema Oy", fund=100_000)
    return member.api.headers["Authorization"].removeprefix("Bearer ")


def test_answers_are_as_the_document_says(base_url, secret, tmp_path):
    look_at(base_url, secret, tmp_path, "examples,fuzzing", 2)


def test_answers_to_one_operation_after_another_are_as_the_document_says(
    base_url, secret, tmp_path
):
    look_at(base_url, secret, tmp_path, "stateful", 3)


@pytest.mark.slow
def test_answers_to_every_odd_value_are_as_the_document_says(base_url, secret, tmp_path):
    look_at(base_url, secret, tmp_path, "examples,coverage,fuzzing,stateful", 20)
