"""What happened inside a transaction, or would, as a node with ``debug_`` methods tells it.

geth's ``callTracer`` tells the calls with their logs, its ``prestateTracer`` what the state was and
became. Only where a call failed, and not too much had happened before, the single steps are asked
for too, by which the place of the failure is found: of a mined transaction by running it again on
the state before its block, which counts if the same comes out. (A tracer in JavaScript would need
no steps, but in anvil it takes some 75 µs for each, and nothing is mined meanwhile.)

Nodes forget old states. Of a transaction older than that, ours still tells the calls, as
``trace_transaction`` does (OpenEthereum's trace module), and the receipt has the logs.

    PlatformError
    ├── TracingUnavailable      424  the node traces nothing, or not this
    └── TraceTooLarge           422  more happened than can be shown
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pocplatform.chain.client import ChainClient, RpcCall, RpcResult
from pocplatform.chain.codec import checksum
from pocplatform.chain.errors import AnswerUnusable, RpcError
from pocplatform.kit.errors import PlatformError

MAX_CALLS: Final = 2_000
"""Calls within one transaction that are shown."""
_TIMEOUT_S: Final = 20.0
_AT_MOST: Final = 32 * 1024 * 1024
"""Bytes of a node's answer."""
_NO_SUCH_METHOD: Final = -32601
WATCHED_GAS: Final = 1_000_000
"""Gas of a transaction whose single steps are asked for: anvil takes a second for them."""
_LAST_STEPS: Final = 200
"""Steps of a failed call that are looked at for its place in the source."""

_CALLS: Final = {"callTracer": {"withLog": True}}
_STATES: Final = {"prestateTracer": {"diffMode": True, "disableCode": True}}
_STEPS: Final = {"disableStack": True, "disableStorage": True, "disableMemory": True}
_CALLING: Final = frozenset(
    ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL", "CREATE", "CREATE2", "SELFDESTRUCT")
)

CREATIONS: Final = ("CREATE", "CREATE2")


class TracingUnavailable(PlatformError):
    """The node has no ``debug_`` methods, or has forgotten this transaction's state."""

    code = "tracing_unavailable"
    status = 424
    title = "The blockchain node cannot trace this"


class TraceTooLarge(PlatformError):
    """There were more calls, deeper ones, or more data than can be shown."""

    code = "trace_too_large"
    status = 422
    title = "Too much happened in this transaction"


@dataclass(frozen=True, slots=True)
class FrameLog:
    """A log within a call; ``position`` is the number of its own calls that came before."""

    address: str
    topics: list[str]
    data: bytes
    position: int


@dataclass(slots=True)
class Frame:
    """A call, or the creation of a contract.

    Attributes:
        kind: CALL, STATICCALL, DELEGATECALL, CALLCODE, CREATE, CREATE2 or SELFDESTRUCT.
        to: Whose code ran, or the address that was created; None where a creation failed early.
        output: What it gave back: the revert data of one that failed.
        error: The node's words for its failure; None for none.
        last_steps: Program counters of the last instructions, the newest last, of one that failed;
            empty where the node did not tell.
    """

    kind: str
    sender: str
    to: str | None
    value: int
    gas: int
    gas_used: int
    input: bytes
    output: bytes
    error: str | None
    logs: list[FrameLog] = field(default_factory=list)
    calls: list["Frame"] = field(default_factory=list)
    last_steps: tuple[int, ...] = ()

    @property
    def creates(self) -> bool:
        """Whether its code was creation code."""
        return self.kind in CREATIONS

    def all(self) -> Iterator["Frame"]:
        """This call and all within it, in their order."""
        yield self
        for call in self.calls:
            yield from call.all()


@dataclass(frozen=True, slots=True)
class AccountChange:
    """How an account was changed: ether in wei, and storage words by slot."""

    balance_before: int
    balance_after: int
    storage: dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RawTrace:
    """What the node told.

    Attributes:
        root: The outermost call.
        changes: What became of accounts, by address; None where the node did not tell.
        watched: Whether it is known where calls failed.
        shortened: Whether that is from running it again with :data:`WATCHED_GAS` only.
        placed: Whether logs are in the calls that wrote them; else they are all in the outermost.
    """

    root: Frame
    changes: dict[str, AccountChange] | None
    watched: bool = True
    shortened: bool = False
    placed: bool = True


