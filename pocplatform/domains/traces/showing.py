"""From what the node told to what is shown: names, decoded values, lines, changes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any, Final, NamedTuple

from pocplatform.chain import abi_json, console
from pocplatform.chain.abi_json import DataUnreadable
from pocplatform.chain.bytecode import compare_creation
from pocplatform.chain.errors import RpcError
from pocplatform.chain.interface import Function, Interface
from pocplatform.chain.proxies import SLOTS
from pocplatform.chain.reverts import RevertDecoder
from pocplatform.chain.storage_layout import Keys, StorageLayout
from pocplatform.chain.token_transfers import NOBODY, transfers
from pocplatform.chain.tracing import WATCHED_GAS, Frame, FrameLog, RawTrace
from pocplatform.domains.traces.directory import Directory, Known
from pocplatform.domains.traces.schemas import (
    BalanceChangeRead,
    CallFrameRead,
    ConsoleLineRead,
    FailureRead,
    SlotRead,
    SourceRead,
    StorageChangeRead,
    TraceEventRead,
    VariableRead,
)
from pocplatform.domains.transactions.schemas import ContractErrorRead
from pocplatform.kit.i18n import Phrase
from pocplatform.outbox.explanations import localized, of_contract
from pocplatform.outbox.service import Outbox

_SHOWN_BYTES: Final = 1_000
"""Bytes of what cannot be decoded that are shown."""
_ASKED_TOKENS: Final = 20
"""Tokens whose symbol and decimals are asked for."""
_REVERTED: Final = "execution reverted"
_SELECTORS: Final = {"symbol": "0x95d89b41", "decimals": "0x313ce567"}
_STANDARD_SLOTS: Final = {
    int(slot, 16): f"ERC1967.{name}"
    for slot, name in zip(SLOTS, ("implementation", "beacon", "admin"), strict=True)
}


class Call(NamedTuple):
    """A call by the ABI; None for what is not known."""

    function: str | None
    arguments: dict[str, Any] | None
    results: dict[str, Any] | None


class Showing:
    """Shows one trace.

    Args:
        raw: What the node told.
        directory: Who is who.
        outbox: Explains errors, and knows the node.
        language: Of explanations.
    """

    def __init__(self, raw: RawTrace, directory: Directory, outbox: Outbox, language: str) -> None:
        self._raw = raw
        self._directory = directory
        self._outbox = outbox
        self._language = language
        directory.learn(raw.root)

    def happening(self) -> dict[str, Any]:
        """The members of :class:`~pocplatform.domains.traces.schemas.Happening` but ``block``."""
        root = self._raw.root
        failed = self._failed() if root.error is not None else []
        return {
            "status": "failed" if failed else "success",
            "gas_used": root.gas_used,
            "error": self._error(failed[-1]) if failed else None,
            "failure": self._failure(failed) if failed else None,
            "console": [self._line(call, said) for call, said in self._said()],
            "events": [self._event(log, code) for log, code in self._logs()],
            "balance_changes": self._balances(),
            "storage_changes": self._storage(),
            "call": self._frame(root),
            "notes": [note.render(self._language) for note in self._notes()],
        }

    def root_results(self) -> dict[str, Any] | None:
        """What the outermost call gave back, by name."""
        return self._call(self._raw.root).results

    def _notes(self) -> Iterator[Phrase]:
        if self._raw.changes is None:
            yield Phrase("The blockchain node does not tell what was changed in accounts.")
        if not self._raw.placed:
            yield Phrase(
                "The blockchain node has forgotten the state of that time: events stand at the "
                "outermost call, and revert data may be missing."
            )
        if self._raw.shortened:
            yield Phrase(
                "Lines of sources are from running it again with {gas} gas, by which it fails in "
                "the same way: with more, too much happens to be looked at.",
                gas=WATCHED_GAS,
            )
        if not self._raw.watched:
            yield Phrase(
                "At which instructions calls failed is not known, so lines of sources are missing: "
                "too much has happened, or the blockchain node does not tell."
            )

    def _failed(self) -> list[Frame]:
        """The calls through which a refusal came to the top, the innermost last."""
        path = [self._raw.root]
        while True:
            failed = [call for call in path[-1].calls if call.error is not None]
            if not failed or failed[-1].output != path[-1].output:
                return path
            path.append(failed[-1])

    def _failure(self, path: Sequence[Frame]) -> FailureRead:
        origin = path[-1]
        known = self._directory.about(origin.to)
        created = self._directory.created(origin) if origin.creates else None
        places = (self._source(frame) for frame in reversed(path))
        return FailureRead(
            address=origin.to,
            contract=created.entry["name"] if created is not None else known.name,
            function=self._call(origin).function,
            source=next((place for place in places if place is not None), None),
        )

    def _error(self, frame: Frame) -> ContractErrorRead | None:
        """The error of a failed call, by the ABI of the contract that failed."""
        if frame.error is None:
            return None
        reverted = _REVERTED in frame.error or bool(frame.output)
        data = "0x" + frame.output.hex() if reverted else None
        error = self._outbox.explain(RpcError(3, frame.error, data), frame.to)
        decoder = RevertDecoder()
        for known in self._names(frame):
            if known.compiled is not None:
                entry = known.compiled.entry
                decoder.register(entry["name"], entry["abi"], entry["userdoc"], entry["devdoc"])
            elif known.interface is not None and not known.ours:
                decoder.register(known.name or "", known.interface.abi)
        if decoder.errors():
            error = of_contract(decoder, error)
        return ContractErrorRead(**localized(error, self._language))

    def _names(self, frame: Frame) -> Iterator[Known]:
        """The contract of a call, then those within it, whose errors may have come through."""
        created = self._directory.created(frame) if frame.creates else None
        if created is not None:
            yield Known(created.entry["name"], created.interface, created)
        yield self._directory.about(frame.to)
        for call in frame.calls:
            if call.error is not None:
                yield from self._names(call)

    def _source(self, frame: Frame) -> SourceRead | None:
        if not frame.last_steps:
            return None
        compiled = (
            self._directory.created(frame)
            if frame.creates
            else self._directory.about(frame.to).compiled
        )
        place = compiled.place(frame) if compiled is not None else None
        return SourceRead(**asdict(place)) if place is not None else None

    def _frame(self, frame: Frame) -> CallFrameRead:
        known = self._directory.about(frame.to)
        call = self._call(frame)
        created = self._directory.created(frame) if frame.creates else None
        return CallFrameRead(
            type=frame.kind,
            sender=frame.sender,
            to=frame.to,
            contract=created.entry["name"] if created is not None else known.name,
            function=call.function,
            arguments=call.arguments,
            results=call.results,
            value=str(frame.value),
            gas=frame.gas,
            gas_used=frame.gas_used,
            error=self._error(frame),
            source=self._source(frame),
            input=_raw(frame.input) if call.arguments is None else None,
            output=None
            if call.results is not None or frame.creates or not frame.output
            else _raw(frame.output),
            events=[self._event(log, frame.to) for log in frame.logs],
            calls=[self._frame(inner) for inner in frame.calls],
        )

    def _call(self, frame: Frame) -> Call:
        if frame.creates:
            return self._creation(frame)
        if said := console.said(frame.to, frame.input):
            return Call(said.signature, said.arguments, {})
        function = self._function(frame)
        if function is None:
            return Call(None, None, None)
        arguments = results = None
        try:
            arguments = function.arguments(frame.input)
            if frame.error is None:
                results = function.decode(frame.output)
        except DataUnreadable:
            pass  # what is not as the ABI says is shown as it is
        return Call(function.signature, arguments, results)

    def _creation(self, frame: Frame) -> Call:
        created = self._directory.created(frame)
        if created is None:
            return Call("constructor", None, None)
        constructor = created.interface.constructor
        _, encoded = compare_creation(created.entry, frame.input)
        try:
            arguments = abi_json.decode(constructor.inputs, encoded, "arg")
        except DataUnreadable:
            return Call("constructor", None, None)
        return Call("constructor", arguments, None)

    def _function(self, frame: Frame) -> Function | None:
        """The function that was called; of a proxy, of what it has passed the call on to."""
        interface = self._directory.about(frame.to).interface
        found = interface.called(frame.input) if interface is not None else None
        if found is not None and (found.selector or not frame.input):
            return found
        for call in frame.calls:
            if call.kind == "DELEGATECALL" and call.input == frame.input:
                return self._function(call) or found
        return found or self._directory.by_selector(frame.input)

    def _said(self) -> Iterator[tuple[Frame, console.Said]]:
        """What was written by ``console.log``, each with its call, in the order of time."""
        for call in self._raw.root.all():
            if said := console.said(call.to, call.input):
                yield call, said

    def _line(self, call: Frame, said: console.Said) -> ConsoleLineRead:
        return ConsoleLineRead(
            address=call.sender,
            contract=self._directory.about(call.sender).name,
            text=said.text,
            values=list(said.arguments.values()),
        )

    def _logs(self) -> Iterator[tuple[FrameLog, str | None]]:
        """The logs that lasted, each with the address whose code wrote it."""
        return _lasting_logs(self._raw.root)

    def _event(self, log: FrameLog, code: str | None) -> TraceEventRead:
        about = self._directory.about
        interfaces = [known.interface for known in (about(code), about(log.address))]
        decoded = None
        for interface in interfaces:
            decoded = decoded or (_decoded(interface, log) if interface is not None else None)
        return TraceEventRead(
            address=log.address,
            contract=about(log.address).name,
            event=decoded.event.name if decoded else None,
            signature=decoded.event.signature if decoded else None,
            arguments=decoded.arguments if decoded else {},
            topics=log.topics,
            data="0x" + log.data.hex(),
            position=log.position,
        )

    def _storage(self) -> list[StorageChangeRead] | None:
        if self._raw.changes is None:
            return None
        code = _code_by_context(self._raw.root)
        return [
            StorageChangeRead(
                address=address,
                contract=self._directory.about(address).name,
                slots=self._slots(change.storage, [address, *code[address]]),
            )
            for address, change in self._raw.changes.items()
            if change.storage
        ]

    @cached_property
    def _keys(self) -> Keys:
        """What may be keys of mappings, the likeliest first."""
        keys = Keys()
        frames = list(self._raw.root.all())
        for frame in frames:
            for address in (frame.sender, frame.to):
                keys.add_number(int(address or "0x0", 16))
        for frame in frames:
            keys.add_data(frame.input[4:] if not frame.creates else frame.input[-640:])
            for log in frame.logs:
                keys.add_data(b"".join(bytes.fromhex(topic[2:]) for topic in log.topics[1:]))
                keys.add_data(log.data)
        for change in (self._raw.changes or {}).values():
            for before, after in change.storage.values():
                for number in (before, after, before + 1, after - 1):
                    keys.add_number(number)
        for frame in frames:
            keys.add_data(frame.output if not frame.creates else b"")
        return keys

    def _slots(self, words: dict[int, tuple[int, int]], code: Iterable[str]) -> list[SlotRead]:
        """Words of storage with the variables that the code that ran there has for them."""
        layouts = [
            StorageLayout(self._directory.layout(address), self._keys)
            for address in dict.fromkeys(code)
        ]
        return [
            SlotRead(
                slot=f"0x{slot:064x}",
                before=f"0x{before:064x}",
                after=f"0x{after:064x}",
                variables=_variables(layouts, slot, before, after),
            )
            for slot, (before, after) in words.items()
        ]

    def _balances(self) -> list[BalanceChangeRead]:
        """Ether by the accounts' balances, tokens by their contracts' events."""
        found = [
            self._balance(address, "ether", change.balance_after - change.balance_before)
            for address, change in (self._raw.changes or {}).items()
            if change.balance_after != change.balance_before
        ]
        sums: dict[tuple[str, str, str, int | None], int] = defaultdict(int)
        for one in transfers(log for log, _ in self._logs()):
            for account, amount in ((one.sender, -one.amount), (one.recipient, one.amount)):
                if account != NOBODY:
                    sums[account, one.standard, one.token, one.token_id] += amount
        asked = _metadata(self._outbox, [key[2] for key in sums if key[1] == "erc20"])
        for (account, standard, token, token_id), amount in sums.items():
            if amount:
                symbol, decimals = asked.get(token, (None, None))
                found.append(
                    self._balance(account, standard, amount, token, token_id, symbol, decimals)
                )
        return found

    def _balance(
        self,
        account: str,
        asset: str,
        change: int,
        token: str | None = None,
        token_id: int | None = None,
        symbol: str | None = None,
        decimals: int | None = None,
    ) -> BalanceChangeRead:
        return BalanceChangeRead(
            account=account,
            name=self._directory.about(account).name,
            asset=asset,  # type: ignore[arg-type]
            token=token,
            symbol=symbol,
            decimals=decimals,
            token_id=None if token_id is None else str(token_id),
            change=str(change),
        )


def _lasting_logs(frame: Frame) -> Iterator[tuple[FrameLog, str | None]]:
    if frame.error is not None:
        return
    logs = sorted(frame.logs, key=lambda log: log.position)
    for place, call in enumerate(frame.calls):
        while logs and logs[0].position <= place:
            yield logs.pop(0), frame.to
        yield from _lasting_logs(call)
    for log in logs:
        yield log, frame.to


def _code_by_context(root: Frame) -> dict[str, list[str]]:
    """Whose code ran on the storage of each account: its own, and what it called as its own."""
    found: dict[str, list[str]] = defaultdict(list)
    for frame in root.all():
        if frame.to is not None and frame.kind in ("DELEGATECALL", "CALLCODE"):
            found[frame.sender].append(frame.to)
    return found


def _decoded(interface: Interface, log: FrameLog) -> Any:
    return interface.decode_log(log.topics, log.data)


def _variables(
    layouts: Sequence[StorageLayout], slot: int, before: int, after: int
) -> list[VariableRead]:
    if slot in _STANDARD_SLOTS:
        values = (f"0x{word:040x}" for word in (before, after))
        name = _STANDARD_SLOTS[slot]
        return [VariableRead(name=name, type="address", before=next(values), after=next(values))]
    shown = {
        variable.name: VariableRead(
            name=variable.name,
            type=variable.type,
            before=variable.value(before),
            after=variable.value(after),
        )
        for layout in layouts
        for variable in layout.at(slot)
    }
    return [one for one in shown.values() if one.before != one.after]


def _metadata(outbox: Outbox, tokens: Iterable[str]) -> dict[str, tuple[str | None, int | None]]:
    """Symbol and decimals of ERC-20 tokens, where they say (both are optional there)."""
    asked = list(dict.fromkeys(tokens))[:_ASKED_TOKENS]
    calls = [
        ("eth_call", [{"to": token, "data": data, "gas": "0x30d40"}, "latest"])
        for token in asked
        for data in _SELECTORS.values()
    ]
    answers = outbox.contracts.client.batch(calls)
    found = {}
    for place, token in enumerate(asked):
        symbol, decimals = (
            bytes.fromhex((answer.value or "0x")[2:])
            for answer in answers[2 * place : 2 * place + 2]
        )
        found[token] = (_symbol(symbol), decimals[-1] if len(decimals) == 32 else None)
    return found


def _symbol(answer: bytes) -> str | None:
    try:
        (text,) = _SYMBOL.decode(answer).values()
    except DataUnreadable:
        return None
    return str(text)[:40]


_SYMBOL: Final = Interface(
    [{"type": "function", "name": "symbol", "inputs": [], "outputs": [{"type": "string"}]}]
).functions[0]


def _raw(data: bytes) -> str:
    return "0x" + data[:_SHOWN_BYTES].hex() + ("…" if len(data) > _SHOWN_BYTES else "")
