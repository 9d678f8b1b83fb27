"""JSON-RPC to an Ethereum node over kept-alive connections."""

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, TypeAlias

from pydantic_core import from_json, to_json

from pocplatform.chain.connections import AT_MOST, AnswerTooLarge, Connections
from pocplatform.chain.errors import AnswerUnusable, NodeUnreachable, RpcError
from pocplatform.chain.loop_connections import LoopConnections
from pocplatform.kit.i18n import Phrase

RpcCall: TypeAlias = tuple[str, Sequence[Any]]
"""A method and its parameters."""


class Gate:
    """Says whether the node's answers count.

    While our own devnet is being rebuilt it answers, but from a state that is not whole. Its gate
    is closed before it is started again and opened when it is whole; answers that began before
    that are thrown away.
    """

    def __init__(self) -> None:
        self._open = True
        self._generation = 0

    def close(self) -> None:
        """From now on, and for requests under way, the node counts as not answering."""
        self._open = False
        self._generation += 1

    def open(self) -> None:
        """The node is whole again."""
        self._open = True

    @property
    def generation(self) -> int | None:
        """A number that changes whenever the gate is closed; None while it is."""
        return self._generation if self._open else None


@dataclass(frozen=True, slots=True)
class RpcResult:
    """The answer to one call of a batch: either ``value`` or ``error``."""

    value: Any = None
    error: RpcError | None = None

    def unwrap(self) -> Any:
        """The value; raises the :class:`RpcError` if there is one."""
        if self.error is not None:
            raise self.error
        return self.value


