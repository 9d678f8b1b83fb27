"""Hackathons and workshops: for organisers, and for who joins one."""

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from pocplatform.client.hackathon_figures import FirstSuccesses, TeamProof
from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment
from pocplatform.client.requests import Request

T = TypeVar("T", bound=BaseModel)

_MANY_S = 60.0
"""The longest that 500 teams take to be made."""


class HackathonQuota(Request):
    """What each team of an event gets and may take.

    Attributes:
        teams: Teams of the event.
        members: Members that join a team by its code.
        funding: Euro cents of test money in a team's wallet at the beginning.
        faucet_daily: Euro cents of test money that a team may ask for in a day.
        requests_per_second: Of all members of a team together.
        devnets: Chains of its own that a team may have.
        own_devnet: Whether each team has one from the beginning.
    """

    teams: int = 100
    members: int = 10
    funding: int = 100_000
    faucet_daily: int = 1_000_000
    requests_per_second: int = 50
    devnets: int = 1
    own_devnet: bool = False


class Hackathon(Model):
    """An event; ``state`` is announced, open, frozen or over."""

    id: str
    name: str
    kind: str
    language: str
    starts: datetime
    ends: datetime
    state: str
    teams: int
    quota: dict[str, Any] = Field(default_factory=dict)
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime


class HackathonTeam(Model):
    """A team of an event, with the organization that it acts as."""

    id: str
    hackathon: str
    name: str
    organization: str
    address: str
    did: str
    keys: int
    devnet: str | None = None
    resets: int
    since: datetime
    created: datetime


class HackathonTeams(Model):
    """Teams that were made, and how their file was read."""

    encoding: str | None = None
    delimiter: str | None = None
    teams: list[HackathonTeam]


class TeamCode(Model):
    """By which a team's further members join."""

    team: str
    name: str
    code: str = Field(repr=False)


class HackathonCodes(Model):
    """The codes of an event and of its teams."""

    code: str
    teams: list[TeamCode]


class TeamKey(Model):
    """A team's key, which is shown only once."""

    team: str
    name: str
    code: str = Field(repr=False)
    organization: str
    address: str
    secret_key: str = Field(repr=False)


class HackathonKeys(Model):
    """Keys that were made."""

    keys: list[TeamKey]


class HackathonMember(Model):
    """A member of a team with a key of their own, which is shown only once."""

    hackathon: Hackathon
    team: HackathonTeam
    made: bool
    code: str = Field(repr=False)
    secret_key: str = Field(repr=False)


class HackathonReset(Model):
    """Teams that were put back to their beginning; amounts in euro cents."""

    teams: list[str]
    contracts_detached: int
    devnets_reset: int
    given: int
    taken: int


class Announcement(Model):
    """What the organisers have told everybody."""

    id: str
    text: str
    created: datetime


class HackathonCounts(Model):
    """What was done; of a team, with its id and name."""

    team: str | None = None
    name: str | None = None
    transactions: int
    contracts: int
    agreements: int
    milestones: int
    errors: int


class HackathonTotals(HackathonCounts):
    """What all teams have done."""

    teams: int
    members: int


class ErrorCount(Model):
    """An error that teams have run into."""

    code: str
    title: str
    count: int
    teams: int


class HackathonBoard(Model):
    """How an event stands."""

    hackathon: Hackathon
    totals: HackathonTotals
    teams: list[HackathonCounts]
    errors: list[ErrorCount]
    announcements: list[Announcement]
    at: datetime


class HackathonReport(HackathonBoard):
    """An event in figures."""

    time_to_first_success: FirstSuccesses
    proofs: list[TeamProof]
    measured: list[str]


