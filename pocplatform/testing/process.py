"""A sandbox in a process of its own, for as long as the tests take."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from pocplatform.client import Retry, Sandbox

_STARTS_WITHIN_S = 180.0
"""Generous: the first start on a machine compiles the contracts."""
_ANSWERS_WITHIN_S = 60.0
_ENDS_WITHIN_S = 30.0


class SandboxProcess:
    """Starts ``pocplatform up`` on a free port; a context that ends it.

    Args:
        folder: For its data and its log.
        settings: Further ``POC_`` variables; those of the caller's own environment do not count.

    Attributes:
        url: Its address, once it runs.
        admin_key: The organisers' key.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.url = ""
        self.admin_key = "sk_test_admin_" + secrets.token_hex(24)
        self._log = folder / "sandbox.log"
        self._process: subprocess.Popen[str] | None = None
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("POC_")}
        self._environment = inherited | {
            "POC_DATA_DIR": str(folder / "data"),
            "POC_ADMIN_KEY": self.admin_key,
            "POC_TIME_TRAVEL": "true",
        } | settings  # fmt: skip

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "pocplatform.cli", "up", "--json", "--port", "0"]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        late = threading.Timer(_STARTS_WITHIN_S, self._process.kill)
        late.start()
        try:
            self.url = self._facts()["api"].removesuffix("/v1")
            with Sandbox(self.url, timeout=30, retry=Retry(seconds=_ANSWERS_WITHIN_S)) as sandbox:
                sandbox.chain.get()  # it listens from the first, and answers a moment later
        except BaseException:
            self.__exit__(None, None, None)
            raise
        finally:
            late.cancel()
        return self

    def _facts(self) -> dict[str, str]:
        """What it prints when it is ready: one JSON document."""
        assert self._process is not None
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            with contextlib.suppress(ValueError):
                facts: dict[str, str] = json.loads(said)
                if "api" in facts:
                    return facts
        told = self._log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"the sandbox did not start:\n{told}\n`pocplatform doctor` says more")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
