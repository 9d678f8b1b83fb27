"""What of an evaluation follows from the rest of it, or from the chain: counted anew.

Each function gives what does not agree, as text, or nothing.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.crypto import keccak

from pocplatform.pilots.books import TOKEN, TRANSFER, Transfer, changes_by
from pocplatform.pilots.evaluation import Costs, Evaluation, NetworkCost
from pocplatform.pilots.shown import Text
from pocplatform.pilots.story import Criterion, Volume

WORD_OF_THE_RUNNER = (
    Text(
        "what the steps were called, how long they took, and which transactions belong to which",
        "vaiheiden nimet, kestot ja se, mitkä tapahtumat kuuluvat mihinkin vaiheeseen",
    ),
    Text(
        "what was measured, and what the claims found on the chain",
        "mitatut luvut ja se, mitä väitteet löysivät ketjusta",
    ),
    Text(
        "what the texts say, and who the companies behind the addresses are",
        "tekstien sisältö ja se, mitä yrityksiä osoitteiden takana on",
    ),
    Text(
        "the prices of gas that the costs were calculated by",
        "kaasun hinnat, joilla kustannukset on laskettu",
    ),
)
"""What no receipt and no node can say."""
ONLY_WITH_A_NODE = Text(
    "where the test money is, which only a node can say (--node)",
    "se, missä testiraha on; sen voi kertoa vain solmu (--node)",
)
TOPIC = "0x" + keccak(text=TRANSFER).hex()


def steps_unlike(run: Evaluation) -> str:
    """Steps have the transactions and the gas of the transactions that are said to be theirs."""
    for step in run.steps:
        own = [one.gas_used for one in run.transactions if one.step == step.name]
        if (step.transactions, step.gas) != (len(own), sum(own)):
            return step.name
    return ""


def criteria_unlike(run: Evaluation) -> str:
    """Criteria are met if what was measured is as they want it."""
    for one in run.criteria:
        wanted = Criterion(one.name, one.text, one.measure, one.equals, one.at_least, one.at_most)
        found = run.measures.get(one.measure)
        if (one.found, one.met) != (found, wanted.met(found)):
            return one.name
    return ""


def costs_unlike(run: Evaluation) -> str:
    """Costs are the gas of the receipts times the prices that stand beside them."""
    said, volume = run.costs, run.costs.volume
    if volume.units_in_run < 1 or volume.customers < 1:
        return "volume"
    plain = Volume(volume.unit, volume.units_in_run, volume.units_per_year, volume.customers)
    counted = Costs.of(run.gas, plain, said.prices)
    pairs: dict[str, tuple[Sequence[NetworkCost], Sequence[NetworkCost]]] = {
        "run": (said.run, counted.run),
        "unit": (said.unit, counted.unit),
        "year": (said.year, counted.year),
        "customer_year": (said.customer_year, counted.customer_year),
    }
    if not math.isclose(said.gas_per_unit, counted.gas_per_unit):
        return "gas_per_unit"
    for name, (ours, theirs) in pairs.items():
        if len(ours) != len(theirs) or not all(map(_same, ours, theirs)):
            return name
    return ""


def _same(one: NetworkCost, other: NetworkCost) -> bool:
    return one.network == other.network and all(
        math.isclose(getattr(one, price), getattr(other, price))
        for price in ("low", "typical", "high")
    )


def token_of(run: Evaluation, sent: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The address of the test money: where the run's transactions to it went.

    Args:
        run: The run.
        sent: Its transactions as the node gave them, by their hashes.
    """
    to = (sent[one.hash].get("to") for one in run.transactions if one.contract == TOKEN)
    return next((address for address in to if isinstance(address, str)), None)


def money_unlike(run: Evaluation, found: Sequence[Transfer]) -> str:
    """Test money is where the token's transfers have brought it.

    Args:
        run: The run.
        found: All transfers of the token between its first and last block.
    """
    roles = {one.role: one.address.lower() for one in run.actors}
    hashes = {one.hash for one in run.transactions}
    books = changes_by(
        [
            one
            for one in found
            if one.transaction in hashes
            or one.sender in roles.values()
            or one.recipient in roles.values()
        ]
    )
    money = run.money
    if (money.minted_raw, money.burned_raw) != (books.minted, books.burned):
        return "minted_raw, burned_raw"
    for role, address in roles.items():
        if money.players_raw.get(role) != books.changes[address]:
            return f"players_raw.{role}"
    for address, raw in money.elsewhere_raw.items():
        if books.changes[address] != raw:
            return f"elsewhere_raw.{address}"
    others = {*books.changes} - {*roles.values()} - {*money.elsewhere_raw}
    return "" if sum(books.changes[one] for one in others) == money.held_raw else "contracts_raw"
