"""Transactions that come by JSON-RPC: a row before they are an act, as every other write."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.codec import checksum, is_address
from pocplatform.chain.contracts import ContractCall
from pocplatform.chain.errors import RpcError
from pocplatform.chain.raw_transaction import RawTransaction
from pocplatform.http.command import count_storage
from pocplatform.http.rpc.answers import (
    INTERNAL,
    INVALID_PARAMS,
    REJECTED,
    UNAUTHORIZED,
    error,
    told,
)
from pocplatform.http.rpc.methods import SEND, SEND_RAW, Caller
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import PlatformError
from pocplatform.outbox import arrivals
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.models import SignerAccount, Transaction, TransactionStatus
from pocplatform.outbox.watch import Settled

_WAIT_S = 10.0
"""How long a transaction may take to be recorded before it is answered all the same: it is kept."""
_LOOK_S = 0.25
"""How often it is looked whether one on an outside node has been signed."""
_PREDECESSOR_S = 1.0
"""How long the transaction before one of a later nonce may take, where that must not be missing."""
_FAILED = (TransactionStatus.REFUSED, TransactionStatus.REPLACED)
_TAKEN = frozenset(
    ("from", "to", "data", "input", "value", "nonce", "chainId", "gas", "gasPrice", "maxFeePerGas",
     "maxPriorityFeePerGas", "type", "accessList")
)  # fmt: skip
"""Fields of a transaction for the key's wallet. Gas, fees and the type, with its access list, are
the sandbox's own affair: it sets them as for its other writes."""


async def send_raw(
    gateway: Gateway, caller: Caller, transaction: RawTransaction | None
) -> dict[str, Any]:
    """``result`` or ``error`` for one signed transaction."""
    if transaction is None:
        return error(INVALID_PARAMS, "failed to decode signed transaction")
    actor = caller.actor

    def accept(session: Session) -> tuple[str, bool]:
        if actor is not None:
            count_storage(session, gateway, actor.tenant, len(transaction.raw))
        row = arrivals.accept(
            session, transaction, gateway.client, gateway.chain_id, gateway.epoch,
            org_id=actor.org_id if actor is not None else None,
        )  # fmt: skip
        return row.id, not TransactionStatus(row.status).settled

    async def kept() -> dict[str, Any]:
        with contextlib.closing(_Waiting(gateway, accept)) as waiting:
            id_ = await gateway.writes.do(waiting)
            if not waiting.futures:
                return {"result": transaction.hash}
            gateway.arrived(id_)
            outcome = await waiting.outcome(_WAIT_S)
            if outcome is not None and outcome.status in _FAILED:
                return error(REJECTED, _words(outcome))
            return {"result": transaction.hash}

    attempts = asyncio.get_running_loop().time() + _PREDECESSOR_S
    while True:
        try:
            return await kept()
        except arrivals.NonceTooHigh as problem:
            # It may have overtaken the one before it on the way here.
            if asyncio.get_running_loop().time() > attempts:
                return told(problem, caller.language)
            await asyncio.sleep(_PREDECESSOR_S / 10)
        except PlatformError as problem:
            return told(problem, caller.language)
        except IntegrityError:
            return error(INTERNAL, "try again")


async def send(gateway: Gateway, caller: Caller, transaction: dict[str, Any]) -> dict[str, Any]:
    """``result`` or ``error`` for a transaction of the key's own wallet, signed by the platform."""
    actor = caller.actor
    assert actor is not None
    try:
        call = _call(transaction, actor, gateway.chain_id)
        nonce = _number(transaction, "nonce", 2**64 - 1) if "nonce" in transaction else None
    except RpcError as problem:
        return told(problem, caller.language)

    def accept(session: Session) -> tuple[str, bool]:
        count_storage(session, gateway, actor.tenant, len(call.data))
        _check_nonce(session, actor.address, nonce)
        write = gateway.outbox.enqueue(session, call, sender=actor.address, org_id=actor.org_id)
        return write.id, True

    with contextlib.closing(_Waiting(gateway, accept)) as waiting:
        try:
            id_ = await gateway.writes.do(waiting)
        except ContractReverted as problem:
            return await run_in_threadpool(_reverted, gateway, actor, call, problem)
        except PlatformError as problem:
            return told(problem, caller.language)
        outcome = await waiting.outcome(_WAIT_S, gateway)
    if outcome is not None and outcome.status in _FAILED:
        return await run_in_threadpool(
            _reverted, gateway, actor, call, ContractReverted(outcome.error or {"explanation": ""})
        )
    hash_ = outcome.hash if outcome is not None else None
    hash_ = hash_ or await run_in_threadpool(_hash, gateway, id_)
    if hash_ is None:
        words = f"{id_} is kept and will be sent; GET /v1/transactions/{id_} tells its hash then"
        return error(INTERNAL, words)
    return {"result": hash_}


