"""Revert data in words: Solidity's ``Error(string)`` and ``Panic(uint256)``, custom errors by ABI.

The English explanations are the contracts' own NatSpec: ``@notice`` on an error, or ``@dev`` where
there is no notice (as in OpenZeppelin's). Those of other languages are its custom tags, such as
``@custom:fi``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from eth_abi.abi import decode as abi_decode
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from pocplatform.chain.artifacts import Artifact

_ERROR_STRING = "08c379a0"
_PANIC = "4e487b71"

_TRANSLATED = ("fi",)
"""Languages that a sentence may have a custom tag for."""

_PANICS = {
    0x00: "the compiler's own check failed",
    0x01: "an assertion of the contract failed",
    0x11: "a calculation went below zero or above the largest number",
    0x12: "a division by zero",
    0x21: "a number that stands for none of the choices",
    0x22: "a damaged byte array in storage",
    0x31: "taking from an empty list",
    0x32: "an index outside of the list",
    0x41: "too much memory asked for",
    0x51: "a call of a function that was never set",
}
"""Panic codes of Solidity, in words."""


@dataclass(frozen=True)
class DecodedRevert:
    """Why a call reverted.

    Attributes:
        name: Error name (``Error`` and ``Panic`` included); empty where unknown.
        signature: Canonical signature, such as ``TokTooBig(uint256,uint256)``; empty where unknown.
        args: Arguments by name (``arg0``… where unnamed): int, bool, str, 0x-hex for bytes,
            checksummed addresses, dicts for structs.
        selector: First four bytes as 0x-hex; ``0x`` where there is no data.
        kind: Where the words come from.
        explanation: One English sentence, or empty where nothing is known.
        raw: The whole data as 0x-hex.
        contract: The contract whose ABI has the error, if it is a custom one.
        translations: The explanation in other languages, by code, as far as NatSpec has it.
    """

    name: str
    signature: str
    args: dict[str, Any]
    selector: str
    kind: Literal["error", "panic", "custom", "unknown", "empty"]
    explanation: str
    raw: str
    contract: str | None = None
    translations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _KnownError:
    contract: str
    name: str
    signature: str
    inputs: tuple[Mapping[str, Any], ...]
    explanation: str
    translations: Mapping[str, str]
    for_people: bool


@dataclass
class RevertDecoder:
    """Decodes revert data by the errors of the ABIs registered with it.

    Args:
        abis: ABI by contract name.
        userdocs: NatSpec ``userdoc`` by contract name, for explanations.
    """

    abis: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    userdocs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _known: dict[str, list[_KnownError]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Register what was given."""
        for contract, abi in self.abis.items():
            self.register(contract, abi, self.userdocs.get(contract))

    @classmethod
    def from_artifacts(cls, artifacts: Iterable[Artifact]) -> "RevertDecoder":
        """A decoder of all errors of the compiled contracts and interfaces."""
        decoder = cls()
        for artifact in artifacts:
            decoder.register(artifact.name, artifact.abi, artifact.userdoc, artifact.devdoc)
        return decoder

    def register(
        self,
        contract: str,
        abi: Sequence[Mapping[str, Any]],
        userdoc: Mapping[str, Any] | None = None,
        devdoc: Mapping[str, Any] | None = None,
    ) -> None:
        """Add the errors of one ABI; an error known already only gains an explanation."""
        for entry in abi:
            if entry.get("type") != "error":
                continue
            inputs = tuple(entry.get("inputs", ()))
            signature = f"{entry['name']}({','.join(abi_type(i) for i in inputs)})"
            notice, translations = (
                _documented(signature, userdoc, "notice"),
                _translations(signature, devdoc),
            )
            known = _KnownError(
                contract,
                entry["name"],
                signature,
                inputs,
                notice or _documented(signature, devdoc, "details"),
                translations,
                bool(notice or translations),
            )
            same = self._known.setdefault(keccak(signature.encode())[:4].hex(), [])
            place = next((i for i, e in enumerate(same) if e.signature == signature), None)
            if place is None:
                same.append(known)
            elif not (same[place].explanation or same[place].translations):
                # Never the words of one contract beside, or instead of, another's.
                same[place] = known

    def errors(self) -> list[str]:
        """The signatures of all registered errors, sorted."""
        return sorted(error.signature for same in self._known.values() for error in same)

    def explanation(self, signature: str) -> str:
        """What the registered NatSpec says about an error; empty where it says nothing."""
        known = self._find(signature)
        return known.explanation if known is not None else ""

    def translations(self, signature: str) -> Mapping[str, str]:
        """The same in other languages, by code."""
        known = self._find(signature)
        return known.translations if known is not None else {}

    def speaks_to_people(self, signature: str) -> bool:
        """Whether there are words for people: more than ``@dev``, which speaks to programmers."""
        known = self._find(signature)
        return known is not None and known.for_people

    def _find(self, signature: str) -> _KnownError | None:
        same = self._known.get(keccak(signature.encode())[:4].hex(), ())
        return next((e for e in same if e.signature == signature), None)

    def decode(self, data: str | bytes | None) -> DecodedRevert:
        """What the revert data says. Never raises: what is not understood is kept raw."""
        code = _bytes(data)
        raw = "0x" + code.hex()
        if not code:
            return DecodedRevert(
                "", "", {}, "0x", "empty", "The contract refused without giving a reason.", raw
            )
        selector, body = code[:4].hex(), code[4:]
        if selector == _ERROR_STRING and (text := _decoded(["string"], body)) is not None:
            return DecodedRevert(
                "Error",
                "Error(string)",
                {"message": text[0]},
                "0x" + selector,
                "error",
                text[0],
                raw,
            )
        if selector == _PANIC and (number := _decoded(["uint256"], body)) is not None:
            words = _PANICS.get(number[0], f"code {number[0]:#x}")
            return DecodedRevert(
                "Panic",
                "Panic(uint256)",
                {"code": number[0]},
                "0x" + selector,
                "panic",
                f"The contract stopped itself: {words}.",
                raw,
            )
        for known in self._known.get(selector, ()):
            values = _decoded([abi_type(i) for i in known.inputs], body)
            if values is not None:
                return DecodedRevert(
                    known.name,
                    known.signature,
                    _named(known.inputs, values),
                    "0x" + selector,
                    "custom",
                    known.explanation,
                    raw,
                    known.contract,
                    known.translations,
                )
        return DecodedRevert("", "", {}, "0x" + selector, "unknown", "", raw)


