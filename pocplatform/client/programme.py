"""The programme: pilots that were run, its indicators, and what people think."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class PilotRun(Model):
    """A pilot's run that was published; its report for people is at ``report``."""

    id: str
    run: str
    pilot: str
    area: str
    ok: bool
    transactions: int
    hash: str
    report: str
    evaluation: dict[str, Any] = Field(repr=False)
    ended: datetime
    created: datetime


class Indicators(Model):
    """A year of the programme in numbers; money in cents."""

    year: int
    companies: int
    guests: int
    people: int
    pilots: int
    pilots_by_area: dict[str, int]
    pilot_runs: int
    events: int
    events_by_kind: dict[str, int]
    teams: int
    transactions: int
    agreements: int
    agreements_kept: int
    agreements_broken: int
    volume_cents: int
    assessments: dict[str, float | None]


class Assessment(Model):
    """What somebody thinks; marks from 1 to 5."""

    id: str
    about: str
    useful: int
    clear: int
    invest: int
    text: str
    created: datetime


class PilotRuns(Resource[M]):
    """Evaluations of pilots, published by the organisers."""

    @operation
    async def create(
        self, evaluation: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> PilotRun:
        """Publish an evaluation; the same run is kept once."""
        body = {"evaluation": dict(evaluation)}
        return await self._connection.write(
            "/v1/pilot_runs", body, PilotRun, key=idempotency_key, wait=0
        )

    @operation
    async def get(self, run_id: str) -> PilotRun:
        """A run by its id."""
        return await self._connection.read(f"/v1/pilot_runs/{segment(run_id)}", PilotRun)

    @operation
    async def pdf(self, run_id: str, *, language: Literal["fi", "en"] = "en") -> bytes:
        """The report of a run as a PDF file."""
        path = f"/reports/pilots/{segment(run_id)}.pdf"
        return await self._connection.download(path, params={"lang": language})

    @listing
    async def list(self, *, page_size: int = 20) -> AsyncIterator[PilotRun]:
        """All that were published, newest first."""
        async for one in self._connection.pages("/v1/pilot_runs", PilotRun, page_size):
            yield one


class Programme(Resource[M]):
    """The programme's indicators."""

    @operation
    async def indicators(self, year: int) -> Indicators:
        """A calendar year (UTC)."""
        return await self._connection.read(f"/v1/indicators/{year}", Indicators)


class Assessments(Resource[M]):
    """What those who took part think."""

    @operation
    async def create(
        self,
        about: str = "programme",
        *,
        useful: int,
        clear: int,
        invest: int,
        text: str = "",
        idempotency_key: str | None = None,
    ) -> Assessment:
        """Say what you think.

        Args:
            about: ``programme``, the name of a pilot or the id of an event.
            useful: How useful it was, 1 to 5.
            clear: How clear it was.
            invest: How likely you are to go on with it by your own money.
            text: In your own words; nothing about persons.
            idempotency_key: As for every write.
        """
        body = {
            "about": about, "useful": useful, "clear": clear, "invest": invest, "text": text,
        }  # fmt: skip
        return await self._connection.write(
            "/v1/assessments", body, Assessment, key=idempotency_key, wait=0
        )

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Assessment]:
        """One's own, newest first; the organisers see all."""
        async for one in self._connection.pages("/v1/assessments", Assessment, page_size):
            yield one