class Tracer:
    """Traces on one node. Safe to use from several threads.

    Args:
        client: The node.
    """

    def __init__(self, client: ChainClient) -> None:
        self._client = client.apart(timeout=_TIMEOUT_S, at_most=_AT_MOST)

    def transaction(self, transaction_hash: str) -> RawTrace:
        """What happened in a mined transaction.

        Raises:
            TracingUnavailable, TraceTooLarge: See there.
            NodeUnreachable: No answer.
        """
        method = "debug_traceTransaction"
        calls, states = self._ask(
            [(method, [transaction_hash, _tracer(one)]) for one in (_CALLS, _STATES)]
        )
        if calls.error is not None or not _is_frame(calls.value):
            return self._without_states(transaction_hash, calls.error)
        root = _frame(calls.value)
        watched = not _has_failure(root) or self._watch_again(root, transaction_hash)
        return RawTrace(root, _changes(states), watched, watched and _is_long(root))

    def call(
        self,
        call: Mapping[str, Any],
        block: int,
        *,
        state: Mapping[str, Any] | None = None,
        block_overrides: Mapping[str, Any] | None = None,
    ) -> RawTrace:
        """What would happen in a call on the state after a block.

        Args:
            call: As for ``eth_call``.
            block: Its number.
            state: State overrides by address, as geth takes them.
            block_overrides: Such as ``time``.

        Raises:
            As :meth:`transaction`; RpcError: The call is none that the node would run, such as one
            that spends more ether than there is.
        """
        what = [dict(call), hex(block)]
        begin = _overrides(state, block_overrides)
        calls, states = self._ask(
            [(_TRACE_CALL, [*what, _tracer(one) | begin]) for one in (_CALLS, _STATES)]
        )
        if calls.error is not None:
            raise _unavailable(calls.error, _TRACE_CALL)
        if not _is_frame(calls.value):
            raise _unavailable(_OTHER_FORM, "")
        root = _frame(calls.value)
        watched = not _has_failure(root) or self._watch(root, what, begin)
        return RawTrace(root, _changes(states), watched, watched and _is_long(root))

    def slots_read(self, call: Mapping[str, Any], block: int) -> list[tuple[str, str]]:
        """Address and slot of all storage that a call reads. Raises as :meth:`call`."""
        try:
            told = self._client.request(
                _TRACE_CALL, dict(call), hex(block), {"tracer": "prestateTracer"}
            )
        except RpcError as error:
            raise _unavailable(error, _TRACE_CALL) from error
        return [
            (checksum(address), slot)
            for address, account in told.items()
            for slot in account.get("storage") or ()
        ]

    def _ask(self, calls: Sequence[RpcCall]) -> list[RpcResult]:
        try:
            return self._client.batch(calls)
        except AnswerUnusable as error:
            raise _too_large() from error

    def _watch(self, root: Frame, what: Sequence[Any], begin: dict[str, Any]) -> bool:
        """Note in the calls where they failed; whether the node told it.

        What uses up more gas than there can be steps for is run with less: where the same comes
        out, as of an endless loop or of ``invalid()``, it has failed in the same way.

        Args:
            root: The outermost call.
            what: Call and block, as for ``debug_traceCall``.
            begin: Overrides.
        """
        if _is_long(root):
            what = [what[0] | {"gas": hex(WATCHED_GAS)}, what[1]]
            if not self._comes_out(root, what, begin):
                return False
        try:
            (steps,) = self._client.batch([(_TRACE_CALL, [*what, _STEPS | begin])])
        except AnswerUnusable:
            return False
        if steps.error is not None or not isinstance(steps.value, dict):
            return False
        _note_steps(root, steps.value.get("structLogs") or ())
        return True

    def _comes_out(self, root: Frame, what: Sequence[Any], begin: dict[str, Any]) -> bool:
        """Whether the same calls fail in the same way."""
        (calls,) = self._ask([(_TRACE_CALL, [*what, _tracer(_CALLS) | begin])])
        if calls.error is not None or not _is_frame(calls.value):
            return False
        return _outline(_frame(calls.value)) == _outline(root)

    def _watch_again(self, root: Frame, transaction_hash: str) -> bool:
        """The same of a mined transaction, run again on the state before its block."""
        mined = self._client.request("eth_getTransactionByHash", transaction_hash)
        number = int(mined["blockNumber"], 16)
        block = self._client.block(number)
        if block is None or number == 0:
            return False
        call = {"from": mined["from"], "gas": mined["gas"], "value": mined["value"]}
        call |= {"data": mined["input"]} | ({"to": mined["to"]} if mined["to"] else {})
        begin = _overrides({}, {"number": block["number"], "time": block["timestamp"]})
        what = [call, hex(number - 1)]
        # What came before it in its block may matter.
        return self._comes_out(root, what, begin) and self._watch(root, what, begin)

    def _without_states(self, transaction_hash: str, error: RpcError | None) -> RawTrace:
        """The calls of a transaction whose state the node has no more, and the receipt's logs."""
        traces, receipt = self._ask(
            [
                ("trace_transaction", [transaction_hash]),
                ("eth_getTransactionReceipt", [transaction_hash]),
            ]
        )
        if traces.error is not None or not traces.value or not receipt.value:
            raise _unavailable(error or _OTHER_FORM, "")
        if len(traces.value) > MAX_CALLS:
            raise _too_large()
        root = _from_flat(traces.value)
        root.logs = [_log(one, len(root.calls)) for one in receipt.value["logs"]]
        root.gas_used = int(receipt.value["gasUsed"], 16)
        return RawTrace(root, None, watched=not _has_failure(root), placed=False)


