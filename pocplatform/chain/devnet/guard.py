"""A tiny process between the platform and anvil, so that no anvil outlives the platform.

Run as ``python -I -S guard.py OWNER_PID MEMORY_BYTES NICENESS BINARY ARGS…`` with a pipe from the
platform as standard input. It imports nothing but the standard library and nothing of ours: it has
to start fast and to outlive any trouble that the platform gets into.

It ends anvil at once when
- the pipe closes, which the kernel sees to however the platform ends, SIGKILL included;
- the platform's process is gone although another process inherited the pipe (Linux);
- it is told to (SIGTERM, SIGINT, SIGHUP).
If the guard itself is killed, the kernel ends anvil (Linux, PR_SET_PDEATHSIG). It writes anvil's
pid to standard output and exits as anvil did: with 128 + the number of the signal, if one ended it.
"""

import contextlib
import ctypes
import os
import resource
import selectors
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
CANNOT_RUN = 127


def restrict(guard_pid: int, memory_bytes: int, niceness: int) -> None:
    """In the child, before anvil takes over: its limits, and the tie to the guard."""
    os.nice(niceness)
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != guard_pid:
            os._exit(CANNOT_RUN)  # the guard died before the tie was made


def watch_owner(selector: selectors.BaseSelector, owner_pid: int) -> None:
    """Have the selector wake when the owner's process ends; needs Linux 5.3."""
    if not hasattr(os, "pidfd_open"):
        return
    try:
        selector.register(os.pidfd_open(owner_pid), selectors.EVENT_READ, "owner")
    except ProcessLookupError:
        sys.exit(0)
    except OSError:
        pass


def main() -> int:
    """Start anvil, wait for the first reason to end, end it."""
    owner_pid, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    niceness, command = int(sys.argv[3]), sys.argv[4:]
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda got, _: told.append(got))
    signal.signal(signal.SIGCHLD, lambda *_: None)

    selector = selectors.DefaultSelector()
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ, "pipe")
    selector.register(wake_read, selectors.EVENT_READ, "signal")
    watch_owner(selector, owner_pid)

    guard_pid = os.getpid()
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            stderr=sys.stderr.fileno(),
            preexec_fn=lambda: restrict(guard_pid, memory_bytes, niceness),
        )
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error}\n")
        return CANNOT_RUN
    try:
        sys.stdout.write(f"{child.pid}\n")
        sys.stdout.flush()
    except OSError:
        told.append(signal.SIGTERM)  # the platform is gone already

    while child.poll() is None and not told:
        reasons = {key.data for key, _ in selector.select()}
        if "signal" in reasons:
            os.read(wake_read, 512)
        if reasons & {"pipe", "owner"}:
            # Nothing is ever written to the pipe: readable means closed.
            break
    if child.poll() is None:
        child.kill()  # it has nothing to save: the journal is the platform's
    status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
