"""A function of a contract: its form, the same call as code, and what the API answers."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi.responses import HTMLResponse

from pocplatform.chain.interface import Function, Interface
from pocplatform.client.contracts import Contract, ContractInterface
from pocplatform.domains.contracts import documentation
from pocplatform.http.routing import Router
from pocplatform.web.call_snippets import Call, snippets
from pocplatform.web.developers.call_forms import CallForm
from pocplatform.web.developers.desk import ROOT, Desk, DeskDep
from pocplatform.web.developers.transactions import FINAL
from pocplatform.web.forms import FormDep, new_attempt
from pocplatform.web.inside import Answer

router = Router(include_in_schema=False)

_PATH = f"{ROOT}/contracts/{{contract_id}}/functions/{{signature}}"
WAIT_S = 15
"""How long a page waits for the chain before it shows a transaction on its way."""


@router.get(_PATH)
async def ask(contract_id: str, signature: str, desk: DeskDep) -> HTMLResponse:
    """An empty form. A function that reads and takes nothing is asked at once."""
    return await _page(desk, contract_id, signature, {})


@router.post(_PATH)
async def answer(contract_id: str, signature: str, form: FormDep, desk: DeskDep) -> HTMLResponse:
    """The form with what was written in it: changed, or sent with the API's answer beside it."""
    return await _page(desk, contract_id, signature, form.written(), form.attempt)


async def _page(
    desk: Desk, contract_id: str, signature: str, texts: Mapping[str, str], attempt: str = ""
) -> HTMLResponse:
    async with desk.sandbox as sandbox:
        contract = await sandbox.contracts.get(contract_id)
        offered = await sandbox.contracts.interface(contract_id)
    interface = Interface(offered.abi)
    function = interface.function(signature)
    form = CallForm(function.inputs, function.payable, texts)
    asked_at_once = not texts and function.reads and not function.inputs and bool(contract.address)
    found: Answer | None = None
    if (form.sending and form.check()) or asked_at_once:
        sent = _call(contract, interface, function, form.arguments(), form.wei, f"desk-{attempt}")
        found = await desk.exchange(sent.method, sent.path, sent.body, sent.key)
    # Another key than the form's own, or the code would be answered what the page was.
    key = f"try-{secrets.token_hex(6)}"
    shown = _call(contract, interface, function, form.example(), form.wei, key)
    return desk.html(
        "function",
        422 if form.sending and found is None else 200,
        contract=contract,
        function=function,
        said=_said(offered, function),
        form=form,
        answer=found,
        final=FINAL,
        snippets=snippets(shown, desk.base_url),
        attempt=new_attempt(),
    )


def _call(
    contract: Contract,
    interface: Interface,
    function: Function,
    arguments: Any,
    wei: str,
    key: str,
) -> Call:
    unique = interface.only(function.name) is function
    name = function.name if unique else function.signature
    body: dict[str, Any] = {"arguments": arguments}
    given: list[Any] = [contract.id, name, arguments]
    if wei != "0":
        body["value"] = wei
        given.append(("value", int(wei)))
    path = f"/v1/contracts/{contract.id}"
    if function.reads:
        where = f"{path}/call/{quote(name)}"
        return Call("POST", where, "contracts.call", given, "result.results", body)
    where = f"{path}/send/{quote(name)}?wait={WAIT_S}"
    shown = "result.status, result.hash"
    return Call("POST", where, "contracts.send", given, shown, body, key)


def _said(offered: ContractInterface, function: Function) -> documentation.Said:
    return documentation.words(offered.userdoc, offered.devdoc).function(function.signature)