_TRACE_CALL: Final = "debug_traceCall"
_OTHER_FORM: Final = RpcError(0, "it answered in another form")


def _tracer(one: Mapping[str, Any]) -> dict[str, Any]:
    ((name, config),) = one.items()
    return {"tracer": name, "tracerConfig": config}


def _overrides(state: Mapping[str, Any] | None, block: Mapping[str, Any] | None) -> dict[str, Any]:
    given = {"stateOverrides": state, "blockOverrides": block}
    return {name: dict(value) for name, value in given.items() if value}


def _is_frame(value: Any) -> bool:
    return isinstance(value, dict) and "type" in value


def _is_long(root: Frame) -> bool:
    """Whether a failed call has too many steps to be asked for with all its gas."""
    return _has_failure(root) and root.gas_used > WATCHED_GAS


def _has_failure(root: Frame) -> bool:
    return any(frame.error is not None for frame in root.all())


def _outline(root: Frame) -> list[tuple[Any, ...]]:
    """What must be the same of a transaction that is run again."""
    return [(f.kind, f.to, f.input, f.output, f.error, len(f.calls)) for f in root.all()]


def _unavailable(error: RpcError, method: str) -> PlatformError:
    if method == _TRACE_CALL and error.rpc_code != _NO_SUCH_METHOD:
        return error
    return TracingUnavailable(
        "The blockchain node does not tell what happened in this transaction ({why}).",
        next_step="A node with debug_ methods that keeps old states can; the sandbox's own one "
        "keeps those of its newest blocks.",
        why=error.message[:200],
    )


def _too_large() -> TraceTooLarge:
    return TraceTooLarge(
        "More happened in this transaction than can be shown: at most {limit} calls, not too "
        "deep within one another, and {size} MB of data.",
        next_step="Look at its events with GET /v1/contracts/{{id}}/events, or try a smaller one.",
        limit=MAX_CALLS,
        size=_AT_MOST // 1024**2,
    )


def _frame(given: Mapping[str, Any]) -> Frame:
    """The tree of calls. Raises :class:`TraceTooLarge`."""
    count = 0
    root = _alone(given)
    waiting = [(root, given, 1)]
    while waiting:
        frame, told, depth = waiting.pop()
        for inner in told.get("calls") or ():
            count += 1
            if count > MAX_CALLS or depth > _MAX_DEPTH:
                raise _too_large()
            child = _alone(inner)
            frame.calls.append(child)
            waiting.append((child, inner, depth + 1))
    return root


_MAX_DEPTH: Final = 64
"""Calls within calls; all that shows them goes into them by recursion, readers of JSON too."""


def _alone(told: Mapping[str, Any]) -> Frame:
    to = told.get("to")
    return Frame(
        kind=str(told["type"]),
        sender=checksum(told["from"]),
        to=checksum(to) if to else None,
        value=int(told.get("value") or "0x0", 16),
        gas=int(told["gas"], 16),
        gas_used=int(told["gasUsed"], 16),
        input=_bytes(told.get("input")),
        output=_bytes(told.get("output")),
        error=_told_error(told.get("error")),
        logs=[_log(log, int(log.get("position") or "0x0", 16)) for log in told.get("logs") or ()],
    )


