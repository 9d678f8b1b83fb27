"""The shape of ``pilot.yaml``; docs/pilots.md explains it by an example."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, model_validator

from pocplatform.pilots.shown import Text

AREAS = (
    "digital_services", "health", "industry", "energy", "building_logistics", "circular_economy",
    "food", "attractiveness", "networked_innovation", "tourism",
)  # fmt: skip
"""The focus areas of the programme, as they are named to programs."""

Area = Literal[
    "digital_services", "health", "industry", "energy", "building_logistics", "circular_economy",
    "food", "attractiveness", "networked_innovation", "tourism",
]  # fmt: skip
NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
"""What pilots and steps can be called."""
KebabName = Annotated[StrictStr, Field(pattern=rf"^{NAME}$", max_length=40)]
SnakeName = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40)]
ContractFunction = Annotated[
    StrictStr, Field(pattern=r"^[A-Za-z_$][\w$]*\.[A-Za-z_$][\w$]*$", max_length=100)
]
Said = Annotated[StrictStr, Field(min_length=1, max_length=2000)]
Count = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Both(_Part):
    """A text in both languages."""

    en: Said
    fi: Said

    @property
    def text(self) -> Text:
        """As steps and pages take it."""
        return Text(self.en.strip(), self.fi.strip())


class ActorPart(_Part):
    """Who takes part."""

    role: SnakeName
    company: Annotated[StrictStr, Field(min_length=1, max_length=80)]
    title: Both


class StepPart(_Part):
    """What happens, in words."""

    name: KebabName
    actors: Annotated[list[SnakeName], Field(min_length=1)]
    short: Both
    title: Both
    before: Both
    button: Both
    after: Both
    why: Both


class CriterionPart(_Part):
    """What the pilot is held to."""

    name: SnakeName
    text: Both
    measure: SnakeName
    equals: StrictInt | None = None
    at_least: StrictInt | None = None
    at_most: StrictInt | None = None

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        limits = (self.at_least, self.at_most)
        if (self.equals is None) == all(one is None for one in limits):
            raise ValueError("wants either equals, or at_least and at_most or one of them")
        return self


class ReadinessPart(_Part):
    """The technology readiness level that the pilot shows."""

    level: Annotated[StrictInt, Field(ge=1, le=9)]
    why: Both


class VolumePart(_Part):
    """The company's own volume."""

    unit: Both
    units_in_run: Count
    units_per_year: Count
    customers: Count


class PilotFile(_Part):
    """The whole file."""

    name: KebabName
    number: Annotated[StrictInt, Field(ge=1, le=999)] | None = None
    area: Area
    sector: Both
    title: Both
    summary: Both
    story: Both
    learn: Both
    minutes: Annotated[StrictInt, Field(ge=1, le=60)]
    actors: Annotated[list[ActorPart], Field(min_length=1, max_length=12)]
    steps: Annotated[list[StepPart], Field(min_length=1, max_length=30)]
    trouble: KebabName | None = None
    mended: KebabName | None = None
    deeds: dict[ContractFunction, Both] = {}
    criteria: Annotated[list[CriterionPart], Field(min_length=1, max_length=20)]
    risks: Annotated[list[Both], Field(min_length=1, max_length=20)]
    questions: Annotated[list[Both], Field(min_length=1, max_length=20)]
    readiness: ReadinessPart
    volume: VolumePart

    @model_validator(mode="after")
    def _trouble_is_mended(self) -> Self:
        if (self.trouble is None) != (self.mended is None):
            raise ValueError("has trouble or mended, but not the other: what goes wrong is mended")
        return self
