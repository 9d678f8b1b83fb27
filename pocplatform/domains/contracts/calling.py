"""Asking contracts, and writing to them, with JSON arguments."""

from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session

from pocplatform.chain.contracts import ContractCall
from pocplatform.chain.errors import RpcError
from pocplatform.chain.interface import Function, FunctionUnknown, Interface
from pocplatform.domains.contracts import service, stored_errors
from pocplatform.domains.contracts.errors import FunctionReadsOnly, NotPayable
from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.contracts.schemas import CallCreate, CallRead, SendCreate
from pocplatform.kit.database import Database
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.explanations import of_contract
from pocplatform.outbox.service import Outbox, Write


class Live(NamedTuple):
    """A contract that stands on the chain; neither its address nor its ABI ever changes."""

    contract: Contract
    address: str
    interface: Interface


class LiveContracts:
    """The contracts that were read of late, so that reading them again asks the node only."""

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._known: dict[str, Live] = {}

    def get(self, database: Database, org_id: str | None, contract_id: str) -> Live:
        """A contract of this tenant. Raises :class:`NotFound` and :class:`NotOnChain`."""
        known = self.known(org_id, contract_id)
        if known is not None:
            return known
        with database.snapshot() as session:
            contract = service.get(session, org_id, contract_id)
            address = service.address_of(session, contract)
            known = Live(contract, address, service.own_interface(contract))
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[contract_id] = known
        return known

    def known(self, org_id: str | None, contract_id: str) -> Live | None:
        """The same, if it was read before."""
        known = self._known.get(contract_id)
        return known if known is not None and org_id in (None, known.contract.org_id) else None


@cache
def _live_contracts() -> LiveContracts:
    return LiveContracts()


def call(
    database: Database,
    outbox: Outbox,
    *,
    org_id: str | None,
    contract_id: str,
    name: str,
    sender: str,
    request: CallCreate,
) -> CallRead:
    """What a function answers on the latest state; one that writes, what it would answer.

    Raises:
        NotFound, FunctionUnknown, FunctionAmbiguous, ArgumentInvalid, NotPayable, NotOnChain: See
        there.
        ContractReverted: The contract refuses.
        DataUnreadable: The answer is not what the ABI says.
    """
    contract, address, interface = _live_contracts().get(database, org_id, contract_id)
    try:
        function = interface.function(name, request.arguments)
    except FunctionUnknown:
        with database.snapshot() as session:
            function = _behind(session, outbox, contract, address, name, request.arguments)
    value = _value(function, request.value)
    trial = outbox.trial(sender, address, function.encode(request.arguments), value)
    try:
        answer: str = outbox.contracts.client.request("eth_call", *trial)
    except RpcError as error:
        raise _refused(outbox, contract, error, address) from error
    return CallRead(
        contract=contract.id,
        function=function.signature,
        results=function.decode(bytes.fromhex(answer[2:])),
    )


async def call_at_once(
    outbox: Outbox,
    *,
    org_id: str | None,
    contract_id: str,
    name: str,
    sender: str,
    request: CallCreate,
) -> CallRead | None:
    """As :func:`call`, from an event loop: the plain question to a contract that was read before.

    None for every other, and for each that the contract refuses: then use :func:`call`, which may
    take its time.

    Raises:
        ArgumentInvalid, DataUnreadable: See there.
    """
    known = _live_contracts().known(org_id, contract_id)
    function = known.interface.only(name) if known is not None else None
    if known is None or function is None or not function.small or request.value != "0":
        return None
    trial = outbox.trial(sender, known.address, function.encode(request.arguments))
    answer = await outbox.contracts.client.ask("eth_call", *trial)
    if answer is None:
        return None
    return CallRead(
        contract=contract_id,
        function=function.signature,
        results=function.decode(bytes.fromhex(answer[2:])),
    )


def send(
    session: Session,
    outbox: Outbox,
    contract: Contract,
    name: str,
    *,
    org_id: str | None,
    sender: str,
    request: SendCreate,
) -> Write:
    """Call a function in a transaction from the caller's wallet.

    Raises:
        FunctionUnknown, FunctionAmbiguous, ArgumentInvalid, NotPayable, NotOnChain: See there.
        FunctionReadsOnly: It would change nothing.
        ContractReverted: The contract refuses.
    """
    address = service.address_of(session, contract)
    function = _function(session, outbox, contract, address, name, request.arguments)
    if function.reads:
        raise FunctionReadsOnly(
            "{function} only reads, so it needs no transaction.",
            next_step="Ask it with POST /v1/contracts/{id}/call/{function}.",
            param="function",
            function=function.signature,
            id=contract.id,
        )
    data = function.encode(request.arguments)
    to_contract = ContractCall(
        to=address,
        data=data,
        contract=contract.name,
        function=function.name,
        arguments=function.arguments(data),
        value=_value(function, request.value),
    )
    try:
        return outbox.enqueue(
            session, to_contract, sender=sender, org_id=org_id, resource_id=contract.id
        )
    except ContractReverted as refused:
        error = of_contract(stored_errors.decoder(contract), refused.error)
        raise ContractReverted(error) from refused


def _function(
    session: Session, outbox: Outbox, contract: Contract, address: str, name: str, arguments: Any
) -> Function:
    """A function of the contract or, where that is a proxy, of what stands behind it."""
    try:
        return service.own_interface(contract).function(name, arguments)
    except FunctionUnknown:
        return _behind(session, outbox, contract, address, name, arguments)


def _behind(
    session: Session, outbox: Outbox, contract: Contract, address: str, name: str, arguments: Any
) -> Function:
    """A function of what stands behind a proxy. Raises :class:`FunctionUnknown`."""
    behind = service.interface_behind(session, outbox, contract, address)
    return (behind or service.own_interface(contract)).function(name, arguments)


def _value(function: Function, value: str) -> int:
    wei = int(value)
    if wei and not function.payable:
        raise NotPayable(
            "{function} takes no ether.",
            next_step="Leave out the value, or mark the function as payable.",
            param="value",
            function=function.signature,
        )
    return wei


def _refused(outbox: Outbox, contract: Contract, error: RpcError, address: str) -> ContractReverted:
    return ContractReverted(
        of_contract(stored_errors.decoder(contract), outbox.explain(error, address))
    )