def revert_data(data: Any) -> str | None:
    """The 0x-hex revert data in the ``data`` of a JSON-RPC error, or None.

    anvil and geth put it there as it is, older Parity-like nodes as ``Reverted 0x…``, some wrap it
    in an object under ``data`` or ``result``, or by transaction hash.
    """
    if isinstance(data, str):
        text = data.removeprefix("Reverted").strip()
        return text if text.startswith("0x") else None
    if isinstance(data, Mapping):
        for key in ("data", "result", "return"):
            if key in data and (found := revert_data(data[key])) is not None:
                return found
        nested = (revert_data(value) for value in data.values() if isinstance(value, Mapping))
        return next((found for found in nested if found is not None), None)
    return None


def abi_type(parameter: Mapping[str, Any]) -> str:
    """The canonical type of an ABI parameter; structs as tuples (Solidity ABI specification)."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(abi_type(component) for component in parameter["components"])
    return f"({inner}){kind[len('tuple') :]}"


def _documented(signature: str, doc: Mapping[str, Any] | None, key: str) -> str:
    entries = ((doc or {}).get("errors") or {}).get(signature) or []
    return next((str(entry[key]).strip() for entry in entries if entry.get(key)), "")


def _translations(signature: str, doc: Mapping[str, Any] | None) -> dict[str, str]:
    found = {code: _documented(signature, doc, f"custom:{code}") for code in _TRANSLATED}
    return {code: text for code, text in found.items() if text}


def _bytes(data: str | bytes | None) -> bytes:
    if isinstance(data, str):
        try:
            return bytes.fromhex(data.removeprefix("0x"))
        except ValueError:
            return data.encode()
    return data or b""


def _decoded(types: Sequence[str], body: bytes) -> tuple[Any, ...] | None:
    try:
        return tuple(abi_decode(types, body))
    except Exception:  # eth_abi raises of many kinds on bytes that are not what they claim to be
        return None


def _named(inputs: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> dict[str, Any]:
    return {
        parameter.get("name") or f"arg{index}": _plain(parameter, parameter["type"], value)
        for index, (parameter, value) in enumerate(zip(inputs, values, strict=True))
    }


def _plain(parameter: Mapping[str, Any], kind: str, value: Any) -> Any:
    if kind.endswith("]"):
        return [_plain(parameter, kind[: kind.rindex("[")], item) for item in value]
    if kind == "tuple":
        return _named(parameter["components"], value)
    if kind == "address":
        return to_checksum_address(value)
    return "0x" + value.hex() if isinstance(value, bytes) else value
