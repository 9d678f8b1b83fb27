"""What calls may take of the node."""

from collections.abc import Mapping
from typing import Any

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError
from pocplatform.http.rpc.answers import INVALID_PARAMS
from pocplatform.http.rpc.methods import DEBUG

_EXECUTES = ("eth_call", "eth_estimateGas", "eth_createAccessList")
_GAS = 30_000_000
"""The most gas of a call that only reads: the block's limit, a hundred times as much, takes
seconds."""
_TRACED_GAS = 5_000_000
"""The most gas of what is traced: a frame of a call tree is made with some hundred of it."""
_PRICES = ("gasPrice", "maxFeePerGas", "maxPriorityFeePerGas")
_TRACERS = ("callTracer", "prestateTracer", "4byteTracer")
"""Without a tracer the node tells each step with stack and memory, which can be gigabytes."""
_OPTIONS = frozenset(("tracer", "tracerConfig", "stateOverrides", "blockOverrides", "timeout"))


def limited(call: Mapping[str, Any], *, free: bool) -> Any:
    """The parameters of a call that is passed on, its gas limited. Raises :class:`RpcError`.

    Where gas is ``free`` a price that is offered is left out: the node would ask whether the
    account could pay it, and no account has ether.
    """
    params = call.get("params", [])
    if call["method"] == "debug_traceCall":
        options = _checked_options(params, 2)
        return [_with_gas(params[0], _TRACED_GAS, free), params[1], options]
    if call["method"] == "debug_traceTransaction":
        options = _checked_options(params, 1)
        return [params[0], options]
    if call["method"] not in _EXECUTES or not isinstance(params, list) or not params:
        return params
    return [_with_gas(params[0], _GAS, free), *params[1:]]


def refuse_long_traces(calls: list[dict[str, Any]], client: ChainClient) -> dict[int, RpcError]:
    """The error for each call, by its place, that would trace more than may be."""
    wanted = {
        place: call["params"][0]
        for place, call in enumerate(calls)
        if call["method"] == "debug_traceTransaction" and call.get("params")
    }
    receipts = client.batch([("eth_getTransactionReceipt", [hash_]) for hash_ in wanted.values()])
    refused = {}
    for place, receipt in zip(wanted, receipts, strict=True):
        if receipt.error is None and receipt.value is not None:
            used = int(receipt.value["gasUsed"], 16)
            if used > _TRACED_GAS:
                words = f"it has used {used} gas; at most {_TRACED_GAS} are traced here"
                refused[place] = RpcError(INVALID_PARAMS, words)
    return refused


def is_trace(call: Mapping[str, Any]) -> bool:
    """Whether a call traces."""
    return call["method"] in DEBUG


def _checked_options(params: list[Any], place: int) -> dict[str, Any]:
    if not place <= len(params) <= place + 1:
        raise RpcError(INVALID_PARAMS, f"a trace takes {place} or {place + 1} parameters")
    options = params[place] if len(params) > place else {"tracer": _TRACERS[0]}
    if not isinstance(options, dict) or not options.keys() <= _OPTIONS:
        raise RpcError(INVALID_PARAMS, f"options of a trace are: {', '.join(sorted(_OPTIONS))}")
    if options.get("tracer") not in _TRACERS:
        raise RpcError(INVALID_PARAMS, f"the tracer must be one of: {', '.join(_TRACERS)}")
    return options


def _with_gas(transaction: Any, most: int, free: bool) -> Any:
    """A transaction that is only tried, its gas limited."""
    if not isinstance(transaction, dict):
        return transaction
    if free:
        transaction = {name: v for name, v in transaction.items() if name not in _PRICES}
    wanted = transaction.get("gas")
    try:  # nothing, and null, would be as much as a block holds
        gas = most if wanted is None else min(int(str(wanted), 16), most)
    except ValueError:
        return transaction  # the node says what is wrong with it
    return {**transaction, "gas": hex(gas)}
