"""What solc's syntax tree says of contracts, beyond their ABI."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

Node: TypeAlias = Mapping[str, Any]
ContractName: TypeAlias = tuple[str, str]
"""Source and name."""

_FREE_OF_NAME = ("constructor", "fallback", "receive")


def kinds(sources: Mapping[str, Any]) -> dict[ContractName, str]:
    """contract, abstract, interface or library, of each contract of solc's ``sources``."""
    return {
        name: "abstract" if node.get("abstract") else node["contractKind"]
        for name, node in _contracts(sources)
    }


def unimplemented(sources: Mapping[str, Any]) -> dict[ContractName, list[str]]:
    """The functions that abstract contracts lack, such as ``votingDelay()``.

    Args:
        sources: solc's ``sources``, those of all bases included.
    """
    by_id = {node["id"]: node for _, node in _contracts(sources)}
    found = {}
    for name, node in _contracts(sources):
        if node.get("abstract") and not node.get("fullyImplemented", True):
            bases = [by_id[i] for i in node["linearizedBaseContracts"] if i in by_id]
            found[name] = list(_missing(bases))
    return found


def immutables(sources: Mapping[str, Any]) -> dict[str, str]:
    """Names of immutable variables by the numbers that the code's references have for them."""
    return {
        str(variable["id"]): variable["name"]
        for _, node in _contracts(sources)
        for variable in node["nodes"]
        if variable.get("mutability") == "immutable"
    }


def _missing(bases: Iterable[Node]) -> Iterator[str]:
    """Functions whose most derived definition has no body; ``bases`` begin with the contract."""
    seen = set()
    for base in bases:
        for member in base["nodes"]:
            if not _is_function(member):
                continue
            text = _signature(member)
            # A public variable stands for a function of the same selector.
            key = member.get("functionSelector") or text
            if key not in seen and not member.get("implemented", True):
                yield text
            seen.add(key)


def _is_function(member: Node) -> bool:
    if member["nodeType"] == "VariableDeclaration":
        return "functionSelector" in member
    return member["nodeType"] == "FunctionDefinition" and member.get("kind") not in _FREE_OF_NAME


def _signature(member: Node) -> str:
    parameters = member.get("parameters", {}).get("parameters", ())
    types = [one["typeDescriptions"].get("typeString", "?") for one in parameters]
    return f"{member['name']}({','.join(map(_plain, types))})"


def _plain(kind: str) -> str:
    for word in (" memory", " calldata", " storage", " pointer", " ref", "struct ", "contract ",
                 "enum "):  # fmt: skip
        kind = kind.replace(word, "")
    return kind


def _contracts(sources: Mapping[str, Any]) -> Iterator[tuple[ContractName, Node]]:
    for source, entry in sources.items():
        for node in entry.get("ast", {}).get("nodes", ()):
            if node.get("nodeType") == "ContractDefinition":
                yield (source, node["name"]), node
