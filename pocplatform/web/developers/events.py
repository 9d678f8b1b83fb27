"""Events: what happened to the organization, as it happens."""

import contextlib
import json

from fastapi import Query
from fastapi.responses import HTMLResponse

from pocplatform.client import NotFound
from pocplatform.client.models import Event
from pocplatform.events.types import EVENT_TYPES
from pocplatform.http.routing import Router
from pocplatform.web.developers.desk import ROOT, DeskDep, rows

router = Router(include_in_schema=False)


def families() -> dict[str, list[str]]:
    """All types of events by the family that they are of."""
    found: dict[str, list[str]] = {}
    for name in EVENT_TYPES:
        found.setdefault(name.partition(".")[0], []).append(name)
    return dict(sorted(found.items()))


@router.get(f"{ROOT}/events")
async def list_events(
    desk: DeskDep,
    type: str = Query(default="", max_length=100),
    after: str = Query(default="", max_length=100),
) -> HTMLResponse:
    """The newest events, all or of one type."""
    chosen = type if type in EVENT_TYPES or type.removesuffix(".*") in families() else ""
    async with desk.sandbox as sandbox:
        found = await rows(sandbox, "/v1/events", Event, after=after, filters={"type": chosen})
    return desk.html(
        "events",
        events=found.items,
        older=found.older,
        after=after,
        chosen=chosen,
        families=families(),
    )


@router.get(f"{ROOT}/events/{{event_id}}")
async def look(event_id: str, desk: DeskDep) -> HTMLResponse:
    """An event as programs get it, with the transaction that it came from."""
    async with desk.sandbox as sandbox:
        event = await sandbox.events.get(event_id)
        transaction = None
        if event.transaction_hash is not None:
            with contextlib.suppress(NotFound):  # somebody else's, who has paid us for example
                transaction = await sandbox.transactions.get(event.transaction_hash)
    shown = json.dumps(event.model_dump(mode="json"), ensure_ascii=False, indent=2)
    return desk.html("event", event=event, shown=shown, transaction=transaction)
