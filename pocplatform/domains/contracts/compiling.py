"""Compiling for tenants: by turns, and once for the same sources."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session

from pocplatform.chain.closed_compiler import ClosedCompiler
from pocplatform.chain.submitted import Submitted
from pocplatform.domains.contracts import repository
from pocplatform.domains.contracts.errors import CompilerBusy
from pocplatform.domains.contracts.models import Compilation, CompilerOutput
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.kit.settings import PROJECT_ROOT

AT_A_TIME = 2
"""Compilations that run at a time."""
A_TENANT = 2
"""Compilations of one tenant that run or wait."""
ALTOGETHER = 8
"""Compilations that run or wait: each holds a thread of the gateway."""


class Turns:
    """Who may compile now: few at a time, and no tenant may fill the queue."""

    def __init__(
        self, at_a_time: int = AT_A_TIME, a_tenant: int = A_TENANT, altogether: int = ALTOGETHER
    ) -> None:
        self._slots = threading.BoundedSemaphore(at_a_time)
        self._a_tenant, self._altogether = a_tenant, altogether
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def turn(self, tenant: str) -> Iterator[None]:
        """Wait for one's turn. Raises :class:`CompilerBusy` where too many wait already."""
        with self._lock:
            full = self._under_way.total() >= self._altogether
            if full or self._under_way[tenant] >= self._a_tenant:
                raise CompilerBusy(
                    "Too many compilations run or wait already.",
                    next_step="Send it again in a few seconds.",
                )
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
    return ClosedCompiler(root)


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
        "sources": dict(submitted.sources),
    }
    return CompilerOutput(key=key, document=json.dumps(document), created_ms=now_ms())


def store(
    session: Session, org_id: str | None, tenant: str, compiled: CompilerOutput
) -> Compilation:
    """The tenant's compilation with this output: the one that is there already, or a new one."""
    if repository.output(session, compiled.key) is None:
        session.add(CompilerOutput(**compiled.model_dump()))
    found = repository.compilation_of(session, tenant, compiled.key)
    if found is None:
        found = Compilation(
            id=new_id("cmp"), org_id=org_id, tenant=tenant, key=compiled.key, created_ms=now_ms()
        )
        session.add(found)
        session.flush()
    return found


def get(session: Session, org_id: str | None, compilation_id: str) -> Compilation:
    """A compilation of this tenant. Raises :class:`NotFound`."""
    statement = repository.compilations(org_id).where(Compilation.id == compilation_id)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound("There is no compilation {id}.", id=compilation_id)
    return found


def document(session: Session, compilation: Compilation) -> dict[str, Any]:
    """What solc made of it: ``solc``, ``settings``, ``contracts``, ``warnings``, ``sources``."""
    stored = repository.output(session, compilation.key)
    assert stored is not None, "a compilation is stored with its output"
    found: dict[str, Any] = json.loads(stored.document)
    return found
