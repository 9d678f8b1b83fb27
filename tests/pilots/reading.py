"""A second reading of the chain, by web3 from the node itself: past the platform and the pilots.

Nothing here is shared with what makes an evaluation: the node is asked directly, contracts are
found by what the transactions went to, and events are told apart by their standard's topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from web3 import Web3

from pocplatform.pilots.evaluation import Evaluation
from pocplatform.pilots.story import BANK, ESCROW, FAUCET, ORGANISERS, Shown

_UNITS_A_CENT = 10_000
_TRANSFER = "0x" + Web3.keccak(text="Transfer(address,address,uint256)").hex().removeprefix("0x")
_BALANCE_OF = Web3.keccak(text="balanceOf(address)")[:4]
_NOBODY = "0x" + "0" * 40
_ELSEWHERE = "elsewhere"
"""In contracts, and with the organisers, to whom the market's fees go."""

Transfers = list[tuple[str, str, int, str]]
"""Sender, recipient, units and transaction."""


def disagreements(
    run: Evaluation, node: Web3, shown: Mapping[str, Shown] | None = None
) -> list[str]:
    """Where an evaluation, and what steps have shown of money, is not what the node says."""
    return [*_receipts(run, node), *_missing(run, node), *_money(run, node, shown)]


def _receipts(run: Evaluation, node: Web3) -> Iterator[str]:
    """Each transaction is on this chain, and its numbers are those of its receipt."""
    if node.eth.chain_id != run.chain_id:
        yield "chain_id"
    if node.eth.get_block(0)["hash"].to_0x_hex() != run.genesis_hash:
        yield "genesis_hash"
    gas = Counter[str]()
    for one in run.transactions:
        receipt = node.eth.get_transaction_receipt(one.hash)
        found = receipt["gasUsed"], receipt["blockNumber"], receipt["status"] == 1
        if found != (one.gas_used, one.block, one.succeeded):
            yield f"{one.function} in {one.step}: {one}, not {found}"
        if not run.first_block < receipt["blockNumber"] <= run.last_block:
            yield f"{one.function} in {one.step} is not of this run"
        gas[one.step] += receipt["gasUsed"]
    if run.gas != gas.total() or run.gas == 0:
        yield f"gas: {run.gas}, not {gas.total()}"
    for step in run.steps:
        if step.gas != gas[step.name]:
            yield f"gas of {step.name}: {step.gas}, not {gas[step.name]}"


def _missing(run: Evaluation, node: Web3) -> Iterator[str]:
    """Whatever the companies have sent meanwhile is among the run's transactions."""
    companies = {actor.address for actor in run.actors}
    known = {one.hash for one in run.transactions}
    for number in range(run.first_block + 1, run.last_block + 1):
        for one in node.eth.get_block(number, full_transactions=True)["transactions"]:
            if one["from"] in companies and one["hash"].to_0x_hex() not in known:
                yield f"missing: {one['hash'].to_0x_hex()}"


def _money(run: Evaluation, node: Web3, shown: Mapping[str, Shown] | None) -> Iterator[str]:
    """The token's transfers come to the balances, and to what the steps have told of money."""
    token = next(
        (
            node.eth.get_transaction(one.hash)["to"]
            for one in run.transactions
            if one.contract == "PilotEuro"
        ),
        None,
    )
    if token is None:
        if run.money.minted_raw or any(actor.balance_raw for actor in run.actors):
            yield "money without a token"
        return
    roles = {actor.address.lower(): actor.role for actor in run.actors}
    found = [one for one in _transfers(run, node, token) if one[0] in roles or one[1] in roles]
    minted = sum(units for sender, _, units, _ in found if sender == _NOBODY)
    if minted != run.money.minted_raw:
        yield f"minted: {run.money.minted_raw}, not {minted}"
    changes = Counter[str]()
    for sender, recipient, units, _ in found:
        changes[roles.get(sender, sender)] -= units
        changes[roles.get(recipient, recipient)] += units
    balances = {actor.role: _balance(node, token, actor.address) for actor in run.actors}
    for actor in run.actors:
        has = balances[actor.role]
        if not has == changes[actor.role] == actor.balance_raw:
            yield f"{actor.role} has {has}, by transfers {changes[actor.role]}: {actor}"
    burned = changes[_NOBODY] + minted
    if burned != run.money.burned_raw:
        yield f"redeemed: {burned}, not {run.money.burned_raw}"
    elsewhere = minted - burned - sum(balances.values())
    if elsewhere != run.money.held_raw + sum(run.money.elsewhere_raw.values()):
        yield f"elsewhere: {elsewhere}, not {run.money}"
    if shown is not None:
        there = {**balances, FAUCET: -minted, BANK: burned, _ELSEWHERE: elsewhere}
        yield from _told(there, shown)


def _told(there: Mapping[str, int], shown: Mapping[str, Shown]) -> Iterator[str]:
    """What the steps tell of money comes to what is there."""
    told = Counter[str]()
    for step in shown.values():
        for moved in step.money:
            told[moved.sender] -= moved.amount
            told[moved.recipient] += moved.amount
    told[_ELSEWHERE] = told.pop(ESCROW, 0) + told.pop(ORGANISERS, 0)
    for place in there.keys() | told.keys():
        if there.get(place) != told[place] * _UNITS_A_CENT:
            yield f"{place}: {there.get(place)}, by what the steps tell {told[place]} cents"


def _balance(node: Web3, token: str, address: str) -> int:
    data = _BALANCE_OF + bytes(12) + bytes.fromhex(address[2:])
    return int(node.eth.call({"to": token, "data": data}).hex(), 16)


def _transfers(run: Evaluation, node: Web3, token: str) -> Transfers:
    logs = node.eth.get_logs(
        {
            "address": token,
            "topics": [_TRANSFER],
            "fromBlock": run.first_block + 1,
            "toBlock": run.last_block,
        }
    )
    return [
        (
            "0x" + log["topics"][1].hex()[-40:],
            "0x" + log["topics"][2].hex()[-40:],
            int(log["data"].hex(), 16),
            log["transactionHash"].to_0x_hex(),
        )
        for log in logs
    ]