class _Waiting:
    """A piece of work that keeps a transaction, and what becomes of that.

    Args:
        gateway: The platform.
        accept: Keeps it; its id, and whether it is still on its way.
    """

    def __init__(self, gateway: Gateway, accept: Callable[[Session], tuple[str, bool]]) -> None:
        self._gateway = gateway
        self._accept = accept
        self._loop = asyncio.get_running_loop()
        self.futures: list[tuple[str, asyncio.Future[Settled]]] = []

    def __call__(self, session: Session) -> str:
        id_, on_its_way = self._accept(session)
        if on_its_way:  # before it is committed, so that nothing can be missed
            self.futures.append((id_, self._gateway.watch.register(id_, self._loop)))
        return id_

    async def outcome(self, seconds: float, gateway: Gateway | None = None) -> Settled | None:
        """What has become of it; None if that is not known in time.

        Args:
            seconds: How long to wait.
            gateway: Where given, no longer on an outside node than until it has a hash.
        """
        id_, future = self.futures[-1]
        outside = gateway is not None and not gateway.settings.managed_devnet
        for _ in range(int(seconds / _LOOK_S) if outside else 1):
            done, _pending = await asyncio.wait([future], timeout=_LOOK_S if outside else seconds)
            if done:
                return future.result()
            if gateway is not None and await run_in_threadpool(_hash, gateway, id_) is not None:
                return None
        return None

    def close(self) -> None:
        """Give the futures back."""
        for id_, future in self.futures:
            self._gateway.watch.forget(id_, future)


def _call(transaction: dict[str, Any], actor: Actor, chain_id: int) -> ContractCall:
    """What a transaction for the key's wallet says. Raises :class:`RpcError`."""
    unknown = transaction.keys() - _TAKEN
    if unknown:
        raise RpcError(INVALID_PARAMS, f"{SEND} takes no {', '.join(sorted(unknown))}")
    sender = transaction.get("from", actor.address)
    if not isinstance(sender, str) or sender.lower() != actor.address.lower():
        raise RpcError(
            UNAUTHORIZED,
            f"this key acts by {actor.address}; for an account of your own, sign the transaction "
            f"yourself and send it with {SEND_RAW}",
        )
    if "chainId" in transaction and _number(transaction, "chainId") != chain_id:
        raise RpcError(REJECTED, f"invalid chain id: this is {chain_id}")
    to = transaction.get("to") or None
    if to is not None and not (isinstance(to, str) and is_address(to)):
        raise RpcError(INVALID_PARAMS, "to is no address (or its checksum is wrong)")
    data = _data(transaction)
    if to is None and not data:
        raise RpcError(INVALID_PARAMS, "a transaction needs to, or the code of a contract as data")
    value = _number(transaction, "value") if "value" in transaction else 0
    return ContractCall(None if to is None else checksum(to), data, "", SEND, {}, value)


def _data(transaction: dict[str, Any]) -> bytes:
    given = [transaction[name] for name in ("input", "data") if transaction.get(name) is not None]
    if len(given) == 2 and given[0] != given[1]:
        raise RpcError(INVALID_PARAMS, "data and input are two names of one thing, and differ")
    text = given[0] if given else "0x"
    try:
        if not text.startswith("0x"):
            raise ValueError
        return bytes.fromhex(text[2:])
    except (ValueError, AttributeError):
        raise RpcError(INVALID_PARAMS, "data must be bytes in hex: 0x…") from None


def _number(transaction: dict[str, Any], name: str, most: int = 2**256 - 1) -> int:
    """A number of a transaction: 0x and hex digits, as JSON-RPC writes it."""
    value = transaction[name]
    if isinstance(value, str) and value.startswith("0x"):
        with contextlib.suppress(ValueError):
            number = int(value, 16)
            if 0 <= number <= most:
                return number
    raise RpcError(INVALID_PARAMS, f"{name} must be a number in hex: 0x…")


def _check_nonce(session: Session, address: str, nonce: int | None) -> None:
    """Raise :class:`RpcError` for a nonce that is not the wallet's next one."""
    if nonce is None:
        return
    account = session.get(SignerAccount, address)
    waiting = select(func.count()).where(
        Transaction.sender == address, col(Transaction.status) == TransactionStatus.QUEUED
    )
    expected = (account.next_nonce if account else 0) + session.exec(waiting).one()
    if nonce != expected:
        which = "low" if nonce < expected else "high"
        raise RpcError(
            REJECTED,
            f"nonce too {which}: the next one of {address} is {expected}; leave it out, and the "
            "sandbox counts",
        )


def _reverted(
    gateway: Gateway, actor: Actor, call: ContractCall, problem: ContractReverted
) -> dict[str, Any]:
    """A refusal as a node tells it, with the contract's own bytes."""
    trial = gateway.outbox.trial(actor.address, call.to, call.data, call.value)
    with contextlib.suppress(PlatformError):
        found = gateway.client.batch([("eth_call", trial)])[0].error
        if found is not None:
            return error(found.rpc_code, found.message, found.data)
    return error(3, f"execution reverted: {problem.detail()}")


def _hash(gateway: Gateway, id_: str) -> str | None:
    with gateway.database.snapshot() as session:
        return session.exec(select(Transaction.hash).where(Transaction.id == id_)).one()


def _words(outcome: Settled) -> str:
    return str(outcome.error["name"]) if outcome.error else "nonce too low"
