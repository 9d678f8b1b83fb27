"""A data folder in which something has been done, to be hurt in copies."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Sandbox, opened
from tests.starts import CONTRACTS, FUNDS, Seed, cents, earn


@pytest.fixture(autouse=True)
def _own_settings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("POC_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    box = Sandbox(tmp_path_factory.mktemp("seed") / "data")
    try:
        box.start()
        box.wait_ready()
        address, secret_key = earn(box.url)
        assert box.stop() == 0
    finally:
        box.close()
    return Seed(box.data_dir, address, secret_key)


@pytest.fixture
def box(seed: Seed, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox on a copy of the seed."""
    shutil.copytree(seed.folder, tmp_path / "data")
    copy = Sandbox(tmp_path / "data")
    yield copy
    copy.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that has never been started."""
    new = Sandbox(tmp_path / "new")
    yield new
    new.close()


@pytest.fixture
def intact(seed: Seed) -> Callable[..., None]:
    """Starts on a folder again; the seed must all be there, on the chain and in the tables."""

    def check(folder: Path, **settings: Any) -> None:
        with opened(folder, **settings) as platform:
            assert platform.deployed == []
            assert cents(platform, seed.address) == FUNDS
            assert set(platform.gateway.contracts.manifest.contracts) == CONTRACTS
            assert asyncio.run(platform.gateway.authentication.actor(seed.secret_key)) is not None

    return check
