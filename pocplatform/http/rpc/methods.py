"""Which methods who may call."""

from dataclasses import dataclass
from typing import Any

from pocplatform.chain.devnet import methods as devnet_methods
from pocplatform.http import freezing
from pocplatform.http.rpc.answers import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    NOT_FOUND,
    error,
    failure,
    told,
)
from pocplatform.http.state import Actor, Scope
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import DEFAULT_LANGUAGE

# fmt: off
READS = frozenset((
    "eth_blockNumber", "eth_call", "eth_chainId", "eth_coinbase",
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
"""What only reads, and goes to the node."""
ACCOUNTS = "eth_accounts"
SEND_RAW = "eth_sendRawTransaction"
SEND = "eth_sendTransaction"
SIGN_TYPED_DATA = "eth_signTypedData_v4"
DEBUG = frozenset(("debug_traceTransaction", "debug_traceCall"))
SUBSCRIPTIONS = frozenset(("eth_subscribe", "eth_unsubscribe"))

_SIGNS = ("eth_sign", "eth_sendTransaction", "personal_sign")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        actor: By the key in the address; None for one without.
        language: For sentences.
    """

    actor: Actor | None = None
    language: str = DEFAULT_LANGUAGE

    def lacks(self, scope: Scope) -> PlatformError | None:
        """The error for a caller whose key has not this scope; None for one who may."""
        return None if self.actor is None else freezing.lacking(self.actor, scope)


def refusal(call: Any, caller: Caller, *, socket: bool) -> dict[str, Any] | None:
    """Why a call is not passed on; None if it is.

    Args:
        call: As it was sent.
        caller: Who has sent it.
        socket: Whether by a WebSocket.
    """
    if not isinstance(call, dict) or not isinstance(call.get("method"), str):
        return failure(None, INVALID_REQUEST, "a call is an object with a method")
    id_, method = call.get("id"), call["method"]
    if isinstance(id_, dict | list):
        return failure(None, INVALID_REQUEST, "an id is text or a number")
    why = _why_not(method, caller, socket) or _odd_parameters(method, call.get("params", []))
    return None if why is None else {"jsonrpc": "2.0", "id": id_, **why}


def _why_not(method: str, caller: Caller, socket: bool) -> dict[str, Any] | None:
    """The error for a method that this caller may not call."""
    scope: Scope | None = None
    if method in READS or method == ACCOUNTS:
        return None
    if method in SUBSCRIPTIONS:
        words = f"{method} needs a WebSocket: connect to the same address by ws:// or wss://"
        return None if socket else error(NOT_FOUND, words)
    if method == SEND_RAW or (caller.actor is not None and method in (SEND, SIGN_TYPED_DATA)):
        scope = "write"
    elif caller.actor is not None and method in DEBUG:
        scope = "chain:debug"
    if scope is not None:
        lacking = caller.lacks(scope)
        return None if lacking is None else told(lacking, caller.language)
    if method.startswith(_SIGNS):
        return error(
            NOT_FOUND, f"{method}: sign it yourself and send it with {SEND_RAW}, or use the API"
        )
    words = f"{method} is not available on a shared sandbox"
    if devnet_methods.is_known(method):
        words += "; a devnet of your own has it: POST /v1/devnets"
    return error(NOT_FOUND, words)


def _odd_parameters(method: str, params: Any) -> dict[str, Any] | None:
    """The error for parameters of a form that what is done here does not take."""
    if method == SEND_RAW and not (
        isinstance(params, list) and len(params) == 1 and isinstance(params[0], str)
    ):
        return error(INVALID_PARAMS, f"{SEND_RAW} takes one value: the signed bytes in hex")
    if method == SEND and not (
        isinstance(params, list) and len(params) == 1 and isinstance(params[0], dict)
    ):
        return error(INVALID_PARAMS, f"{SEND} takes one value: the transaction as an object")
    if method in DEBUG | SUBSCRIPTIONS | {SIGN_TYPED_DATA} and not isinstance(params, list):
        return error(INVALID_PARAMS, f"{method} takes a list of parameters")
    return None
