"""What the set-up is made of: progress lines, tools that leave nothing behind, stamps, the lock.

Standard library only, and readable for old Pythons: see bootstrap.py.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

WAIT_FOR_OTHER_SETUP_S = 1800

# What the tools say when something outside of us is wrong, and what to tell the person.
KNOWN_TROUBLE: List[Tuple[str, str, str]] = [
    (
        r"No space left on device|ENOSPC|Disk quota exceeded",
        "the disk is full",
        "Make room and run the same command again; it goes on where it stopped.",
    ),
    (
        r"do not match the hashes|[Hh]ash mismatch|EINTEGRITY",
        "a download is not the file that was pinned",
        "Run the same command again. If it fails in the same way, a proxy or mirror on the way "
        "changes files: do not work around it, ask whoever runs that.",
    ),
    (
        r"Permission denied|EACCES|EPERM|Operation not permitted",
        "a file or folder may not be written",
        "Give yourself the folder (sudo chown -R $(id -u) .) and run the same command again.",
    ),
    (
        r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|getaddrinfo"
        r"|name resolution|Name or service not known|Network is unreachable|Connection refused"
        r"|ConnectTimeout|dns error|error sending request|NewConnectionError",
        "the package registry cannot be reached",
        "Check the network, and HTTPS_PROXY if you are behind a proxy; then run the same command "
        "again.",
    ),
]


class SetupError(Exception):
    """The set-up cannot go on: a sentence for the person, the next step, the tool's last words."""

    def __init__(self, sentence: str, next_step: str, output: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.output = output


class StoppedWithOthers(SetupError):
    """A step ended only because another one failed: that one's error is the one to tell."""


class Interrupted(BaseException):
    """A signal asked us to stop; `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Console:
    """Progress on standard error, each line with the seconds since the start."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Say what is going on now."""
        if not self._quiet:
            with self._lock:
                elapsed = time.monotonic() - self._start
                print(f"set-up {elapsed:6.1f} s  {text}", file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Say that a step begins and, if it gets there, that it ended and how long it took."""
        began = time.monotonic()
        self.say(f"{text} ...")
        yield
        self.say(f"{text}: done in {time.monotonic() - began:.1f} s")


class Commands:
    """Runs the tools, writes what they say to a log, and leaves none of them running.

    Args:
        log_path: Gets the output of every tool.
        lock_fd: Kept open in every tool, so that the lock of the set-up lasts until the last of
            them has ended even if we are killed outright.
    """

    def __init__(self, log_path: Path, lock_fd: int) -> None:
        self._log_path = log_path
        self._lock_fd = lock_fd
        self._running: Dict[int, subprocess.Popen[bytes]] = {}
        self._guard = threading.Lock()
        self._stopped = False

    def run(
        self,
        what: str,
        command: Sequence[str],
        env: Optional[Dict[str, str]] = None,
        cwd: Optional[Path] = None,
    ) -> str:
        """Run a tool to its end and answer what it printed.

        Raises:
            SetupError: It could not be started or did not end with exit code 0; `what` names the
                step in the sentence.
        """
        try:
            with self._guard:
                if self._stopped:
                    raise StoppedWithOthers(f"{what} was not started: another step failed.", "")
                process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=env or clean_environment(),
                    cwd=str(cwd) if cwd else None,
                    start_new_session=True,  # so that stop() reaches what it starts in its turn
                    pass_fds=(self._lock_fd,),
                )
                self._running[process.pid] = process
        except OSError as error:
            raise SetupError(
                f"{what} failed: {command[0]} cannot be started ({error.strerror}).",
                "Run `scripts/bootstrap.py --remake` to set up afresh.",
            ) from error
        raw, _ = process.communicate()
        with self._guard:
            self._running.pop(process.pid, None)
        output = raw.decode("utf-8", "replace")
        with self._log_path.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(map(str, command))}\n{output}\n")
        if process.returncode != 0:
            if self._stopped:
                raise StoppedWithOthers(f"{what} was ended: another step failed.", "")
            raise self._explain(what, command, process.returncode, output)
        return output

    def stop(self) -> None:
        """End everything that runs, with everything that it started."""
        with self._guard:
            self._stopped = True
            running = list(self._running.values())
        for process in running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def _explain(self, what: str, command: Sequence[str], code: int, output: str) -> SetupError:
        tail = "\n".join(output.strip().splitlines()[-12:])
        for pattern, reason, next_step in KNOWN_TROUBLE:
            if re.search(pattern, output):
                return SetupError(f"{what} failed: {reason}.", next_step, tail)
        return SetupError(
            f"{what} failed: {Path(command[0]).name} ended with exit code {code}.",
            f"Read its last lines above (all of them: {self._log_path}), then run the same command "
            "again.",
            tail,
        )


class Background:
    """A step in a thread of its own, whose failure is raised by `join`."""

    def __init__(self, work: Callable[[], None], on_failure: Callable[[], None]) -> None:
        self._work = work
        self._on_failure = on_failure
        self.error: Optional[BaseException] = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = False

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self.error = error
            self._on_failure()

    def start(self) -> None:
        """Begin."""
        self._started = True
        self._thread.start()

    def join(self, quietly: bool = False) -> None:
        """Wait for the end; raise what the step raised unless `quietly`."""
        if not self._started:
            return
        while self._thread.is_alive():
            self._thread.join(0.2)  # in slices, so that signals are handled meanwhile
        if self.error is not None and not quietly:
            raise self.error


def agrees(stamp: Path, wanted: Dict[str, Any]) -> bool:
    """Whether a stamp says all that is wanted; it may say more."""
    try:
        said = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and all(said.get(key) == value for key, value in wanted.items())


def write_stamp(stamp: Path, content: Dict[str, Any]) -> None:
    """Write a stamp in one go: it is there whole or not at all."""
    pending = stamp.with_name(stamp.name + ".new")
    with pending.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    pending.replace(stamp)


def clean_environment() -> Dict[str, str]:
    """The environment without what would make Python or pip work on another installation."""
    alien = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    alien |= {"PIP_REQUIRE_VIRTUALENV", "PIP_CONSTRAINT", "PIP_REQUIREMENT", "UV_PYTHON"}
    kept = {name: value for name, value in os.environ.items() if name not in alien}
    return {**kept, "PYTHONNOUSERSITE": "1", "UV_PYTHON_DOWNLOADS": "never"}


@contextlib.contextmanager
def setup_lock(path: Path, console: Console) -> Iterator[int]:
    """One set-up at a time in one checkout: hold the lock, waiting for whoever holds it now."""
    import fcntl

    try:
        fd = os.open(str(path), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        deadline = time.monotonic() + WAIT_FOR_OTHER_SETUP_S
        waiting = False
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise unwritable(path, error) from error
            holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            if not waiting:
                console.say(f"Another set-up is at work (process {holder}): waiting for it")
                waiting = True
            if time.monotonic() > deadline:
                raise SetupError(
                    f"Another set-up (process {holder}) has been at work for too long.",
                    f"Look at it with `ps {holder}`, end it, and run the same command again.",
                )
            time.sleep(0.1)
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        yield fd
    finally:
        os.close(fd)


def remove_tree(path: Path) -> None:
    """Remove a folder or a link, if it is there. Raises SetupError."""
    try:
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            shutil.rmtree(str(path))
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> SetupError:
    """The error for a path that cannot be written, whatever the reason."""
    return SetupError(
        f"{error.filename or path} cannot be written: {error.strerror}.",
        "Make room on the disk, or give yourself the folder (sudo chown -R $(id -u) .), and run "
        "the same command again.",
    )
