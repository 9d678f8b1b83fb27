"""A devnet that one team has for itself: anvil as its developers know it, saved and put back.

It mines each transaction at once, its development accounts have ether, and its clock goes with ours
until it is set. :class:`SavedState` is anvil's dump together with what such a dump leaves out.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Self

from pydantic_core import from_json

from pocplatform.chain.client import ChainClient
from pocplatform.chain.connections import AnswerTooLarge, Connections
from pocplatform.chain.devnet.errors import DevnetNotSaved
from pocplatform.chain.devnet.methods import MAX_BLOCK_GAS, Impersonation
from pocplatform.chain.devnet.supervisor import Devnet
from pocplatform.chain.errors import NodeUnreachable, RpcError
from pocplatform.kit.clock import now_s
from pocplatform.kit.i18n import Phrase

MNEMONIC = "test test test test test test test test test test test junk"
"""Of the development accounts; everybody knows it, so it is for test networks only."""

MAX_DUMP = 32 * 1024 * 1024
"""Bytes of a saved state, compressed."""
MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer of the node."""

_DUMP_S = 60.0
_START_S = 20.0
_MINED_S = 30.0
"""How long anvil waits for a transaction to be mined, where it is asked to."""
_TRIES = 3
_NICENESS = 10


@dataclass(frozen=True)
class Aside:
    """What belongs to a devnet's state and is in no dump of anvil's.

    Pending transactions, filters and the ids of ``evm_snapshot`` belong to it too. They are lost.

    Attributes:
        clock_s: Seconds by which its clock is ahead of ours.
        automine: Whether each transaction is mined at once.
        interval_s: Seconds between blocks that are mined by the clock; 0 for none.
        impersonated: Accounts whose transactions need no signature.
        everybody: Whether that is so for all accounts.
    """

    clock_s: int = 0
    automine: bool = True
    interval_s: int = 0
    impersonated: Sequence[str] = ()
    everybody: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"impersonated": list(self.impersonated)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """From what was stored."""
        return cls(**stored)


@dataclass(frozen=True)
class SavedState:
    """A devnet as it was.

    Attributes:
        dump: anvil's own, gzip.
        block: The number of its latest block.
        timestamp: That block's, in seconds since 1970.
        aside: What the dump leaves out.
    """

    dump: bytes
    block: int
    timestamp: int
    aside: Aside


