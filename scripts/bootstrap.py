#!/usr/bin/env python3
"""Set the project up in its own folder: Python parts in .venv, npm parts in node_modules.

    python3 scripts/bootstrap.py          what scripts/sandbox needs
    python3 scripts/bootstrap.py --dev    what scripts/test needs besides

Every part is pinned, with its hash, in requirements/*.lock and package-lock.json. What is already
in place is left alone, so a second run takes a fraction of a second; a run that was killed at any
point is finished, or done again where that is safer, by the next one. Progress goes to standard
error.

Standard library only. The file is kept readable for old Pythons, so that they can say clearly that
they are too old.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, NoReturn, Optional, Tuple

from setupkit import (
    Background,
    Commands,
    Console,
    Interrupted,
    SetupError,
    StoppedWithOthers,
    agrees,
    clean_environment,
    remove_tree,
    setup_lock,
    unwritable,
    write_stamp,
)

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)
OLDEST_NODE = 18
NEEDED_DISK_MB = {"runtime": 800, "dev": 1800}
STAMP = ".pocplatform-stamp.json"
STARTED = ".pocplatform-installing"


class Setup:
    """One set-up of one checkout."""

    def __init__(self, root: Path, dev: bool, console: Console) -> None:
        self.root = root
        self.dev = dev
        self.console = console
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.node_modules = root / "node_modules"
        self.work = root / ".build"

    # -- what is in place -------------------------------------------------------------------------

    def python_wanted(self) -> Dict[str, Any]:
        """What the stamp of .venv has to say for .venv to be left alone."""
        locks = ["build", "runtime"] + (["dev"] if self.dev else [])
        wanted = {name: digest(self.root / "requirements" / f"{name}.lock") for name in locks}
        return {**wanted, "package": package_digest(self.root / "pyproject.toml")}

    def npm_wanted(self) -> Dict[str, Any]:
        """What the stamp of node_modules has to say for it to be left alone."""
        files = [self.root / "package.json", self.root / "package-lock.json"]
        wanted = {file.name: digest(file) for file in files}
        wanted["machine"] = f"{platform.system()} {platform.machine()}"
        return {**wanted, **({"dev": True} if self.dev else {})}

    def python_ready(self) -> bool:
        """Whether .venv holds everything wanted, and its interpreter is there."""
        return (
            os.access(self.python, os.X_OK)
            and not (self.venv / STARTED).exists()
            and agrees(self.venv / STAMP, self.python_wanted())
        )

    def npm_ready(self) -> bool:
        """Whether node_modules holds everything wanted, and there is a Node to run it."""
        return agrees(self.node_modules / STAMP, self.npm_wanted()) and (
            shutil.which("node") is not None or (self.venv / "bin" / "node").exists()
        )

    # -- the steps --------------------------------------------------------------------------------

    def run(self, remake: bool = False) -> None:
        """Put everything in place. Raises SetupError."""
        self.python_wanted(), self.npm_wanted()  # says what is missing of the checkout, if so
        if not remake and self.python_ready() and self.npm_ready():
            return
        try:
            self.work.mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(self.root, error) from error
        with setup_lock(self.work / "setup.lock", self.console) as lock_fd:
            log = self.work / "setup.log"
            with contextlib.suppress(FileNotFoundError):
                log.unlink()
            commands = Commands(log, lock_fd)
            try:
                self._run_locked(commands, remake)
            finally:
                commands.stop()

    def _run_locked(self, commands: Commands, remake: bool) -> None:
        if remake:
            remove_tree(self.venv)
            remove_tree(self.node_modules)
        python_ready, npm_ready = self.python_ready(), self.npm_ready()
        if python_ready and npm_ready:
            return  # whoever held the lock did it all
        self._check_disk()
        node = find_node() if not npm_ready else None
        npm = Background(lambda: self._npm_parts(commands, node), commands.stop)
        if node is not None:
            npm.start()  # waits for the network most of the time: beside the Python parts
        try:
            if not python_ready:
                self._python_parts(commands)
            if not npm_ready and node is None:
                self._node_from_pypi(commands)
                npm.start()
        except SetupError as error:
            commands.stop()
            npm.join(quietly=True)
            if isinstance(error, StoppedWithOthers) and npm.error is not None:
                raise npm.error from error
            raise
        npm.join()
        if self.dev:
            self._settings_for_ape(commands)
        self.console.say("Everything is in place")

    def _check_disk(self) -> None:
        needed = NEEDED_DISK_MB["dev" if self.dev else "runtime"]
        if self.venv.exists() and self.node_modules.exists():
            needed //= 4  # most of it is there
        free = shutil.disk_usage(self.root).free // 2**20
        if free < needed:
            raise SetupError(
                f"The disk of {self.root} has {free} MB free; the set-up needs about {needed} MB.",
                "Make room and run the same command again.",
            )

    def _python_parts(self, commands: Commands) -> None:
        broken = (self.venv / STARTED).exists() or not self._venv_works()
        if self.venv.exists() and broken:
            self.console.say("The Python environment is half-finished or broken: making it afresh")
            remove_tree(self.venv)
        if not self.venv.exists():
            with self.console.step("Making the Python environment (.venv)"):
                self._make_venv(commands)
        started = self.venv / STARTED
        started.touch()  # a package half written looks installed to the installers: see `broken`
        with contextlib.suppress(FileNotFoundError):
            (self.venv / STAMP).unlink()
        lock = "dev" if self.dev else "runtime"
        count = len(re.findall(r"(?m)^\S+==", (self._lock(lock)).read_text(encoding="utf-8")))
        with self.console.step(f"Installing the Python parts (about {count} packages)"):
            self._pip(commands, "--only-binary", ":all:", "-r", str(self._lock("build")))
            self._install_lock(commands, self._lock(lock))
        started.unlink()
        with self.console.step("Installing pocplatform itself"):
            self._install_package(commands)
        write_stamp(self.venv / STAMP, self.python_wanted())

    def _install_package(self, commands: Commands) -> None:
        """Install the checkout, editable: its commands land in .venv/bin, its code stays here."""
        environment = clean_environment()
        # setuptools prefers the `packaging` of the environment, which the locks hold at a release
        # too old for it, to the one that it carries. The path makes its own come first.
        vendored = [str(path) for path in self.venv.glob("lib/*/site-packages/setuptools/_vendor")]
        environment["PYTHONPATH"] = os.pathsep.join(vendored)
        arguments = ["--no-build-isolation", "--no-deps", "-e", str(self.root)]
        commands.run(
            "Installing pocplatform itself", [*self._pip_command(), *arguments], env=environment
        )

    def _make_venv(self, commands: Commands) -> None:
        try:
            import ensurepip  # noqa: F401  (Debian and Ubuntu split it off)
            import venv  # noqa: F401
        except ImportError as error:
            version = f"{sys.version_info[0]}.{sys.version_info[1]}"
            raise SetupError(
                f"Python {version} at {sys.executable} lacks its `{error.name}` module.",
                f"On Debian or Ubuntu: sudo apt install python{version}-venv. Then run the same "
                "command again.",
            ) from error
        # The file that says "unfinished" has to be there before the rest is.
        try:
            self.venv.mkdir()
            (self.venv / STARTED).touch()
        except OSError as error:
            raise unwritable(self.root, error) from error
        commands.run(
            "Making the Python environment", [sys.executable, "-m", "venv", str(self.venv)]
        )

    def _venv_works(self) -> bool:
        """Whether the interpreter of .venv starts, has pip and is of a version that we support."""
        check = "import sys, pip; print(sys.version_info[0] * 100 + sys.version_info[1])"
        try:
            answer = subprocess.run(
                [str(self.python), "-c", check],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=clean_environment(),
                timeout=60,
                check=True,
            ).stdout
        except (OSError, subprocess.SubprocessError):
            return False
        number = divmod(int(answer), 100)
        return OLDEST_PYTHON <= number <= NEWEST_PYTHON

    def _install_lock(self, commands: Commands, lock: Path) -> None:
        """Install a lock with uv, ten times as fast as pip, or with pip.

        uv does not read pip's settings, so a machine whose pip is told to use a mirror uses pip.
        pip is also tried where uv fails, for it knows the system's certificates and proxies.
        """
        what = "Installing the Python parts"
        if not self._pip_has_own_index(commands):
            uv = [str(self.venv / "bin" / "uv"), "pip", "install", "--no-config", "--no-progress"]
            uv += ["--python", str(self.python), "--require-hashes", "--no-deps"]
            try:
                commands.run(what, [*uv, "--no-build-isolation", "-r", str(lock)])
                return
            except SetupError as error:
                hopeless = "disk is full" in error.sentence or "pinned" in error.sentence
                if hopeless or isinstance(error, StoppedWithOthers):
                    raise
                self.console.say("The fast way did not work; trying with pip, which takes longer")
        self._pip(commands, "--no-build-isolation", "--no-compile", "-r", str(lock))

    def _pip_has_own_index(self, commands: Commands) -> bool:
        settings = commands.run("Reading pip's settings", [*self._pip_command("config"), "list"])
        return re.search(r"(?m)^\S*\.(index-url|no-index|proxy)=", settings) is not None

    def _pip_command(self, verb: str = "install") -> List[str]:
        return [str(self.python), "-m", "pip", verb, "--no-input", "--disable-pip-version-check"]

    def _pip(self, commands: Commands, *arguments: str) -> None:
        hashes = ["--require-hashes", "--no-deps"]
        commands.run("Installing the Python parts", [*self._pip_command(), *hashes, *arguments])

    def _node_from_pypi(self, commands: Commands) -> None:
        if (self.venv / "bin" / "npm").exists() and node_version(self.venv / "bin" / "node"):
            return
        with self.console.step(
            f"Installing Node.js into .venv (none of {OLDEST_NODE} or newer here)"
        ):
            self._pip(commands, "--only-binary", ":all:", "-r", str(self._lock("node")))

    def _npm_parts(self, commands: Commands, node: Optional[Path]) -> None:
        binaries = node.parent if node else self.venv / "bin"
        environment = clean_environment()
        environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', os.defpath)}"
        npm = [str(binaries / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        npm += ["--loglevel=error", "--no-update-notifier"] + ([] if self.dev else ["--omit=dev"])
        with self.console.step("Installing the npm parts (the devnet's node, the compiler)"):
            commands.run("Installing the npm parts", npm, env=environment, cwd=self.root)
        write_stamp(self.node_modules / STAMP, self.npm_wanted())

    def _settings_for_ape(self, commands: Commands) -> None:
        """Let .venv/bin/ape find our compiler and anvil without any variables being set."""
        code = "from pocplatform.chain.toolchain import install_for_ape; install_for_ape()"
        python = str(self.venv / "bin" / "python")
        commands.run("Letting ape find its tools", [python, "-c", code], env=clean_environment())

    def _lock(self, name: str) -> Path:
        return self.root / "requirements" / f"{name}.lock"


def digest(path: Path) -> str:
    """The hash of a file. Raises SetupError where it is missing."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise SetupError(
            f"{path} is missing: this is not a whole checkout of the project.",
            "Clone the project again, or bring the file back with `git checkout -- .`",
        ) from error


