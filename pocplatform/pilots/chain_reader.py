"""Reads of the chain that go past the platform's tables: its node is asked over ``/rpc``.

For the claims of pilots: what the platform says is compared with what the chain says. ABI by the
Solidity ABI specification; addresses come back with their checksum (EIP-55), bytes as ``0x…``.
"""

from collections.abc import Sequence
from typing import Any

from eth_utils.address import is_address, to_checksum_address
from eth_utils.crypto import keccak
from faster_eth_abi import decode, encode
from faster_eth_abi.grammar import TupleType, parse

from pocplatform.client import AsyncSandbox

UNITS_PER_CENT = 10_000
"""tEUR has six decimals."""


class ChainReader:
    """The chain as its node has it.

    Args:
        sandbox: Where ``/rpc`` is; no key is needed.
    """

    def __init__(self, sandbox: AsyncSandbox) -> None:
        self._sandbox = sandbox
        self._addresses: dict[str, str] = {}

    async def call(self, contract: str, signature: str, *arguments: Any) -> Any:
        """What a function of a contract answers now.

        Args:
            contract: Its name among the platform's contracts, or an address.
            signature: The function with its results, such as
                ``"balanceOf(address)(uint256)"``; tuples are written in parentheses.
            arguments: Addresses as text; bytes as bytes or ``0x…``.

        The result, or a tuple of several. Raises :class:`KeyError` for an unknown name,
        :class:`ValueError` for a signature that is none, and
        :class:`~pocplatform.client.problems.SandboxError` if the contract refuses.
        """
        name, inputs, outputs = _parts(signature)
        data = keccak(text=f"{name}{inputs}")[:4] + encode(_types(inputs), _plain(arguments))
        sent = {"to": await self.address(contract), "data": "0x" + data.hex()}
        answer = bytes.fromhex((await self.node("eth_call", sent, "latest")).removeprefix("0x"))
        types = _types(outputs)
        found = tuple(
            _shown(parse(type_), value)
            for type_, value in zip(types, decode(types, answer), strict=True)
        )
        return found[0] if len(found) == 1 else found

    async def money(self, who: str) -> int:
        """The tEUR of an address, in cents."""
        units: int = await self.call("PilotEuro", "balanceOf(address)(uint256)", who)
        return units // UNITS_PER_CENT

    async def receipt(self, hash_: str) -> dict[str, Any] | None:
        """The receipt of a transaction, as the node has it; None if it has none."""
        found: dict[str, Any] | None = await self.node("eth_getTransactionReceipt", hash_)
        return found

    async def transaction(self, hash_: str) -> dict[str, Any] | None:
        """A transaction, as the node has it; None if it has none."""
        found: dict[str, Any] | None = await self.node("eth_getTransactionByHash", hash_)
        return found

    async def block(self, number: int | str = "latest") -> dict[str, Any]:
        """A block by its number, or ``latest``."""
        shown = number if isinstance(number, str) else hex(number)
        found: dict[str, Any] = await self.node("eth_getBlockByNumber", shown, False)
        return found

    async def logs(
        self, contract: str, event: str, *topics: str | None, since: int = 0
    ) -> list[dict[str, Any]]:
        """The logs of an event, such as ``"Transfer(address,address,uint256)"``, as the node has
        them.

        Args:
            contract: Its name or address.
            event: With the types of its parameters.
            topics: Indexed parameters as 32 bytes in hex; None for any.
            since: The first block to look at.
        """
        asked = {
            "address": await self.address(contract),
            "topics": ["0x" + keccak(text=event).hex(), *topics],
            "fromBlock": hex(since),
            "toBlock": "latest",
        }
        found: list[dict[str, Any]] = await self.node("eth_getLogs", asked)
        return found

    async def address(self, contract: str) -> str:
        """The address of a contract by its name; an address is itself. Raises :class:`KeyError`."""
        if is_address(contract):
            return contract
        if contract not in self._addresses:
            chain = await self._sandbox.chain.get()
            self._addresses = {one.name: one.address for one in chain.contracts}
        return self._addresses[contract]

    async def node(self, method: str, *parameters: Any) -> Any:
        """The answer of the chain's node to a method of its JSON-RPC that reads."""
        return await self._sandbox.chain.ask_node(method, *parameters)


def _parts(signature: str) -> tuple[str, str, str]:
    """Name, parameters and results of a signature, the latter two in their parentheses."""
    name, opened, rest = signature.replace(" ", "").partition("(")
    depth = 1
    for at, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            inputs, outputs = rest[: at + 1], rest[at + 1 :]
            if name and opened and outputs.startswith("(") and outputs.endswith(")"):
                return name, f"({inputs}", outputs
            break
    raise ValueError(f"{signature!r} is no function with its results, as f(address)(uint256)")


def _types(group: str) -> list[str]:
    if group == "()":
        return []
    tuple_ = parse(group)
    assert isinstance(tuple_, TupleType)
    return [component.to_type_str() for component in tuple_.components]


def _plain(value: Any) -> Any:
    """Arguments as the encoder takes them."""
    if isinstance(value, str) and value.startswith("0x") and not is_address(value):
        return bytes.fromhex(value.removeprefix("0x"))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    return value


def _shown(type_: Any, value: Any) -> Any:
    """A result as it is told."""
    if type_.is_array:
        return [_shown(type_.item_type, one) for one in value]
    if isinstance(type_, TupleType):
        return tuple(
            _shown(component, one) for component, one in zip(type_.components, value, strict=True)
        )
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return to_checksum_address(value) if type_.base == "address" else value
