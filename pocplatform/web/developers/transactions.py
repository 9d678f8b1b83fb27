"""A transaction, followed until it is settled for good."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from pocplatform.chain import console
from pocplatform.http.routing import Router
from pocplatform.web.developers.desk import ROOT, Desk, DeskDep
from pocplatform.web.developers.streams import LONGEST_S, streamed

router = Router(include_in_schema=False)

FINAL = frozenset({"confirmed", "reverted", "refused", "replaced", "cancelled"})
"""After these, nothing more happens to a transaction."""
_EVERY_S = 0.3


@router.get(f"{ROOT}/transactions/{{transaction}}")
async def look(transaction: str, desk: DeskDep) -> HTMLResponse:
    """A transaction with its history, by its id or its hash."""
    async with desk.sandbox as sandbox:
        found = await sandbox.transactions.get(transaction)
    return desk.html(
        "transaction",
        transaction=found,
        arguments=json.dumps(found.arguments, ensure_ascii=False, indent=2),
        final=FINAL,
    )


@router.get(f"{ROOT}/transactions/{{transaction}}/inside")
async def look_inside(transaction: str, desk: DeskDep) -> HTMLResponse:
    """What happened in a transaction: its calls, what they logged, and what they changed."""
    async with desk.sandbox as sandbox:
        trace = await sandbox.transactions.trace(transaction)
    return desk.html("inside", trace=trace, console=console.ADDRESS)


@router.get(f"{ROOT}/transactions/{{transaction}}/live")
async def live(
    transaction: str, desk: DeskDep, seen: str = Query(default="", max_length=20)
) -> Response:
    """Tells a page that a transaction has another status than the page shows (``seen``)."""
    return streamed(desk, _changes(desk, transaction, seen))


async def _changes(desk: Desk, transaction: str, seen: str) -> AsyncIterator[str]:
    until = time.monotonic() + LONGEST_S
    async with desk.sandbox as sandbox:
        while time.monotonic() < until:
            status = (await sandbox.transactions.get(transaction)).status
            if status != seen:
                seen = status
                yield status
            if status in FINAL:
                return
            await asyncio.sleep(_EVERY_S)
