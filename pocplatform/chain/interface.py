"""A contract by its ABI: functions by name or signature, calls, results and events as JSON.

PlatformError
├── InvalidInput                422
│   ├── AbiInvalid              422  not an ABI
│   └── FunctionAmbiguous       422  several functions of that name fit; lists their signatures
└── NotFound                    404
    └── FunctionUnknown         404  no such function or event; names the nearest
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pocplatform.chain import abi_json
from pocplatform.chain.abi_json import ArgumentInvalid, DataUnreadable, Parameter
from pocplatform.chain.codec import keccak256
from pocplatform.chain.reverts import abi_type
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.i18n import DEFAULT_LANGUAGE

MAX_ENTRIES = 1000
MAX_CALLDATA = 512 * 1024
"""Bytes of a call. anvil closes the connection on a request of 2 MiB, in which a byte is two
digits; JSON arguments grow on their way there."""
MAX_DEPTH = 16
MAX_FIXED_LENGTH = 4096
"""Longest fixed array, whose every element is a value of its own."""

_FEW = 16
"""Arguments and results that take no time worth speaking of."""

Mutability: TypeAlias = Literal["pure", "view", "nonpayable", "payable"]

_ELEMENTARY = re.compile(
    r"u?int(8|16|24|32|40|48|56|64|72|80|88|96|104|112|120|128|136|144|152|160|168|176|184|192|200"
    r"|208|216|224|232|240|248|256)|bytes([1-9]|[12][0-9]|3[0-2])?|address|bool|string|function"
)
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_SHORT = re.compile(r"(?<![a-z])(u?int)(?![a-z0-9])")
"""An integer type without its size, among the types of a signature."""


class AbiInvalid(InvalidInput):
    """What was given as an ABI is none (Solidity ABI specification, JSON)."""

    code = "abi_invalid"
    title = "This is not an ABI"


class FunctionUnknown(NotFound):
    """The contract has no such function or event."""

    code = "function_unknown"
    title = "The contract has nothing of that name"


class FunctionAmbiguous(InvalidInput):
    """Several functions have this name, and the arguments fit more than one, or none.

    Args:
        name: As it was asked for.
        signatures: Of all functions of that name.
    """

    code = "function_ambiguous"
    title = "Several functions have this name"

    def __init__(self, name: str, signatures: Sequence[str]) -> None:
        self.signatures = list(signatures)
        super().__init__(
            "{name} is overloaded: {signatures}.",
            next_step="Name the one you mean by its signature.",
            param="function",
            name=name,
            signatures=", ".join(signatures),
        )

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The signatures to choose from."""
        return {"signatures": self.signatures}


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a contract; ``selector`` is empty for ``receive`` and ``fallback``."""

    name: str
    signature: str
    selector: bytes
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]
    mutability: Mutability

    @property
    def reads(self) -> bool:
        """Whether it promises to change nothing."""
        return self.mutability in ("pure", "view")

    @property
    def small(self) -> bool:
        """Whether its arguments and its results are few and no lists or structs."""
        parameters = (*self.inputs, *self.outputs)
        return len(parameters) <= _FEW and not any(
            kind.endswith("]") or kind.startswith("tuple")
            for kind in (str(parameter["type"]) for parameter in parameters)
        )

    @property
    def payable(self) -> bool:
        """Whether ether may be sent along."""
        return self.mutability == "payable"

    def encode(self, arguments: Any) -> bytes:
        """Calldata for JSON arguments, at most :data:`MAX_CALLDATA` bytes.

        Raises :class:`ArgumentInvalid`.
        """
        if not self.selector:  # a fallback function takes the calldata as it is
            values = abi_json.from_json(self.inputs, arguments)
            return bytes(values[0]) if values else b""
        data = self.selector + abi_json.encode(self.inputs, arguments)
        if len(data) > MAX_CALLDATA:
            raise ArgumentInvalid(
                "The arguments take {size} bytes on the chain; a call may have at most {limit}.",
                next_step="Send less at a time.",
                param="arguments",
                size=len(data),
                limit=MAX_CALLDATA,
            )
        return data

    def arguments(self, calldata: bytes) -> dict[str, Any]:
        """The arguments in calldata of this function, by name as JSON."""
        if not self.selector:
            return {"data": "0x" + calldata.hex()} if self.inputs else {}
        return abi_json.decode(self.inputs, calldata[4:], "arg")

    def decode(self, data: bytes) -> dict[str, Any]:
        """Results by name, as JSON. Raises :class:`~pocplatform.chain.abi_json.DataUnreadable`."""
        if not self.selector and self.outputs:  # a fallback function's bytes come as they are
            return {"result": "0x" + data.hex()}
        return abi_json.decode(self.outputs, data)


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a contract; ``topic`` is the 0x-hex hash of its signature."""

    name: str
    signature: str
    topic: str
    inputs: tuple[Parameter, ...]
    anonymous: bool

    @property
    def indexed(self) -> list[tuple[str, Parameter]]:
        """Names and parameters of those arguments that stand in topics."""
        return [pair for pair in self._named() if pair[1].get("indexed")]

    def _named(self) -> list[tuple[str, Parameter]]:
        return list(zip(abi_json.names(self.inputs), self.inputs, strict=True))

    def decode(self, topics: Sequence[str], data: bytes) -> dict[str, Any] | None:
        """Arguments by name as JSON; None if topics or data are not of this event.

        Of an indexed argument of a dynamic or composite type the log has only a hash.
        """
        given = list(topics if self.anonymous else topics[1:])
        named = self._named()
        if len(given) != len(self.indexed):
            return None
        plain = [{**p, "name": name} for name, p in named if not p.get("indexed")]
        try:
            values = abi_json.decode(plain, data, "arg")
            for (name, parameter), topic in zip(self.indexed, given, strict=True):
                kind = str(parameter["type"])
                if is_hashed(kind):
                    values[name] = topic
                else:
                    word = bytes.fromhex(topic[2:])
                    values[name] = abi_json.decode([{"name": "x", "type": kind}], word)["x"]
        except DataUnreadable:
            return None
        return {name: values[name] for name, _ in named}

    def topic_of(self, parameter: Parameter, text: str) -> str:
        """The topic that a value, as text, of an indexed argument has.

        Raises :class:`ArgumentInvalid`. A value of a type of which only the hash is in the log may
        be given as that hash; texts and bytes also as they are.
        """
        kind = str(parameter["type"])
        if is_hashed(kind):
            if re.fullmatch("0x[0-9a-fA-F]{64}", text):
                return text.lower()
            if kind not in ("string", "bytes"):
                raise ArgumentInvalid(
                    "Of {param} the chain keeps only a hash, by which alone it can be found.",
                    next_step="Give the hash as 0x and 64 hex digits.",
                    param=f"argument.{parameter['name']}",
                )
            (value,) = abi_json.from_json([parameter], {parameter["name"]: text}, "argument")
            return "0x" + keccak256(value.encode() if kind == "string" else value).hex()
        given: Any = {"true": True, "false": False}.get(text, text) if kind == "bool" else text
        return "0x" + abi_json.encode([parameter], {parameter["name"]: given}, "argument").hex()


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """A log by its event: arguments by name as JSON."""

    event: Event
    arguments: dict[str, Any]


