"""Holds the clients' books against the chain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import httpx

from bench.faults.chain import Chain, Reader
from bench.faults.ledger import CENT, Ledger, Member, Write

SETTLED_WITHOUT_EFFECT = ("refused", "reverted", "replaced")


@dataclass(slots=True)
class Findings:
    """What was found out after a round; all but the number of writes should be 0.

    Attributes:
        accepted: Writes that the platform has promised to do.
        lost: Promised, but neither mined nor clearly refused.
        duplicated: Executions beyond the one that was asked for.
        executed_though_refused: Mined, although the answer was a refusal.
        divergent_rows: Rows of read models that are not those of a rebuild.
        conserved: Whether all money is where the writes have put it.
        notes: Each finding in words.
    """

    accepted: int = 0
    lost: int = 0
    duplicated: int = 0
    executed_though_refused: int = 0
    divergent_rows: int = 0
    conserved: bool = True
    notes: list[str] = field(default_factory=list)


def examine(
    ledger: Ledger, members: list[Member], reader: Reader, gateway: httpx.Client
) -> tuple[Findings, Chain, dict[str, int]]:
    """What became of every write; with the chain and its balances, for further checks."""
    chain = reader.read()
    found = Findings(accepted=ledger.accepted, notes=list(chain.problems))
    mined = [write for write in ledger.writes if _was_mined(write, found, chain, reader, gateway)]
    _check_nonces(mined, members, found, reader, gateway, ledger)
    balances = reader.balances(chain.holders)
    _check_money(mined, members, found, reader, balances)
    return found, chain, balances


def _was_mined(
    write: Write, found: Findings, chain: Chain, reader: Reader, gateway: httpx.Client
) -> bool:
    """Whether it had its effect; notes what is not as the client was told."""
    name = f"{write.path} {write.key} {write.move or ''}"
    if write.move is not None:
        times = chain.transfers[write.move.on_chain]
        if times > 1:
            found.duplicated += times - 1
            found.notes.append(f"executed {times} times: {name}")
    else:
        times = int(_succeeded(write, chain, reader, gateway))
    if write.accepted and not times:
        status = _shown(write, gateway)["status"]
        if status not in SETTLED_WITHOUT_EFFECT:
            found.lost += 1
            found.notes.append(f"accepted and not on the chain, {status}: {name}")
    if times and write.status and not write.accepted:
        found.executed_though_refused += 1
        found.notes.append(f"executed though answered {write.status}: {name} {write.answer}")
    return bool(times)


def _succeeded(write: Write, chain: Chain, reader: Reader, gateway: httpx.Client) -> bool:
    """Whether a write that moves nothing was done: its own transaction says so."""
    if write.transaction is None:
        return False
    hash_ = _shown(write, gateway)["hash"]
    return hash_ in chain.mined and reader.succeeded(hash_)


def _shown(write: Write, gateway: httpx.Client) -> dict[str, str]:
    """The write's transaction as the platform shows it."""
    headers = {"Authorization": f"Bearer {write.secret}"}
    answer = gateway.get(f"/v1/transactions/{write.transaction}", headers=headers)
    answer.raise_for_status()
    shown: dict[str, str] = answer.json()
    return shown


def _check_nonces(
    mined: list[Write],
    members: list[Member],
    found: Findings,
    reader: Reader,
    gateway: httpx.Client,
    ledger: Ledger,
) -> None:
    """A wallet has sent as many transactions as its writes: one each, and none beside."""
    wanted = Counter(write.wallet for write in mined)
    effective = {id(write) for write in mined}
    for write in ledger.writes:
        if write.wallet and write.transaction and id(write) not in effective:
            # What was reverted is on the chain too, without effect.
            wanted[write.wallet] += _shown(write, gateway)["status"] == "reverted"
    used = reader.nonces([member.address for member in members])
    for member, nonce in zip(members, used, strict=True):
        writes = wanted[member.address]
        if nonce != writes:
            found.duplicated += max(0, nonce - writes)
            found.notes.append(f"{member.address} has sent {nonce} transactions, not {writes}")


def _check_money(
    mined: list[Write],
    members: list[Member],
    found: Findings,
    reader: Reader,
    balances: dict[str, int],
) -> None:
    """All balances together are the supply, and each member has what the writes say."""
    supply = reader.total_supply()
    if sum(balances.values()) != supply:
        found.conserved = False
        found.notes.append(f"balances sum up to {sum(balances.values())}, the supply is {supply}")
    expected: Counter[str] = Counter()
    for write in mined:
        if write.move is not None:
            expected[write.move.sender.lower()] -= write.move.cents * CENT
            expected[write.move.recipient.lower()] += write.move.cents * CENT
    for member in members:
        has = balances.get(member.address.lower(), 0)
        if has != expected[member.address.lower()]:
            found.conserved = False
            found.notes.append(f"{member.address} has {has} units, "
                               f"not {expected[member.address.lower()]}")  # fmt: skip
