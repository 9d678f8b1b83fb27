"""Requests and answers about webhooks."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pocplatform.events.log import TYPE_PATTERN

_MAX_URL = 2000

EventType = Annotated[str, Field(pattern=TYPE_PATTERN, max_length=100)]
EventTypes = Annotated[
    list[EventType],
    Field(
        min_length=1,
        max_length=50,
        description="Types of events, families such as `payment.*`, or `*` for all.",
    ),
]
Url = Annotated[
    str, Field(min_length=1, max_length=_MAX_URL, description="Where events are sent, by POST.")
]
Description = Annotated[str, Field(max_length=500)]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=500)]],
    Field(max_length=50, description="Your own notes: up to 50 short texts by name."),
]


class WebhookCreate(BaseModel):
    """Have events sent to an endpoint."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": "https://example.com/hook", "event_types": ["payment.*"]}]
        },
    )

    url: Url
    event_types: EventTypes = Field(default_factory=lambda: ["*"])
    description: Description = ""
    metadata: Metadata = Field(default_factory=dict)


class WebhookUpdate(BaseModel):
    """Change a webhook; what is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"disabled": True}, {"event_types": ["agreement.*"]}]},
    )

    url: Url | None = None
    event_types: EventTypes | None = None
    description: Description | None = None
    metadata: Metadata | None = None
    disabled: bool | None = Field(
        default=None,
        strict=True,
        description="True sends nothing any more; false goes on with what happens from then on.",
    )


class SecretRotation(BaseModel):
    """Change the secret that signatures are made with."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"overlap_s": 3600}, {}]}
    )

    overlap_s: int = Field(
        default=86_400,
        strict=True,
        ge=0,
        le=604_800,
        description="Seconds for which the old secret signs too; a day unless said.",
    )


class WebhookRead(BaseModel):
    """An endpoint that events are sent to."""

    object: Literal["webhook"] = "webhook"
    id: str
    url: str
    event_types: list[str]
    description: str
    metadata: dict[str, str]
    status: Literal["enabled", "disabled"]
    disabled_reason: Literal["by_hand", "failing"] | None
    secret: str | None = Field(
        default=None, description="Only when the webhook is made or its secret is changed."
    )
    created: str


class WebhookDeleted(BaseModel):
    """A webhook that is no more."""

    object: Literal["webhook"] = "webhook"
    id: str
    deleted: Literal[True] = True


class AttemptRead(BaseModel):
    """One request to the endpoint."""

    at: str
    status: int | None = Field(description="HTTP status of the answer.")
    error: str | None = Field(
        description="Why there was no answer: timeout, name_not_found, address_refused, "
        "connection_failed, tls_failed, bad_answer."
    )
    duration_ms: int
    answer: str = Field(description="The first bytes of the answer.")


class DeliveryRead(BaseModel):
    """An event on its way to an endpoint, with every attempt."""

    object: Literal["webhook_delivery"] = "webhook_delivery"
    id: str
    webhook: str
    event: str
    event_type: str
    state: Literal["pending", "succeeded", "failed", "cancelled", "dropped"]
    attempts: list[AttemptRead]
    next_attempt: str | None = Field(description="When it is tried again, if at all.")
    created: str
