"""What is asked of the node of a devnet by JSON-RPC 2.0, one call or a batch.

What the owner of a devnet may ask is in :mod:`pocplatform.chain.devnet.methods`. The calls of a
batch are done one after another, in their order; each counts as a request of the key.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.connections import AnswerTooLarge
from pocplatform.chain.devnet import methods
from pocplatform.chain.devnet.errors import DevnetEnded, DevnetsBusy
from pocplatform.chain.devnet.private import MAX_ANSWER, PrivateNode
from pocplatform.chain.errors import RpcError
from pocplatform.domains.devnets.endpoints.devnets import check
from pocplatform.domains.devnets.endpoints.turns import on_node
from pocplatform.http.freezing import lacking
from pocplatform.http.limits import Headroom
from pocplatform.http.rpc.methods import SUBSCRIPTIONS
from pocplatform.http.rpc.sockets import Subscribe
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import NotFound, PlatformError

_AT_MOST = 100
"""Calls in a batch."""
_PARSE_ERROR, _INVALID_REQUEST, _NOT_FOUND, _INTERNAL = -32700, -32600, -32601, -32603
_INVALID_PARAMS = -32602
_LIMIT = -32005
"""EIP-1474: a request exceeds a defined limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered.

    Attributes:
        body: Empty where nothing is to be answered.
        epoch: Of the chain that has answered; None where none was asked.
        headroom: What the caller may still ask in the time, where more than one call was counted.
    """

    body: bytes
    epoch: int | None = None
    headroom: Headroom | None = None


async def answer(
    gateway: Gateway,
    actor: Actor,
    devnet_id: str,
    body: bytes,
    *,
    counted: int = 1,
    subscribe: Subscribe | None = None,
) -> Answer:
    """The answer to a request about a devnet of the caller's.

    Args:
        gateway: The platform.
        actor: Who asks.
        devnet_id: Of which devnet.
        body: One call or a batch, as JSON.
        counted: How many requests of this one were counted already.
        subscribe: Does subscriptions, on a WebSocket.

    Raises:
        NotFound: There is no such devnet of theirs.
        TooManyRequests: The key's, or the organization's, limit is reached.
    """
    await run_in_threadpool(check, gateway, actor, devnet_id)
    try:
        content = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Answer(failure(None, _PARSE_ERROR, "the request is not valid JSON"))
    calls = content if isinstance(content, list) else [content]
    if not 0 < len(calls) <= _AT_MOST:
        return Answer(failure(None, _INVALID_REQUEST, f"a batch has 1 to {_AT_MOST} calls"))
    headroom = None
    for _ in range(len(calls) - counted):
        headroom = gateway.limits.take(actor)
    answers = [_refusal(call, actor, socket=subscribe is not None) for call in calls]
    for place, call in enumerate(calls):
        if subscribe is not None and answers[place] is None and call["method"] in SUBSCRIPTIONS:
            answers[place] = await _subscribed(call, subscribe)
    epoch = None
    if any(answer is None for answer in answers):
        answers, epoch = await on_node(devnet_id, lambda: _ask(gateway, devnet_id, calls, answers))
    told = [answer for answer in answers if answer]
    if isinstance(content, list):
        return Answer(b"[" + b",".join(told) + b"]" if told else b"", epoch, headroom)
    return Answer(told[0] if told else b"", epoch, headroom)


async def _subscribed(call: dict[str, Any], subscribe: Subscribe) -> bytes:
    """The answer to ``eth_subscribe`` or ``eth_unsubscribe``; none to a notification."""
    params, id_ = call.get("params", []), call.get("id")
    if not isinstance(params, list):
        return failure(id_, _INVALID_PARAMS, f"{call['method']} takes a list of parameters")
    try:
        told = _json(
            {"jsonrpc": "2.0", "id": id_, "result": await subscribe(call["method"], params)}
        )
    except RpcError as error:
        told = failure(id_, error.rpc_code, error.message)
    except PlatformError as error:
        told = _trouble(id_, error)
    return told if "id" in call else b""


def _refusal(call: Any, actor: Actor, *, socket: bool) -> bytes | None:
    """Why a call is not passed on, as its answer; None if it is."""
    if not isinstance(call, dict) or not isinstance(call.get("method"), str):
        return failure(None, _INVALID_REQUEST, "a call is an object with a method")
    id_, method = call.get("id"), call["method"]
    if isinstance(id_, dict | list):
        return failure(None, _INVALID_REQUEST, "an id is text or a number")
    if method in SUBSCRIPTIONS:
        words = f"{method} needs a WebSocket: connect to the same address by ws:// or wss://"
        return None if socket else failure(id_, _NOT_FOUND, words)
    why = methods.refusal(method, call.get("params"))
    if why is not None:
        return failure(id_, _LIMIT if methods.is_known(method) else _NOT_FOUND, why)
    if method in methods.CHANGES and (lacks := lacking(actor, "write")) is not None:
        return failure(id_, _NOT_FOUND, f"{method}: {lacks.detail()}")
    return None


def _ask(
    gateway: Gateway, devnet_id: str, calls: Sequence[Any], answers: Sequence[bytes | None]
) -> tuple[list[bytes | None], int | None]:
    """The answers to calls, those that are there already among them, and the chain's epoch."""
    places = [place for place, answer in enumerate(answers) if answer is None]
    changes = any(calls[place]["method"] in methods.CHANGES for place in places)
    found = list(answers)
    try:
        with gateway.devnets.using(devnet_id, changes=changes) as (node, epoch):
            left = MAX_ANSWER
            for place in places:
                told = _asked(node, calls[place]) if left > 0 else _too_much(calls[place])
                found[place], left = told, left - len(told)
        return found, epoch
    except NotFound:
        raise  # it was deleted meanwhile
    except (PlatformError, HTTPException, OSError) as error:
        # Of a batch, what was answered before does not hold either where the node has ended.
        for place in places:
            found[place] = _trouble(calls[place].get("id"), error)
        return found, error.epoch if isinstance(error, DevnetEnded) else None


