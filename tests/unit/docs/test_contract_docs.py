"""docs/contracts.md says what the contracts say, in both languages."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from pocplatform.chain.compiler import compile_project
from pocplatform.kit.settings import PROJECT_ROOT


@pytest.fixture(scope="module")
def generator():
    path = PROJECT_ROOT / "scripts" / "docs.py"
    spec = importlib.util.spec_from_file_location("contract_docs", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["contract_docs"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def artifacts():
    return compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")


def test_document_is_what_the_generator_writes(generator, artifacts):
    callable_ = [a for a in artifacts.deployable().values() if generator.has_functions(a)]
    text = generator.page(callable_, generator.gas_figures())
    assert generator.PAGE.read_text(encoding="utf-8") == text


def test_every_function_event_and_error_of_ours_is_explained(generator, artifacts):
    for artifact in artifacts.deployable().values():
        text = generator.page([artifact], {})  # raises where NatSpec is missing
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        assert all(cell.strip() for row in rows for cell in row.strip("|").split(" | ")), artifact


def test_error_is_explained_in_english_and_finnish(generator, artifacts):
    text = generator.page([artifacts["PilotEuro"]], {})
    assert (
        "| `EnforcedPause()` | The organisers have paused the contract. | Järjestäjät ovat" in text
    )
    assert "‹balance›, but ‹needed› is needed" in text


def test_what_a_standard_defines_is_named_by_it(generator, artifacts):
    text = generator.page([artifacts["PilotEuro"]], {})
    assert "| `balanceOf(address account) → uint256` | read | as in ERC-20 |" in text


def test_function_without_words_is_refused(generator, artifacts):
    artifact = artifacts["Splits"]
    artifact.userdoc["methods"], kept = {}, artifact.userdoc["methods"]
    try:
        with pytest.raises(ValueError, match="has no NatSpec notice"):
            generator.page([artifact], {})
    finally:
        artifact.userdoc["methods"] = kept


def test_gas_is_that_of_the_performance_page(generator, artifacts):
    figures = generator.gas_figures()
    assert "Items" in figures
    row = figures["Items"][0]
    text = generator.page([artifacts["Items"]], figures)
    assert f"| {row['operation']} | {row['conditions']} | {row['ours']} |" in text
