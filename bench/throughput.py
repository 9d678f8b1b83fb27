"""How many writes a second the platform takes, beside what the node alone can take.

One run on one machine, load generator included: the ceiling (presigned transfers straight to an
anvil with the platform's flags), the platform (POST to durable, mined and recorded), a loop of
web3.py's `transact` and `wait_for_transaction_receipt`, and the time of single writes. Fails where
an accepted write is not recorded, or where the chain's balances do not agree with what was paid.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import uvloop

from bench.load import Answer, Connection, in_parallel, quantile
from bench.outcome import Failed
from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import ContractCodec
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.devnet import Devnet, find_anvil
from pocplatform.chain.planning import init_code
from pocplatform.chain.signer import LocalSigner
from pocplatform.kit.settings import PROJECT_ROOT

CONNECTIONS = 64
TRANSFER_CENTS = 1
UNITS_PER_CENT = 10**4
START_CENTS = 1_000_000
GAS = 15_000_000
CHAIN_ID = 31337
RECORDED = ("mined", "confirmed")
DEADLINE_S = 300


@dataclass
class Gateway:
    """A platform in a process of its own, with an organization for each connection."""

    url: str
    rpc_url: str
    token: str
    database: Path
    pid: int
    keys: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @property
    def admin_key(self) -> str:
        """The organisers' secret key."""
        own = self.database.parent / "admin.key"
        return os.environ.get("POC_ADMIN_KEY") or own.read_text(encoding="utf-8").strip()


