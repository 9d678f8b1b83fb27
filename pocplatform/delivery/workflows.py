"""Durable workflows and schedules, by DBOS: what outlives the process that has begun it.

On SQLite DBOS keeps a file of its own, ``background.db``: a step of a workflow is a commit, and in
the platform's file it would stand in line with the writes of requests. On PostgreSQL it has the
schema ``dbos`` of the configured database.

DBOS is one for a process, and takes half a second of a processor to load: this module is loaded
when the platform is up, in the thread that it works in.
"""

import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pocplatform.kit.database import Database
from pocplatform.outbox.jobs import Job

# Before DBOS is loaded: without a handler it would write to standard error by itself.
logging.getLogger("dbos").addHandler(logging.NullHandler())

import sqlalchemy  # noqa: E402
from dbos import DBOS, DBOSConfig, SetWorkflowID  # noqa: E402

FILE = "background.db"

_VERSION = "1"
"""Of the workflows below: one that was begun under another version is not gone on with."""
_KEPT = timedelta(days=1)
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_ALIVE = ["PENDING", "ENQUEUED"]
_AT_ONCE = 500
_HOUSEKEEPING = "workflows.housekeeping"

_one = threading.Lock()
"""Held while DBOS is in use."""


class InUse(Exception):
    """Another platform of this process uses DBOS."""


class Workflows:
    """DBOS with the platform's workflows. Used in the event loop in which it is opened.

    Args:
        database: The platform's.
        folder: Where a file can be kept.
        jobs: Work that a clock begins.
        attempt: Makes one attempt at a delivery; gives the seconds to wait before the next, None
            if there is none to be.
        ended: Told the id of a delivery at which no more attempts are made.
        run: Does a job.
    """

    current: "Workflows | None" = None
    """The one in use; DBOS has its functions by name, and they find their way by this."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        jobs: Sequence[Job],
        attempt: Callable[[str], Awaitable[float | None]],
        ended: Callable[[str], None],
        run: Callable[[Job], Awaitable[int]],
    ) -> None:
        self._database = database
        self._folder = folder
        self._jobs = {job.name: job for job in jobs}
        self.attempt = attempt
        self.ended = ended
        self._run = run

    async def open(self) -> None:
        """Begin, and go on with what was cut off. Raises :class:`InUse` if DBOS is in use."""
        if not _one.acquire(blocking=False):
            raise InUse("DBOS serves one platform in a process at a time")
        Workflows.current = self
        try:
            await self._open()
        except BaseException:
            self.close()
            raise

    async def _open(self) -> None:
        config: DBOSConfig = {
            "name": "pocplatform",
            "application_version": _VERSION,
            "executor_id": "gateway",
            "log_level": "WARNING",
        }
        if self._database.is_sqlite:
            path = self._folder / FILE
            config["system_database_url"] = f"sqlite:///{path}"
            config["system_database_engine"] = _engine(path)
        else:
            config["system_database_url"] = self._database.url
        DBOS(config=config)
        # In the loop's thread, so that DBOS takes this loop for its own.
        DBOS.launch()
        schedules: list[Any] = [
            {
                "schedule_name": job.name,
                "workflow_fn": _scheduled,
                "schedule": job.cron,
                "context": job.name,
            }
            for job in self._jobs.values()
        ]
        schedules.append(
            {
                "schedule_name": _HOUSEKEEPING,
                "workflow_fn": _housekeeping,
                "schedule": "17 * * * *",
                "context": None,
            }
        )
        await DBOS.apply_schedules_async(schedules)
        for schedule in await DBOS.list_schedules_async():
            if schedule["schedule_name"] not in {*self._jobs, _HOUSEKEEPING}:
                await DBOS.delete_schedule_async(schedule["schedule_name"])

    async def under_way(self) -> set[str]:
        """Ids of the deliveries at which attempts go on by themselves."""
        found = await DBOS.list_workflows_async(
            status=_ALIVE,
            name=_deliver.__qualname__,
            app_version=_VERSION,
            load_input=False,
            load_output=False,
        )
        return {workflow.workflow_id.partition(":")[0] for workflow in found}

    async def deliver(self, delivery_id: str, run: str) -> None:
        """Attempt a delivery until it has succeeded or there are no more attempts.

        Args:
            delivery_id: The delivery; it must not be under way.
            run: Tells this from earlier workflows for the same delivery.
        """
        with SetWorkflowID(f"{delivery_id}:{run}"):
            await DBOS.start_workflow_async(_deliver, delivery_id)

    async def run(self, name: str) -> int:
        """Do a job now; how much there was."""
        job = self._jobs.get(name)
        return 0 if job is None else await self._run(job)

    @staticmethod
    def close() -> None:
        """End within a second; what is under way goes on with the next start."""
        DBOS.destroy()
        Workflows.current = None
        _one.release()


@DBOS.step()
async def _attempt(delivery_id: str) -> float | None:
    assert Workflows.current is not None
    return await Workflows.current.attempt(delivery_id)


@DBOS.workflow()
async def _deliver(delivery_id: str) -> None:
    while True:
        wait_s = await _attempt(delivery_id)
        if wait_s is None:
            break
        await DBOS.sleep_async(wait_s)
    if Workflows.current is not None:
        Workflows.current.ended(delivery_id)


@DBOS.step()
async def _run(name: str) -> int:
    assert Workflows.current is not None
    return await Workflows.current.run(name)


@DBOS.workflow()
async def _scheduled(_at: datetime, name: str) -> int:
    return await _run(name)


@DBOS.workflow()
async def _housekeeping(_at: datetime, _context: Any) -> None:
    """Forget workflows that ended long ago: what came of them is in the platform's tables."""
    before = (datetime.now(UTC) - _KEPT).isoformat()
    full = True
    while full:
        found = await DBOS.list_workflows_async(
            status=_ENDED, end_time=before, limit=_AT_ONCE, load_input=False, load_output=False
        )
        if found:
            await DBOS.delete_workflows_async([workflow.workflow_id for workflow in found])
        full = len(found) == _AT_ONCE


def _engine(path: Path) -> sqlalchemy.Engine:
    """SQLite as DBOS wants it, and with a log: a commit then waits for no disk.

    What the last commits before a power cut did may be lost with that; the platform's tables, of
    which nothing is, say what is left to do.
    """
    engine = sqlalchemy.create_engine(
        f"sqlite:///{path}", connect_args={"check_same_thread": False}
    )

    @sqlalchemy.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine
