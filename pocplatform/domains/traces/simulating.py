"""Simulations: what a call would do, from any account, on a state that may be made up."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from pocplatform.chain.abi_json import DataUnreadable
from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import checksum, is_address
from pocplatform.chain.errors import RpcError
from pocplatform.chain.interface import Function, FunctionUnknown, Interface
from pocplatform.chain.tracing import Tracer
from pocplatform.domains.contracts import service as contracts
from pocplatform.domains.contracts.errors import NotPayable
from pocplatform.domains.contracts.models import Contract
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.traces.directory import Directory
from pocplatform.domains.traces.errors import OverrideInvalid
from pocplatform.domains.traces.schemas import (
    AccountOverride,
    CallSimulate,
    FunctionSimulate,
    Overrides,
    SimulationRead,
    TokenOverride,
)
from pocplatform.domains.traces.service import tracer_of, turn
from pocplatform.domains.traces.showing import Showing
from pocplatform.kit.clock import now_s
from pocplatform.kit.database import Database
from pocplatform.kit.money import CURRENCY
from pocplatform.outbox.service import GAS_LIMIT, Outbox

_WORDS: Final = 1 << 256
_BALANCE_OF: Final = Interface(
    [
        {
            "type": "function",
            "name": "balanceOf",
            "stateMutability": "view",
            "inputs": [{"name": "owner", "type": "address"}],
            "outputs": [{"name": "", "type": "uint256"}],
        }
    ]
).functions[0]


class Caller(NamedTuple):
    """Who simulates: organization (None for the organisers), wallet, language."""

    org_id: str | None
    address: str
    language: str


def simulate_function(
    database: Database,
    outbox: Outbox,
    caller: Caller,
    *,
    chain_id: int,
    contract_id: str,
    name: str,
    request: FunctionSimulate,
) -> SimulationRead:
    """What a function of a contract would do and answer.

    Raises:
        NotFound, NotOnChain, FunctionUnknown, FunctionAmbiguous, ArgumentInvalid, NotPayable: See
        there.
        OverrideInvalid: The state to begin with cannot be.
        TracingUnavailable, TraceTooLarge, TracerBusy: See there.
    """
    with turn(caller.org_id or "admin"), database.snapshot() as session:
        contract = contracts.get(session, caller.org_id, contract_id)
        address = contracts.address_of(session, contract)
        try:
            function = contracts.own_interface(contract).function(name, request.arguments)
        except FunctionUnknown:
            whole = contracts.whole_interface(session, outbox, contract)
            function = whole.function(name, request.arguments)
        value = int(request.value)
        if value and not function.payable:
            raise NotPayable(
                "{function} takes no ether.",
                next_step="Leave out the value, or mark the function as payable.",
                param="value",
                function=function.signature,
            )
        call = {"to": address, "data": "0x" + function.encode(request.arguments).hex()}
        simulation = _Simulation(session, outbox, caller, chain_id)
        return simulation.run(call, value, request.sender, request.overrides, contract, function)


def simulate_call(
    database: Database,
    outbox: Outbox,
    caller: Caller,
    *,
    chain_id: int,
    request: CallSimulate,
) -> SimulationRead:
    """What a transaction with this data would do. Raises as :func:`simulate_function`."""
    with turn(caller.org_id or "admin"), database.snapshot() as session:
        simulation = _Simulation(session, outbox, caller, chain_id)
        call: dict[str, Any] = {"data": request.data}
        if request.to is not None:
            call["to"] = simulation.address(request.to, "to")
        return simulation.run(call, int(request.value), request.sender, request.overrides)


class _Simulation:
    def __init__(self, session: Session, outbox: Outbox, caller: Caller, chain_id: int) -> None:
        self._session = session
        self._outbox = outbox
        self._caller = caller
        self._chain_id = chain_id

    def run(
        self,
        call: dict[str, Any],
        value: int,
        sender: str | None,
        overrides: Overrides,
        contract: Contract | None = None,
        function: Function | None = None,
    ) -> SimulationRead:
        client = self._outbox.contracts.client
        tracer = tracer_of(client)
        block = client.block_number()
        call["from"] = self._caller.address if sender is None else self._who(sender, "sender")
        call["gas"] = hex(GAS_LIMIT)
        if value:
            call["value"] = hex(value)
        state = self._state(overrides, client, tracer, block)
        try:
            raw = tracer.call(call, block, state=state, block_overrides=self._block(overrides))
        except RpcError as error:
            raise _not_run(error) from error
        replaced = {
            address: bytes.fromhex(given["code"][2:])
            for address, given in state.items()
            if "code" in given
        }
        directory = Directory(self._session, self._outbox, self._caller.org_id, contract, replaced)
        showing = Showing(raw, directory, self._outbox, self._caller.language)
        results = None
        if function is not None and raw.root.error is None:
            try:
                results = function.decode(raw.root.output)
            except DataUnreadable:
                results = None
        elif function is None:
            results = showing.root_results()
        found = showing.happening()
        return SimulationRead(
            contract=contract.id if contract is not None else None,
            function=function.signature if function is not None else found["call"].function,
            results=results,
            block=block,
            **found,
        )

    def address(self, who: str, param: str) -> str:
        """The address of an account that is named by it, or by a contract's id."""
        if who.startswith("ctr_"):
            contract = contracts.get(self._session, self._caller.org_id, who)
            return contracts.address_of(self._session, contract)
        if not is_address(who):
            raise OverrideInvalid(
                "{who} is neither an address (or its checksum is wrong) nor the id of a contract.",
                param=param,
                who=who[:100],
            )
        return checksum(who)

    def _who(self, who: str, param: str) -> str:
        if who.startswith("ctr_"):
            return self.address(who, param)
        return organizations.resolve_address(self._session, who, self._chain_id, param=param)

    def _block(self, overrides: Overrides) -> dict[str, str]:
        """The block to run in: on our own devnet now, since its last one may be hours old."""
        found: dict[str, str] = {}
        if overrides.time is not None:
            found["time"] = hex(max(0, int(overrides.time.timestamp())))
        elif self._outbox.managed:
            found["time"] = hex(now_s())
        if overrides.block is not None:
            found["number"] = hex(overrides.block)
        return found

    def _state(
        self, overrides: Overrides, client: ChainClient, tracer: Tracer, block: int
    ) -> dict[str, dict[str, Any]]:
        """State overrides as nodes take them (geth)."""
        state: dict[str, dict[str, Any]] = {}
        for who, given in overrides.accounts.items():
            param = f"overrides.accounts.{who}"
            address = self.address(who, param)
            if address in state:
                raise OverrideInvalid("{who} is given twice.", param=param, who=address)
            state[address] = _account(given, param)
        for place, wanted in enumerate(overrides.tokens):
            param = f"overrides.tokens[{place}]"
            token = self._token(wanted, f"{param}.token")
            owner = self._who(wanted.owner, f"{param}.owner")
            holder, slot = _balance_slot(client, tracer, block, token, owner, state)
            if holder is None:
                raise OverrideInvalid(
                    "Where {token} keeps the balance of an account cannot be told, so it cannot "
                    "be made up.",
                    next_step="Name the storage slot yourself, in overrides.accounts.",
                    param=f"{param}.token",
                    token=token,
                )
            amount = _word(wanted.amount, f"{param}.amount")
            state.setdefault(holder, {}).setdefault("stateDiff", {})[slot] = amount
        return state

    def _token(self, wanted: TokenOverride, param: str) -> str:
        if wanted.token == CURRENCY:
            return self._outbox.contracts.address("PilotEuro")
        return self.address(wanted.token, param)


