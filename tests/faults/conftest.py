"""The real processes, to be killed at will."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Sandbox, alive, descendants, until

__all__ = ["Sandbox", "alive", "descendants", "until"]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that is not started yet; whatever happens, nothing of it is left running."""
    box = Sandbox(tmp_path / "data")
    yield box
    box.close()
