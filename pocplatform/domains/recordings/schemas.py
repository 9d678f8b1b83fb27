"""Requests and answers about the request log and recordings."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pocplatform.kit.fields import TRIMMED


class RequestRead(BaseModel):
    """A request that came with a key of yours, and how it was answered."""

    object: Literal["request"] = "request"
    id: str = Field(description="As in the header `Request-Id` of its answer.")
    method: str
    path: str = Field(description="Without its query.")
    status: int
    code: str | None = Field(description="Code of the error, where it was one.")
    duration_ms: float
    key: str | None = Field(description="Id of the key or session that it came with.")
    key_name: str | None = Field(description="The key's name.")
    created: str


class RecordedExchange(BaseModel):
    """What was sent and answered, without secrets, as a recording of yours has kept it."""

    recording: str = Field(description="Id of the recording.")
    query: str
    body: Any = Field(description="JSON; null for nothing, or once it was erased.")
    answer: Any = Field(
        description="Of what was answered: ids, states and amounts; null for failures."
    )
    erased: bool


class RequestDetail(RequestRead):
    """A request of the log, with what was sent and answered where that was recorded."""

    recorded: RecordedExchange | None


class RecordingCreate(BaseModel):
    """What to record."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "A milestone is paid"}]}
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=100), TRIMMED]
    organizations: list[Annotated[str, StringConstraints(max_length=100)]] = Field(
        default_factory=list,
        max_length=10,
        description="Ids of other organizations that take part. What they do is recorded once "
        "they have joined.",
    )


class RecordedOrganization(BaseModel):
    """Whose requests a recording has."""

    id: str
    part: Literal["owner", "invited", "joined", "left"]


class RecordingRead(BaseModel):
    """A recording."""

    object: Literal["recording"] = "recording"
    id: str
    name: str
    state: Literal["running", "stopped"]
    steps: int = Field(description="Requests that were recorded.")
    full: bool = Field(description="Whether something was left out for want of room.")
    organizations: list[RecordedOrganization]
    created: str
    ends: str = Field(description="When it ends by itself, or has ended.")
    expires: str = Field(description="When it is deleted by itself.")


class RecordingDeleted(BaseModel):
    """That a recording is gone."""

    object: Literal["recording"] = "recording"
    id: str
    deleted: Literal[True] = True
