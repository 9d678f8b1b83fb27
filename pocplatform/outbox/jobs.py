"""Work that a clock begins, such as collecting what is due."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from pocplatform.outbox.service import Outbox


@dataclass(frozen=True, slots=True)
class Job:
    """Work of a domain that is begun again and again, in one database transaction each time.

    It enqueues writes and changes rows, and calls nobody; so a run that is cut off has done
    nothing, and one that comes too often finds nothing to do.

    Attributes:
        name: Stable, such as ``mandates.collect``.
        cron: When, in UTC: five fields as of crontab, or six with seconds first.
        run: Does it, at the given time (milliseconds since 1970); says how much there was.
        portion: Where a run does so much at most: having done it, it is run again at once, until
            nothing is left. Each run is a transaction, so that others' writes come in between.
    """

    name: str
    cron: str
    run: Callable[[Session, Outbox, int], int]
    portion: int | None = None
