"""Pilots run by the command line, in a process of their own as DBOS needs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocplatform.pilots.evaluation import Evaluation

_LONGEST_S = 600

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Runner:
    """Runs pilots against a sandbox, with a data folder of its own."""

    base_url: str
    admin_key: str
    data_dir: Path

    @property
    def folder(self) -> Path:
        """Where state and results are kept."""
        return self.data_dir / "pilot-runs"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``pocplatform pilot …``; does not wait."""
        others = {name: v for name, v in os.environ.items() if not name.startswith("POC_")}
        return subprocess.Popen(
            [sys.executable, "-m", "pocplatform.cli", "pilot", *arguments],
            env=others | {"POC_DATA_DIR": str(self.data_dir), "POC_ADMIN_KEY": self.admin_key},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def verb(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and progress of a verb."""
        process = self.start(*arguments)
        try:
            out, told = process.communicate(timeout=_LONGEST_S)
        finally:
            process.kill()
        return process.returncode, out, told

    def run(self, *names: str | Path, exit_code: int = 0, language: str = "en") -> tuple[Any, str]:
        """The JSON of a run, and what was told while it went on."""
        arguments = ["run", *map(str, names), "--url", self.base_url, "--lang", language, "--json"]
        code, out, told = self.verb(*arguments)
        assert code == exit_code, f"{out}\n{told}"
        return json.loads(out), told

    def evaluate(
        self, name: str | Path, *options: str | Path, exit_code: int = 0
    ) -> tuple[Evaluation, str]:
        """The evaluation of one pilot's run, and what was told while it went on."""
        found, told = self.run(name, *options, exit_code=exit_code)
        return Evaluation.model_validate(found), told

    def kill_when(self, enough: Callable[[str], bool], *arguments: str) -> str:
        """Kill a run with SIGKILL as soon as it has told enough; what it had told."""
        process = self.start("run", "--url", self.base_url, "--json", *arguments)
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            if enough(told):
                process.kill()
                break
        process.communicate(timeout=30)
        assert process.returncode == -9, f"it has ended before it was killed: {told}"
        return told
