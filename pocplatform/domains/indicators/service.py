"""The programme's indicators: each number is counted from what is there."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlmodel import Session

from pocplatform.domains.assessments import service as assessments
from pocplatform.domains.indicators import repository
from pocplatform.domains.indicators.schemas import IndicatorsRead, Marks
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import NotFound

_UNITS_PER_CENT = 10_000


def years(session: Session) -> range:
    """The years since the first in which anything was there, the newest first."""
    first = repository.first_ms(session)
    this = _year(now_ms())
    since = min(this, _year(first)) if first is not None else this
    return range(this, since - 1, -1)


def of_year(session: Session, year: int) -> IndicatorsRead:
    """The indicators of a calendar year (UTC)."""
    since, until = span(year)
    companies, guests = repository.organizations(session, since, until)
    areas, runs = repository.pilots(session, since, until)
    kinds, teams = repository.events(session, since, until)
    states = repository.agreements(session, since, until)
    number, means = assessments.means(session, since, until)
    useful, clear, invest = means or (None, None, None)
    return IndicatorsRead(
        year=year,
        companies=companies,
        guests=guests,
        people=repository.people(session, since, until),
        pilots=len(areas),
        pilots_by_area=dict(sorted(Counter(areas.values()).items())),
        pilot_runs=runs,
        events=sum(kinds.values()),
        events_by_kind=dict(sorted(kinds.items())),
        teams=teams,
        transactions=repository.transactions(session, since, until),
        agreements=sum(states.values()),
        agreements_kept=states["completed"],
        agreements_broken=states["terminated"] + states["expired"],
        volume_cents=repository.moved_units(session, since, until) // _UNITS_PER_CENT,
        assessments=Marks(number=number, useful=useful, clear=clear, invest=invest),
    )


def check_known(session: Session, year: int) -> None:
    """Raise :class:`NotFound` for a year that is none of the programme's."""
    if year not in years(session):
        raise NotFound(
            "The programme has no numbers of the year {year}.",
            next_step="GET /v1/indicators lists the years that it has.",
            year=year,
        )


def span(year: int) -> tuple[int, int]:
    """When a calendar year (UTC) begins and when it is over, in milliseconds since 1970."""
    return _begin(year), _begin(year + 1)


def as_csv(rows: Iterable[IndicatorsRead]) -> str:
    """A line for each year; nested numbers have a column each."""
    flat = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval=0, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def _flat(row: IndicatorsRead) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in row.model_dump(exclude={"object"}).items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            found[name] = value
    return found


def _year(ms: int) -> int:
    return datetime.fromtimestamp(ms / 1000, UTC).year


def _begin(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000)