class Interface:
    """What a contract offers.

    Attributes:
        functions: Those with a name of their own.
        unnamed: ``receive`` and ``fallback``.
        events: All events, anonymous ones too.

    Args:
        abi: Its ABI in JSON. Raises :class:`AbiInvalid`.
    """

    def __init__(self, abi: Any) -> None:
        check_abi(abi)
        self.abi: list[dict[str, Any]] = abi
        self.functions = [_function(entry) for entry in abi if entry["type"] == "function"]
        self.events = [_event(entry) for entry in abi if entry["type"] == "event"]
        self.unnamed = _unnamed(abi)
        self._by_name: dict[str, list[Function]] = {}
        for function in (*self.functions, *self.unnamed):
            self._by_name.setdefault(function.name, []).append(function)
        self._by_signature = {function.signature: function for function in self.functions}
        self._by_selector = {"0x" + f.selector.hex(): f for f in self.functions}
        self._by_topic = {event.topic: event for event in self.events if not event.anonymous}

    @cached_property
    def constructor(self) -> Function:
        """The constructor; one without arguments where the ABI has none."""
        entry = next((e for e in self.abi if e["type"] == "constructor"), {})
        inputs = tuple(entry.get("inputs") or ())
        return Function("constructor", "constructor", b"", inputs, (), _mutability(entry))

    def function(self, name: str, arguments: Any = None) -> Function:
        """A function by name, signature or selector.

        An overloaded name does where the names, or else the number, of the arguments fit one of
        them only.

        Raises:
            FunctionUnknown, FunctionAmbiguous.
        """
        wanted = _canonical(name)
        exact = self._by_signature.get(wanted) or self._by_selector.get(wanted.lower())
        if exact is not None:
            return exact
        candidates = self._by_name.get(wanted, [])
        if not candidates:
            raise self._unknown(name, self._by_name, self._by_signature)
        if len(candidates) == 1:
            return candidates[0]
        fitting = [f for f in candidates if _fits(f.inputs, arguments)]
        if len(fitting) != 1:
            raise FunctionAmbiguous(name, sorted(f.signature for f in candidates))
        return fitting[0]

    def only(self, name: str) -> Function | None:
        """The function of exactly this name or signature; None where there is none, or several."""
        candidates = self._by_name.get(name, ())
        return candidates[0] if len(candidates) == 1 else self._by_signature.get(name)

    def called(self, calldata: bytes) -> Function | None:
        """The function that calldata calls; None where the contract has none for it."""
        found = self._by_selector.get("0x" + calldata[:4].hex()) if len(calldata) >= 4 else None
        kinds = ("fallback",) if calldata else ("receive", "fallback")
        return found or next((f for kind in kinds for f in self.unnamed if f.name == kind), None)

    def event(self, name: str) -> list[Event]:
        """The events of a name or signature. Raises :class:`FunctionUnknown`."""
        found = [e for e in self.events if _canonical(name) in (e.name, e.signature)]
        if not found:
            raise self._unknown(
                name, [e.name for e in self.events], [e.signature for e in self.events], "event"
            )
        return found

    def decode_log(self, topics: Sequence[str], data: bytes) -> DecodedEvent | None:
        """A log by the event that it is of; None where that is not known.

        Anonymous events are told by what fits: one that alone fits is taken.
        """
        event = self._by_topic.get(topics[0].lower()) if topics else None
        if event is not None and (arguments := event.decode(topics, data)) is not None:
            return DecodedEvent(event, arguments)
        found = [
            DecodedEvent(event, arguments)
            for event in self.events
            if event.anonymous and (arguments := event.decode(topics, data)) is not None
        ]
        return found[0] if len(found) == 1 else None

    def joined(self, other: "Interface") -> "Interface":
        """This and what only ``other`` has: a proxy and what stands behind it."""
        known = {_identity(entry) for entry in self.abi}
        more = [e for e in other.abi if _identity(e) not in known and e["type"] != "constructor"]
        return Interface([*self.abi, *more])

    def _unknown(
        self,
        name: str,
        names: Iterable[str],
        signatures: Iterable[str],
        param: str = "function",
    ) -> FunctionUnknown:
        known = list(dict.fromkeys(names))
        near = difflib.get_close_matches(name, [*known, *signatures], n=1)
        return FunctionUnknown(
            "The contract has no {name}.",
            next_step="Did you mean {near}?" if near else "Its ABI has: {known}.",
            param=param,
            name=name[:100],
            near=near[0] if near else "",
            known=", ".join(known[:50]) or "-",
        )


