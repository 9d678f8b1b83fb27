"""The platform's real processes and folders, for tests that start, hurt and end them."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.processes import (
    NO_TLS,
    ROOT,
    START_DEADLINE_S,
    Sandbox,
    alive,
    descendants,
    outside_node,
    until,
)

if TYPE_CHECKING:
    from pocplatform.startup import Platform

__all__ = [
    "NO_TLS",
    "ROOT",
    "START_DEADLINE_S",
    "Sandbox",
    "alive",
    "copy_of_project",
    "descendants",
    "opened",
    "outside_node",
    "until",
    "users_of",
]


def users_of(folder: Path) -> list[str]:
    """Command lines of our processes and nodes that name a folder or run on it."""
    mark = str(folder).encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) == os.getpid() or not alive(int(entry.name)):
                continue
            environment = (entry / "environ").read_bytes()
            if b"POC_DATA_DIR=" + mark in environment.split(b"\0"):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def copy_of_project(folder: Path) -> Path:
    """A checkout of its own whose sources a test may change; compiled contracts come along."""
    for name in ("pocplatform", "contracts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("node_modules", "package.json", "requirements"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / ".build" / "artifacts", folder / ".build" / "artifacts")
    return folder


@contextlib.contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Platform]:
    """A platform on a data folder, in this process: a start that is quicker to check."""
    from pocplatform.kit.settings import Settings
    from pocplatform.startup import open_platform

    platform = open_platform(Settings(data_dir=folder, port=0, **settings))
    try:
        yield platform
    finally:
        platform.close()
