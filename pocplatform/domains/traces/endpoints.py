"""Traces and simulations over HTTP."""

from pocplatform.chain.abi_json import ArgumentInvalid
from pocplatform.chain.interface import FunctionAmbiguous, FunctionUnknown
from pocplatform.chain.tracing import TraceTooLarge, TracingUnavailable
from pocplatform.domains.contracts.errors import NotOnChain, NotPayable
from pocplatform.domains.traces import service, simulating
from pocplatform.domains.traces.errors import NotTraceable, OverrideInvalid, TracerBusy
from pocplatform.domains.traces.schemas import (
    CallSimulate,
    FunctionSimulate,
    SimulationRead,
    TraceRead,
)
from pocplatform.http.dependencies import GatewayDep, LanguageDep, Reader
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router

router = Router(prefix="/v1", tags=["Contracts"])

_TRACING = (TracingUnavailable, TraceTooLarge, TracerBusy)


@router.get("/transactions/{id_or_hash}/trace", **operation(raises=(*_TRACING, NotTraceable)))
def trace_transaction(
    id_or_hash: str, actor: Reader, gateway: GatewayDep, language: LanguageDep
) -> TraceRead:
    """What happened in a transaction of yours: calls, events, changes, and where it failed.

    Names come from every ABI that the sandbox knows; lines of sources and names of variables from
    what you have compiled. A write that was refused before it was mined is run again, on the state
    of that time.
    """
    return service.trace(
        gateway.database,
        gateway.outbox,
        org_id=actor.org_id,
        id_or_hash=id_or_hash,
        language=language,
    )


@router.post(
    "/contracts/{contract_id}/simulate/{function}",
    **operation(
        raises=(
            *_TRACING, OverrideInvalid, FunctionUnknown, FunctionAmbiguous, ArgumentInvalid,
            NotPayable, NotOnChain,
        )
    ),
)  # fmt: skip
def simulate_function(
    contract_id: str,
    function: str,
    body: FunctionSimulate,
    actor: Reader,
    gateway: GatewayDep,
    language: LanguageDep,
) -> SimulationRead:
    """What a function would do: results, events, gas, changes, or why and where it would fail.

    Nothing is sent and nothing is kept. It may come from any account, and begin with balances,
    code, storage and a time that are made up.
    """
    return simulating.simulate_function(
        gateway.database,
        gateway.outbox,
        simulating.Caller(actor.org_id, actor.address, language),
        chain_id=gateway.chain_id,
        contract_id=contract_id,
        name=function,
        request=body,
    )


@router.post("/simulate", **operation(raises=(*_TRACING, OverrideInvalid, NotOnChain)))
def simulate_call(
    body: CallSimulate, actor: Reader, gateway: GatewayDep, language: LanguageDep
) -> SimulationRead:
    """What a transaction with this data would do, to any address or creating a contract.

    As the simulation of a function, for what is not called by its name.
    """
    return simulating.simulate_call(
        gateway.database,
        gateway.outbox,
        simulating.Caller(actor.org_id, actor.address, language),
        chain_id=gateway.chain_id,
        request=body,
    )
