"""What is counted of an event."""

from typing import Literal

from pydantic import BaseModel, Field

from pocplatform.domains.hackathons.schemas import AnnouncementRead, HackathonRead


class Counts(BaseModel):
    """What was done, since a team was made or last reset."""

    transactions: int = Field(description="Its own, on the chain.")
    contracts: int = Field(description="Deployed or attached, and still its own.")
    agreements: int = Field(description="Activated, with it as a party.")
    milestones: int = Field(description="Of these, accepted and paid, or settled.")
    errors: int = Field(description="Requests that were answered with an error.")


class TeamCounts(Counts):
    """What a team has done."""

    team: str
    name: str


class TotalCounts(Counts):
    """What all teams have done; an agreement between two of them counts once."""

    teams: int
    members: int = Field(description="Keys that were given out.")


class ErrorCount(BaseModel):
    """An error that teams have run into."""

    code: str
    title: str
    count: int
    teams: int = Field(description="How many teams have met it.")


class BoardRead(BaseModel):
    """How an event stands."""

    object: Literal["hackathon_board"] = "hackathon_board"
    hackathon: HackathonRead
    totals: TotalCounts
    teams: list[TeamCounts] = Field(description="Those who have done most, first.")
    errors: list[ErrorCount] = Field(description="The most frequent, first.")
    announcements: list[AnnouncementRead] = Field(description="The newest three.")
    at: str


class FirstSuccess(BaseModel):
    """How long a team took from its first request to its first transaction on the chain."""

    team: str
    name: str
    seconds: float | None = Field(description="Null for a team that has none.")


class FirstSuccesses(BaseModel):
    """The same of all teams."""

    teams: list[FirstSuccess]
    reached: int = Field(description="Teams that have such a transaction.")
    fastest_s: float | None
    median_s: float | None
    slowest_s: float | None


class TeamProof(BaseModel):
    """Where on the chain anybody can look up what a team has done."""

    team: str
    name: str
    address: str = Field(description="Of its first wallet.")
    transactions: list[str] = Field(
        description="Hashes of its transactions, the first ones first; at most 100."
    )
    first_block: int | None = Field(description="Null for a team that has none.")
    last_block: int | None
    agreements: list[str] = Field(description="Hashes of its agreements.")


class ReportRead(BaseModel):
    """An event in figures, for its closing report."""

    object: Literal["hackathon_report"] = "hackathon_report"
    hackathon: HackathonRead
    totals: TotalCounts
    teams: list[TeamCounts]
    errors: list[ErrorCount]
    time_to_first_success: FirstSuccesses
    announcements: list[AnnouncementRead]
    proofs: list[TeamProof] = Field(description="One a team, in the order of `teams`.")
    measured: list[str] = Field(description="How each figure was counted, in words.")
    at: str
