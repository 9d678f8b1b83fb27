"""The node's JSON-RPC for everybody's clients, at ``/rpc``.

What only reads goes to the node, with a limit for its gas. A signed transaction is kept first, then
sent, mined and recorded together with the platform's own; it is answered when that is done, so that
a client that looks for the receipt finds it. Everything else is refused: what would change the
shared chain behind the journal's back, sign with a key that the node holds, or take the node for
itself, as traces can.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.chain.raw_transaction import RawTransaction
from pocplatform.http.state import Gateway
from pocplatform.outbox import arrivals
from pocplatform.outbox.models import TransactionStatus
from pocplatform.outbox.watch import Settled

PATH = "/rpc"

_AT_MOST = 100
"""Calls in a batch."""
_WAIT_S = 10.0
"""How long a transaction may take to be recorded before it is answered all the same: it is kept."""
# fmt: off
_READS = frozenset((
    "eth_accounts", "eth_blockNumber", "eth_call", "eth_chainId", "eth_coinbase",
    "eth_createAccessList", "eth_estimateGas", "eth_feeHistory", "eth_gasPrice", "eth_getBalance",
    "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts",
    "eth_getBlockTransactionCountByHash", "eth_getBlockTransactionCountByNumber", "eth_getCode",
    "eth_getFilterChanges", "eth_getFilterLogs", "eth_getLogs", "eth_getProof", "eth_getStorageAt",
    "eth_getTransactionByBlockHashAndIndex", "eth_getTransactionByBlockNumberAndIndex",
    "eth_getTransactionByHash", "eth_getTransactionCount", "eth_getTransactionReceipt",
    "eth_getUncleCountByBlockHash", "eth_getUncleCountByBlockNumber", "eth_maxPriorityFeePerGas",
    "eth_newBlockFilter", "eth_newFilter", "eth_newPendingTransactionFilter",
    "eth_protocolVersion", "eth_syncing", "eth_uninstallFilter", "net_listening", "net_peerCount",
    "net_version", "web3_clientVersion", "web3_sha3",
))
# fmt: on
_EXECUTES = ("eth_call", "eth_estimateGas", "eth_createAccessList")
_GAS = 30_000_000
"""The most gas of a call that only reads: the block's limit, a hundred times as much, takes
seconds."""
_AT_ONCE = 4
"""Requests to the node at a time; the gateway has other things to do."""
_SIGNS = ("eth_sign", "eth_sendTransaction")
_SEND = "eth_sendRawTransaction"
_FAILED = (TransactionStatus.REFUSED, TransactionStatus.REPLACED)

_PARSE_ERROR, _INVALID_REQUEST, _NOT_FOUND, _INVALID_PARAMS = -32700, -32600, -32601, -32602
_INTERNAL, _REJECTED = -32603, -32003

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
}


def install(app: FastAPI) -> None:
    """Serve it."""
    limiter = CapacityLimiter(_AT_ONCE)

    @app.api_route(PATH, methods=["POST"], include_in_schema=False)
    async def call(request: Request) -> Response:
        gateway: Gateway | None = getattr(request.app.state, "gateway", None)
        return Response(
            await answer(gateway, await request.body(), limiter),
            media_type="application/json",
            headers=_HEADERS,
        )

    @app.api_route(PATH, methods=["OPTIONS"], include_in_schema=False)
    async def allow() -> Response:
        return Response(status_code=204, headers=_HEADERS)


async def answer(gateway: Gateway | None, body: bytes, limiter: CapacityLimiter) -> bytes:
    """The answer to a request (JSON-RPC 2.0): one call or a batch of them."""
    try:
        content = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return _json(_failure(None, _PARSE_ERROR, "the request is not valid JSON"))
    if gateway is None:
        return _json(_failure(None, _INTERNAL, "the sandbox is starting; try again"))
    if not isinstance(content, list):
        done = await _answer_all(gateway, [content], limiter)
        return _json(done[0]) if done else b""
    if not 0 < len(content) <= _AT_MOST:
        return _json(_failure(None, _INVALID_REQUEST, f"a batch has 1 to {_AT_MOST} calls"))
    answers = await _answer_all(gateway, content, limiter)
    return _json(answers) if answers else b""


async def _answer_all(
    gateway: Gateway, calls: Sequence[Any], limiter: CapacityLimiter
) -> list[dict[str, Any]]:
    """The answers in the order of the calls; what the node may answer is asked in one request."""
    answers: dict[int, dict[str, Any]] = {}
    forwarded: list[int] = []
    sent: list[tuple[int, str]] = []
    for place, call in enumerate(calls):
        refusal = _refusal(call)
        if refusal is not None:
            answers[place] = refusal
        elif call["method"] == _SEND:
            sent.append((place, call["params"][0]))
        else:
            forwarded.append(place)
    # Handed in in their order: the second may be behind the first in their account's row.
    parsed = [await run_in_threadpool(_parsed, raw) for _, raw in sent]
    attempts = [asyncio.create_task(_send(gateway, transaction)) for transaction in parsed]
    for (place, _), attempt in zip(sent, attempts, strict=True):
        answers[place] = {"jsonrpc": "2.0", "id": calls[place].get("id"), **await attempt}
    if forwarded:
        asked = [calls[place] for place in forwarded]
        found = await to_thread.run_sync(_forward, gateway, asked, limiter=limiter)
        answers |= zip(forwarded, found, strict=True)
    return [answers[place] for place in range(len(calls)) if _wants_answer(calls[place])]


def _wants_answer(call: Any) -> bool:
    """A call without an id is a notification."""
    return not isinstance(call, dict) or "id" in call or not isinstance(call.get("method"), str)


def _refusal(call: Any) -> dict[str, Any] | None:
    """Why a call is not passed on; None if it is."""
    if not isinstance(call, dict) or not isinstance(call.get("method"), str):
        return _failure(None, _INVALID_REQUEST, "a call is an object with a method")
    id_, method, params = call.get("id"), call["method"], call.get("params", [])
    if isinstance(id_, dict | list):
        return _failure(None, _INVALID_REQUEST, "an id is text or a number")
    if method.startswith(_SIGNS):
        return _failure(
            id_, _NOT_FOUND, f"{method}: sign it yourself and send it with {_SEND}, or use the API"
        )
    if method not in _READS and method != _SEND:
        return _failure(id_, _NOT_FOUND, f"{method} is not available on a shared sandbox")
    if method == _SEND and not (
        isinstance(params, list) and len(params) == 1 and isinstance(params[0], str)
    ):
        return _failure(id_, _INVALID_PARAMS, f"{_SEND} takes one value: the signed bytes in hex")
    return None


def _parsed(raw: str) -> RawTransaction | None:
    try:
        return RawTransaction.parse(bytes.fromhex(raw.removeprefix("0x")))
    except ValueError:
        return None


async def _send(gateway: Gateway, transaction: RawTransaction | None) -> dict[str, Any]:
    """``result`` or ``error`` for one signed transaction."""
    if transaction is None:
        return _error(_INVALID_PARAMS, "failed to decode signed transaction")
    loop, waiting = asyncio.get_running_loop(), []

    def accept(session: Session) -> str:
        row = arrivals.accept(session, transaction, gateway.client, gateway.chain_id)
        if not TransactionStatus(row.status).settled:
            waiting.append((row.id, gateway.watch.register(row.id, loop)))
        return row.id

    try:
        id_ = await gateway.writes.do(accept)
        if waiting:
            gateway.arrived(id_)
            done, _ = await asyncio.wait([waiting[-1][1]], timeout=_WAIT_S)
            outcome: Settled | None = done.pop().result() if done else None
            if outcome is not None and outcome.status in _FAILED:
                words = outcome.error["name"] if outcome.error else "nonce too low"
                return _error(_REJECTED, words)
    except RpcError as error:
        return _error(error.rpc_code, error.message)
    except (NodeUnreachable, IntegrityError) as error:
        return _error(_INTERNAL, str(error) if isinstance(error, NodeUnreachable) else "try again")
    finally:
        for registered, future in waiting:
            gateway.watch.forget(registered, future)
    return {"result": transaction.hash}


def _forward(gateway: Gateway, calls: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The node's answers, with the callers' own ids."""
    try:
        results = gateway.client.batch([(c["method"], _limited(c)) for c in calls])
    except NodeUnreachable as error:
        return [_failure(call.get("id"), _INTERNAL, str(error)) for call in calls]
    except RpcError as error:  # about the batch as a whole
        return [_failure(call.get("id"), error.rpc_code, error.message) for call in calls]
    answers = []
    for call, result in zip(calls, results, strict=True):
        head = {"jsonrpc": "2.0", "id": call.get("id")}
        if result.error is None:
            answers.append({**head, "result": result.value})
            continue
        told = _error(result.error.rpc_code, result.error.message)
        if result.error.data is not None:
            told["error"]["data"] = result.error.data
        answers.append({**head, **told})
    return answers


def _limited(call: dict[str, Any]) -> Any:
    """The parameters of a call, its gas limited."""
    params = call.get("params", [])
    if call["method"] not in _EXECUTES or not isinstance(params, list) or not params:
        return params
    if not isinstance(params[0], dict):
        return params
    try:
        gas = min(int(str(params[0].get("gas", hex(_GAS))), 16), _GAS)
    except ValueError:
        return params  # the node says what is wrong with it
    return [{**params[0], "gas": hex(gas)}, *params[1:]]


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _failure(id_: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, **_error(code, message)}


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
