"""The OpenAPI document: valid, complete, and there without a platform."""

import json
import os
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from pocplatform.main import create_app
from tests.api.operations import body_schema

DOCUMENT = create_app().openapi()
OPERATIONS = [
    (verb, path, operation)
    for path, verbs in DOCUMENT["paths"].items()
    for verb, operation in verbs.items()
]


def ids(operations):
    return [f"{verb} {path}" for verb, path, _ in operations]


WITH_BODY = [o for o in OPERATIONS if "requestBody" in o[2]]


def test_document_is_valid_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(DOCUMENT)


@pytest.mark.parametrize(("verb", "path", "operation"), OPERATIONS, ids=ids(OPERATIONS))
def test_operation_has_summary_description_tag_and_describes_its_failures(verb, path, operation):
    assert operation["summary"]
    assert operation["description"]
    assert len(operation["tags"]) == 1
    for statuses in ("4XX", "5XX"):
        assert "application/problem+json" in operation["responses"][statuses]["content"]
    assert "422" not in operation["responses"], "the framework's own shape is not ours"


def test_operation_ids_are_unique():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("verb", "path", "operation"), WITH_BODY, ids=ids(WITH_BODY))
def test_example_of_a_body_is_valid_by_its_schema(verb, path, operation):
    name, schema = body_schema(operation)
    examples = schema.get("examples", [])
    assert examples, f"{name} has no example"
    whole = schema | {"components": DOCUMENT["components"]}
    for example in examples:
        Draft202012Validator(whole).validate(example)


def test_application_is_made_without_node_database_or_data_folder(tmp_path):
    """In a fresh process, with settings with which nothing could be reached or written."""
    code = (
        "import json, sys; from pocplatform.main import create_app; "
        "print(json.dumps(create_app().openapi()))"
    )
    environment = os.environ | {
        "POC_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "POC_RPC_URL": "http://127.0.0.1:1",
        "POC_DATA_DIR": str(tmp_path / "missing"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,  # some ten seconds of a processor, which others may need too
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(json.dumps(DOCUMENT))
    assert not (tmp_path / "missing").exists()
