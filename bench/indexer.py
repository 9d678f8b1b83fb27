"""How many events a second reach the read models, and how long writing them anew takes.

A platform of its own, its engine stopped: transfers are put on its devnet past it, many in a
transaction, and then recorded as they would be at any time. Fails where the read models do not say
what the chain says.
"""

from __future__ import annotations

import tempfile
import time
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from bench.outcome import Failed
from pocplatform.chain.signer import LocalSigner, Signer
from pocplatform.domains.payments.models import TokenBalance, TokenTransfer
from pocplatform.http.state import Gateway
from pocplatform.indexer.scanner import Scanner
from pocplatform.kit.settings import Settings
from pocplatform.routers import PROJECTIONS
from pocplatform.startup import open_platform

EVENTS_IN_TRANSACTION = 250
TRANSACTIONS_IN_BLOCK = 4
RECIPIENTS = 64
GAS = 15_000_000
DECODED = 20_000


def measure(events: int) -> dict[str, Any]:
    """All figures of one run.

    Args:
        events: To record; rounded up to whole blocks.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        platform = open_platform(Settings(data_dir=Path(folder), port=0), lambda step: None)
        try:
            platform.engine.stop()
            return _measure(platform.gateway, events)
        finally:
            platform.close()


def _measure(gateway: Gateway, events: int) -> dict[str, Any]:
    scanner = Scanner(gateway.database, gateway.client, gateway.outbox, PROJECTIONS, 0)
    holder = _holder(gateway)
    scanner.scan()
    before = _recorded(gateway)
    blocks = -(-events // (EVENTS_IN_TRANSACTION * TRANSACTIONS_IN_BLOCK))
    _transfer(gateway, holder, blocks)
    events = blocks * EVENTS_IN_TRANSACTION * TRANSACTIONS_IN_BLOCK

    began = time.perf_counter()
    scanner.scan()
    record_s = time.perf_counter() - began
    _check(gateway, before + events)

    decode_s, decoded = _decode(gateway)

    scanner.rewind()
    began = time.perf_counter()
    scanner.scan()
    reindex_s = time.perf_counter() - began
    _check(gateway, before + events)
    return {
        "events": events,
        "events_per_s": round(events / record_s),
        "decode_per_s": round(decoded / decode_s),
        "reindex_events": before + events,
        "reindex_s": round(reindex_s, 1),
    }


def _holder(gateway: Gateway) -> LocalSigner:
    """Somebody with money who lets Multicall3 move it."""
    holder, operator = LocalSigner((1000).to_bytes(32)), gateway.signers.operator
    calls = gateway.contracts
    multicall = calls.address("Multicall3")
    drip = calls.call("PilotEuro", "drip", to=holder.address, amount=10**10)
    approve = calls.call("PilotEuro", "approve", spender=multicall, value=2**256 - 1)
    nonce = gateway.client.nonce(operator.address)
    _send(gateway, [_signed(gateway, operator, nonce, drip.to, drip.data)])
    _send(gateway, [_signed(gateway, holder, 0, approve.to, approve.data)])
    return holder


def _transfer(gateway: Gateway, holder: LocalSigner, blocks: int) -> None:
    """Blocks full of transfers, a unit each."""
    contracts = gateway.contracts
    token, multicall = contracts.address("PilotEuro"), contracts.address("Multicall3")
    moves = [
        contracts.call(
            "PilotEuro", "transferFrom",
            **{"from": holder.address, "to": f"0x{number + 1:040x}"}, value=1,
        ).data
        for number in range(RECIPIENTS)
    ]  # fmt: skip

    @cache  # a few kinds of transactions, by whose turn it is first
    def many(first: int) -> bytes:
        turns = (moves[(first + turn) % RECIPIENTS] for turn in range(EVENTS_IN_TRANSACTION))
        calls = [{"target": token, "allowFailure": False, "callData": move} for move in turns]
        return contracts.call("Multicall3", "aggregate3", calls=calls).data

    numbers = count()
    for _ in range(blocks):
        raw = []
        for number in islice(numbers, TRANSACTIONS_IN_BLOCK):
            data = many(number * EVENTS_IN_TRANSACTION % RECIPIENTS)
            raw.append(_signed(gateway, holder, number + 1, multicall, data))
        _send(gateway, raw)


def _signed(gateway: Gateway, signer: Signer, nonce: int, to: str | None, data: bytes) -> str:
    fields = {"chainId": gateway.chain_id, "nonce": nonce, "to": to or "", "data": data}
    signed = signer.sign_transaction({**fields, "value": 0, "gas": GAS, "gasPrice": 0})
    return "0x" + signed.raw.hex()


def _send(gateway: Gateway, raw: list[str]) -> None:
    """One block of these transactions."""
    for result in gateway.client.batch([("eth_sendRawTransaction", [r]) for r in raw]):
        result.unwrap()
    gateway.client.request("evm_mine")
    block = gateway.client.block("latest")
    if block is None or len(block["transactions"]) != len(raw):
        raise Failed("the node did not mine what it was sent")


def _recorded(gateway: Gateway) -> int:
    with gateway.database.snapshot() as session:
        return session.exec(select(func.count()).select_from(TokenTransfer)).one()


def _check(gateway: Gateway, transfers: int) -> None:
    """The read models have every transfer, and the balances that the chain has."""
    if (found := _recorded(gateway)) != transfers:
        raise Failed(f"{found} of {transfers} transfers were recorded")
    with gateway.database.snapshot() as session:
        balances = session.exec(select(TokenBalance.address, TokenBalance.units)).all()
    for address, units in balances:
        on_chain = gateway.contracts.read("PilotEuro", "balanceOf", address)
        if on_chain != int(units):
            raise Failed(f"{address} has {on_chain} units on the chain, not {units}")


def _decode(gateway: Gateway) -> tuple[float, int]:
    """Seconds that decoding some logs takes, and their number."""
    head, logs = gateway.client.block_number(), []
    for number in range(head, 0, -1):
        block = hex(number)
        found = gateway.client.request("eth_getLogs", {"fromBlock": block, "toBlock": block})
        logs += found
        if len(logs) >= DECODED:
            break
    began = time.perf_counter()
    for log in logs:
        gateway.contracts.decode_log(log)
    return time.perf_counter() - began, len(logs)
