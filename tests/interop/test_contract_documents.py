"""The OpenAPI document of a developer's contract, by tools that know nothing else of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from pocplatform.kit.settings import PROJECT_ROOT
from tests.api.contracts.steps import compiled, deployed

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
TOOLS = PROJECT_ROOT / "node_modules" / ".bin"
CLIENT = """import type { paths } from "./schema";

type Over = paths["%(base)s/call/over((uint256,bytes3,string))"]["post"];
type Body = Over["requestBody"]["content"]["application/json"];
type Given = Over["responses"][200]["content"]["application/json"];

export const body: Body = { arguments: { line: { amount: "5", mark: "0x010203", words: "" } } };

export function amount(given: Given): string {
  return given.results.result;
}

// @ts-expect-error A line has words.
export const less: Body = { arguments: { line: { amount: 5, mark: "0x010203" } } };

// @ts-expect-error The event is none of this contract's.
export const other: paths["%(base)s/events"]["get"]["parameters"]["query"] = { event: "Other" };
"""


@pytest.fixture(scope="module")
def developer(join):
    return join("Outo Oy")


@pytest.fixture(scope="module")
def odd(developer):
    return deployed(developer.api, compiled(developer.api, "zoo/Odd", optimizer=False), "Odd")


@pytest.fixture(scope="module")
def document(developer, odd):
    return developer.api.get(odd["openapi"]).json()


def run(folder, *command, **variables):
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=os.environ | variables,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2_000:]
    return done.stdout


def test_document_is_valid_and_has_every_function(document, odd):
    validate(document)
    called = {path.rpartition("/")[2] for path in document["paths"]}
    named = {signature.partition("(")[0] for signature in odd["functions"]} - {"over"}
    overloaded = {one for one in odd["functions"] if one.startswith("over(")}
    assert len(overloaded) == 3
    assert called == named | overloaded | {"receive", "fallback", "events"}


def test_client_that_is_made_of_the_document_compiles(document, odd, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "client.ts").write_text(CLIENT % {"base": f"/v1/contracts/{odd['id']}"})
    run(tmp_path, TOOLS / "openapi-typescript", "openapi.json", "-o", "schema.ts")
    run(
        tmp_path, TOOLS / "tsc", "--strict", "--noEmit", "--target", "es2022",
        "--moduleResolution", "bundler", "--module", "esnext", "client.ts",
    )  # fmt: skip


def test_answers_are_as_the_document_says(document, developer, base_url, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    key = developer.api.headers["Authorization"].removeprefix("Bearer ")
    run(
        tmp_path, SCHEMATHESIS, "--config-file", CONFIGURATION, "run", "openapi.json",
        "--url", base_url, "--phases", "examples,coverage,fuzzing", "--max-examples", "3",
        "--checks", "all", "--seed", "2026", "--no-color", "--request-timeout", "60",
        "--max-response-time", "60", SANDBOX_KEY=key,
    )  # fmt: skip
