"""The section ``webhooks`` of the OpenAPI document: what is sent to endpoints, of every type."""

from typing import Any

from pocplatform.delivery.webhooks.signing import HEADER
from pocplatform.events.types import EVENT_TYPES, EventType

_HEADERS = {
    "Webhook-Id": "The event's id: the same however often it comes.",
    "Webhook-Delivery": "The delivery's id.",
    HEADER: "`t=…,v1=…`: seconds since 1970, and HMAC-SHA256 of `{t}.{body}` with the endpoint's "
    "secret; while a secret is being changed, one `v1` for each.",
}


def add(document: dict[str, Any]) -> None:
    """Write it, of the list of event types."""
    document["components"].setdefault("parameters", {}).update(
        {
            name: {
                "name": name,
                "in": "header",
                "required": True,
                "description": description,
                "schema": {"type": "string"},
            }
            for name, description in _HEADERS.items()
        }
    )
    document["webhooks"] = {
        name: {"post": _request(name, type_)} for name, type_ in EVENT_TYPES.items()
    }


def _request(name: str, type_: EventType) -> dict[str, Any]:
    told = {"properties": {"type": {"const": name}, "data": type_.shape}}
    schema = {"allOf": [{"$ref": "#/components/schemas/EventRead"}, told]}
    return {
        "operationId": f"on_{name.replace('.', '_')}",
        "summary": type_.description.rstrip("."),
        "tags": ["Webhooks"],
        "parameters": [{"$ref": f"#/components/parameters/{header}"} for header in _HEADERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "It was taken; anything else, and it comes again later."}
        },
    }
