"""The JSON-RPC of devnets, at ``/rpc/devnets/{id}`` and, for clients that know addresses only, at
``/rpc/{key}/devnets/{id}``.

What the owner of a devnet may ask is in :mod:`pocplatform.chain.devnet.methods`. The calls of a
batch are done one after another, in their order. Every answer names the chain's epoch in the header
``Pocplatform-Chain-Epoch``: after it has changed, nonces and blocks from before mean nothing.
"""

import json
from collections.abc import Sequence
from http.client import HTTPException
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.connections import AnswerTooLarge
from pocplatform.chain.devnet import methods
from pocplatform.chain.devnet.errors import DevnetEnded, DevnetsBusy
from pocplatform.chain.devnet.private import MAX_ANSWER, PrivateNode
from pocplatform.domains.devnets.endpoints.devnets import check
from pocplatform.domains.devnets.endpoints.turns import on_node
from pocplatform.http.dependencies import GatewayDep, Reader, stranger
from pocplatform.http.freezing import lacking
from pocplatform.http.headers import HEADROOM
from pocplatform.http.rpc import EPOCH, key_in_address
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import Forbidden, NotFound, PlatformError, Unauthenticated

router = APIRouter(include_in_schema=False)

_AT_MOST = 100
"""Calls in a batch."""
_PARSE_ERROR, _INVALID_REQUEST, _NOT_FOUND, _INTERNAL = -32700, -32600, -32601, -32603
_LIMIT = -32005
"""EIP-1474: a request exceeds a defined limit."""

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Expose-Headers": EPOCH,
}


@router.post("/rpc/devnets/{devnet_id}")
async def ask_devnet(
    devnet_id: str, request: Request, actor: Reader, gateway: GatewayDep
) -> Response:
    """Ask the node of a devnet of yours, with your key as bearer."""
    return await _answer(gateway, actor, devnet_id, await request.body())


async def actor_in_address(request: Request, gateway: GatewayDep) -> Actor:
    """The caller by the key in the address, counted as any other.

    Raises:
        Unauthenticated: Nobody has this key.
        Forbidden: It may not read.
        TooManyRequests: The key's, or the organization's, limit is reached.
    """
    actor = await gateway.authentication.actor(key_in_address(request))
    if actor is None:
        await stranger(request, gateway)
        raise Unauthenticated(
            "The secret key in the address is not known here, was revoked or has expired.",
            next_step="Take the address from rpc_path, with a key of yours after /rpc.",
        )
    setattr(request.state, HEADROOM, gateway.limits.take(actor))
    if "read" not in actor.scopes:
        raise Forbidden("This needs a key with the scope {scope}.", scope="read")
    return actor


@router.post("/rpc/{key}/devnets/{devnet_id}")
async def ask_devnet_by_address(
    devnet_id: str,
    request: Request,
    actor: Annotated[Actor, Depends(actor_in_address)],
    gateway: GatewayDep,
) -> Response:
    """Ask the node of a devnet of yours, with your key in the address."""
    return await _answer(gateway, actor, devnet_id, await request.body())


@router.options("/rpc/devnets/{devnet_id}")
@router.options("/rpc/{key}/devnets/{devnet_id}")
async def allow() -> Response:
    """Tell browsers that pages may ask."""
    return Response(status_code=204, headers=_HEADERS)


async def _answer(gateway: Gateway, actor: Actor, devnet_id: str, body: bytes) -> Response:
    await run_in_threadpool(check, gateway, actor, devnet_id)
    try:
        content = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return _response(_failure(None, _PARSE_ERROR, "the request is not valid JSON"))
    calls = content if isinstance(content, list) else [content]
    if not 0 < len(calls) <= _AT_MOST:
        return _response(_failure(None, _INVALID_REQUEST, f"a batch has 1 to {_AT_MOST} calls"))
    answers = [_refusal(call, actor) for call in calls]
    epoch = None
    if any(answer is None for answer in answers):
        answers, epoch = await on_node(devnet_id, lambda: _ask(gateway, devnet_id, calls, answers))
    told = [answer for answer in answers if answer]
    if isinstance(content, list):
        return _response(b"[" + b",".join(told) + b"]" if told else b"", epoch)
    return _response(told[0] if told else b"", epoch)


def _refusal(call: Any, actor: Actor) -> bytes | None:
    """Why a call is not passed on, as its answer; None if it is."""
    if not isinstance(call, dict) or not isinstance(call.get("method"), str):
        return _failure(None, _INVALID_REQUEST, "a call is an object with a method")
    id_, method = call.get("id"), call["method"]
    if isinstance(id_, dict | list):
        return _failure(None, _INVALID_REQUEST, "an id is text or a number")
    why = methods.refusal(method, call.get("params"))
    if why is not None:
        return _failure(id_, _LIMIT if methods.is_known(method) else _NOT_FOUND, why)
    if method in methods.CHANGES and (lacks := lacking(actor, "write")) is not None:
        return _failure(id_, _NOT_FOUND, f"{method}: {lacks.detail()}")
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
        return _failure(id_, _LIMIT, f"the answer is larger than {MAX_ANSWER} bytes")
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
    return _failure(call["id"], _LIMIT, words) if "id" in call else b""


def _trouble(id_: Any, error: Exception) -> bytes:
    if not isinstance(error, PlatformError):
        return _failure(id_, _INTERNAL, f"the node gave no answer ({type(error).__name__})")
    code = _LIMIT if isinstance(error, DevnetsBusy) else _INTERNAL
    data: dict[str, Any] = {"code": error.code}
    if isinstance(error, DevnetEnded):
        data |= {"epoch": error.epoch, "block": error.block, "lost": error.lost}
    return _failure(id_, code, f"{error.detail()} {error.next_step()}".strip(), data)


def _failure(id_: Any, code: int, message: str, data: Any = None) -> bytes:
    error = {"code": code, "message": message} | ({"data": data} if data is not None else {})
    return _json({"jsonrpc": "2.0", "id": id_, "error": error})


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _response(content: bytes, epoch: int | None = None) -> Response:
    headers = _HEADERS if epoch is None else {**_HEADERS, EPOCH: str(epoch)}
    return Response(content, media_type="application/json", headers=headers)
