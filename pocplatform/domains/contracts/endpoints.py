"""The workbench over HTTP."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.abi_json import ArgumentInvalid, DataUnreadable
from pocplatform.chain.closed_compiler import (
    CompilationTooExpensive,
    CompilerVersionMissing,
    ImportMissing,
    NoContract,
)
from pocplatform.chain.compiler import CompilationFailed
from pocplatform.chain.interface import AbiInvalid, FunctionAmbiguous, FunctionUnknown
from pocplatform.chain.source_forms import from_standard_json, from_zip
from pocplatform.chain.submitted import (
    SolcSettings,
    SourcesInvalid,
    SourcesTooLarge,
    Submitted,
)
from pocplatform.domains.contracts import (
    calling,
    compiling,
    deploying,
    errors,
    logs,
    openapi,
    service,
    verifying,
)
from pocplatform.domains.contracts.models import (
    Compilation,
    CompilerOutput,
    Contract,
    Verification,
)
from pocplatform.domains.contracts.schemas import (
    AddressVerifyCreate,
    CallCreate,
    CallRead,
    CompilationRead,
    CompileCreate,
    ContractAttach,
    ContractCreate,
    ContractRead,
    InterfaceRead,
    LogRead,
    SendCreate,
    VerificationRead,
    VerifyCreate,
)
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.http import quotas
from pocplatform.http.command import Accepted, Command
from pocplatform.http.dependencies import (
    CommandDep,
    GatewayDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.hot_reads import HotRead, answered
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.quotas import QuotaExceeded
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway
from pocplatform.outbox.errors import ContractReverted

router = Router(prefix="/v1/contracts", tags=["Contracts"])

_COMPILING = (
    SourcesInvalid, SourcesTooLarge, CompilationFailed, ImportMissing, CompilerVersionMissing,
    NoContract, CompilationTooExpensive, errors.CompilerBusy, QuotaExceeded,
)  # fmt: skip
_VERIFYING = (*_COMPILING, errors.NoCodeAtAddress, errors.BytecodeMismatch)
_CALLING = (
    FunctionUnknown, FunctionAmbiguous, ArgumentInvalid, errors.NotPayable, errors.NotOnChain,
    ContractReverted,
)  # fmt: skip


@router.post(
    "/compile",
    status_code=201,
    response_model=CompilationRead,
    **operation(raises=_COMPILING),
)
async def compile_contracts(
    body: CompileCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Compile Solidity: one file, several, a zip archive, or solc's standard JSON input.

    Imports are looked for among what was sent, and in @openzeppelin/contracts. Errors and warnings
    come with file, line, column and the source line. The same sources are compiled once; the id is
    what POST /v1/contracts deploys from.
    """
    compiled = await run_in_threadpool(
        lambda: compiling.compile_sources(gateway.database, actor.tenant, _submitted(body))
    )

    def work(session: Session) -> Accepted:
        found = _kept(session, gateway, actor, compiled)
        return Accepted(found.id, location=f"/v1/contracts/compilations/{found.id}")

    def render(session: Session, compilation_id: str) -> CompilationRead:
        found = compiling.get(session, actor.org_id, compilation_id)
        return service.read_compilation(session, found)

    return await command(work, render, created=True)


def _kept(
    session: Session, gateway: Gateway, actor: Actor, compiled: CompilerOutput
) -> Compilation:
    found, new = compiling.store(session, actor.org_id, actor.tenant, compiled)
    if new:
        size, limit = len(compiled.document), gateway.settings.compilations_mb
        quotas.take_room_for_compilation(session, actor.org_id, size, limit)
    return found


def _submitted(body: CompileCreate | VerifyCreate) -> Submitted:
    if body.standard_json is not None:
        return from_standard_json(body.standard_json)
    given = body.settings.model_dump() if body.settings else {}
    settings = SolcSettings(**given | {"remappings": tuple(given.get("remappings", ()))})
    if body.zip is not None:
        return from_zip(body.zip, settings)
    return Submitted(body.sources or {}, settings)


