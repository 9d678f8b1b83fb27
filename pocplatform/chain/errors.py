"""Errors of talking to a node.

PlatformError
├── NodeUnreachable       424  no answer: refused, cut off or timed out
│   └── AnswerUnusable    424  an answer that is too large, or nested too deeply
└── RpcError              424  the node answered with a JSON-RPC error
"""

from typing import Any

from pocplatform.kit.errors import PlatformError


class NodeUnreachable(PlatformError):
    """The node did not answer; whether it acted on the request is unknown."""

    code = "chain_unreachable"
    status = 424
    title = "The blockchain node does not answer"


class AnswerUnusable(NodeUnreachable):
    """The node answered with more than is read here, or with what is nested too deeply."""


class RpcError(PlatformError):
    """The node answered with a JSON-RPC 2.0 error object.

    Attributes:
        rpc_code: The error's number, such as -32003.
        message: The node's own words.
        data: The error's data; for a revert, the revert data as 0x-hex.
    """

    code = "chain_error"
    status = 424
    title = "The blockchain node refused the request"

    def __init__(self, rpc_code: int, message: str, data: Any = None, *, method: str = "") -> None:
        self.rpc_code = rpc_code
        self.message = message
        self.data = data
        self.method = method
        super().__init__(
            "The blockchain node answered {method} with error {rpc_code}: {message}",
            method=method or "JSON-RPC",
            rpc_code=rpc_code,
            message=message,
        )
