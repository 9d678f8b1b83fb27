"""A platform whose engine moves only when told to, and a wire to its node that can be cut."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, select

from pocplatform import worker
from pocplatform.chain.client import ChainClient
from pocplatform.chain.connections import Connections
from pocplatform.chain.signer import DEVNET_OPERATOR_KEY, LocalSigner
from pocplatform.events.models import Event, EventAudience
from pocplatform.indexer.models import Block
from pocplatform.kit.settings import Settings
from pocplatform.outbox.models import SignerAccount, Transaction
from pocplatform.outbox.service import history
from pocplatform.startup import open_platform

GAS = 15_000_000
OPERATOR = LocalSigner.from_hex(DEVNET_OPERATOR_KEY).address
FAUCET = 10**10  # units, below the faucet's limit


class Bench:
    """A real platform, engine stopped: every round is one call of :meth:`step`."""

    def __init__(
        self,
        data_dir: Path,
        database_url: str | None = None,
        *,
        run: bool = False,
        **settings: Any,
    ) -> None:
        self.settings = Settings(data_dir=data_dir, port=0, database_url=database_url, **settings)
        self._run = run
        self.open()

    def open(self) -> None:
        self.platform = open_platform(self.settings, lambda step: None)
        self.engine = self.platform.engine
        if not self._run:
            self.engine.stop()
        gateway = self.platform.gateway
        self.database, self.client, self.outbox = gateway.database, gateway.client, gateway.outbox
        self.signers = gateway.signers
        self.operator = gateway.signers.operator
        self.miner = self.engine._miner

    def close(self) -> None:
        self.platform.close()

    def crash(self) -> None:
        """What SIGKILL leaves: the node is gone and nothing more is written."""
        os.kill(self.devnet_pid(), signal.SIGKILL)
        self.platform.close()

    def reopen(self) -> None:
        self.crash()
        self.open()

    def devnet_pid(self) -> int:
        mine = {int(p) for p in Path(f"/proc/{os.getpid()}/task").glob("*/children")
                for p in p.read_text().split()}  # fmt: skip
        port = self.miner._client.url.rpartition(":")[2]
        for pid in mine | {c for p in mine for c in _children(p)}:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if port.encode() in command and b"anvil" in command[0]:
                return pid
        raise AssertionError(f"no anvil on port {port}")

    def step(self) -> bool:
        return self.engine.step()

    def settle(self) -> None:
        if self._run:
            self.engine.wake()
            until(lambda: not self.engine._unsettled(), "all writes are settled")
        else:
            self.engine.settle_all()

    # -- wallets and writes

    def wallet(self, units: int = 0) -> str:
        with self.database.transaction() as session:
            address = self.signers.create_wallet(session)
        if units:
            self.call("drip", self.operator.address, to=address, amount=units)
            self.settle()
        return address

    def signer(self, address: str) -> LocalSigner:
        with self.database.snapshot() as session:
            return self.signers.signer(session, address)

    def call(self, function: str, sender: str, org: str | None = None, **arguments: Any) -> str:
        """Accept one write in a database transaction of its own."""
        return self.calls((function, sender, org, arguments))[0]

    def calls(self, *writes: tuple[str, str, str | None, dict[str, Any]]) -> list[str]:
        """Accept writes in one database transaction."""
        with self.database.transaction() as session:
            return [
                self.outbox.enqueue(
                    session,
                    self.outbox.contracts.call("PilotEuro", function, **arguments),
                    sender=sender,
                    org_id=org,
                ).id
                for function, sender, org, arguments in writes
            ]

    def pay(self, sender: str, to: str, units: int, org: str | None = None) -> str:
        return self.call("transfer", sender, org, to=to, value=units)

    def send_directly(self, signer: LocalSigner, data: bytes, nonce: int | None = None) -> str:
        """A transaction that reaches the node without the platform."""
        signed = signer.sign_transaction(
            {
                "chainId": self.settings.chain_id,
                "nonce": self.client.nonce(signer.address) if nonce is None else nonce,
                "to": self.outbox.contracts.address("PilotEuro"),
                "data": data,
                "value": 0,
                "gas": GAS,
                "gasPrice": 0,
            }
        )
        return self.client.request("eth_sendRawTransaction", "0x" + signed.raw.hex())

    def transfer_data(self, to: str, units: int) -> bytes:
        return self.outbox.contracts.call("PilotEuro", "transfer", to=to, value=units).data

    # -- what came of them

    def row(self, id_: str) -> Transaction:
        with self.database.snapshot() as session:
            return session.exec(select(Transaction).where(Transaction.id == id_)).one()

    def rows(self, ids: list[str]) -> list[Transaction]:
        with self.database.snapshot() as session:
            found = session.exec(select(Transaction).where(col(Transaction.id).in_(ids))).all()
        by_id = {row.id: row for row in found}
        return [by_id[id_] for id_ in ids]

    def by_hash(self, hash_: str) -> Transaction | None:
        with self.database.snapshot() as session:
            return session.exec(select(Transaction).where(Transaction.hash == hash_)).first()

    def history(self, id_: str) -> list[str]:
        with self.database.snapshot() as session:
            return [change.status for change in history(session, id_)]

    def next_nonce(self, address: str) -> int:
        with self.database.snapshot() as session:
            return session.get_one(SignerAccount, address).next_nonce

    def balance(self, address: str) -> int:
        return self.outbox.contracts.read("PilotEuro", "balanceOf", address)

    def block_hashes(self) -> list[str]:
        """Of the chain, as the node has it."""
        head = self.client.block_number()
        return [(self.client.block(n) or {})["hash"] for n in range(head + 1)]

    def recorded_blocks(self) -> list[str]:
        with self.database.snapshot() as session:
            return list(session.exec(select(Block.hash).order_by(col(Block.number))))

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every read model, without the order in which its rows were written."""
        tables = self.engine._scanner._projections.tables
        with self.database.snapshot() as session:
            return {table.__tablename__: _dump(session, table) for table in tables}

    def events(self) -> list[tuple[Any, ...]]:
        with self.database.snapshot() as session:
            return _dump(session, Event) + _dump(session, EventAudience)


