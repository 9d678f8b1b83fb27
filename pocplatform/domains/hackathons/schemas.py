"""Requests and answers about hackathons and workshops."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pocplatform.chain.vault import Vault
from pocplatform.domains.organizations.schemas import Metadata, Name
from pocplatform.kit.fields import TRIMMED, Handle, Moment
from pocplatform.kit.money import CURRENCY

Kind = Literal["hackathon", "workshop", "info_event"]
Language = Literal["fi", "en"]
TeamName = Annotated[str, StringConstraints(min_length=1, max_length=100), TRIMMED]
EventCode = Annotated[
    str,
    StringConstraints(max_length=40, pattern=r"^\s*[A-Za-z0-9](-?[A-Za-z0-9]){3,9}\s*$"),
    TRIMMED,
    Field(description="4 to 10 letters and digits, with hyphens between; case does not matter."),
]
JoinCode = Annotated[str, StringConstraints(min_length=1, max_length=40), TRIMMED]
_BASE64 = r"^[A-Za-z0-9+/\s]*={0,2}\s*$"


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Quota(_Request):
    """What each team of an event gets and may take."""

    teams: int = Field(default=100, strict=True, ge=1, le=500, description="Teams of the event.")
    members: int = Field(
        default=10, strict=True, ge=1, le=50, description="Members that join a team by its code."
    )
    funding: int = Field(
        default=100_000,
        strict=True,
        ge=0,
        le=10_000_000,
        description="Euro cents of test money in a team's wallet at the beginning.",
    )
    faucet_daily: int = Field(
        default=1_000_000,
        strict=True,
        ge=0,
        le=100_000_000,
        description="Euro cents of test money that a team may ask for in a day (UTC).",
    )
    requests_per_second: int = Field(
        default=50, strict=True, ge=1, le=5000, description="Of all members of a team together."
    )
    devnets: int = Field(
        default=1, strict=True, ge=0, le=10, description="Chains of its own that a team may have."
    )
    own_devnet: bool = Field(
        default=False, strict=True, description="Whether each team has one from the beginning."
    )

    @model_validator(mode="after")
    def _has_room_for_its_devnet(self) -> Self:
        if self.own_devnet and self.devnets == 0:
            raise ValueError("own_devnet needs devnets of at least 1")
        return self


class HackathonCreate(_Request):
    """An event to be held."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Arctic Metaverse Hackathon (test)",
                    "kind": "hackathon",
                    "language": "en",
                    "starts": "2026-11-27T07:00:00Z",
                    "ends": "2036-11-29T15:00:00Z",
                    "quota": {"funding": 200000, "requests_per_second": 40},
                }
            ]
        },
    )

    name: Name
    kind: Kind = "hackathon"
    language: Language = Field(default="fi", description="Of what is printed and projected.")
    starts: Moment
    ends: Moment
    code: EventCode | None = Field(default=None, description="Without it, one is made up.")
    quota: Quota = Field(default_factory=Quota)
    metadata: Metadata = Field(default_factory=dict)


class HackathonUpdate(_Request):
    """What to change; what is left out stays. A quota replaces the former one whole."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"quota": {"requests_per_second": 20}}]}
    )

    name: Name | None = None
    language: Language | None = None
    starts: Moment | None = None
    ends: Moment | None = None
    code: EventCode | None = None
    quota: Quota | None = None
    metadata: Metadata | None = None


class HackathonRead(BaseModel):
    """An event, as everybody may see it."""

    object: Literal["hackathon"] = "hackathon"
    id: str
    name: str
    kind: Kind
    language: Language
    starts: str
    ends: str
    state: Literal["announced", "open", "frozen", "over"]
    teams: int = Field(description="How many there are.")
    quota: Quota
    metadata: dict[str, str]
    created: str


class TeamRead(BaseModel):
    """A team, as everybody may see it: others deal with it by its id, address or DID."""

    object: Literal["hackathon_team"] = "hackathon_team"
    id: str
    hackathon: str
    name: str
    organization: str
    address: str
    did: str
    keys: int = Field(description="How many keys were given out to its members.")
    devnet: str | None = Field(description="The chain of its own that it got, if it did.")
    resets: int
    since: str = Field(description="What is counted of it begins here.")
    created: str


class TeamCode(BaseModel):
    """By which a team's further members join. Whoever has it can act as the team."""

    team: str
    name: str
    code: str