class PrivateNode:
    """The anvil of one devnet.

    Args:
        binary: anvil's.
        folder: Where its log goes.
        chain_id: EIP-155 chain id.
        accounts: How many development accounts there are.
        balances: Wei that further accounts begin with.
        memory_limit: Bytes of address space.
        request_s: Seconds that a request may take.
    """

    def __init__(
        self,
        binary: Path,
        folder: Path,
        *,
        chain_id: int,
        accounts: int,
        balances: Mapping[str, int],
        memory_limit: int,
        request_s: float,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._devnet = Devnet(
            binary,
            folder,
            genesis_time=now_s(),
            chain_id=chain_id,
            balances=balances,
            accounts=accounts,
            gas_limit=MAX_BLOCK_GAS,
            memory_limit=memory_limit,
            niceness=_NICENESS,
            mining=(),
            # Without the first, the node would suggest a tip where gas is free.
            extra_args=("--disable-min-priority-fee", "--no-request-size-limit"),
        )
        self._connections = Connections(request_s, MAX_ANSWER)
        self._waiting = Connections(request_s + _MINED_S, MAX_ANSWER)
        self._dumps = Connections(_DUMP_S, 2 * MAX_DUMP + 1024)
        self._client: ChainClient | None = None
        self.impersonation = Impersonation()

    @property
    def client(self) -> ChainClient:
        """Speaks to it."""
        assert self._client is not None, "it has not been started"
        return self._client

    @property
    def pid(self) -> int | None:
        """anvil's process id while it runs."""
        return self._devnet.pid

    @property
    def exit_status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._devnet.exit_status

    def is_alive(self) -> bool:
        """Whether its process is there."""
        return self._devnet.is_alive()

    def start(self, state: SavedState | None) -> None:
        """Start it, empty or as it was, and return once it answers.

        Raises:
            NodeNotAnswering: It did not come up.
            RpcError, NodeUnreachable: It cannot take the state.
        """
        self._devnet.start()
        try:
            self._devnet.wait_ready(_START_S)
            self._client = ChainClient(self._devnet.rpc_url, _DUMP_S)
            if state is not None:
                self._restore(state)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it at once; what was not saved is gone."""
        self._devnet.stop()
        self._connections.close()
        self._waiting.close()
        self._dumps.close()
        if self._client is not None:
            self._client.close()

    def post(self, body: bytes, *, waits: bool = False) -> bytes:
        """The node's answer to one JSON-RPC request, as it is.

        Args:
            body: The request.
            waits: Whether the node waits for something to be mined, which is no silence.

        Raises:
            OSError: It ended, or was silent for too long.
            http.client.HTTPException: The answer is not whole, or too large.
        """
        connections = self._waiting if waits else self._connections
        return connections.post(self._devnet.rpc_url, body)

    def save(self) -> SavedState:
        """Its state now. No request may be under way that changes it.

        Raises:
            DevnetNotSaved: The state is too large, or changes faster than it can be read.
            RpcError, NodeUnreachable: The node does not give it.
        """
        client = self.client
        interval_s = int(client.request("anvil_getIntervalMining") or 0)
        automine = bool(client.request("anvil_getAutomine"))
        if interval_s:  # else a block might come between the parts of a dump
            client.request("evm_setIntervalMining", 0)
        try:
            dump, head = self._dump()
        finally:
            if interval_s:
                client.request("evm_setIntervalMining", interval_s)
        aside = Aside(
            clock_s=int(client.request("evm_increaseTime", 0)),
            automine=automine,
            interval_s=interval_s,
            impersonated=self.impersonation.accounts,
            everybody=self.impersonation.everybody,
        )
        return SavedState(dump, int(head["number"], 16), int(head["timestamp"], 16), aside)

    def _dump(self) -> tuple[bytes, dict[str, Any]]:
        for _ in range(_TRIES):
            before = self.client.block("latest")
            dump = self._read_dump()
            after = self.client.block("latest")
            if before is not None and after is not None and before["hash"] == after["hash"]:
                return dump, after
        raise DevnetNotSaved(Phrase("it changes while it is read"))

    def _read_dump(self) -> bytes:
        body = {"jsonrpc": "2.0", "id": 1, "method": "anvil_dumpState", "params": []}
        try:
            answer = from_json(self._dumps.post(self._devnet.rpc_url, json.dumps(body).encode()))
        except AnswerTooLarge as error:
            limit = MAX_DUMP // (1024 * 1024)
            raise DevnetNotSaved(
                Phrase("it is larger than {limit} MB, compressed", limit=limit)
            ) from error
        except (OSError, HTTPException, ValueError) as error:
            raise NodeUnreachable(
                "The blockchain node at {url} does not answer ({why}).",
                url=self._devnet.rpc_url,
                why=type(error).__name__,
            ) from error
        if "error" in answer:
            told = answer["error"]
            raise RpcError(int(told["code"]), str(told["message"]), method="anvil_dumpState")
        return bytes.fromhex(answer["result"][2:])

    def _restore(self, state: SavedState) -> None:
        client, aside = self.client, state.aside
        client.request("anvil_loadState", "0x" + state.dump.hex())
        # The clock goes on as if it had never stopped, and never behind the latest block.
        now = now_s()
        client.request("anvil_setTime", max(now + aside.clock_s, state.timestamp + 1))
        for account in aside.impersonated:
            self._impersonate("anvil_impersonateAccount", account)
        if aside.everybody:
            self._impersonate("anvil_autoImpersonateAccount", True)
        if not aside.automine:
            client.request("evm_setAutomine", False)
        if aside.interval_s:
            client.request("evm_setIntervalMining", aside.interval_s)

    def _impersonate(self, method: str, what: str | bool) -> None:
        with suppress(RpcError):  # what is no account any more need not be one
            self.client.request(method, what)
            self.impersonation.note(method, [what])
