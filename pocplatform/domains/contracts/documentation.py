"""What a contract says about itself: NatSpec, as solc's userdoc and devdoc have it.

Everything here is text of strangers: whoever shows it must escape it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pocplatform.chain.abi_json import names
from pocplatform.chain.abi_schema import example
from pocplatform.chain.interface import Function, Interface
from pocplatform.chain.reverts import abi_type
from pocplatform.domains.contracts.models import Contract


@dataclass(frozen=True)
class Said:
    """The words about one function, event or error."""

    notice: str = ""
    details: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    returns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """The words about a contract; ``userdoc`` and ``devdoc`` may hold anything at all."""

    title: str
    notice: str
    details: str
    userdoc: Mapping[str, Any]
    devdoc: Mapping[str, Any]

    def function(self, signature: str) -> Said:
        """What is said about a function."""
        return self._about("methods", signature)

    def event(self, signature: str) -> Said:
        """What is said about an event."""
        return self._about("events", signature)

    def error(self, signature: str) -> Said:
        """What is said about an error."""
        return self._about("errors", signature)

    def _about(self, kind: str, signature: str) -> Said:
        user = _entry(self.userdoc, kind, signature)
        dev = _entry(self.devdoc, kind, signature)
        return Said(
            _text(user.get("notice")),
            _text(dev.get("details")),
            _texts(dev.get("params")),
            _texts(dev.get("returns")),
        )


def words_of(contract: Contract) -> Words:
    """What a contract's NatSpec says."""
    return words(contract.userdoc, contract.devdoc)


def words(userdoc: Any, devdoc: Any) -> Words:
    """What NatSpec says, as solc gives it for users and for developers."""
    userdoc, devdoc = _mapping(userdoc), _mapping(devdoc)
    return Words(
        _text(devdoc.get("title")),
        _text(userdoc.get("notice")),
        _text(devdoc.get("details")),
        userdoc,
        devdoc,
    )


def page(contract: Contract, interface: Interface) -> dict[str, Any]:
    """Values for a page about the contract: its functions that read and write, events, errors."""
    words = words_of(contract)
    errors = [entry for entry in interface.abi if entry["type"] == "error"]
    functions = [
        {
            "signature": function.signature,
            "path": function.name if interface.only(function.name) else function.signature,
            "example": _example(function),
            "mutability": function.mutability,
            "reads": function.reads,
            "inputs": _parameters(function.inputs, "arg"),
            "outputs": _parameters(function.outputs, "result"),
            "said": words.function(function.signature),
        }
        for function in interface.functions
    ]
    return {
        "contract": contract,
        "words": words,
        "reading": [one for one in functions if one["reads"]],
        "writing": [one for one in functions if not one["reads"]],
        "events": [
            {
                "signature": event.signature,
                "inputs": _parameters(event.inputs, "arg"),
                "said": words.event(event.signature),
            }
            for event in interface.events
        ],
        "errors": [
            {
                "signature": (signature := _signature(entry)),
                "inputs": _parameters(entry.get("inputs", ()), "arg"),
                "said": words.error(signature),
            }
            for entry in errors
        ],
    }


def _example(function: Function) -> str:
    """A body that the function takes; empty where it would be long."""
    given = example(function.inputs)
    body = {"arguments": given} if given else {}
    return "" if given is None else json.dumps(body, ensure_ascii=False, indent=2)


def _signature(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}({','.join(abi_type(i) for i in entry.get('inputs', ()))})"


def _parameters(parameters: Any, prefix: str) -> list[dict[str, str]]:
    return [
        {"name": name, "type": abi_type(parameter)}
        for name, parameter in zip(names(parameters, prefix), parameters, strict=True)
    ]


def _entry(doc: Mapping[str, Any], kind: str, signature: str) -> Mapping[str, Any]:
    found = _mapping(doc.get(kind)).get(signature)
    # Of events and errors there may be several of one signature; solc then gives a list.
    if isinstance(found, list):
        found = found[0] if found else None
    return _mapping(found)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> dict[str, str]:
    return {str(name): _text(text) for name, text in _mapping(value).items()}
