"""Loads the scripts, which are no package, and makes small checkouts to try them on."""

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "scripts"


def load(name: str, file: str) -> ModuleType:
    loader = SourceFileLoader(name, str(SCRIPTS / file))
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def bootstrap() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    yield load("bootstrap", "bootstrap.py")
    sys.dont_write_bytecode = before
    sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="session")
def checks() -> ModuleType:
    return load("checks", "checks.py")


@pytest.fixture(scope="session")
def locks() -> ModuleType:
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    module = load("lock_script", "lock")
    sys.dont_write_bytecode = before
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that decide what a set-up installs."""
    target = tmp_path / "checkout"
    target.mkdir()
    for name in ("pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, target)
    shutil.copytree(ROOT / "requirements", target / "requirements")
    return target
