"""A chain for state machines: calls by anybody, at an exact second, and many look-ups at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from faster_eth_abi import decode, encode

from pocplatform.chain.artifacts import Artifacts
from pocplatform.chain.codec import keccak256
from pocplatform.chain.devnet import Devnet, find_anvil
from pocplatform.chain.errors import RpcError
from pocplatform.chain.reverts import RevertDecoder, abi_type, revert_data
from tests.properties.support.rpc import Connection

ROOT = Path(__file__).resolve().parents[3]
GENESIS_TIME = 1_800_000_000
GAS = hex(12_000_000)
ZERO = "0x" + "00" * 20
NO_REASON = "no reason"
"""What counts as the error's name of a refusal without one: there is no such function, say."""


@dataclass(frozen=True, eq=False)
class Function:
    """A function of a contract's ABI."""

    signature: str
    selector: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """A function of a contract with its arguments; addresses in small letters."""

    contract: Contract
    function: Function
    args: tuple[Any, ...]

    @property
    def data(self) -> bytes:
        """The calldata."""
        return self.function.selector + encode(self.function.inputs, self.args)

    def decode(self, answer: bytes) -> Any:
        """One value, or a tuple of several."""
        values = decode(self.function.outputs, answer)
        return values[0] if len(values) == 1 else values

    def __str__(self) -> str:
        return f"{self.contract.name}.{self.function.signature} of {self.args}"


class Contract:
    """A deployed contract: ``contract.transfer(to, 5)`` is the call, not yet made."""

    def __init__(self, name: str, address: str, abi: list[dict[str, Any]]) -> None:
        self.name = name
        self.address = address
        self._names = {entry["name"] for entry in abi if entry["type"] == "function"}
        self._functions: dict[tuple[str, int], Function] = {}
        for entry in abi:
            if entry["type"] == "function":
                inputs = tuple(abi_type(item) for item in entry["inputs"])
                outputs = tuple(abi_type(item) for item in entry["outputs"])
                signature = f"{entry['name']}({','.join(inputs)})"
                selector = keccak256(signature.encode())[:4]
                # Overloads of ours differ in the number of their arguments.
                self._functions[entry["name"], len(inputs)] = Function(
                    signature, selector, inputs, outputs
                )

    def __getattr__(self, name: str) -> Callable[..., Call]:
        if name not in self._names:
            raise AttributeError(name)
        return partial(self._call, name)

    def _call(self, name: str, *args: Any) -> Call:
        return Call(self, self._functions[name, len(args)], args)