def _account(given: AccountOverride, param: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if given.balance is not None:
        found["balance"] = hex(int(given.balance))
    if given.nonce is not None:
        found["nonce"] = hex(given.nonce)
    if given.code is not None:
        found["code"] = given.code
    if given.storage:
        found["stateDiff"] = {
            _word(slot, f"{param}.storage"): _word(word, f"{param}.storage.{slot}")
            for slot, word in given.storage.items()
        }
    return found


def _word(text: str, param: str) -> str:
    number = int(text, 16) if text.startswith("0x") else int(text)
    if number >= _WORDS:
        raise OverrideInvalid("{value} does not fit into 32 bytes.", param=param, value=text[:100])
    return f"0x{number:064x}"


def _balance_slot(
    client: ChainClient,
    tracer: Tracer,
    block: int,
    token: str,
    owner: str,
    state: Mapping[str, Any],
) -> tuple[str | None, str]:
    """The contract and the storage slot that hold a balance of an ERC-20 token.

    Each slot that ``balanceOf`` reads is filled with a sign, and the one by which the answer
    becomes that sign is it. Proxies are no matter: the slot is looked for wherever it was read.
    """
    data = "0x" + _BALANCE_OF.encode([owner]).hex()
    call = {"to": token, "data": data, "gas": hex(GAS_LIMIT)}
    sign = f"0x{0x7E57 << 80:064x}"
    read = tracer.slots_read(call, block)
    tries = [
        (address, slot, [call, hex(block), {address: {"stateDiff": {slot: sign}}}])
        for address, slot in read
    ]
    answers = client.batch([("eth_call", params) for _, _, params in tries])
    for (address, slot, _), answer in zip(tries, answers, strict=True):
        if answer.error is None and answer.value == sign:
            return address, slot
    return None, ""


def _not_run(error: RpcError) -> OverrideInvalid:
    return OverrideInvalid(
        "The blockchain node does not run this ({why}).",
        next_step="See that the sender has the ether that goes along, in overrides.accounts.",
        param="value",
        why=error.message[:200],
    )