class Hackathons(Resource[M]):
    """Events. Holding them takes the organisers' key; looking at them and joining takes none."""

    @operation
    async def create(
        self,
        name: str,
        *,
        starts: datetime,
        ends: datetime,
        kind: Literal["hackathon", "workshop", "info_event"] = "hackathon",
        language: Literal["fi", "en"] = "fi",
        code: str | None = None,
        quota: HackathonQuota | None = None,
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Hackathon:
        """Make an event.

        Args:
            name: Of the event.
            starts: With a time zone.
            ends: When nobody joins any more.
            kind: What it is.
            language: Of what is printed and projected.
            code: By which teams are made; one is made up if not given.
            quota: What each team gets and may take.
            metadata: Your own notes, which everybody sees.
            idempotency_key: So that a repeated call makes one.
        """
        body = {
            "name": name, "kind": kind, "language": language, "starts": starts.isoformat(),
            "ends": ends.isoformat(), "code": code,
            "quota": (quota or HackathonQuota()).as_json(), "metadata": dict(metadata or {}),
        }  # fmt: skip
        return await self._connection.write(
            "/v1/hackathons", body, Hackathon, key=idempotency_key, wait=0
        )

    @listing
    async def list(
        self, *, kind: str | None = None, page_size: int = 100
    ) -> AsyncIterator[Hackathon]:
        """All events, newest first."""
        filters = {"kind": kind}
        async for one in self._connection.pages("/v1/hackathons", Hackathon, page_size, filters):
            yield one

    @operation
    async def get(self, hackathon_id: str) -> Hackathon:
        """An event."""
        return await self._connection.read(f"/v1/hackathons/{segment(hackathon_id)}", Hackathon)

    @operation
    async def update(
        self,
        hackathon_id: str,
        *,
        name: str | None = None,
        language: Literal["fi", "en"] | None = None,
        starts: datetime | None = None,
        ends: datetime | None = None,
        code: str | None = None,
        quota: HackathonQuota | None = None,
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Hackathon:
        """Change what is given; a quota is replaced whole, and holds within a second."""
        body = {
            "name": name, "language": language, "code": code,
            "starts": starts.isoformat() if starts else None,
            "ends": ends.isoformat() if ends else None,
            "quota": quota.as_json() if quota else None,
            "metadata": None if metadata is None else dict(metadata),
        }  # fmt: skip
        return await self._write(hackathon_id, "", body, Hackathon, idempotency_key)

    @operation
    async def codes(self, hackathon_id: str) -> HackathonCodes:
        """The codes by which teams are made and joined."""
        path = f"/v1/hackathons/{segment(hackathon_id)}/codes"
        return await self._connection.read(path, HackathonCodes)

    @operation
    async def add_teams(
        self, hackathon_id: str, names: Sequence[str], *, idempotency_key: str | None = None
    ) -> HackathonTeams:
        """Make teams by their names, all or none."""
        body = {"teams": [{"name": name} for name in names]}
        return await self._write(hackathon_id, "/teams", body, HackathonTeams, idempotency_key)

    @operation
    async def add_teams_from_csv(
        self, hackathon_id: str, content: bytes, *, idempotency_key: str | None = None
    ) -> HackathonTeams:
        """Make the teams of a CSV file, all or none.

        Raises :class:`~pocplatform.client.errors.TeamsFileInvalid`, whose ``body`` has the lines.
        """
        body = {"csv": base64.b64encode(content).decode()}
        return await self._write(hackathon_id, "/teams", body, HackathonTeams, idempotency_key)

    @listing
    async def teams(
        self, hackathon_id: str, *, page_size: int = 100
    ) -> AsyncIterator[HackathonTeam]:
        """The teams of an event, newest first."""
        path = f"/v1/hackathons/{segment(hackathon_id)}/teams"
        async for team in self._connection.pages(path, HackathonTeam, page_size):
            yield team

    @operation
    async def team(self, hackathon_id: str, team_id: str) -> HackathonTeam:
        """A team of an event."""
        path = f"/v1/hackathons/{segment(hackathon_id)}/teams/{segment(team_id)}"
        return await self._connection.read(path, HackathonTeam)

    @operation
    async def give_keys(
        self,
        hackathon_id: str,
        teams: Sequence[str] | None = None,
        *,
        replace: bool = False,
        idempotency_key: str | None = None,
    ) -> HackathonKeys:
        """A key for each team that has none of these, or for some; they are shown only now.

        Args:
            hackathon_id: The event.
            teams: Ids of teams; all if not given.
            replace: End the former ones, where there are any.
            idempotency_key: The same one gives the same keys again, should they get lost.
        """
        body = {"teams": None if teams is None else [*teams], "replace": replace}
        path = f"/v1/hackathons/{segment(hackathon_id)}/keys"
        return await self._connection.write(
            path, body, HackathonKeys, key=idempotency_key, wait=0, patience=_MANY_S
        )

    @operation
    async def join(self, code: str, team: str | None = None) -> HackathonMember:
        """Make a team by an event's code and a name, or join one by its own code."""
        body = {"code": code, "team": team}
        return await self._connection.write(
            "/v1/hackathons/join", body, HackathonMember, wait=0, repeatable=False
        )

    @operation
    async def freeze(self, hackathon_id: str) -> Hackathon:
        """Pause writing for all teams."""
        return await self._write(hackathon_id, "/freeze", {}, Hackathon)

    @operation
    async def unfreeze(self, hackathon_id: str) -> Hackathon:
        """Let all teams write again."""
        return await self._write(hackathon_id, "/unfreeze", {}, Hackathon)

    @operation
    async def reset(
        self, hackathon_id: str, team: str | None = None, *, idempotency_key: str | None = None
    ) -> HackathonReset:
        """Put one team, or all, back to the beginning, as far as a shared chain allows."""
        return await self._connection.write(
            f"/v1/hackathons/{segment(hackathon_id)}/reset", {"team": team}, HackathonReset,
            key=idempotency_key, patience=_MANY_S,
        )  # fmt: skip

    @operation
    async def announce(
        self, hackathon_id: str, text: str, *, idempotency_key: str | None = None
    ) -> Announcement:
        """Tell everybody at an event something."""
        return await self._write(
            hackathon_id, "/announcements", {"text": text}, Announcement, idempotency_key
        )

    @listing
    async def announcements(
        self, hackathon_id: str, *, page_size: int = 100
    ) -> AsyncIterator[Announcement]:
        """What was told, newest first."""
        path = f"/v1/hackathons/{segment(hackathon_id)}/announcements"
        async for one in self._connection.pages(path, Announcement, page_size):
            yield one

    @operation
    async def board(self, hackathon_id: str) -> HackathonBoard:
        """How an event stands."""
        return await self._connection.read(
            f"/v1/hackathons/{segment(hackathon_id)}/board", HackathonBoard
        )

    @operation
    async def report(self, hackathon_id: str) -> HackathonReport:
        """An event in figures."""
        return await self._connection.read(
            f"/v1/hackathons/{segment(hackathon_id)}/report", HackathonReport
        )

    @operation
    async def export(self, hackathon_id: str, team: str | None = None) -> bytes:
        """All that the teams, or one, have made, as a zip file."""
        params = {"team": team} if team is not None else None
        return await self._connection.download(
            f"/v1/hackathons/{segment(hackathon_id)}/export", params=params
        )

    async def _write(
        self,
        hackathon_id: str,
        what: str,
        body: Mapping[str, Any],
        model: type[T],
        key: str | None = None,
    ) -> T:
        path = f"/v1/hackathons/{segment(hackathon_id)}{what}"
        return await self._connection.write(
            path, dict(body), model, key=key, wait=0, patience=_MANY_S
        )