def _asked(node: PrivateNode, call: dict[str, Any]) -> bytes:
    """The node's answer to one call; none to a notification."""
    method, params, id_ = call["method"], call.get("params", []), call.get("id")
    if method == methods.TIP:
        return _json({"jsonrpc": "2.0", "id": id_, "result": methods.NO_TIP})
    request = {"jsonrpc": "2.0", "id": id_ if id_ is not None else 0, "method": method}
    body = _json({**request, "params": methods.adapted(method, params)})
    try:
        answer = node.post(body, waits=method in methods.WAITS)
    except AnswerTooLarge:
        return failure(id_, _LIMIT, f"the answer is larger than {MAX_ANSWER} bytes")
    if method in methods.CHANGES and "error" not in from_json(answer):
        node.impersonation.note(method, params)
    if "id" not in call:
        return b""
    if id_ is None:
        return _json({**from_json(answer), "id": None})
    return answer


def _too_much(call: dict[str, Any]) -> bytes:
    """The answer to a call that is not done, since those before it in its batch say too much."""
    words = f"not done: the answers before it in the batch have {MAX_ANSWER} bytes already"
    return failure(call["id"], _LIMIT, words) if "id" in call else b""


def _trouble(id_: Any, error: Exception) -> bytes:
    if not isinstance(error, PlatformError):
        return failure(id_, _INTERNAL, f"the node gave no answer ({type(error).__name__})")
    code = _LIMIT if isinstance(error, DevnetsBusy) else _INTERNAL
    data: dict[str, Any] = {"code": error.code}
    if isinstance(error, DevnetEnded):
        data |= {"epoch": error.epoch, "block": error.block, "lost": error.lost}
    return failure(id_, code, f"{error.detail()} {error.next_step()}".strip(), data)


def failure(id_: Any, code: int, message: str, data: Any = None) -> bytes:
    """An answer that is an error."""
    error = {"code": code, "message": message} | ({"data": data} if data is not None else {})
    return _json({"jsonrpc": "2.0", "id": id_, "error": error})


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")
