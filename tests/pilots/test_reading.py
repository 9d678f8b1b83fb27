"""What is told of a run is held against a second reading of the chain: a wrong number is found."""

from __future__ import annotations

from typing import Any

import pytest

from pocplatform.pilots.evaluation import Evaluation
from tests.pilots.reading import disagreements


def _twice_the_gas(run: dict[str, Any]) -> None:
    run["transactions"][0]["gas_used"] *= 2


def _another_block(run: dict[str, Any]) -> None:
    run["transactions"][0]["block"] += 1


def _a_transaction_less(run: dict[str, Any]) -> None:
    del run["transactions"][-1]


def _a_richer_company(run: dict[str, Any]) -> None:
    run["actors"][0]["balance_raw"] += 1


def _more_given_out(run: dict[str, Any]) -> None:
    run["money"]["minted_raw"] += 1


def _another_chain(run: dict[str, Any]) -> None:
    run["genesis_hash"] = "0x" + "11" * 32


@pytest.mark.parametrize(
    "lie",
    [
        _twice_the_gas, _another_block, _a_transaction_less, _a_richer_company, _more_given_out,
        _another_chain,
    ],
)  # fmt: skip
def test_number_that_is_not_the_chains_is_found(play, node, lie):
    played = play("showroom")
    told = played.evaluation.model_dump(mode="json")
    lie(told)
    assert disagreements(Evaluation.model_validate(told), node, played.shown) != []


def test_money_that_a_step_tells_and_the_token_does_not_is_found(play, node):
    played = play("showroom")
    shown = {name: one.model_copy(deep=True) for name, one in played.shown.items()}
    next(moved for one in shown.values() for moved in one.money).amount += 1
    assert disagreements(played.evaluation, node, played.shown) == []
    assert disagreements(played.evaluation, node, shown) != []