def is_hashed(kind: str) -> bool:
    """Whether an indexed argument of the type is in the log as a hash only."""
    return kind in ("string", "bytes", "tuple") or kind.endswith("]")


def check_abi(abi: Any) -> None:
    """Raises :class:`AbiInvalid` unless ``abi`` is a JSON ABI that this platform can use."""
    if not isinstance(abi, list):
        raise _invalid("abi", abi)
    if len(abi) > MAX_ENTRIES:
        raise AbiInvalid("The ABI has more than {limit} entries.", param="abi", limit=MAX_ENTRIES)
    for index, entry in enumerate(abi):
        path = f"abi[{index}]"
        if not isinstance(entry, dict):
            raise _invalid(path, entry)
        kind = entry.get("type")
        if kind not in ("function", "event", "error", "constructor", "receive", "fallback"):
            raise _invalid(f"{path}.type", kind)
        if kind in ("function", "event", "error"):
            name = entry.get("name")
            if not isinstance(name, str) or len(name) > 200 or not _NAME.fullmatch(name):
                raise _invalid(f"{path}.name", name)
        for key in ("inputs", "outputs"):
            _check_parameters(entry.get(key, []), f"{path}.{key}", 0)


def _check_parameters(parameters: Any, path: str, depth: int) -> None:
    if not isinstance(parameters, list) or len(parameters) > MAX_ENTRIES or depth > MAX_DEPTH:
        raise _invalid(path, parameters)
    for index, parameter in enumerate(parameters):
        place = f"{path}[{index}]"
        if not isinstance(parameter, dict) or not isinstance(parameter.get("type"), str):
            raise _invalid(place, parameter)
        name = parameter.get("name", "")
        if not isinstance(name, str) or (name and not _NAME.fullmatch(name)):
            raise _invalid(f"{place}.name", name)
        kind, levels = parameter["type"], 0
        while (array := abi_json.split_array(kind)) is not None:
            kind, length = array
            levels += 1
            if levels > MAX_DEPTH or length == 0 or (length or 0) > MAX_FIXED_LENGTH:
                raise _invalid(f"{place}.type", parameter["type"])
        if kind == "tuple":
            if not parameter.get("components"):
                raise _invalid(f"{place}.components", parameter.get("components"))
            _check_parameters(parameter["components"], f"{place}.components", depth + 1)
        elif not _ELEMENTARY.fullmatch(kind):
            raise _invalid(f"{place}.type", parameter["type"])


