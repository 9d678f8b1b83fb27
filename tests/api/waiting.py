"""Waiting for writes that nobody waits for in a request."""

import time

PENDING = {"queued", "signed", "sent"}


def settled(api, path, seconds=20):
    """Poll a list of transactions until none is on its way."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not PENDING & {row["status"] for row in api.get(path).json()["data"]}:
            return
        time.sleep(0.02)
    raise AssertionError(f"still on its way after {seconds} s")
