"""Items and tickets: what a company has, and passing it on."""

import asyncio

from fastapi.responses import HTMLResponse, Response

from pocplatform.client import Problem, SandboxError
from pocplatform.client.assets import Holding, Item
from pocplatform.http.routing import Router
from pocplatform.kit.i18n import Phrase
from pocplatform.web import typed
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.desk.acts import SentDep, Sheet, first

router = Router(include_in_schema=False)

_PATH = "/desk/items"
_SHOWN = 50
_NO_NUMBER = Phrase("Write a whole number, 1 or more.")
_MOST = 10**9


@router.get(_PATH)
async def listed(acting: ActingDep) -> HTMLResponse:
    """Everything that the company holds."""
    sandbox = acting.sandbox()
    holdings = await first(sandbox.items.holdings(), _SHOWN)

    async def with_item(one: Holding) -> tuple[Holding, Item | None]:
        try:
            return one, await sandbox.items.get(one.item) if one.item else None
        except Problem:
            return one, None

    held = await asyncio.gather(*map(with_item, holdings))
    return acting.html("desk/items.html", held=held)


@router.get(f"{_PATH}/{{item_id}}")
async def ask(item_id: str, acting: ActingDep) -> HTMLResponse:
    """To whom an item is passed on."""
    return await _asked(acting, item_id, Sheet())


@router.post(f"{_PATH}/{{item_id}}")
async def give(item_id: str, sent: SentDep) -> Response:
    """Pass an item on; a form sent twice passes it on once."""
    sent.needs("to")
    amount = sent.read("amount", _count, 0)
    if sent.wrong:
        return await _asked(sent.acting, item_id, sent.sheet())
    api = sent.acting.sandbox().items
    try:
        await api.transfer(item_id, sent.text("to"), amount, idempotency_key=sent.key)
    except SandboxError as error:
        return await _asked(sent.acting, item_id, sent.refused(error))
    return sent.acting.page.redirect(_PATH)


async def _asked(acting: Acting, item_id: str, sheet: Sheet) -> HTMLResponse:
    sandbox = acting.sandbox()
    item, holdings = await asyncio.gather(
        sandbox.items.get(item_id), first(sandbox.items.holdings(), _SHOWN)
    )
    held = sum(one.amount for one in holdings if one.item == item.id)
    return acting.html("desk/item.html", sheet.status, item=item, held=held, sheet=sheet)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:12]) < _MOST:
        raise typed.Unreadable(_NO_NUMBER)
    return int(text[:12])