def _invalid(path: str, value: Any) -> AbiInvalid:
    return AbiInvalid(
        "{param} is {value}, which no ABI has there.",
        next_step="Give the ABI as solc, ape, Foundry or Hardhat writes it: a list of entries.",
        param=path,
        value=json.dumps(value)[:80],
    )


def _function(entry: Mapping[str, Any]) -> Function:
    inputs = tuple(entry.get("inputs") or ())
    signature = f"{entry['name']}({','.join(abi_type(i) for i in inputs)})"
    selector = keccak256(signature.encode())[:4]
    outputs = tuple(entry.get("outputs") or ())
    return Function(entry["name"], signature, selector, inputs, outputs, _mutability(entry))


def _unnamed(abi: Sequence[Mapping[str, Any]]) -> list[Function]:
    """``receive`` and ``fallback``, unless the contract has functions of these names."""
    named = {entry.get("name") for entry in abi if entry["type"] == "function"}
    takes = {"fallback": ({"name": "data", "type": "bytes"},)}
    gives = {"fallback": ({"name": "", "type": "bytes"},)}
    return [
        Function(kind, kind, b"", takes.get(kind, ()), gives.get(kind, ()), _mutability(entry))
        for entry in abi
        if (kind := str(entry["type"])) in ("receive", "fallback") and kind not in named
    ]


def _event(entry: Mapping[str, Any]) -> Event:
    inputs = tuple(entry.get("inputs") or ())
    signature = f"{entry['name']}({','.join(abi_type(i) for i in inputs)})"
    topic = "0x" + keccak256(signature.encode()).hex()
    return Event(entry["name"], signature, topic, inputs, bool(entry.get("anonymous")))


def _mutability(entry: Mapping[str, Any]) -> Mutability:
    given = entry.get("stateMutability")
    if given in ("pure", "view", "nonpayable", "payable"):
        return given  # type: ignore[no-any-return]
    # Compilers before 0.4.16 and some other tools write it this way.
    if entry.get("constant"):
        return "view"
    return "payable" if entry.get("payable") else "nonpayable"


def _canonical(name: str) -> str:
    """A name, or a signature as people write it, as the ABI specification has it."""
    plain, bracket, types = name.replace(" ", "").partition("(")
    return plain + bracket + _SHORT.sub(r"\g<1>256", types)


def _fits(inputs: Sequence[Parameter], arguments: Any) -> bool:
    if isinstance(arguments, Mapping):
        return set(abi_json.names(inputs)) == set(arguments)
    return isinstance(arguments, list) and len(arguments) == len(inputs)


def _identity(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    types = ",".join(abi_type(i) for i in entry.get("inputs") or ())
    return str(entry["type"]), str(entry.get("name", "")), types