class Outside(Bench):
    """A platform on a node that the test mines on."""

    def wallet(self, units: int = 0, ether: int = 10**20) -> str:
        """A wallet with ether for its gas: this node wants to see some even where gas is free."""
        address = super().wallet()
        self.client.request("anvil_setBalance", address, hex(ether))
        if units:
            self.call("drip", self.operator.address, to=address, amount=units)
            self.mined_step()
        return address

    def mine(self) -> None:
        self.client.request("evm_mine")

    def mined_step(self) -> None:
        """Send, let the node mine, record."""
        self.step()
        self.mine()
        self.step()


@contextmanager
def outside_bench(folder: Path, url: str, **settings: Any) -> Iterator[Outside]:
    """A platform on an anvil that does not mine by itself, except while it is deployed to."""
    client, deployed = ChainClient(url), threading.Event()
    client.request("anvil_setBalance", OPERATOR, hex(10**20))

    def mine_while_it_deploys() -> None:
        while not deployed.wait(0.02):
            if client.request("txpool_status")["pending"] != "0x0":
                client.request("evm_mine")

    miner = threading.Thread(target=mine_while_it_deploys)
    miner.start()
    try:
        # Twice a second would be often enough for a network, not for a test.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker, "_POLL_S", 0.02)
            bench = Outside(folder, rpc_url=url, operator_key=DEVNET_OPERATOR_KEY, **settings)
    finally:
        deployed.set()
        miner.join()
        client.close()
    yield bench
    bench.close()


def _dump(session: Session, table: type[SQLModel]) -> list[tuple[Any, ...]]:
    columns = [c for c in table.__table__.columns if c.name != "seq"]  # type: ignore[attr-defined]
    return sorted(tuple(map(str, row)) for row in session.execute(select(*columns)))


def _children(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").glob("*/children")
            for child in task.read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Wire:
    """A real connection to the node that is cut where a test says.

    ``cut_before`` holds methods whose requests never reach the node; ``cut_after``, methods whose
    requests do, but whose answers are lost; ``unknown``, methods that the node shall not have;
    ``first``, what happens at the node just before a request with this method reaches it.
    """

    def __init__(self, bench: Bench) -> None:
        self.cut_before: set[str] = set()
        self.cut_after: set[str] = set()
        self.unknown: set[str] = set()
        self.first: dict[str, tuple[str, list[str]]] = {}
        self.seen: list[str] = []
        self._bench = bench
        self._clients = [bench.client, *([bench.miner._client] if bench.miner else [])]
        self._node = bench.client.url
        wire, node = self, Connections(timeout=60)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                calls = json.loads(body)
                methods = {c["method"] for c in (calls if isinstance(calls, list) else [calls])}
                wire.seen += sorted(methods)
                if methods & wire.cut_before:
                    self.close_connection = True
                    return
                for call in calls if isinstance(calls, list) else [calls]:
                    if call["method"] in wire.unknown:
                        call["method"] = "nobody_knowsThis"
                for method, params in [wire.first[m] for m in methods & wire.first.keys()]:
                    earlier = {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}
                    node.post(wire._node, json.dumps(earlier).encode())
                body = json.dumps(calls).encode()
                answer = node.post(wire._node, body)
                if methods & wire.cut_after:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        for client in self._clients:
            client.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        for client in self._clients:
            client.url = self._node
        self._server.shutdown()
        self._server.server_close()


def until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait for a condition that another thread brings about."""
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)
