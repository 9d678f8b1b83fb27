"""``pocplatform doctor``: every prerequisite, version and port, and the command that mends it.

The checks only look: they write nothing but a probe file that they remove, and start nothing but
``--version`` calls.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from pocplatform.chain.client import ChainClient
from pocplatform.chain.devnet.binary import find_anvil
from pocplatform.chain.devnet.ports import holder, is_free
from pocplatform.chain.manifest import SCHEMA
from pocplatform.chain.toolchain import SOLC_VERSION, Toolchain, find_node
from pocplatform.kit.database import Database, alembic_config
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.settings import PROJECT_ROOT, Settings
from pocplatform.terminal import settings_invalid

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)
OLDEST_NODE = 18
NEEDED_DISK_MB = 500
NEEDED_MEMORY_MB = 1500
SET_UP = "python3 scripts/bootstrap.py"

_PIN = re.compile(r"(?m)^([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*([^\\\n]+))?")


@dataclass(frozen=True)
class Check:
    """The outcome of one check.

    Attributes:
        id: Stable, in snake_case.
        title: What was looked at, in a few words.
        ok: Whether it is as wanted.
        found: What is there.
        wanted: What should be there.
        fix: The command or act that mends it; empty where ``ok``.
        required: Whether the platform cannot run without it.
    """

    id: str
    title: str
    ok: bool
    found: str
    wanted: str
    fix: str
    required: bool = True


@dataclass(frozen=True)
class _Finding:
    ok: bool
    found: str
    fix: str = ""


def run_checks(
    settings: Settings, root: Path = PROJECT_ROOT, *, only: str | None = None
) -> list[Check]:
    """Look at everything that the platform needs, or only at what has this id.

    A check that itself fails is a failed check, never an exception.
    """
    return [
        _checked(id_, title, wanted, required, look)
        for id_, title, wanted, required, look in _checks(settings, root)
        if only in (None, id_)
    ]


def doctor_command(json_output: bool) -> int:
    """Print the findings as a table or as JSON; the exit code is 1 where a required check fails."""
    try:
        settings = Settings()
        checks = run_checks(settings)
    except (PlatformError, ValidationError) as error:
        told = settings_invalid(error) if isinstance(error, ValidationError) else error
        wanted = "POC_ variables that fit"
        checks = [Check("settings", "Settings", False, told.detail(), wanted, told.next_step())]
    ready = all(check.ok for check in checks if check.required)
    if json_output:
        document = {"ok": ready, "checks": [asdict(check) for check in checks]}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print_table(checks, Console())
    return 0 if ready else 1


_Spec = tuple[str, str, str, bool, Callable[[], _Finding]]


def _checks(settings: Settings, root: Path) -> Iterator[_Spec]:
    oldest, newest = (".".join(map(str, version)) for version in (OLDEST_PYTHON, NEWEST_PYTHON))
    yield "python", "Python", f"{oldest} to {newest}", True, _python
    yield (
        *("environment", "Python environment", ".venv of this checkout", False),
        lambda: _environment(root),
    )
    yield (
        *("python_parts", "Python parts", "as in requirements/runtime.lock", True),
        lambda: _python_parts(root),
    )
    yield (
        *("node", "Node.js", f"{OLDEST_NODE} or newer (a native solc does without)", False),
        lambda: _node(root),
    )
    yield "npm_parts", "npm parts", "as in package.json", True, lambda: _npm_parts(root)
    if settings.managed_devnet:
        wanted = _npm_version(root, "@foundry-rs/anvil")
        yield (
            *("anvil", "anvil (the devnet's node)", wanted, True),
            lambda: _anvil(root, settings, wanted),
        )
    yield "solc", "solc (the compiler)", SOLC_VERSION, True, lambda: _solc(root)
    yield "data_folder", "Data folder", "can be written", True, lambda: _data_folder(settings)
    yield (
        *("disk", "Disk space", f"{NEEDED_DISK_MB} MB free", True),
        lambda: _disk(settings.data_dir),
    )
    yield (
        *("memory", "Memory for the devnet", f"{NEEDED_MEMORY_MB} MB", False),
        lambda: _memory(settings),
    )
    yield "database", "Database", "whole and up to date, or none yet", True, lambda: _db(settings)
    yield "manifest", "Manifest", "readable, or none yet", True, lambda: _manifest(settings)
    yield (
        *("port", "Port of the gateway", "free, or ours", True),
        lambda: _port(settings, settings.port, "POC_PORT"),
    )
    if settings.managed_devnet and settings.devnet_port:
        yield (
            *("devnet_port", "Port of the devnet", "free, or ours", True),
            lambda: _port(settings, settings.devnet_port, "POC_DEVNET_PORT"),
        )
    if settings.rpc_url is not None:
        yield (
            *("rpc", "Ethereum node", f"answers as chain {settings.chain_id}", True),
            lambda: _rpc(settings),
        )


def _checked(
    id_: str, title: str, wanted: str, required: bool, look: Callable[[], _Finding]
) -> Check:
    try:
        finding = look()
    except PlatformError as error:
        finding = _Finding(False, error.detail(), error.next_step())
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        finding = _Finding(False, f"{type(error).__name__}: {error}")
    fix = "" if finding.ok else finding.fix or SET_UP
    return Check(id_, title, finding.ok, finding.found, wanted, fix, required)


def _python() -> _Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    fits = OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON
    return _Finding(fits, found, "Install such a Python, then: rm -r .venv; scripts/sandbox")


def _environment(root: Path) -> _Finding:
    ours = Path(sys.prefix).resolve() == (root / ".venv").resolve()
    return _Finding(ours, sys.prefix, "Run .venv/bin/pocplatform, or set up first: scripts/sandbox")


def _python_parts(root: Path) -> _Finding:
    from packaging.markers import Marker
    from packaging.utils import canonicalize_name

    installed = {
        canonicalize_name(part.metadata["Name"]): part.version for part in metadata.distributions()
    }
    text = (root / "requirements" / "runtime.lock").read_text(encoding="utf-8")
    pins = [
        (canonicalize_name(name), version)
        for name, version, marker in _PIN.findall(text)
        if not marker or Marker(marker.strip()).evaluate()
    ]
    wrong = [
        f"{name} {installed.get(name, 'missing')} (wanted {version})"
        for name, version in pins
        if installed.get(name) != version
    ]
    if wrong:
        return _Finding(False, _shortened(wrong), f"{SET_UP} --remake")
    return _Finding(True, f"all {len(pins)}")


def _node(root: Path) -> _Finding:
    node = find_node(root)
    if node is None:
        return _Finding(False, "none", f"{SET_UP} (it takes one from the Python package index)")
    version = _answer(node, "--version").lstrip("v")
    major = int(version.split(".")[0])
    return _Finding(major >= OLDEST_NODE, f"{version} ({node})", "Install a newer Node.js")


def _npm_parts(root: Path) -> _Finding:
    wanted = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]
    wrong = []
    for name, pinned in wanted.items():
        version = pinned.rpartition("@")[2]  # of "npm:solc@0.8.29", which has a name of its own
        found = _npm_version(root, name)
        if found != version:
            wrong.append(f"{name} {found} (wanted {version})")
    return _Finding(not wrong, _shortened(wrong) or f"all {len(wanted)}")


def _npm_version(root: Path, name: str) -> str:
    try:
        text = (root / "node_modules" / name / "package.json").read_text(encoding="utf-8")
        return str(json.loads(text)["version"])
    except (OSError, ValueError, KeyError):
        return "missing"


def _anvil(root: Path, settings: Settings, wanted: str) -> _Finding:
    path = find_anvil(root, settings.anvil)
    found = re.search(r"\d+\.\d+\.\d+", _answer(path, "--version"))
    version = found.group() if found else "no version"
    return _Finding(found is not None and version == wanted, f"{version} ({path})")


def _solc(root: Path) -> _Finding:
    solc = Toolchain(root).locate()
    return _Finding(True, f"{solc.version} ({solc.kind})")


def _data_folder(settings: Settings) -> _Finding:
    folder = settings.data_dir
    fix = f"sudo chown -R $(id -u) {folder}, or set POC_DATA_DIR to another folder"
    present = _nearest_present(folder)
    try:
        if not present.is_dir():
            return _Finding(False, f"{present} is not a folder", fix)
        with tempfile.TemporaryFile(dir=present):
            pass
    except OSError as error:
        return _Finding(False, f"{present}: {error.strerror}", fix)
    return _Finding(True, str(folder) if folder.exists() else f"{folder} (made at the first start)")


def _disk(folder: Path) -> _Finding:
    free = shutil.disk_usage(_nearest_present(folder)).free // 2**20
    return _Finding(free >= NEEDED_DISK_MB, f"{free} MB free", f"Make room on the disk of {folder}")


def _memory(settings: Settings) -> _Finding:
    limit = settings.devnet_memory_mb
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return _Finding(True, f"not known here; the devnet may take {limit} MB")
    available = re.search(r"MemAvailable:\s+(\d+) kB", meminfo.read_text(encoding="ascii"))
    free = int(available.group(1)) // 1024 if available else 0
    found = f"{free} MB available; the devnet may take {limit} MB of address space"
    enough = min(free, limit) >= NEEDED_MEMORY_MB
    return _Finding(enough, found, "End other programs, or raise POC_DEVNET_MEMORY_MB")


def _db(settings: Settings) -> _Finding:
    reset = "Put a backup in its place, or: pocplatform reset"
    database = Database(settings.database)
    try:
        path = database.path
        if path is None:
            revision = _revision(settings.database)
        elif not path.exists():
            return _Finding(True, "none yet")
        else:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if verdict != "ok":
                return _Finding(False, verdict, reset)
            revision = _revision(f"sqlite:///file:{path}?mode=ro&uri=true")
    except (sqlite3.Error, SQLAlchemyError) as error:
        return _Finding(False, str(getattr(error, "orig", None) or error).splitlines()[0], reset)
    finally:
        database.close()
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if revision == newest:
        return _Finding(True, f"whole, at revision {revision}")
    found = f"at revision {revision}, the newest is {newest}"
    return _Finding(False, found, "scripts/sandbox (it brings the database up to date)")


def _revision(url: str) -> str | None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def _manifest(settings: Settings) -> _Finding:
    path = settings.data_dir / "manifest.json"
    if not path.exists():
        return _Finding(True, "none yet")
    fix = "scripts/sandbox (it sets the damaged file aside and rebuilds it from the chain)"
    try:
        document: Any = json.loads(path.read_bytes())
        if document["schema"] != SCHEMA:
            return _Finding(False, f"{path}: schema {document['schema']}", fix)
        found = f"chain {document['chain_id']}, {len(document['contracts'])} contracts"
    except (ValueError, KeyError, TypeError) as error:
        return _Finding(False, f"{path} is damaged: {error}", fix)
    return _Finding(True, found)


def _port(settings: Settings, port: int, variable: str) -> _Finding:
    if port == 0:
        return _Finding(True, "a free one is taken at the start")
    if is_free(port):
        return _Finding(True, f"{port} is free")
    who = holder(port)
    number = re.search(r"process (\d+)", who)
    if number and int(number.group(1)) in _our_processes(settings):
        return _Finding(True, f"{port} is used by our own sandbox")
    found = f"{port} is taken" + (f" by {who}" if who else "")
    return _Finding(False, found, f"End that program, or choose another port: {variable}=0")


def _our_processes(settings: Settings) -> set[int]:
    """The process that holds the data folder, and its children."""
    try:
        note = (settings.data_dir / "lock").read_text(encoding="utf-8")
    except OSError:
        return set()
    owner = {int(number) for number in re.findall(r"\d+", note)[:1]}
    ours = set(owner)
    for _ in range(2):  # anvil is a grandchild: a guard stands between
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
                if int(fields.split()[1]) in ours:
                    ours.add(int(stat.parent.name))
            except (OSError, ValueError, IndexError):
                continue
    return ours


def _rpc(settings: Settings) -> _Finding:
    client = ChainClient(str(settings.rpc_url), settings.rpc_timeout_s)
    try:
        chain_id = client.chain_id()
    finally:
        client.close()
    fix = f"Set POC_CHAIN_ID={chain_id}, or point POC_RPC_URL at the other network"
    return _Finding(chain_id == settings.chain_id, f"{settings.rpc_url}: chain {chain_id}", fix)


def _answer(program: Path, argument: str) -> str:
    return subprocess.run(
        [str(program), argument],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.strip()


def _nearest_present(path: Path) -> Path:
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _shortened(sentences: list[str], most: int = 4) -> str:
    more = len(sentences) - most
    return ", ".join(sentences[:most]) + (f" and {more} more" if more > 0 else "")


def _print_table(checks: list[Check], console: Console) -> None:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in ("", "check", "found", "wanted"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        mark = "[green]ok[/]" if check.ok else "[red]FAIL[/]" if check.required else "[yellow]!![/]"
        table.add_row(mark, check.title, _plain(check.found), _plain(check.wanted))
    console.print(table)
    for check in checks:
        if not check.ok:
            console.print(f"\n{check.title}: [bold]{_plain(check.fix)}[/]")


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