@contextlib.contextmanager
def running_gateway() -> Iterator[Gateway]:
    """Start `pocplatform up` on a fresh data folder; end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "pocplatform.cli", "up", "--json", "--port", "0"],
            cwd=PROJECT_ROOT,
            env={**os.environ, "POC_DATA_DIR": folder, "POC_MAX_QUEUED": "1000000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            facts, _ = json.JSONDecoder().raw_decode(_object(process.stdout))
            yield Gateway(
                url=facts["api"].removesuffix("/v1"),
                rpc_url=facts["rpc_url"],
                token=facts["contracts"]["PilotEuro"],
                database=Path(folder) / "platform.db",
                pid=process.pid,
            )
        finally:
            process.terminate()
            process.wait(60)


def _object(stream: IO[str]) -> str:
    """The first JSON object that a process prints over several lines."""
    text = ""
    for line in stream:
        text += line
        if line.startswith("}"):
            return text
    raise Failed("the gateway did not start: see `pocplatform doctor`")


async def sign_up(gateway: Gateway) -> None:
    """An organization with test money for each connection."""
    connection = Connection(gateway.url)
    for number in range(CONNECTIONS):
        request = connection.request("POST", "/v1/organizations", {"name": f"Bench {number} Oy"})
        answer = _accepted(await connection.send(request)).json()
        gateway.keys.append(answer["secret_key"])
        gateway.addresses.append(answer["wallet"]["address"])

    async def draw(number: int, own: Connection) -> None:
        key = {"Authorization": f"Bearer {gateway.keys[number]}", "Idempotency-Key": "start"}
        body = {"amount": START_CENTS}
        _accepted(await own.send(own.request("POST", "/v1/faucet?wait=30", body, key)))

    await in_parallel([Connection(gateway.url) for _ in range(CONNECTIONS)], draw)


def transfer(gateway: Gateway, own: Connection, number: int, name: str, query: str = "") -> bytes:
    """A payment of connection ``number`` to the next one."""
    body = {"to": gateway.addresses[(number + 1) % CONNECTIONS], "amount": TRANSFER_CENTS}
    headers = {"Authorization": f"Bearer {gateway.keys[number]}", "Idempotency-Key": name}
    return own.request("POST", f"/v1/transfers{query}", body, headers)


async def pay(gateway: Gateway, writes: int, name: str, query: str = "") -> list[Answer]:
    """``writes`` payments from all connections at once; their answers."""
    answers: list[Answer] = []

    async def work(number: int, own: Connection) -> None:
        for turn in range(number, writes, CONNECTIONS):
            request = transfer(gateway, own, number, f"{name}-{turn}", query)
            answers.append(_accepted(await own.send(request)))

    await in_parallel([Connection(gateway.url) for _ in range(CONNECTIONS)], work)
    return answers


def _accepted(answer: Answer) -> Answer:
    if answer.status not in (200, 201, 202):
        raise Failed(f"HTTP {answer.status}: {answer.body.decode(errors='replace')[:500]}")
    return answer


def recorded(gateway: Gateway) -> int:
    """Payments that the platform has recorded as mined."""
    with contextlib.closing(sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True)) as db:
        query = "SELECT count(*) FROM transactions WHERE function = 'transfer' AND status IN (?, ?)"
        return int(db.execute(query, RECORDED).fetchone()[0])


def wait_recorded(gateway: Gateway, number: int) -> None:
    """Return once ``number`` payments are recorded."""
    deadline = time.monotonic() + DEADLINE_S
    while (count := recorded(gateway)) < number:
        if time.monotonic() > deadline:
            raise Failed(f"{number - count} accepted writes were not recorded in {DEADLINE_S} s")
        time.sleep(0.05)


def check_balances(gateway: Gateway, sent: list[int]) -> None:
    """Compare the chain's balances with what each connection sent and got."""
    artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
    token = ContractCodec("PilotEuro", gateway.token, artifacts["PilotEuro"].abi)
    client = ChainClient(gateway.rpc_url)
    for number, address in enumerate(gateway.addresses):
        data = client.call(gateway.token, token.encode("balanceOf", address))
        cents = token.decode_result("balanceOf", data) // UNITS_PER_CENT
        expected = START_CENTS - sent[number] + sent[number - 1]
        if cents != expected:
            raise Failed(f"{address} has {cents} cents on the chain, not {expected}")


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB (10⁶ bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure_gateway(writes: int) -> dict[str, Any]:
    """The platform's figures."""
    with running_gateway() as gateway:
        uvloop.run(sign_up(gateway))
        done = 0
        began = time.perf_counter()
        uvloop.run(pay(gateway, writes, "load"))
        accepted_s = time.perf_counter() - began
        done += writes
        wait_recorded(gateway, done)
        recorded_s = time.perf_counter() - began
        idle = uvloop.run(_idle(gateway, 300))
        done += 300
        loaded_writes = max(CONNECTIONS * 10, writes // 4)
        began = time.perf_counter()
        loaded = uvloop.run(pay(gateway, loaded_writes, "loaded", "?wait=30"))
        loaded_s = time.perf_counter() - began
        done += loaded_writes
        wait_recorded(gateway, done)
        sent = [
            len(range(n, writes, CONNECTIONS)) + len(range(n, loaded_writes, CONNECTIONS))
            for n in range(CONNECTIONS)
        ]
        sent[0] += 300
        check_balances(gateway, sent)
        return {
            "gateway_accepted_tx_s": round(writes / accepted_s),
            "gateway_recorded_tx_s": round(writes / recorded_s),
            "idle_ms": _quantiles(idle),
            "loaded_ms": _quantiles([answer.seconds for answer in loaded]),
            "loaded_tx_s": round(loaded_writes / loaded_s),
            "rss_mb": round(resident_mb(gateway.pid)),
        }


async def _idle(gateway: Gateway, writes: int) -> list[float]:
    """Seconds that each of some single writes took from request to record."""
    own = Connection(gateway.url)
    seconds = []
    for turn in range(writes):
        request = transfer(gateway, own, 0, f"idle-{turn}", "?wait=30")
        seconds.append(_accepted(await own.send(request)).seconds)
    own.close()
    return seconds


def _quantiles(seconds: list[float]) -> dict[str, float]:
    return {
        "p50": round(quantile(seconds, 0.5) * 1e3, 1),
        "p99": round(quantile(seconds, 0.99) * 1e3, 1),
    }


@contextlib.contextmanager
def bare_node(*mining: str) -> Iterator[tuple[ChainClient, str, ContractCodec, list[LocalSigner]]]:
    """An anvil with the platform's flags, tEUR on it, and signers who have some."""
    artifact = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")["PilotEuro"]
    signers = [LocalSigner((1000 + n).to_bytes(32)) for n in range(CONNECTIONS)]
    admin = signers[0]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        node = Devnet(
            find_anvil(PROJECT_ROOT), Path(folder), genesis_time=int(time.time()), mining=mining
        )
        node.start()
        try:
            node.wait_ready()
            client = ChainClient(node.rpc_url)
            code = init_code(artifact, [admin.address, admin.address, 10**15, 86_400])
            _send(client, [_sign(admin, 0, "", code)])
            token = _mined(client, 0, admin)
            codec = ContractCodec("PilotEuro", token, artifact.abi)
            drips = [
                _sign(admin, 1 + n, token, codec.encode("drip", signer.address, 10**12))
                for n, signer in enumerate(signers)
            ]
            _send(client, drips)
            _mined(client, len(drips), admin)
            yield client, token, codec, signers
        finally:
            node.stop()


def _sign(signer: LocalSigner, nonce: int, to: str, data: bytes) -> str:
    fields = {"chainId": CHAIN_ID, "nonce": nonce, "to": to, "data": data}
    signed = signer.sign_transaction({**fields, "value": 0, "gas": GAS, "gasPrice": 0})
    return "0x" + signed.raw.hex()


def _send(client: ChainClient, raw: list[str]) -> list[str]:
    calls = [("eth_sendRawTransaction", (r,)) for r in raw]
    return [str(result.unwrap()) for result in client.batch(calls)]


def _mined(client: ChainClient, nonce: int, admin: LocalSigner) -> str:
    """Wait until ``admin`` has used its nonce; the address of what its first one created."""
    deadline = time.monotonic() + DEADLINE_S
    while client.nonce(admin.address) <= nonce:
        if time.monotonic() > deadline:
            raise Failed("the node does not mine")
        time.sleep(0.02)
    block = client.block(1, full=True)
    assert block is not None
    receipt = client.receipt(block["transactions"][0]["hash"])
    assert receipt is not None
    return str(receipt["contractAddress"])


def measure_ceiling(writes: int) -> dict[str, Any]:
    """Presigned transfers a second: two connections, ordered batches of 50, blocks of 0.25 s."""
    with bare_node("--block-time", "0.25") as (client, token, codec, signers):
        data = [
            codec.encode("transfer", signers[(n + 1) % CONNECTIONS].address, UNITS_PER_CENT)
            for n in range(CONNECTIONS)
        ]
        first = [client.nonce(signer.address) for signer in signers]
        raw = [
            _sign(signers[i % CONNECTIONS], first[i % CONNECTIONS] + i // CONNECTIONS, token,
                  data[i % CONNECTIONS])
            for i in range(writes)
        ]  # fmt: skip
        expected = {
            signers[n].address: first[n] + len(range(n, writes, CONNECTIONS))
            for n in range(CONNECTIONS)
        }
        halves = [
            [r for i, r in enumerate(raw) if i % CONNECTIONS % 2 == half] for half in range(2)
        ]

        def send_half(half: list[str]) -> None:
            own = ChainClient(client.url)
            for start in range(0, len(half), 50):
                _send(own, half[start : start + 50])

        began = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(send_half, halves))
        deadline = time.monotonic() + DEADLINE_S
        for address, nonce in expected.items():
            while client.nonce(address) < nonce:
                if time.monotonic() > deadline:
                    raise Failed("the node lost presigned transfers")
                time.sleep(0.01)
        return {"ceiling_tx_s": round(writes / (time.perf_counter() - began))}


def measure_naive(writes: int) -> dict[str, Any]:
    """The loop that most begin with: web3.py, one transaction after the other, automine."""
    from web3 import HTTPProvider, Web3
    from web3.middleware import SignAndSendRawMiddlewareBuilder

    with bare_node() as (client, token, _, signers):
        web3 = Web3(HTTPProvider(client.url))
        account = web3.eth.account.from_key((1000).to_bytes(32))
        web3.middleware_onion.inject(SignAndSendRawMiddlewareBuilder.build(account), layer=0)
        web3.eth.default_account = account.address
        contract = web3.eth.contract(address=web3.to_checksum_address(token), abi=_transfer_abi())
        began = time.perf_counter()
        for _ in range(writes):
            hash_ = contract.functions.transfer(signers[1].address, UNITS_PER_CENT).transact(
                {"gasPrice": web3.to_wei(0, "wei")}
            )
            web3.eth.wait_for_transaction_receipt(hash_)
        return {"naive_tx_s": round(writes / (time.perf_counter() - began), 1)}


def _transfer_abi() -> list[dict[str, Any]]:
    artifact = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")["PilotEuro"]
    return [entry for entry in artifact.abi if entry.get("name") == "transfer"]


def measure(writes: int) -> dict[str, Any]:
    """All figures of one run.

    Args:
        writes: Transfers to the gateway from all connections, and presigned ones to the bare node.
    """
    figures = measure_ceiling(writes) | measure_gateway(writes) | measure_naive(200)
    ratio = figures["gateway_recorded_tx_s"] / figures["ceiling_tx_s"]
    figures["ratio_to_ceiling"] = round(ratio, 3)
    figures["ratio_to_naive"] = round(figures["gateway_recorded_tx_s"] / figures["naive_tx_s"], 1)
    figures["writes"] = writes
    return figures