@router.get("/compilations")
def list_compilations(
    actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[CompilationRead]:
    """What you have compiled, newest first."""
    rows, more = page(session, Compilation, service.compilations_of(actor.org_id), query)
    return ListPage(data=[service.read_compilation(session, row) for row in rows], has_more=more)


@router.get("/compilations/{compilation_id}")
def get_compilation(compilation_id: str, actor: Reader, session: ReadSession) -> CompilationRead:
    """What the compiler made of sources of yours."""
    found = compiling.get(session, actor.org_id, compilation_id)
    return service.read_compilation(session, found)


@router.post(
    "",
    status_code=202,
    response_model=ContractRead,
    **operation(
        raises=(
            errors.ArtifactInvalid, AbiInvalid, errors.NotDeployable, errors.ContractTooLarge,
            errors.LibraryMissing, errors.NoCodeAtAddress, errors.NotPayable, errors.AddressTaken,
            ArgumentInvalid, ContractReverted,
        ),
        moves_value="value",
        by_wallet=True,
    ),
)  # fmt: skip
async def deploy_contract(
    body: ContractCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Deploy a contract from your wallet, from a compilation or from a tool's artifact.

    Without a salt your wallet creates it, and its address is known when it is mined. With a salt
    the CREATE2 factory does, at an address that the first answer tells; msg.sender of the
    constructor is the factory then. A request with value needs an Idempotency-Key.
    """

    def work(session: Session) -> Accepted:
        made = deploying.deploy(
            session, gateway.outbox, org_id=actor.org_id, sender=actor.address, request=body
        )
        return Accepted(made.id, (str(made.transaction_id),), f"/v1/contracts/{made.id}")

    def render(session: Session, contract_id: str) -> ContractRead:
        found = service.get(session, actor.org_id, contract_id)
        return service.read(session, gateway.outbox, found)

    return await command(work, render)


@router.post(
    "/attach",
    status_code=201,
    response_model=ContractRead,
    **operation(raises=(errors.NoCodeAtAddress, errors.AbiUnknown, AbiInvalid)),
)
async def attach_contract(
    body: ContractAttach, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Use a contract that is on the chain already, whoever has put it there.

    The ABI may be left out for the sandbox's own contracts and for all that were deployed here:
    what is on the chain is public, and so is its ABI. Sources and documentation are not.
    """

    def work(session: Session) -> Accepted:
        made = service.attach(session, gateway.outbox, org_id=actor.org_id, request=body)
        return Accepted(made.id, location=f"/v1/contracts/{made.id}")

    def render(session: Session, contract_id: str) -> ContractRead:
        found = service.get(session, actor.org_id, contract_id)
        return service.read(session, gateway.outbox, found)

    return await command(work, render, created=True)


@router.get("")
def list_contracts(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[ContractRead]:
    """Your contracts, newest first."""
    rows, more = page(session, Contract, service.visible_to(actor.org_id), query)
    return ListPage(data=service.read_all(session, gateway.outbox, rows), has_more=more)


@router.get("/{contract_id}")
def get_contract(
    contract_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> ContractRead:
    """A contract of yours."""
    found = service.get(session, actor.org_id, contract_id)
    return service.read(session, gateway.outbox, found)


@router.post(
    "/{contract_id}/verify",
    status_code=201,
    response_model=VerificationRead,
    **operation(raises=(*_VERIFYING, errors.NotOnChain)),
)
async def verify_contract(
    contract_id: str, body: VerifyCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Check that the code of a contract of yours is what sources give.

    Immutables, libraries and the metadata at its end are taken into account; the grades are those
    of Sourcify. Sources are shown to nobody else by it.
    """
    return await _verify(
        body,
        actor,
        gateway,
        command,
        lambda session, compiled: verifying.verify(
            session, gateway.outbox, actor, contract_id, body, compiled
        ),
    )


@router.post(
    "/verify",
    status_code=201,
    response_model=VerificationRead,
    **operation(raises=(*_VERIFYING, AbiInvalid)),
)
async def verify_address(
    body: AddressVerifyCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Check what is on the chain already, by its address; it becomes a contract of yours.

    As attaching it, with the ABI that the sources give. Nothing is kept where they do not fit.
    """
    return await _verify(
        body,
        actor,
        gateway,
        command,
        lambda session, compiled: verifying.verify_address(
            session, gateway.outbox, actor, body, compiled
        ),
    )


async def _verify(
    body: VerifyCreate,
    actor: Actor,
    gateway: Gateway,
    command: Command,
    verify: Callable[[Session, Compilation | None], Verification],
) -> JSONResponse:
    compiled: CompilerOutput | None = None
    if body.sources is not None or body.zip is not None or body.standard_json is not None:
        compiled = await run_in_threadpool(
            lambda: compiling.compile_sources(gateway.database, actor.tenant, _submitted(body))
        )

    def work(session: Session) -> Accepted:
        kept = _kept(session, gateway, actor, compiled) if compiled is not None else None
        made = verify(session, kept)
        return Accepted(made.id, location=f"/v1/contracts/{made.contract_id}")

    def render(session: Session, verification_id: str) -> VerificationRead:
        return service.read_verification(verifying.get(session, verification_id))

    return await command(work, render, created=True)


def _call(
    body: CallCreate, actor: Actor, gateway: Gateway, *, contract_id: str, function: str
) -> CallRead:
    return calling.call(
        gateway.database,
        gateway.outbox,
        org_id=actor.org_id,
        contract_id=contract_id,
        name=function,
        sender=actor.address,
        request=body,
    )


async def _call_at_once(
    body: CallCreate, actor: Actor, gateway: Gateway, *, contract_id: str, function: str
) -> CallRead | None:
    return await calling.call_at_once(
        gateway.outbox,
        org_id=actor.org_id,
        contract_id=contract_id,
        name=function,
        sender=actor.address,
        request=body,
    )


@router.post(
    "/{contract_id}/call/{function}",
    response_model=CallRead,
    **operation(raises=(*_CALLING, DataUnreadable)),
)
async def call_contract(
    contract_id: str, function: str, body: CallCreate, actor: Reader, gateway: GatewayDep
) -> Response:
    """Ask a function of a contract; nothing is changed, and nothing is on the chain.

    The function is named plainly, or by its signature where it is overloaded. One that writes
    answers what it would answer to your wallet.
    """
    answer = await run_in_threadpool(
        _call, body, actor, gateway, contract_id=contract_id, function=function
    )
    return answered(answer)


@router.post(
    "/{contract_id}/send/{function}",
    status_code=202,
    response_model=TransactionRead,
    **operation(raises=(*_CALLING, errors.FunctionReadsOnly), moves_value=True, by_wallet=True),
)
async def send_to_contract(
    contract_id: str,
    function: str,
    body: SendCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Call a function of a contract in a transaction from your wallet.

    `receive` sends plain ether, `fallback` takes bytes as its argument `data`.
    """

    def work(session: Session) -> Accepted:
        write = calling.send(
            session,
            gateway.outbox,
            service.get(session, actor.org_id, contract_id),
            function,
            org_id=actor.org_id,
            sender=actor.address,
            request=body,
        )
        return Accepted(
            write.id,
            (write.id,),
            f"/v1/transactions/{write.id}",
            transactions.read(write),
            lambda outcome: transactions.read(write.settled(outcome)),
        )

    def render(session: Session, transaction_id: str) -> TransactionRead:
        return transactions.read(transactions.get(session, actor.org_id, transaction_id))

    return await command(work, render)


@router.get(
    "/{contract_id}/events",
    **operation(raises=(FunctionUnknown, ArgumentInvalid, errors.NotOnChain)),
)
def list_contract_events(
    contract_id: str,
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    query: PageDep,
    event: Annotated[str | None, Query(description="Only this one: name or signature.")] = None,
    argument: Annotated[
        list[str] | None, Query(description="Only with this argument, as name=value.")
    ] = None,
    from_block: Annotated[int, Query(ge=0, le=2**53)] = 0,
    to_block: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> ListPage[LogRead]:
    """The events of a contract, newest first, decoded by its ABI."""
    found = service.get(session, actor.org_id, contract_id)
    wanted = logs.Filter(event, argument or (), from_block, to_block)
    asked = logs.Page(query.limit, query.starting_after, query.ending_before)
    rows, more = logs.events(session, gateway.outbox, found, wanted, asked)
    return ListPage(data=rows, has_more=more)


@router.get("/{contract_id}/openapi.json")
def get_contract_openapi(
    contract_id: str,
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
) -> dict[str, Any]:
    """An OpenAPI 3.1 document of this contract's own API, with an operation for each function."""
    found = service.get(session, actor.org_id, contract_id)
    interface = service.whole_interface(session, gateway.outbox, found)
    return openapi.document(found, interface, str(gateway.settings.base_url))


@router.get("/{contract_id}/interface")
def get_contract_interface(
    contract_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> InterfaceRead:
    """All that a contract offers: its ABI with what stands behind a proxy, and its NatSpec."""
    found = service.get(session, actor.org_id, contract_id)
    return InterfaceRead(
        contract=found.id,
        abi=service.whole_interface(session, gateway.outbox, found).abi,
        userdoc=found.userdoc,
        devdoc=found.devdoc,
    )


HOT_READS = [
    HotRead(
        "/v1/contracts/",
        re.compile("/v1/contracts/(?P<contract_id>[^/]+)/call/(?P<function>[^/]+)"),
        CallCreate,
        _call_at_once,
        _call,
    )
]
"""Those that carry load."""
