"""Ports on the loopback interface, and who holds them."""

import contextlib
import os
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"

_LISTEN = "0A"
"""State column of /proc/net/tcp."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections of an earlier run that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def holder(port: int) -> str:
    """The process that listens on the port, such as ``geth (process 4711)``; empty if unknown."""
    try:
        inodes = _listening_inodes(port)
        processes = [entry for entry in os.listdir("/proc") if entry.isdigit()]
    except OSError:
        return ""  # not Linux
    for pid in processes:
        # Another user's process, or one that just ended, cannot be looked into.
        with contextlib.suppress(OSError):
            if inodes & _open_files(Path(f"/proc/{pid}/fd")):
                return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"
    return ""


def _open_files(folder: Path) -> set[str]:
    targets = set()
    for descriptor in os.listdir(folder):
        with contextlib.suppress(OSError):  # closed since
            targets.add(os.readlink(folder / descriptor))
    return targets


def _listening_inodes(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            continue
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == _LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{columns[9]}]")
    return found