class ChainClient:
    """A node by its HTTP URL. Safe to use from several threads.

    Every method raises :class:`NodeUnreachable` when no (whole) answer arrives within ``timeout``
    seconds and :class:`RpcError` when the node answers with an error.

    Args:
        url: The node's HTTP address.
        timeout: Seconds.
        gate: Whether its answers count.
        at_most: Bytes of an answer; a larger one raises :class:`AnswerUnusable`.
    """

    def __init__(
        self,
        url: str,
        timeout: float = 10.0,
        gate: Gate | None = None,
        at_most: int = AT_MOST,
    ) -> None:
        self.url = url
        self._gate = gate or Gate()
        self._ids = itertools.count(1)
        # A repeated request is the caller's decision: it knows whether it may be done twice.
        self._connections = Connections(timeout, at_most)
        self._from_loop = LoopConnections(timeout)

    def apart(self, *, timeout: float, at_most: int) -> "ChainClient":
        """The same node, over connections of its own with other limits."""
        return ChainClient(self.url, timeout, self._gate, at_most)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()
        self._from_loop.close()

    def request(self, method: str, *params: Any) -> Any:
        """The result of one call."""
        body = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        answer = self._post(body)
        if not isinstance(answer, dict):
            raise self._unreachable(Phrase("an answer that is no JSON-RPC object"))
        return _result(answer, method).unwrap()

    async def ask(self, method: str, *params: Any) -> Any:
        """The result of one call that changes nothing, from an event loop.

        None, also where the node answers with an error or with a lot: then use :meth:`request`.
        """
        body = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        generation = self._gate.generation
        if generation is None:
            return None
        try:
            answer = await self._from_loop.post(self.url, _encoded(body))
            read = from_json(answer) if answer is not None else None
        except (OSError, ValueError) as error:
            raise self._unreachable(type(error).__name__) from error
        if self._gate.generation != generation or not isinstance(read, dict) or "error" in read:
            return None
        return read.get("result")

    def batch(self, calls: Sequence[RpcCall]) -> list[RpcResult]:
        """The results of several calls in one round trip, in the order of the calls."""
        if not calls:
            return []
        ids = [next(self._ids) for _ in calls]
        body = [
            {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}
            for id_, (method, params) in zip(ids, calls, strict=True)
        ]
        answers = self._post(body)
        if isinstance(answers, dict):
            raise _result(answers, "batch").error or self._unreachable(Phrase("no batch answer"))
        by_id = {answer.get("id"): answer for answer in answers}
        if any(id_ not in by_id for id_ in ids):
            raise self._unreachable(Phrase("an answer with parts missing"))
        return [_result(by_id[id_], method) for id_, (method, _) in zip(ids, calls, strict=True)]

    def _post(self, body: Any) -> Any:
        generation = self._gate.generation
        if generation is None:
            raise self._unreachable(Phrase("it is being rebuilt"))
        try:
            answer = from_json(self._connections.post(self.url, _encoded(body)))
        except (OSError, HTTPException, ValueError) as error:
            too_much = isinstance(error, AnswerTooLarge) or "recursion limit" in str(error)
            kind = AnswerUnusable if too_much else NodeUnreachable
            raise self._unreachable(type(error).__name__, kind) from error
        if self._gate.generation != generation:
            raise self._unreachable(Phrase("it was started again"))
        return answer

    def _unreachable(
        self, why: str | Phrase, kind: type[NodeUnreachable] = NodeUnreachable
    ) -> NodeUnreachable:
        return kind(
            "The blockchain node at {url} does not answer ({why}).",
            next_step="Try again in a moment; `pocplatform doctor` says what is wrong.",
            url=self.url,
            why=why,
        )

    def chain_id(self) -> int:
        """The chain id (EIP-155)."""
        return int(self.request("eth_chainId"), 16)

    def block_number(self) -> int:
        """The number of the latest block."""
        return int(self.request("eth_blockNumber"), 16)

    def block(self, which: int | str, *, full: bool = False) -> dict[str, Any] | None:
        """A block by number or tag, or None; ``full`` with transactions instead of hashes."""
        tag = hex(which) if isinstance(which, int) else which
        block: dict[str, Any] | None = self.request("eth_getBlockByNumber", tag, full)
        return block

    def code(self, address: str) -> bytes:
        """The runtime code at an address; empty for none."""
        return bytes.fromhex(self.request("eth_getCode", address, "latest")[2:])

    def receipt(self, transaction_hash: str) -> dict[str, Any] | None:
        """The receipt of a mined transaction, or None."""
        receipt: dict[str, Any] | None = self.request("eth_getTransactionReceipt", transaction_hash)
        return receipt

    def nonce(self, address: str) -> int:
        """The number of mined transactions of an account: its next nonce."""
        return int(self.request("eth_getTransactionCount", address, "latest"), 16)

    def nonces(self, addresses: Iterable[str]) -> dict[str, int]:
        """As :meth:`nonce`, of several accounts in one round trip."""
        accounts = sorted(addresses)
        calls = [("eth_getTransactionCount", [account, "latest"]) for account in accounts]
        answers = self.batch(calls)
        return {a: int(r.unwrap(), 16) for a, r in zip(accounts, answers, strict=True)}

    def balance(self, address: str) -> int:
        """An account's ether, in wei."""
        return int(self.request("eth_getBalance", address, "latest"), 16)

    def gas_is_free(self) -> bool:
        """Whether the network asks no fee: the base fee of its latest block is 0."""
        latest = self.block("latest")
        return latest is not None and int(latest.get("baseFeePerGas", "0x1"), 16) == 0

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes:
        """What a call returns on the latest state. A revert raises :class:`RpcError` with data."""
        transaction = {"to": to, "data": "0x" + data.hex()}
        if sender is not None:
            transaction["from"] = sender
        return bytes.fromhex(self.request("eth_call", transaction, "latest")[2:])


def _encoded(body: Any) -> bytes:
    try:
        return to_json(body)
    except ValueError:  # half a character that somebody sent: what it means is for the node to say
        return json.dumps(body).encode()


def _result(answer: dict[str, Any], method: str) -> RpcResult:
    error = answer.get("error")
    if error is None:
        return RpcResult(value=answer.get("result"))
    return RpcResult(
        error=RpcError(
            int(error.get("code", 0)), str(error.get("message", "")), error.get("data"),
            method=method,
        )
    )  # fmt: skip
