"""A chain for each test, with nothing on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pocplatform.chain.compiler import compile_project
from tests.properties.support.chain import ROOT, Chain, fresh_chain


@pytest.fixture(scope="session")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A devnet of our own, which the tests of a process share."""
    artifacts = compile_project(ROOT, ROOT / ".build" / "artifacts", include_tests=True)
    with fresh_chain(tmp_path_factory.mktemp("devnet"), artifacts) as chain:
        yield chain


@pytest.fixture
def chain(devnet: Chain) -> Iterator[Chain]:
    """An empty chain."""
    with devnet.undone():
        yield devnet
