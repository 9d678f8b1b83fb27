"""A request of JSON-RPC 2.0: one call or a batch, answered in the order of its calls.

What only reads goes to the node, with a limit for its gas. A signed transaction is kept first, then
sent, mined and recorded together with the platform's own; it is answered when that is done, so that
a client that looks for the receipt finds it. Everything else is refused: what would change the
shared chain behind the journal's back, sign with a key that the node holds, or take the node for
itself, as traces can.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.chain.raw_transaction import RawTransaction
from pocplatform.http.limits import Headroom, TooManyRequests
from pocplatform.http.rpc.answers import (
    INTERNAL,
    INVALID_REQUEST,
    PARSE_ERROR,
    as_json,
    failure,
    told,
)
from pocplatform.http.rpc.limits import is_trace, limited, refuse_long_traces
from pocplatform.http.rpc.methods import (
    ACCOUNTS,
    SEND,
    SEND_RAW,
    SIGN_TYPED_DATA,
    SUBSCRIPTIONS,
    Caller,
    refusal,
)
from pocplatform.http.rpc.sending import send, send_raw
from pocplatform.http.rpc.signing import sign_typed_data
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import PlatformError
from pocplatform.outbox.errors import WalletNotCustodial

AT_MOST = 100
"""Calls in a batch."""
_AT_ONCE = 4
"""Requests to the node at a time; the gateway has other things to do."""
_VERSION = "web3_clientVersion"
_PRICES = ("eth_gasPrice", "eth_maxPriorityFeePerGas")

Result = dict[str, Any]
"""``result`` or ``error`` of one call."""


class Lanes:
    """How many requests go to the node at a time."""

    def __init__(self) -> None:
        self.reads = CapacityLimiter(_AT_ONCE)
        self.traces = CapacityLimiter(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered.

    Attributes:
        body: Empty where nothing is to be answered.
        headroom: What the caller may still ask in the time, where that is counted.
        refused: The error for a request that was beyond that.
    """

    body: bytes
    headroom: Headroom | None = None
    refused: TooManyRequests | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Answers one request.

    Attributes:
        gateway: The platform.
        caller: Who asks.
        lanes: How many go to the node at a time.
        subscriptions: What does the methods of :data:`SUBSCRIPTIONS`, on a WebSocket.
    """

    gateway: Gateway
    caller: Caller
    lanes: Lanes
    subscriptions: Callable[[str, list[Any]], Awaitable[Any]] | None = None

    async def answer(self, body: bytes) -> Answer:
        """The answer to one call or a batch of them."""
        wrong, content = None, None
        try:
            content = json.loads(body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            wrong = failure(None, PARSE_ERROR, "the request is not valid JSON")
        calls = content if isinstance(content, list) else [content]
        if not 0 < len(calls) <= AT_MOST:
            words = f"a batch has 1 to {AT_MOST} calls"
            wrong = failure(None, INVALID_REQUEST, words)
        try:
            headroom = self._count(len(calls) if wrong is None else 1)
        except TooManyRequests as problem:
            beyond = told(problem, self.caller.language)
            return Answer(as_json({"jsonrpc": "2.0", "id": None, **beyond}), refused=problem)
        if wrong is not None:
            return Answer(as_json(wrong), headroom)
        answers = await self._answer_all(calls)
        if not answers:
            return Answer(b"", headroom)
        return Answer(as_json(answers if isinstance(content, list) else answers[0]), headroom)

    def _count(self, calls: int) -> Headroom | None:
        """Count the calls: each is a request of the key. Raises :class:`TooManyRequests`."""
        if self.caller.actor is None:
            return None
        return [self.gateway.limits.take(self.caller.actor) for _ in range(calls)][-1]

    async def _answer_all(self, calls: Sequence[Any]) -> list[dict[str, Any]]:
        """The answers in the order of the calls; what the node may answer is asked in one request.

        Transactions are handed in in their order: the second may be behind the first in their
        account's row.
        """
        answers: dict[int, dict[str, Any]] = {}
        socket = self.subscriptions is not None
        for place, call in enumerate(calls):
            refused = refusal(call, self.caller, socket=socket)
            if refused is not None:
                answers[place] = refused
        good = [place for place in range(len(calls)) if place not in answers]
        sent = [place for place in good if calls[place]["method"] in (SEND, SEND_RAW)]
        parsed = [await run_in_threadpool(_parsed, calls[place]) for place in sent]
        attempts = [
            asyncio.create_task(self._send(calls[place], transaction))
            for place, transaction in zip(sent, parsed, strict=True)
        ]
        for place, attempt in zip(sent, attempts, strict=True):
            answers[place] = _headed(calls[place], await attempt)
        own = [place for place in good if calls[place]["method"] in _OWN]
        for place in own:
            answers[place] = _headed(calls[place], await self._own(calls[place]))
        for traces in (False, True):
            asked = [p for p in good if p not in answers and is_trace(calls[p]) == traces]
            if asked:
                lane = self.lanes.traces if traces else self.lanes.reads
                found = await to_thread.run_sync(
                    self._forward, [calls[place] for place in asked], limiter=lane
                )
                answers |= zip(asked, found, strict=True)
        return [answers[place] for place in range(len(calls)) if _wants_answer(calls[place])]

    async def _send(self, call: Mapping[str, Any], transaction: RawTransaction | None) -> Result:
        if call["method"] == SEND:
            return await send(self.gateway, self.caller, call["params"][0])
        return await send_raw(self.gateway, self.caller, transaction)

    async def _own(self, call: Mapping[str, Any]) -> Result:
        """What is answered here, without the node."""
        method, params = call["method"], call.get("params", [])
        try:
            if method == ACCOUNTS:
                return {"result": await run_in_threadpool(self._accounts)}
            if method == SIGN_TYPED_DATA:
                signed = run_in_threadpool(sign_typed_data, self.gateway, self.caller, params)
                return {"result": await signed}
            assert self.subscriptions is not None
            return {"result": await self.subscriptions(method, params)}
        except PlatformError as problem:
            return told(problem, self.caller.language)

    def _accounts(self) -> list[str]:
        """The wallet that the platform signs for when this key asks for it, if any."""
        actor = self.caller.actor
        if actor is None or actor.org_id is None or "write" not in actor.scopes:
            return []
        try:
            with self.gateway.database.snapshot() as session:
                self.gateway.signers.signer(session, actor.address)
        except WalletNotCustodial:
            return []
        return [actor.address]

    def _forward(self, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The node's answers, with the callers' own ids."""
        results: dict[int, Result] = {}
        asked: list[tuple[str, Any]] = []
        free = self.gateway.settings.managed_devnet
        try:
            refused = refuse_long_traces(calls, self.gateway.client)
            for place, call in enumerate(calls):
                try:
                    if place in refused:
                        raise refused[place]
                    asked.append((call["method"], limited(call, free=free)))
                except RpcError as problem:
                    results[place] = told(problem, self.caller.language)
            answered = iter(self.gateway.client.batch(asked))
        except (NodeUnreachable, RpcError) as problem:  # about the batch as a whole
            return [_headed(call, told(problem, self.caller.language)) for call in calls]
        for place, call in enumerate(calls):
            if place not in results:
                result = next(answered)
                results[place] = (
                    {"result": self._completed(call["method"], result.value)}
                    if result.error is None
                    else told(result.error, self.caller.language)
                )
        return [_headed(call, results[place]) for place, call in enumerate(calls)]

    def _completed(self, method: str, value: Any) -> Any:
        """A node's answer with what it does not know."""
        if method == _VERSION:
            return f"{value}/epoch-{self.gateway.epoch.id}"
        if method in _PRICES and self.gateway.settings.managed_devnet:
            return "0x0"  # anvil suggests a price, but gas is free and nobody has ether
        return value


_OWN = frozenset((ACCOUNTS, SIGN_TYPED_DATA)) | SUBSCRIPTIONS


def not_ready() -> bytes:
    """The answer while the platform starts."""
    return as_json(failure(None, INTERNAL, "the sandbox is starting; try again"))


def _headed(call: Mapping[str, Any], result: Result) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call.get("id"), **result}


def _wants_answer(call: Any) -> bool:
    """A call without an id is a notification."""
    return not isinstance(call, dict) or "id" in call or not isinstance(call.get("method"), str)


def _parsed(call: Mapping[str, Any]) -> RawTransaction | None:
    if call["method"] != SEND_RAW:
        return None
    try:
        return RawTransaction.parse(bytes.fromhex(call["params"][0].removeprefix("0x")))
    except ValueError:
        return None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")
