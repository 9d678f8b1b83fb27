"""JSON Schema (2020-12) of ABI types, as :mod:`pocplatform.chain.abi_json` takes and gives them."""

from collections.abc import Sequence
from typing import Any

from pocplatform.chain.abi_json import NUMBER_BITS, SAFE_INTEGER, Parameter, bounds, names
from pocplatform.chain.abi_json import split_array as _array

MAX_EXAMPLE = 200
"""Values of an example at most."""

_EXAMPLE_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def arguments_schema(parameters: Sequence[Parameter], prefix: str = "arg") -> dict[str, Any]:
    """An object with a member for each parameter, all of them required."""
    return _object(names(parameters, prefix), parameters, prefix == "arg")


def schema(parameter: Parameter, *, given: bool = True) -> dict[str, Any]:
    """The schema of one parameter: of an argument as ``given``, else of a result."""
    return _schema(parameter, str(parameter["type"]), given) | _described(parameter)


def example(parameters: Sequence[Parameter]) -> dict[str, Any] | None:
    """Arguments that fit; None where fixed arrays would make them long."""
    if sum(_values(parameter, str(parameter["type"])) for parameter in parameters) > MAX_EXAMPLE:
        return None
    return _examples(parameters)


def _values(parameter: Parameter, kind: str) -> int:
    """How many values an example of the type has."""
    array = _array(kind)
    if array is not None:
        return (1 if array[1] is None else array[1]) * _values(parameter, array[0])
    if kind == "tuple":
        return sum(_values(part, str(part["type"])) for part in parameter["components"])
    return 1


def _examples(parameters: Sequence[Parameter]) -> dict[str, Any]:
    return {
        name: _example(parameter, str(parameter["type"]))
        for name, parameter in zip(names(parameters), parameters, strict=True)
    }


def _object(known: list[str], parameters: Sequence[Parameter], given: bool) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: schema(parameter, given=given)
            for name, parameter in zip(known, parameters, strict=True)
        },
        "required": known,
        "additionalProperties": False,
    }


def _schema(parameter: Parameter, kind: str, given: bool) -> dict[str, Any]:
    array = _array(kind)
    if array is not None:
        inner, length = array
        sizes = {} if length is None else {"minItems": length, "maxItems": length}
        return {"type": "array", "items": _schema(parameter, inner, given), **sizes}
    if kind == "tuple":
        return _object(names(parameter["components"]), parameter["components"], given)
    if kind.startswith(("uint", "int")):
        return _integer(kind, given)
    if kind == "function":
        kind = "bytes24"
    if kind.startswith("bytes"):
        size = f"{{{kind[5:]}}}" if kind != "bytes" else "*"
        return {"type": "string", "pattern": f"^0x([0-9a-fA-F]{{2}}){size}$"}
    return {
        "address": {"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"},
        "bool": {"type": "boolean"},
        "string": {"type": "string"},
    }[kind]


def _integer(kind: str, given: bool) -> dict[str, Any]:
    low, high = bounds(kind)
    number = {
        "type": "integer",
        "minimum": max(low, -SAFE_INTEGER),
        "maximum": min(high, SAFE_INTEGER),
    }
    sign = "-?" if low else ""
    hexadecimal, decimal = len(f"{high:x}"), len(str(high))
    pattern = f"^{sign}(0x[0-9a-fA-F]{{1,{hexadecimal}}}|[0-9]{{1,{decimal}}})$"
    digits = {"type": "string", "pattern": pattern}
    if given:
        return {"anyOf": [number, digits]}
    return number if int(kind.lstrip("uint")) <= NUMBER_BITS else digits


def _described(parameter: Parameter) -> dict[str, Any]:
    # What the contract's author called it, such as `struct Orders.Order[]`.
    return {"description": str(parameter.get("internalType") or parameter["type"])}


def _example(parameter: Parameter, kind: str) -> Any:
    array = _array(kind)
    if array is not None:
        return [_example(parameter, array[0])] * (1 if array[1] is None else array[1])
    if kind == "tuple":
        return _examples(parameter["components"])
    if kind.startswith(("uint", "int")):
        return 1
    if kind == "function":
        kind = "bytes24"
    if kind.startswith("bytes"):
        return "0x" + "00" * (int(kind[5:]) if kind != "bytes" else 1)
    return {"address": _EXAMPLE_ADDRESS, "bool": True, "string": "text"}[kind]
