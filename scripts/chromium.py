"""The browser that tests of pages drive: Debian's Chromium, installed where that can be done.

python scripts/chromium.py    install it where it is missing and we may; else say what to do
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "google-chrome")
_TIMEOUT_S = 600


def ensure() -> str | None:
    """None where there is a browser; otherwise why there is none, and what to do."""
    if any(shutil.which(name) for name in NAMES):
        return None
    apt_get = shutil.which("apt-get")
    if apt_get is None:
        return "There is no Chromium: install it, and the tests in tests/browser run too."
    if os.geteuid() != 0:
        return "There is no Chromium: run `sudo apt-get install chromium`, and tests/browser runs."
    print("set-up: install Chromium for the tests of pages", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            [apt_get, "-qq", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    if any(shutil.which(name) for name in NAMES):
        return None
    return f"Chromium could not be installed: {done.stderr.strip() or done.stdout.strip()}"


if __name__ == "__main__":
    trouble = ensure()
    if trouble is not None:
        print(trouble, file=sys.stderr)
    sys.exit(0 if trouble is None else 1)