def package_digest(pyproject: Path) -> str:
    """The hash of what the installed package's metadata and commands are made from."""
    import tomllib

    data = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    made_from = [data["project"], data.get("build-system"), data.get("tool", {}).get("setuptools")]
    # The folder counts, for the commands in .venv/bin carry it: a checkout may be moved.
    text = json.dumps([*made_from, str(pyproject.parent)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def node_version(node: Path) -> int:
    """The major version of a Node.js; 0 where it does not start."""
    try:
        answer = subprocess.run(
            [str(node), "--version"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
            check=True,
        ).stdout.decode()
        return int(answer.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def find_node() -> Optional[Path]:
    """A Node.js on PATH that is new enough and has npm beside it or on PATH; None otherwise."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or node_version(Path(node)) < OLDEST_NODE:
        return None
    return Path(npm)


def refuse_python(version: Tuple[int, ...], system: str) -> Optional[SetupError]:
    """The reason why this interpreter cannot be used; None where it can."""
    shown = ".".join(map(str, version[:2]))
    oldest, newest = (".".join(map(str, v)) for v in (OLDEST_PYTHON, NEWEST_PYTHON))
    if system not in ("Linux", "Darwin"):
        return SetupError(
            f"The sandbox runs on Linux and macOS, not on {system}.",
            "On Windows, run the same command inside WSL 2 (wsl --install).",
        )
    if tuple(version[:2]) < OLDEST_PYTHON:
        return SetupError(
            f"This is Python {shown}; the project needs Python {oldest} or newer.",
            "Install one (Debian or Ubuntu: sudo apt install python3.11 python3.11-venv; macOS: "
            "brew install python@3.14) and run the same command again.",
        )
    if tuple(version[:2]) > NEWEST_PYTHON:
        return SetupError(
            f"This is Python {shown}; the pinned parts are known for Python {oldest} to {newest}.",
            f"Install Python {newest} beside it and run the same command again.",
        )
    return None


def report(error: SetupError) -> None:
    """Tell the person what happened, last the next step."""
    if error.output:
        print("\n" + error.output, file=sys.stderr)
    print(f"\nSet-up stopped: {error.sentence}", file=sys.stderr)
    if error.next_step:
        print(f"Next step: {error.next_step}", file=sys.stderr)


def on_signal(number: int, _frame: Any) -> NoReturn:
    """Turn a signal into an exception, so that the tools are ended on the way out."""
    raise Interrupted(number)


def main(arguments: Optional[List[str]] = None) -> int:
    """Command line: see the module's docstring. Answers the exit code."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description="Set the project up in its own folder."
    )
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")
    parser.add_argument("--remake", action="store_true", help="throw away what is there first")
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parent.parent, help=argparse.SUPPRESS
    )
    options = parser.parse_args(arguments)
    try:
        refused = refuse_python(tuple(sys.version_info[:2]), platform.system())
        if refused is not None:
            raise refused
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)
        Setup(options.root, options.dev, Console(options.quiet)).run(remake=options.remake)
    except SetupError as error:
        report(error)
        return 1
    except OSError as error:
        report(unwritable(options.root, error))
        return 1
    except Interrupted as stop:
        print("\nSet-up stopped on request. The next run goes on from here.", file=sys.stderr)
        return 128 + stop.number
    return 0


if __name__ == "__main__":
    sys.exit(main())
