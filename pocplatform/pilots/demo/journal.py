"""What a run must remember to be gone on with after it was interrupted.

Going on is running again: every write has an idempotency key made of the run and the step, so what
was accepted is not done twice. Only what cannot be asked for again is kept: the secret keys, and
the balances at the beginning.
"""

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any


class Journal:
    """Remembers values by name, in a file of mode 0600 if there is a path.

    A file that cannot be understood, or is of a run in another language, is taken for none: the
    texts are part of what the idempotency keys stand for.
    """

    def __init__(self, path: Path | None, language: str) -> None:
        self._path = path
        self._language = language
        self._values: dict[str, Any] = {}
        if path is not None and path.is_file():
            with contextlib.suppress(ValueError):
                known = json.loads(path.read_text())
                if isinstance(known, dict) and isinstance(known.get("run"), str):
                    self._values = known if known.get("language") == language else {}
        if not self._values:
            self.restart()

    @property
    def run(self) -> str:
        """The name of this run."""
        return str(self._values["run"])

    def restart(self) -> None:
        """Forget everything and begin a new run."""
        self._values = {"run": token_hex(8), "language": self._language}
        self._save()

    def key(self, step: str) -> str:
        """The idempotency key of a step of this run."""
        return f"demo-{self.run}-{step}"

    def known(self, name: str) -> Any:
        """The remembered value, or None."""
        return self._values.get(name)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """The remembered value; made and remembered first, if it is not yet."""
        if name not in self._values:
            self._values[name] = make()
            self._save()
        return self._values[name]

    def finish(self) -> None:
        """Forget the run: the next is a new one."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _save(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._values, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
