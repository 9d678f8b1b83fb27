"""Ports on the loopback interface, and who holds them."""

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
        try:
            descriptors = list(Path(f"/proc/{pid}/fd").iterdir())
            targets = {os.readlink(descriptor) for descriptor in descriptors}
            if targets & inodes:
                return f"{Path(f'/proc/{pid}/comm').read_text().strip()} (process {pid})"
        except OSError:
            continue  # another user's process, or one that just ended
    return ""


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
