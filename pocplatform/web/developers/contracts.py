"""Contracts: the list, and a page for each with its functions and its events."""

import json
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.interface import Interface
from pocplatform.client import AsyncSandbox, Problem, SandboxError
from pocplatform.client.contracts import Contract, ContractEvent
from pocplatform.domains.contracts import documentation
from pocplatform.http.routing import Router
from pocplatform.indexer.news import Announcement
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.waker import Waker
from pocplatform.web.developers.desk import ROOT, Desk, DeskDep, Rows, rows, status_of
from pocplatform.web.developers.streams import LONGEST_S, streamed
from pocplatform.web.developers.transactions import FINAL
from pocplatform.web.forms import Form, FormDep

router = Router(include_in_schema=False)

_PATH = f"{ROOT}/contracts"
START = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Counter {
    event Counted(address indexed by, uint256 count);

    uint256 public count;

    function add(uint256 step) external {
        count += step;
        emit Counted(msg.sender, count);
    }
}
"""
"""What stands in the field for sources of who has none."""


@router.get(_PATH)
async def list_contracts(
    desk: DeskDep, after: str = Query(default="", max_length=100)
) -> HTMLResponse:
    """All contracts, and the ways to a further one."""
    return await contracts_page(desk, after=after)


@router.post(f"{_PATH}/attach")
async def attach(form: FormDep, desk: DeskDep) -> Response:
    """Use a contract that is on the chain already."""
    try:
        abi = _abi(form)
        async with desk.sandbox as sandbox:
            made = await sandbox.contracts.attach(
                form.text("address"),
                abi,
                name=form.text("label") or None,
                idempotency_key=form.key,
            )
    except (SandboxError, InvalidInput) as error:
        return await contracts_page(desk, attaching=form, attach_error=error)
    return desk.page.redirect(f"{_PATH}/{made.id}")


@router.get(f"{_PATH}/{{contract_id}}")
async def look(contract_id: str, desk: DeskDep) -> HTMLResponse:
    """A contract: what it is, what can be asked of it, and what it has told."""
    async with desk.sandbox as sandbox:
        contract = await sandbox.contracts.get(contract_id)
        offered = await sandbox.contracts.interface(contract_id)
        events = Rows([], None)
        if contract.status == "live":
            events = await _events(sandbox, contract_id, 10)
    interface = Interface(offered.abi)
    words = documentation.words(offered.userdoc, offered.devdoc)
    functions = [
        (function, words.function(function.signature))
        for function in (*interface.functions, *interface.unnamed)
    ]
    return desk.html(
        "contract",
        contract=contract,
        words=words,
        reading=[pair for pair in functions if pair[0].reads],
        writing=[pair for pair in functions if not pair[0].reads],
        events=[(one, json.dumps(one.arguments, ensure_ascii=False)) for one in events.items],
        latest=events.items[0].id if events.items else "",
        declared=len(interface.events),
        more_events=events.older is not None,
        final=FINAL,
    )


@router.get(f"{_PATH}/{{contract_id}}/live")
async def live(
    contract_id: str,
    desk: DeskDep,
    seen: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Tells a page that the contract has told something after the event that it shows (``seen``).

    ``seen`` is empty for a page that shows none.
    """
    async with desk.sandbox as sandbox:
        contract = await sandbox.contracts.get(contract_id)
    return streamed(desk, _told_by(desk, contract, seen))


async def _told_by(desk: Desk, contract: Contract, seen: str | None) -> AsyncIterator[str]:
    """A word for each block in which a contract has told something."""
    waker, address = Waker(), (contract.address or "").lower()

    def told(block: Announcement) -> None:
        if any(log.address == address for log in block.logs):
            waker.wake()

    until = time.monotonic() + LONGEST_S
    listener = await run_in_threadpool(desk.gateway.blocks.listen, told)
    try:
        if seen is not None and await _latest(desk, contract.id) != seen:
            waker.wake()
        while (left := until - time.monotonic()) > 0:
            if await waker.wait(left):
                yield "told"
    finally:
        listener.end()


async def _latest(desk: Desk, contract_id: str) -> str:
    """The id of the newest event of a contract; empty where there is none."""
    async with desk.sandbox as sandbox:
        found = await _events(sandbox, contract_id, 1)
    return found.items[0].id if found.items else ""


async def _events(sandbox: AsyncSandbox, contract_id: str, limit: int) -> Rows:
    path = f"/v1/contracts/{contract_id}/events"
    return await rows(sandbox, path, ContractEvent, limit=limit)


async def contracts_page(
    desk: Desk,
    *,
    after: str = "",
    source: str = START,
    name: str = "Counter.sol",
    compile_error: SandboxError | InvalidInput | None = None,
    attaching: Form | None = None,
    attach_error: SandboxError | InvalidInput | None = None,
) -> HTMLResponse:
    """The list of contracts with its forms, as they were sent where something is wrong."""
    async with desk.sandbox as sandbox:
        found = await rows(sandbox, "/v1/contracts", Contract, after=after)
    error = compile_error or attach_error
    body = compile_error.body if isinstance(compile_error, Problem) else {}
    return desk.html(
        "contracts",
        200 if error is None else _status(error),
        contracts=found.items,
        older=found.older,
        source=source,
        name=name,
        compile_error=_told(desk, compile_error),
        diagnostics=body.get("diagnostics", []),
        attach_address=attaching.text("address") if attaching is not None else "",
        label=attaching.text("label") if attaching is not None else "",
        abi=attaching.text("abi") if attaching is not None else "",
        attach_error=_told(desk, attach_error),
    )


def _abi(form: Form) -> list[dict[str, object]] | None:
    text = form.text("abi")
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            "The ABI is not JSON.", next_step="Paste it as the compiler wrote it: a list.",
            param="abi",
        ) from error  # fmt: skip
    # Some tools write it as a member of something larger.
    if isinstance(found, dict) and isinstance(found.get("abi"), list):
        found = found["abi"]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InvalidInput(
            "The ABI is not a list.", next_step="Paste it as the compiler wrote it: a list.",
            param="abi",
        )  # fmt: skip
    return found


def _status(error: SandboxError | InvalidInput) -> int:
    return error.status if isinstance(error, InvalidInput) else status_of(error)


def _told(desk: Desk, error: SandboxError | InvalidInput | None) -> dict[str, str] | None:
    """What went wrong, and what to do, in the reader's language."""
    if error is None:
        return None
    if isinstance(error, InvalidInput):
        language = desk.page.language
        return {
            "detail": error.detail(language),
            "next_step": error.next_step(language),
            "code": error.code,
        }
    # What the compiler said is shown line by line; once is enough.
    several = isinstance(error, Problem) and "diagnostics" in error.body
    detail = error.title if isinstance(error, Problem) and several else error.detail
    return {"detail": detail, "next_step": error.next_step, "code": error.code}
