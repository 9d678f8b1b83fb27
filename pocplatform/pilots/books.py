"""Closes the books of a run: where its test money is, by the token's own transfers (ERC-20)."""

from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

from pocplatform.pilots.chain_reader import ChainReader
from pocplatform.pilots.evaluation import Money
from pocplatform.pilots.scene import Scene

TOKEN = "PilotEuro"
TRANSFER = "Transfer(address,address,uint256)"

_NOBODY = "0x" + "00" * 20
"""Where a transfer comes from that mints, and goes to that burns."""
_LOOKS = 5
"""How often transfers and balances are read again if somebody was paid between the two."""


class Transfer(NamedTuple):
    """Test money that went from one address to another; addresses in small letters."""

    sender: str
    recipient: str
    raw: int
    transaction: str


class Books(NamedTuple):
    """Closed books.

    Attributes:
        money: Where it is.
        balances: What the token says that each role has.
        block: Up to which they were kept.
    """

    money: Money
    balances: dict[str, int]
    block: int


def transfers_in(logs: Any) -> list[Transfer]:
    """Transfers in a node's answer about logs. Raises :class:`ValueError` if it is none."""
    try:
        return [
            Transfer(
                sender="0x" + log["topics"][1][-40:].lower(),
                recipient="0x" + log["topics"][2][-40:].lower(),
                raw=int(log["data"], 16),
                transaction=log["transactionHash"],
            )
            for log in logs
        ]
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError("these are no logs of transfers") from error


class Changes(NamedTuple):
    """What transfers come to: given out, taken out of use, and the change of each address."""

    minted: int
    burned: int
    changes: Counter[str]


def changes_by(transfers: Collection[Transfer]) -> Changes:
    """What transfers come to."""
    changes = Counter[str]()
    for one in transfers:
        changes[one.sender] -= one.raw
        changes[one.recipient] += one.raw
    changes.pop(_NOBODY, None)
    return Changes(
        minted=sum(one.raw for one in transfers if one.sender == _NOBODY),
        burned=sum(one.raw for one in transfers if one.recipient == _NOBODY),
        changes=changes,
    )


async def close(here: Scene, since: int, transactions: Collection[str]) -> Books:
    """The books of a run.

    Args:
        here: The run.
        since: Its first block.
        transactions: The hashes of its transactions; transfers to and from the roles belong to it
            whoever has sent them.
    """
    contracts = (await here.organisers.chain.get()).contracts
    names = {one.address.lower(): one.name for one in contracts}
    roles = {player.address.lower(): role for role, player in here.players.items()}
    looks = 0
    while True:
        looks += 1
        block = int((await here.chain.block())["number"], 16)
        transfers = [
            one
            for one in await _transfers(here.chain, since, block)
            if one.transaction in transactions or one.sender in roles or one.recipient in roles
        ]
        balances = {
            role: await here.chain.call(TOKEN, "balanceOf(address)(uint256)", player.address)
            for role, player in here.players.items()
        }
        money = _money(transfers, balances, names, roles)
        if money.agrees or looks == _LOOKS:
            return Books(money, balances, block)


async def _transfers(chain: ChainReader, since: int, newest: int) -> list[Transfer]:
    if since > newest:  # nothing was mined since the run began; nodes refuse such a question
        return []
    return transfers_in(await chain.logs(TOKEN, TRANSFER, since=since))


def _money(
    transfers: Collection[Transfer],
    balances: dict[str, int],
    names: dict[str, str],
    roles: dict[str, str],
) -> Money:
    minted, burned, changes = changes_by(transfers)
    players = {role: changes[address] for address, role in roles.items()}
    others = {address: raw for address, raw in changes.items() if raw and address not in roles}
    return Money(
        minted_raw=minted,
        burned_raw=burned,
        players_raw=players,
        contracts_raw={names[at]: raw for at, raw in others.items() if at in names},
        elsewhere_raw={at: raw for at, raw in others.items() if at not in names},
        agrees=players == balances,
    )
