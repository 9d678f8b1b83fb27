"""From a source file to a contract: compiled, its errors shown, then put on the chain."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi.responses import HTMLResponse, Response

from pocplatform.chain.interface import Interface
from pocplatform.client import SandboxError
from pocplatform.client.contracts import Compilation, CompiledContract
from pocplatform.http.routing import Router
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.web.call_snippets import Call, snippets
from pocplatform.web.developers.call_forms import CallForm
from pocplatform.web.developers.contracts import START, contracts_page
from pocplatform.web.developers.desk import ROOT, Desk, DeskDep
from pocplatform.web.developers.functions import WAIT_S
from pocplatform.web.developers.transactions import FINAL
from pocplatform.web.forms import Form, FormDep, new_attempt
from pocplatform.web.inside import Answer

router = Router(include_in_schema=False)

_COMPILATION = f"{ROOT}/compilations/{{compilation_id}}"
_NAME = "Contract.sol"


@router.post(f"{ROOT}/contracts/compile")
async def compile_source(form: FormDep, desk: DeskDep) -> Response:
    """Compile a file that was chosen, or else the text that was written."""
    name, source = form.text("name") or _NAME, form.written().get("source", "")
    try:
        chosen = await form.chosen_file("file")
        archive = None
        if chosen is not None:
            name, content = chosen
            archive, source = _read(name, content)
        async with desk.sandbox as sandbox:
            if archive is not None:
                made = await sandbox.contracts.compile(
                    zip_archive=archive, idempotency_key=form.key
                )
            else:
                made = await sandbox.contracts.compile({name: source}, idempotency_key=form.key)
    except (SandboxError, InvalidInput) as error:
        return await contracts_page(desk, source=source or START, name=name, compile_error=error)
    deployable = [n for n, one in enumerate(made.contracts) if one.deployable and not one.imported]
    path = f"{ROOT}/compilations/{made.id}"
    # One contract and nothing to say about it: there is nothing to choose.
    alone = len(deployable) == 1 and not made.warnings
    return desk.page.redirect(f"{path}/{deployable[0]}" if alone else path)


@router.get(_COMPILATION)
async def look(compilation_id: str, desk: DeskDep) -> HTMLResponse:
    """What the compiler made: its warnings, and the contracts to choose from."""
    async with desk.sandbox as sandbox:
        compilation = await sandbox.contracts.compilation(compilation_id)
    return desk.html("compilation", compilation=compilation)


@router.get(f"{_COMPILATION}/{{number}}")
async def ask(compilation_id: str, number: int, desk: DeskDep) -> Response:
    """The form of a contract's constructor."""
    return await _page(desk, compilation_id, number, {}, None)


@router.post(f"{_COMPILATION}/{{number}}")
async def deploy(compilation_id: str, number: int, form: FormDep, desk: DeskDep) -> Response:
    """Put the contract on the chain, or show its form with what was written in it."""
    return await _page(desk, compilation_id, number, form.written(), form)


async def _page(
    desk: Desk, compilation_id: str, number: int, texts: Mapping[str, str], sent: Form | None
) -> Response:
    async with desk.sandbox as sandbox:
        compilation = await sandbox.contracts.compilation(compilation_id)
    if not 0 <= number < len(compilation.contracts):
        raise NotFound("The compilation has no contract number {number}.", number=number)
    contract = compilation.contracts[number]
    constructor = Interface(contract.abi).constructor
    form = CallForm(constructor.inputs, constructor.payable, texts)
    libraries = {
        name: texts.get(f"library-{place}", "").strip()
        for place, name in enumerate(contract.libraries)
    }
    answer: Answer | None = None
    if form.sending and sent is not None and form.check():
        call = _call(compilation, contract, form.arguments(), form.wei, libraries, sent.attempt)
        answer = await desk.exchange(call.method, call.path, call.body, f"desk-{call.key}")
        if answer.good:
            return desk.page.redirect(f"{ROOT}/contracts/{answer.body['id']}#main")
    key = f"try-{secrets.token_hex(6)}"
    shown = _call(compilation, contract, form.example(), form.wei, libraries, key)
    return desk.html(
        "deploy",
        422 if form.sending and answer is None else 200,
        compilation=compilation,
        place=number,
        contract=contract,
        form=form,
        libraries=libraries,
        answer=answer,
        final=FINAL,
        snippets=snippets(shown, desk.base_url),
        attempt=new_attempt(),
    )


def _call(
    compilation: Compilation,
    contract: CompiledContract,
    arguments: Any,
    wei: str,
    libraries: Mapping[str, str],
    key: str,
) -> Call:
    name = f"{contract.source}:{contract.name}"
    if [one.name for one in compilation.contracts].count(contract.name) == 1:
        name = contract.name
    body: dict[str, Any] = {
        "compilation": compilation.id,
        "contract": name,
        "arguments": arguments,
    }
    given: list[Any] = [compilation.id, name, arguments]
    if libraries:
        body["libraries"] = dict(libraries)
        given.append(("libraries", dict(libraries)))
    if wei != "0":
        body["value"] = wei
        given.append(("value", int(wei)))
    path = f"/v1/contracts?wait={WAIT_S}"
    return Call("POST", path, "contracts.deploy", given, "result.id, result.address", body, key)


def _read(name: str, content: bytes) -> tuple[bytes | None, str]:
    """A chosen file: an archive as it is, or the text of a source."""
    if content.startswith(b"PK\x03\x04"):
        return content, ""
    try:
        return None, content.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "{name} is neither a text in UTF-8 nor a zip archive.",
            next_step="Choose a .sol file, or a zip archive of several.",
            param="file",
            name=name[:100],
        ) from error
