"""Answers about indicators."""

from typing import Literal

from pydantic import BaseModel, Field


class Marks(BaseModel):
    """The means of what was left as assessments, 1 to 5; null where there are none."""

    number: int
    useful: float | None
    clear: float | None
    invest: float | None


class IndicatorsRead(BaseModel):
    """A year of the programme in numbers."""

    object: Literal["indicators"] = "indicators"
    year: int
    companies: int = Field(description="Organizations that signed up, without guests and casts.")
    guests: int = Field(description="Companies made on the spot for somebody who tried a demo.")
    people: int = Field(
        description="Members of these companies, and keys given to teams of events."
    )
    pilots: int = Field(description="Different pilots that were run and published.")
    pilots_by_area: dict[str, int]
    pilot_runs: int
    events: int
    events_by_kind: dict[str, int]
    teams: int
    transactions: int = Field(description="Recorded on the chain, whoever sent them.")
    agreements: int = Field(description="That came into force.")
    agreements_kept: int = Field(description="Of these, completed.")
    agreements_broken: int = Field(description="Of these, terminated or run out.")
    volume_cents: int = Field(description="Test money that was moved, in cents.")
    assessments: Marks


class IndicatorsList(BaseModel):
    """All years in which there was anything, the newest first."""

    object: Literal["list"] = "list"
    data: list[IndicatorsRead]
    has_more: bool = False
