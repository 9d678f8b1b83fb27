"""docs/api.md says what the router says."""

from __future__ import annotations

import importlib.util
import re
import sys

import pytest

from pocplatform.kit.settings import PROJECT_ROOT
from pocplatform.main import create_app


@pytest.fixture(scope="module")
def generator():
    path = PROJECT_ROOT / "scripts" / "docs_api.py"
    spec = importlib.util.spec_from_file_location("docs_api", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_api"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def document():
    return create_app().openapi()


def test_document_is_what_the_generator_writes(generator):
    written = generator.PAGE.read_text(encoding="utf-8")
    assert written == generator.text(), "Run scripts/docs."


def test_every_operation_is_listed_or_is_a_step_of_one(generator, document):
    listed = set(re.findall(r"^\| `(\w+ /[^`]*)` \|", generator.page(document), re.MULTILINE))
    for path, verbs in document["paths"].items():
        for verb in verbs:
            base = re.sub(r"/(prepare|submit)$", "", path) if verbs[verb].get("x-step") else path
            assert f"{verb.upper()} {base}" in listed


def test_row_has_scope_key_errors_and_events(generator, document):
    rows = generator.page(document).splitlines()
    (row,) = (r for r in rows if r.startswith("| `POST /v1/transfers`"))
    assert "*two steps*" in row
    assert "| `write` | required |" in row
    (row,) = (r for r in rows if r.startswith("| `POST /v1/siwe/verify`"))
    assert "| anybody |" in row
    assert "`siwe_invalid`" in row
