"""Requests and answers about assessments."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Mark = Annotated[int, Field(ge=1, le=5, strict=True)]


class AssessmentCreate(BaseModel):
    """What you think."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "about": "programme",
                    "useful": 4,
                    "clear": 5,
                    "invest": 3,
                    "text": "The cost table was what we needed.",
                }
            ]
        },
    )

    about: Annotated[
        str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9_-]+$")
    ] = Field(description="`programme`, the name of a pilot, or the id of an event.")
    useful: Mark = Field(description="How useful it was: 1 not at all, 5 very.")
    clear: Mark = Field(description="How clear it was.")
    invest: Mark = Field(description="How likely you are to go on with it by your own money.")
    text: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="In your own words. Nothing about persons."
    )


class AssessmentRead(BaseModel):
    """What somebody thinks."""

    object: Literal["assessment"] = "assessment"
    id: str
    about: str
    useful: int
    clear: int
    invest: int
    text: str
    created: str
    replaced: str | None = Field(
        description="When your next one about the same thing took its place; null while it holds."
    )
