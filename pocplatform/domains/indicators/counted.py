"""Indicators that were counted already: anybody may ask, and counting reads whole tables."""

import threading
import time

from sqlmodel import Session

from pocplatform.domains.indicators import repository, service
from pocplatform.domains.indicators.schemas import IndicatorsRead

LIFE_S = 10.0
"""How long numbers are given again. What is added is seen at once; this is for what changes or goes
without that, such as a member who leaves."""


class Counted:
    """Numbers of years, counted once however many ask.

    One counts at a time, and the others wait for what it finds: so counting takes one thread at
    most. Numbers are given again until something is added that is counted (``repository.mark``).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: tuple[int | None, ...] = ()
        self._years: dict[int, tuple[float, IndicatorsRead]] = {}

    def all(self, session: Session) -> list[IndicatorsRead]:
        """Every year of the programme, the newest first."""
        return [self._of(session, year) for year in service.years(session)]

    def year(self, session: Session, year: int) -> IndicatorsRead:
        """A year of the programme. Raises :class:`~pocplatform.kit.errors.NotFound`."""
        service.check_known(session, year)
        return self._of(session, year)

    def _of(self, session: Session, year: int) -> IndicatorsRead:
        with self._lock:
            mark = repository.mark(session)
            if mark != self._mark:
                self._mark, self._years = mark, {}
            counted, found = self._years.get(year, (0.0, None))
            if found is None or time.monotonic() - counted >= LIFE_S:
                found = service.of_year(session, year)
                self._years[year] = time.monotonic(), found
            return found
