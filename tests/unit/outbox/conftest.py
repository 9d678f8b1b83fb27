"""The engine, moved by hand, on SQLite and on a real PostgreSQL."""

import shutil

import pytest

from tests.unit.outbox.harness import Bench, Wire


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bench(request, tmp_path_factory, deployed):
    """Shared by the tests of a module, which use wallets of their own."""
    folder, url = tmp_path_factory.mktemp("bench") / "data", None
    if request.param == "sqlite":
        shutil.copytree(deployed, folder)
    else:
        url = request.getfixturevalue("postgres")()
    running = Bench(folder, url)
    yield running
    running.close()


@pytest.fixture
def own_bench(data_dir):
    """For tests that end the platform or break its chain."""
    running = Bench(data_dir)
    yield running
    running.close()


@pytest.fixture
def wire_to():
    """Put a wire that can be cut between a platform and its node."""
    wires = []

    def make(bench):
        wires.append(Wire(bench))
        return wires[-1]

    yield make
    for wire in wires:
        wire.close()
