"""Answers of JSON-RPC 2.0, and the codes of its errors (EIP-1474, EIP-1193)."""

import json
from typing import Any

from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.http.limits import TooManyRequests
from pocplatform.kit.errors import Forbidden, InvalidInput, PlatformError, Unauthenticated
from pocplatform.outbox.errors import QueueFull, WalletNotCustodial

PARSE_ERROR, INVALID_REQUEST, NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL, REJECTED, LIMIT_EXCEEDED = -32603, -32003, -32005
UNAUTHORIZED = 4100
"""EIP-1193: the caller may not use this method or account."""

_CODES: tuple[tuple[type[PlatformError], int], ...] = (
    (Unauthenticated, UNAUTHORIZED),
    (Forbidden, UNAUTHORIZED),
    (WalletNotCustodial, UNAUTHORIZED),
    (InvalidInput, INVALID_PARAMS),
    (TooManyRequests, LIMIT_EXCEEDED),
    (QueueFull, LIMIT_EXCEEDED),
)


def failure(id_: Any, code: int, message: str) -> dict[str, Any]:
    """An answer that is an error."""
    return {"jsonrpc": "2.0", "id": id_, **error(code, message)}


def error(code: int, message: str, data: Any = None) -> dict[str, Any]:
    """The ``error`` member of an answer."""
    told: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        told["data"] = data
    return {"error": told}


def told(problem: PlatformError, language: str) -> dict[str, Any]:
    """The ``error`` member for an error of ours: what happened and the next step as its message.

    Its data holds the error's stable code. An error of the node is told in the node's words.
    """
    if isinstance(problem, RpcError):
        return error(problem.rpc_code, problem.message, problem.data)
    if isinstance(problem, NodeUnreachable):
        return error(INTERNAL, problem.detail())
    code = next((number for kind, number in _CODES if isinstance(problem, kind)), INTERNAL)
    words = " ".join(filter(None, (problem.detail(language), problem.next_step(language))))
    return error(code, words, {"code": problem.code})


def as_json(content: Any) -> bytes:
    """An answer as it is sent."""
    return json.dumps(content, separators=(",", ":")).encode()