def _told_error(words: str | None) -> str | None:
    # anvil says of some what the gas was not enough for.
    return _OUT_OF_GAS if words and words.lower().startswith(_OUT_OF_GAS) else words


def _log(told: Mapping[str, Any], position: int) -> FrameLog:
    topics, data = list(told.get("topics") or ()), _bytes(told.get("data"))
    return FrameLog(checksum(told["address"]), topics, data, position)


def _from_flat(traces: Sequence[Mapping[str, Any]]) -> Frame:
    """The tree of calls from a list in which each says its place in the tree."""
    by_place: dict[tuple[int, ...], Frame] = {}
    for told in traces:
        action, result = told["action"], told.get("result") or {}
        plain = {
            "type": str(action.get("callType") or action.get("creationMethod") or told["type"]),
            "from": action.get("from") or action["address"],
            "to": action.get("to") or result.get("address") or action.get("refundAddress"),
            "value": action.get("value"),
            "gas": action.get("gas") or "0x0",
            "gasUsed": result.get("gasUsed") or "0x0",
            "input": action.get("input") or action.get("init"),
            "output": result.get("output") or result.get("code"),
            "error": told.get("error"),
        }
        frame = _alone(plain | {"type": _FLAT_KINDS.get(plain["type"], plain["type"].upper())})
        place = tuple(told["traceAddress"])
        if len(place) > _MAX_DEPTH:
            raise _too_large()
        by_place[place] = frame
        if place:
            by_place[place[:-1]].calls.append(frame)
    return by_place[()]


_OUT_OF_GAS: Final = "out of gas"
_FLAT_KINDS: Final = {"suicide": "SELFDESTRUCT"}


def _bytes(text: str | None) -> bytes:
    return bytes.fromhex(text[2:]) if text else b""


def _changes(answer: RpcResult) -> dict[str, AccountChange] | None:
    """What ``prestateTracer`` told in its mode of differences: what is missing stayed or is 0."""
    if answer.error is not None or not isinstance(answer.value, dict):
        return None
    before, after = answer.value.get("pre", {}), answer.value.get("post", {})
    found = {}
    for address in sorted({*before, *after}):
        old, new = before.get(address, {}), after.get(address, {})
        had = int(old.get("balance") or "0x0", 16)
        has = int(new["balance"], 16) if "balance" in new else had
        if address in before and address not in after:
            has = 0  # destroyed
        words = {}
        for slot in {*old.get("storage", {}), *new.get("storage", {})}:
            pair = tuple(int(side.get("storage", {}).get(slot, "0x0"), 16) for side in (old, new))
            if pair[0] != pair[1]:
                words[int(slot, 16)] = (pair[0], pair[1])
        found[checksum(address)] = AccountChange(had, has, dict(sorted(words.items())))
    return found


def _note_steps(root: Frame, steps: Sequence[Mapping[str, Any]]) -> None:
    """Note in each failed call its last steps, found by how deep each step is.

    Calls of what has no code, and of what is part of the protocol, have no steps of their own.
    """
    within: list[_Watched] = []
    for step in steps:
        depth = int(step["depth"])
        while len(within) > depth:
            within.pop().note()
        if len(within) < depth:
            within.append(_Watched(within[-1].inner() if within else root))
        current = within[-1]
        current.last.append(int(step["pc"]))
        if step["op"] in _CALLING:
            current.calls += 1
    while within:
        within.pop().note()


class _Watched:
    """A call whose steps are gone through."""

    def __init__(self, frame: Frame | None) -> None:
        self._frame = frame
        self.last: deque[int] = deque(maxlen=_LAST_STEPS)
        self.calls = 0

    def inner(self) -> Frame | None:
        """The call that it has just begun; None where that is not clear."""
        calls = self._frame.calls if self._frame is not None else []
        return calls[self.calls - 1] if 0 < self.calls <= len(calls) else None

    def note(self) -> None:
        """It has ended."""
        if self._frame is not None and self._frame.error is not None:
            self._frame.last_steps = tuple(self.last)