class CodesRead(BaseModel):
    """The codes of an event and of its teams."""

    object: Literal["hackathon_codes"] = "hackathon_codes"
    hackathon: str
    code: str
    teams: list[TeamCode]


class TeamCreate(_Request):
    """A team."""

    name: TeamName


class TeamsCreate(_Request):
    """Teams to be made, all or none: as a list, or as a CSV file."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"teams": [{"name": "Revontulet"}, {"name": "Jäälohi"}]}]},
    )

    teams: list[TeamCreate] | None = Field(default=None, min_length=1, max_length=500)
    csv: str | None = Field(
        default=None,
        max_length=700_000,
        pattern=_BASE64,
        description="A CSV file in base64, as it is: UTF-8, UTF-16 or Windows-1252; semicolons, "
        "commas or tabs. The names stand under `team` (or `joukkue`), else in the first column; "
        "other columns are not read.",
    )


class TeamsCreated(BaseModel):
    """Teams that were made."""

    object: Literal["hackathon_teams"] = "hackathon_teams"
    hackathon: str
    encoding: str | None = Field(description="What the file was read as.")
    delimiter: str | None = Field(description="What stood between its columns.")
    teams: list[TeamRead]


class KeysCreate(_Request):
    """For whom keys are to be made."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"replace": False}]})

    teams: list[Handle] | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Ids of teams; without it, all for which none were made.",
    )
    replace: bool = Field(
        default=False,
        strict=True,
        description="Make new ones for teams that have some, which stop working within a second.",
    )


class TeamKey(BaseModel):
    """A team's key, which is shown only here.

    Answers are stored, for when a request is repeated; this one with its secret sealed.
    """

    team: str
    name: str
    code: str
    organization: str
    address: str
    secret_key: str

    def sealed(self, vault: Vault) -> Self:
        """As it may be stored."""
        secret = vault.seal(self.secret_key.encode(), self.team)
        return self.model_copy(update={"secret_key": secret.hex()})

    def opened(self, vault: Vault) -> Self:
        """As it is shown. Raises :class:`MasterKeyWrong`."""
        secret = vault.open(bytes.fromhex(self.secret_key), self.team)
        return self.model_copy(update={"secret_key": secret.decode()})


class KeysCreated(BaseModel):
    """Keys that were made."""

    object: Literal["hackathon_keys"] = "hackathon_keys"
    hackathon: str
    keys: list[TeamKey]


class JoinCreate(_Request):
    """Who wants to take part."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"code": "OULU-2026", "team": "Jäälohi"}]}
    )

    code: JoinCode = Field(description="Of the event, to make a team; or of a team, to join it.")
    team: TeamName | None = Field(
        default=None, description="The name of the team to be made; not needed with a team's code."
    )


class Joined(BaseModel):
    """A member of a team, with a key of their own, which is shown only here."""

    object: Literal["hackathon_member"] = "hackathon_member"
    hackathon: HackathonRead
    team: TeamRead
    made: bool = Field(description="Whether the team was made by this.")
    code: str = Field(description="By which further members join the team.")
    secret_key: str


class ResetCreate(_Request):
    """What to put back to its beginning."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    team: Handle | None = Field(default=None, description="Id of a team; without it, all.")


class ResetRead(BaseModel):
    """Teams that were put back to their beginning."""

    object: Literal["hackathon_reset"] = "hackathon_reset"
    hackathon: str
    teams: list[str]
    contracts_detached: int
    devnets_reset: int
    currency: Literal["tEUR"] = CURRENCY
    given: int = Field(description="Euro cents that were put into wallets.")
    taken: int = Field(description="Euro cents that were taken out of wallets.")


class AnnouncementCreate(_Request):
    """Something to tell everybody."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Lunch is at noon."}]}
    )

    text: Annotated[str, StringConstraints(min_length=1, max_length=500), TRIMMED]


class AnnouncementRead(BaseModel):
    """What the organisers have told everybody."""

    object: Literal["hackathon_announcement"] = "hackathon_announcement"
    id: str
    hackathon: str
    text: str
    created: str
