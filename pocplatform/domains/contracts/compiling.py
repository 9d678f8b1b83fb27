"""Compiling for tenants: by turns, and once for the same sources."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session

from pocplatform.chain.build_artifacts import from_solc
from pocplatform.chain.closed_compiler import ClosedCompiler
from pocplatform.chain.submitted import Submitted, packaged_text
from pocplatform.domains.contracts import known_codes, repository
from pocplatform.domains.contracts.errors import CompilerBusy
from pocplatform.domains.contracts.models import Compilation, CompilerOutput
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.errors import NotFound, PlatformError
from pocplatform.kit.ids import new_id
from pocplatform.kit.settings import PROJECT_ROOT

AT_A_TIME = 2
"""Compilations that run at a time."""
A_TENANT = 2
"""Compilations of one tenant that run or wait."""
ALTOGETHER = 8
"""Compilations that run or wait: each holds a thread of the gateway."""


_MISSING: dict[str, Any] = {"source_ids": {}, "immutables": {}}
"""What was not kept of earlier compilations."""


def _busy() -> PlatformError:
    return CompilerBusy(
        "Too many compilations run or wait already.",
        next_step="Send it again in a few seconds.",
    )


class Turns:
    """Who may do what takes much, such as to compile: few at a time, and no tenant fills the queue.

    Args:
        at_a_time: Those that run.
        a_tenant: Those of one tenant that run or wait.
        altogether: Those that run or wait.
        busy: Makes the error for one too many.
    """

    def __init__(
        self,
        at_a_time: int = AT_A_TIME,
        a_tenant: int = A_TENANT,
        altogether: int = ALTOGETHER,
        busy: Callable[[], PlatformError] = _busy,
    ) -> None:
        self._slots = threading.BoundedSemaphore(at_a_time)
        self._a_tenant, self._altogether = a_tenant, altogether
        self._busy = busy
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def turn(self, tenant: str) -> Iterator[None]:
        """Wait for one's turn. Raises what ``busy`` makes where too many wait already."""
        with self._lock:
            full = self._under_way.total() >= self._altogether
            if full or self._under_way[tenant] >= self._a_tenant:
                raise self._busy()
            self._under_way[tenant] += 1
        try:
            with self._slots:
                yield
        finally:
            with self._lock:
                self._under_way[tenant] -= 1
                self._under_way += Counter()  # forgets those with none


@cache
def _turns() -> Turns:
    return Turns()


@cache
def _compiler(root: Path) -> ClosedCompiler:
    return ClosedCompiler(root, ahead=True)


def compile_sources(
    database: Database, tenant: str, submitted: Submitted, root: Path = PROJECT_ROOT
) -> CompilerOutput:
    """What solc makes of the sources: stored from an earlier time, or made now.

    Takes seconds, so it is called outside of any database transaction; the result has to be stored
    with :func:`store`. Raises as :meth:`ClosedCompiler.compile`, and :class:`CompilerBusy`.
    """
    key = submitted.digest(root)
    with database.snapshot() as session:
        known = repository.output(session, key)
    if known is not None:
        return known
    with _turns().turn(tenant):
        compiled = _compiler(root).compile(submitted)
    document = {
        "solc": compiled.solc,
        "settings": asdict(submitted.settings),
        "contracts": compiled.contracts,
        "warnings": [asdict(warning) for warning in compiled.warnings],
        "source_ids": compiled.source_ids,
        "immutables": compiled.immutables,
        "sources": dict(submitted.sources),
    }
    return CompilerOutput(key=key, document=json.dumps(document), created_ms=now_ms())


def store(
    session: Session, org_id: str | None, tenant: str, compiled: CompilerOutput
) -> tuple[Compilation, bool]:
    """The tenant's compilation with this output; and whether it is new."""
    if repository.output(session, compiled.key) is None:
        session.add(CompilerOutput(**compiled.model_dump()))
        contracts = json.loads(compiled.document)["contracts"]
        known_codes.note_compiled(session, map(from_solc, contracts))
    found = repository.compilation_of(session, tenant, compiled.key)
    if found is not None:
        return found, False
    made = Compilation(
        id=new_id("cmp"), org_id=org_id, tenant=tenant, key=compiled.key, created_ms=now_ms()
    )
    session.add(made)
    session.flush()
    return made, True


def get(session: Session, org_id: str | None, compilation_id: str) -> Compilation:
    """A compilation of this tenant. Raises :class:`NotFound`."""
    statement = repository.compilations(org_id).where(Compilation.id == compilation_id)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound("There is no compilation {id}.", id=compilation_id)
    return found


def document(session: Session, compilation: Compilation) -> dict[str, Any]:
    """What solc made of it, as :func:`read` gives it."""
    stored = repository.output(session, compilation.key)
    assert stored is not None, "a compilation is stored with its output"
    return read(stored)


def read(stored: CompilerOutput) -> dict[str, Any]:
    """``solc``, ``settings``, ``contracts``, ``warnings``, ``sources`` (those that were sent),
    ``source_ids`` (the numbers of all sources in source maps) and ``immutables`` (their names)."""
    found: dict[str, Any] = json.loads(stored.document)
    return _MISSING | found


def source_files(
    document: Mapping[str, Any], root: Path = PROJECT_ROOT
) -> dict[int, tuple[str, str]]:
    """Name and text of each source by its number in source maps, imported ones too."""
    found = {}
    for name, number in document["source_ids"].items():
        text = document["sources"].get(name) or packaged_text(root, name)
        if text is not None:
            found[int(number)] = (name, text)
    return found
