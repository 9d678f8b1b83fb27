"""How fast the workbench is: from a source to its API, and reading through that API.

A platform in processes of its own. Every cold compilation is of a source that was never seen. The
same 1,000 reads go through the generated API, straight to the node, and through an application
that hands them to the node and does nothing else, in turns, over a kept-alive connection of the
same kind; the last one tells which ratio no gateway on this server can pass. The same reads are
then made as people make them: through the API by httpx, which needs to know nothing of Ethereum,
and from the node by web3.py. Of compilations the best run counts, since the machine may be busy.
On a busy one the ratio of the reads is better than it should be, for both sides wait alike for a
processor; the medians tell it better.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
from web3 import Web3

from bench.load import Answer, Connection
from bench.outcome import Failed
from bench.proxy import running_proxy
from bench.throughput import running_gateway
from pocplatform.chain.codec import keccak256

_TOKEN = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
// %s
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract Token is ERC20 {
    constructor() ERC20("Token", "TOK") {
        _mint(msg.sender, 1000);
    }
}
"""
RUNS = 3
READS = 1000
_TURN = 100
"""Reads on one side before the other has its turn."""


class _Api:
    """The gateway for one organization."""

    def __init__(self, url: str) -> None:
        self._connection = Connection(url)
        self.headers: dict[str, str] = {}
        self.address = ""

    async def sign_up(self) -> None:
        made = await self.post("/v1/organizations", {"name": "Bench Oy"})
        self.headers = {"Authorization": f"Bearer {made['secret_key']}"}
        self.address = made["wallet"]["address"]

    def request(self, path: str, body: Any) -> bytes:
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        return self._connection.request("POST", path, body, headers)

    async def post(self, path: str, body: Any) -> Any:
        return json.loads((await self.send(self.request(path, body))).body)

    async def send(self, request: bytes) -> Answer:
        answer = await self._connection.send(request)
        if answer.status >= 400:
            raise Failed(answer.body.decode())
        return answer


class _Read(NamedTuple):
    """What is read: the balance of an account in a contract, with the key of its organization."""

    contract: dict[str, Any]
    account: str
    headers: dict[str, str]


def measure() -> dict[str, Any]:
    """All figures of one run."""
    with running_gateway() as gateway, running_proxy(gateway.rpc_url) as proxy_url:
        found, read = asyncio.run(_measure(gateway.url, gateway.rpc_url, proxy_url))
        return found | _by_clients(gateway.url, gateway.rpc_url, read)


async def _measure(url: str, rpc_url: str, proxy_url: str) -> tuple[dict[str, Any], _Read]:
    api = _Api(url)
    await api.sign_up()
    cold, cached, source_to_api = [], [], []
    contract: dict[str, Any] = {}
    for _ in range(RUNS):
        body = {"sources": {"Token.sol": _TOKEN % uuid4()}}
        began = time.perf_counter()
        compilation = await api.post("/v1/contracts/compile", body)
        cold.append(time.perf_counter() - began)
        contract = await api.post(
            "/v1/contracts?wait=30", {"compilation": compilation["id"], "contract": "Token"}
        )
        answer = await api.post(f"/v1/contracts/{contract['id']}/call/totalSupply", {})
        source_to_api.append(time.perf_counter() - began)
        if answer["results"] != {"result": "1000"}:
            raise Failed(str(answer))
        began = time.perf_counter()
        if (await api.post("/v1/contracts/compile", body))["id"] != compilation["id"]:
            raise Failed("the same source was compiled twice")
        cached.append(time.perf_counter() - began)
    found = {
        "compile_cold_ms": round(1000 * min(cold), 1),
        "compile_cached_ms": round(1000 * min(cached), 1),
        "source_to_api_s": round(min(source_to_api), 3),
        **await _reads(api, rpc_url, proxy_url, contract),
    }
    return found, _Read(contract, api.address, api.headers)


async def _reads(
    api: _Api, rpc_url: str, proxy_url: str, contract: dict[str, Any]
) -> dict[str, Any]:
    """1,000 reads of a balance on each side, in turns."""
    node, proxy = Connection(rpc_url), Connection(proxy_url)
    selector = keccak256(b"balanceOf(address)")[:4].hex()
    call = {"to": contract["address"], "data": f"0x{selector}{api.address[2:].zfill(64)}"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [call, "latest"]}
    direct = node.request("POST", "/", body)
    path = f"/v1/contracts/{contract['id']}/call/balanceOf"
    through = api.request(path, {"arguments": {"account": api.address}})
    handed_on = proxy.request("POST", "/", body)
    seconds = {"direct": 0.0, "api": 0.0, "proxy": 0.0}
    each: dict[str, list[float]] = {name: [] for name in seconds}
    sends: dict[str, Callable[[], Any]] = {
        "direct": lambda: node.send(direct), "api": lambda: api.send(through),
        "proxy": lambda: proxy.send(handed_on),
    }  # fmt: skip
    for turn in itertools.count():
        for name, send in sends.items():
            began = time.perf_counter()
            for _ in range(_TURN):
                answer = await send()
                each[name].append(answer.seconds)
            if turn:  # the first is to warm up
                seconds[name] += time.perf_counter() - began
            if b"3e8" not in answer.body and b"1000" not in answer.body:
                raise Failed(answer.body.decode())
        if turn * _TURN >= READS:
            break
    node.close()
    proxy.close()
    return {
        "reads_per_s": round(READS / seconds["api"]),
        "direct_reads_per_s": round(READS / seconds["direct"]),
        "read_ratio": round(seconds["direct"] / seconds["api"], 3),
        "read_p50_ms": round(1000 * statistics.median(each["api"]), 3),
        "direct_read_p50_ms": round(1000 * statistics.median(each["direct"]), 3),
        "proxy_p50_ms": round(1000 * statistics.median(each["proxy"]), 3),
        "most_read_ratio": round(seconds["direct"] / seconds["proxy"], 3),
    }


def _by_clients(url: str, rpc_url: str, read: _Read) -> dict[str, Any]:
    """1,000 reads of the same balance by httpx through the API, and by web3.py from the node."""
    web3 = Web3(Web3.HTTPProvider(rpc_url))
    token = web3.eth.contract(address=read.contract["address"], abi=read.contract["abi"])
    seconds = {"api": 0.0, "direct": 0.0}
    with httpx.Client(base_url=url, headers=read.headers) as client:
        path = f"/v1/contracts/{read.contract['id']}/call/balanceOf"
        body = {"arguments": {"account": read.account}}
        reads: dict[str, Callable[[], Any]] = {
            "api": lambda: int(client.post(path, json=body).json()["results"]["result"]),
            "direct": token.functions.balanceOf(read.account).call,
        }
        for turn in range(1 + READS // _TURN):
            for name, balance in reads.items():
                began = time.perf_counter()
                wrong = [found for _ in range(_TURN) if (found := balance()) != 1000]
                if turn:  # the first is to warm up
                    seconds[name] += time.perf_counter() - began
                if wrong:
                    raise Failed(f"{name}: {wrong[0]}")
    return {
        "client_reads_per_s": round(READS / seconds["api"]),
        "client_direct_reads_per_s": round(READS / seconds["direct"]),
        "client_read_ratio": round(seconds["direct"] / seconds["api"], 3),
    }