class Chain:
    """A devnet that mines every transaction at once, in a block of its own.

    Anybody can send without a key. ``time`` and ``block`` are those of the last block.
    """

    def __init__(self, connection: Connection, artifacts: Artifacts) -> None:
        self.time = GENESIS_TIME
        self.block = 0
        self._connection = connection
        self._artifacts = artifacts
        self._reverts = RevertDecoder.from_artifacts(artifacts.values())
        connection.request("evm_setAutomine", True)
        connection.request("anvil_setBlockTimestampInterval", 1)
        self._look_ups = self.deploy("LookUps")

    def deploy(self, name: str, *args: Any) -> Contract:
        """Deploys a contract of ours."""
        artifact = self._artifacts[name]
        entry = next((e for e in artifact.abi if e["type"] == "constructor"), {"inputs": ()})
        code = artifact.bytecode + encode([abi_type(i) for i in entry["inputs"]], args)
        receipt = self._mine({"from": ZERO, "data": "0x" + code.hex()})
        assert receipt["status"] == "0x1", f"{name} is not deployed"
        return self.at(name, receipt["contractAddress"].lower())

    def at(self, name: str, address: str) -> Contract:
        """A contract of ours that stands somewhere."""
        return Contract(name, address, self._artifacts[name].abi)

    def send(self, sender: str, call: Call, at: int | None = None) -> str | None:
        """Mines a call in the second ``at`` (or in the next one).

        Returns None if it was taken, or else the name of the error with which it was refused.
        """
        if at is not None and at != self.time + 1:
            self._connection.request("evm_setNextBlockTimestamp", at)
        transaction = {"from": sender, "to": call.contract.address, "data": "0x" + call.data.hex()}
        receipt = self._mine(transaction)
        assert at in (None, self.time), f"mined at {self.time} instead of {at}"
        if receipt["status"] == "0x1":
            return None
        # The receipt does not say why. What is refused changes nothing: asked again, it is told.
        try:
            self._connection.request("eth_call", {**transaction, "gas": GAS}, "latest")
        except RpcError as error:
            revert = self._reverts.decode(revert_data(error.data))
            return revert.name or NO_REASON
        raise AssertionError(f"{call} was refused when it was mined, but is not now")

    def must(self, sender: str, call: Call) -> None:
        """Mines a call that has to be taken."""
        refusal = self.send(sender, call)
        assert refusal is None, f"{call} was refused: {refusal}"

    def read(self, call: Call) -> Any:
        """What a view answers."""
        return call.decode(self._look_up([call], None)[0])

    def compare(self, views: Sequence[tuple[Call, Any]], at: int) -> None:
        """Every view must answer what is expected of it, in the second ``at``."""
        answers = self._look_up([call for call, _ in views], at if at > self.time else None)
        for (call, expected), answer in zip(views, answers, strict=True):
            if answer != _expected(call.function, expected):
                raise AssertionError(f"{call}: {call.decode(answer)} instead of {expected}")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens within is undone afterwards, time included."""
        snapshot = self._connection.request("evm_snapshot")
        before = self.time, self.block
        try:
            yield
        finally:
            assert self._connection.request("evm_revert", snapshot)
            self.time, self.block = before

    def _look_up(self, calls: Sequence[Call], at: int | None) -> list[bytes]:
        """The answers to all calls from one request, which costs as much as two or three."""
        elements = [_element(call) for call in calls]
        offset, heads = 32 * len(elements), b""
        for element in elements:
            heads += offset.to_bytes(32)
            offset += len(element)
        array = len(elements).to_bytes(32) + heads + b"".join(elements)
        function = self._look_ups.answers([]).function
        data = function.selector + (32).to_bytes(32) + array
        moment: tuple[Any, ...] = () if at is None else ({}, {"time": hex(at)})
        request = {"to": self._look_ups.address, "data": "0x" + data.hex()}
        answer = self._connection.request("eth_call", request, "latest", *moment)
        answers: list[bytes] = decode(function.outputs, bytes.fromhex(answer[2:]))[0]
        return answers

    def _mine(self, transaction: dict[str, str]) -> dict[str, Any]:
        transaction = {**transaction, "gas": GAS, "gasPrice": "0x0"}
        receipt: dict[str, Any] = self._connection.request("eth_sendTransactionSync", transaction)
        self.time, self.block = int(receipt["blockTimestamp"]), int(receipt["blockNumber"], 16)
        return receipt


@contextmanager
def fresh_chain(folder: Path, artifacts: Artifacts) -> Iterator[Chain]:
    """An empty chain on a devnet of its own."""
    node = Devnet(
        find_anvil(ROOT), folder, genesis_time=GENESIS_TIME, extra_args=("--auto-impersonate",)
    )
    with node, closing(Connection(node.port)) as connection:
        yield Chain(connection, artifacts)


@lru_cache(maxsize=10_000)
def _element(call: Call) -> bytes:
    """A look-up as ABI has it: the address, and the calldata behind it."""
    data = call.data
    head = int(call.contract.address, 16).to_bytes(32) + (64).to_bytes(32)
    return head + len(data).to_bytes(32) + data + bytes(-len(data) % 32)


@lru_cache(maxsize=10_000)
def _expected(function: Function, value: Any) -> bytes:
    """What a view's answer looks like."""
    return encode(function.outputs, value if len(function.outputs) > 1 else (value,))
