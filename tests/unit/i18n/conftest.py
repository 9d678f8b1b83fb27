"""What the tests of the sentences share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Tests are imported by path, so the folder of their shared module is made known here.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def artifacts():
    """The project's compiled contracts."""
    from pocplatform.chain.compiler import compile_project
    from pocplatform.kit.settings import PROJECT_ROOT

    return compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
