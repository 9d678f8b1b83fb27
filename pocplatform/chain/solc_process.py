"""Runs of solc in processes of their own, used once each; one may have been started early.

A process has an empty folder, limits that it cannot raise again, and gets its input as a file when
it is told to begin. npm's solc takes longer to start than to compile a small contract, so one that
has loaded the compiler and nothing else waits for the next sources: nothing of one tenant's
compilation is ever there for another's. It ends by itself when nobody came, or when its gateway has
ended.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from pocplatform.chain.toolchain import SolcBinary, launcher_variables

_NATIVE_MEMORY_KIB: Final = 2 * 1024 * 1024
_LAUNCHER_MEMORY_KIB: Final = 16 * 1024 * 1024
"""WebAssembly reserves some ten GiB of addresses and uses few; its heaps have limits of their own,
512 MiB of JavaScript and 1 GiB of the compiler (see ``solc/launcher.js``)."""
_LARGE: Final = 500_000
"""Bytes of input from which on V8's optimizing compiler pays; one that waits does without."""

_LIMITED: Final = (
    "ulimit -v $1 2>/dev/null; ulimit -f $2 2>/dev/null; ulimit -t $3 2>/dev/null; "
    'ulimit -c 0; shift 3; exec nice -n 5 "$@"'
)
"""Shell: limits that the process cannot raise again. Before ``exec``, since a process of many
threads, such as the gateway, must run nothing of Python between fork and exec."""


@dataclass(frozen=True)
class Limits:
    """What one compilation may take.

    Attributes:
        cpu_seconds: Of one processor.
        seconds: By the clock, should the machine be busy.
        output_bytes: Of its answer.
    """

    cpu_seconds: int = 20
    seconds: float = 120.0
    output_bytes: int = 40 * 1024 * 1024


class OverLimits(Exception):
    """The process took more than it may, or ended without an answer."""


class SolcProcess:
    """One solc that compiles once.

    Args:
        solc: The compiler.
        root: The project's folder, where Node and the npm parts are.
        limits: What it may take, its start included.
    """

    def __init__(self, solc: SolcBinary, root: Path, limits: Limits) -> None:
        self._solc, self._root, self._limits = solc, root, limits
        self._folder = tempfile.TemporaryDirectory(prefix="solc-")
        place = Path(self._folder.name)
        self._input, self._output, self._empty = place / "input", place / "output", place / "empty"
        self._empty.mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    def start_early(self) -> None:
        """Load the compiler, and wait for what to compile. Of the launcher only."""
        self._process = self._started(["--wait-for", str(self._input)], subprocess.PIPE)

    @property
    def waits(self) -> bool:
        """Whether it was started early, and still runs."""
        return self._process is not None and self._process.poll() is None

    def answer(self, input_json: bytes) -> bytes:
        """What solc says to a standard JSON input. Raises :class:`OverLimits`."""
        with self._folder:
            self._input.write_bytes(input_json)
            if self._process is None:
                with self._input.open("rb") as stdin:
                    process = self._started([], stdin)
            else:
                process = self._process
                assert process.stdin is not None
                with contextlib.suppress(BrokenPipeError), process.stdin as told:
                    told.write(b"go")
            try:
                status = process.wait(self._limits.seconds)
            except BaseException as error:
                self._end(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise OverLimits from error
                raise
            if status != 0:
                raise OverLimits
            return self._output.read_bytes()

    def close(self) -> None:
        """End it unused."""
        if self._process is not None:
            self._end(self._process)
        self._folder.cleanup()

    def _started(self, more: Sequence[str], stdin: int | IO[bytes]) -> subprocess.Popen[bytes]:
        native = self._solc.kind == "native"
        command = [
            "sh", "-c", _LIMITED, "sh",
            str(_NATIVE_MEMORY_KIB if native else _LAUNCHER_MEMORY_KIB),
            str(self._limits.output_bytes // 512), str(self._limits.cpu_seconds),
            str(self._solc.path), "--no-import-callback", "--standard-json", *more,
        ]  # fmt: skip
        environment = {
            **launcher_variables(self._root, self._solc.package),
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._empty),
            "NODE_OPTIONS": "--max-old-space-size=512",
        }
        with self._output.open("wb") as stdout:
            return subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.DEVNULL,
                cwd=self._empty,
                env=environment,
                start_new_session=True,
            )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is not None:
            return  # its number may be another's by now
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class SolcProcesses:
    """Runs solc, once a process.

    Args:
        solc, root, limits: As of :class:`SolcProcess`.
        ahead: Whether after each run another process loads the compiler for the next one. The
            native solc, which starts in no time, does without.
    """

    def __init__(self, solc: SolcBinary, root: Path, limits: Limits, *, ahead: bool) -> None:
        self._solc, self._root, self._limits = solc, root, limits
        self._ahead = ahead and solc.kind == "launcher"
        self._lock = threading.Lock()
        self._waiting: SolcProcess | None = None

    def answer(self, input_json: bytes) -> bytes:
        """What solc says to a standard JSON input. Raises :class:`OverLimits`."""
        early = None if len(input_json) >= _LARGE else self._taken()
        try:
            return (early or self._new()).answer(input_json)
        finally:
            self._prepare()

    def _new(self) -> SolcProcess:
        return SolcProcess(self._solc, self._root, self._limits)

    def _taken(self) -> SolcProcess | None:
        with self._lock:
            found, self._waiting = self._waiting, None
        if found is not None and not found.waits:  # nobody came for too long
            found.close()
            return None
        return found

    def _prepare(self) -> None:
        """Have one wait for the next sources."""
        with self._lock:
            if self._ahead and self._waiting is None:
                self._waiting = self._new()
                self._waiting.start_early()
