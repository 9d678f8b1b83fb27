"""Splits: an account for every joint offering, divided to the last cent, blocked by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.expect import assert_event, assert_events, events_of, refusal
from evm_support.units import EURO


@pytest.fixture(scope="session")
def recipients(accounts: Any) -> list[Any]:
    """Three accounts in ascending order."""
    return sorted(accounts[1:4], key=lambda account: int(account.address, 16))


@pytest.fixture(scope="module")
def shares(recipients: list[Any]) -> list[tuple[str, int]]:
    parts = [5_000, 3_333, 1_667]
    return [(r.address, bps) for r, bps in zip(recipients, parts, strict=True)]


@pytest.fixture(scope="module")
def split(splits: Any, shares: Any) -> str:
    return str(splits.accountOf(shares))


@pytest.fixture(scope="module")
def pay(euro: Any, admin: Any) -> Any:
    """Pays test euros to an address."""

    def send(to: str, amount: int) -> None:
        euro.mint(to, amount, sender=admin)

    return send


def test_create_makes_the_shares_known_once(
    splits: Any, shares: Any, split: str, mallory: Any
) -> None:
    assert not splits.isCreated(split)
    receipt = splits.create(shares, sender=mallory)
    [(name, values)] = events_of(receipt, splits)
    assert (name, values["split"]) == ("SplitCreated", split)
    told = [(recipient.lower(), bps) for recipient, bps in values["shares"]]
    assert told == [(recipient.lower(), bps) for recipient, bps in shares]
    assert splits.isCreated(split)
    with refusal("SplitAlreadyCreated", split):
        splits.create(shares, sender=mallory)


def test_distribution_loses_no_dust(
    splits: Any, shares: Any, split: str, recipients: list[Any], euro: Any, pay: Any, mallory: Any
) -> None:
    pay(split, 101)
    receipt = splits.distribute(shares, euro, sender=mallory)
    assert_events(
        receipt, splits, ("SplitDistributed", {"split": split, "token": euro, "amount": 101})
    )
    assert [euro.balanceOf(r) for r in recipients] == [50, 33, 18]
    assert euro.balanceOf(split) == 0
    with refusal("SplitNothingToDistribute", split, euro):
        splits.distribute(shares, euro, sender=mallory)


def test_what_comes_later_is_distributed_too(
    splits: Any, shares: Any, split: str, recipients: list[Any], euro: Any, pay: Any, mallory: Any
) -> None:
    for _ in range(2):
        pay(split, 10 * EURO)
        splits.distribute(shares, euro, sender=mallory)
    assert [euro.balanceOf(r) for r in recipients] == [10_000_000, 6_666_000, 3_334_000]


def test_shares_that_are_not_well_formed_are_refused(
    splits: Any, recipients: list[Any], euro: Any, mallory: Any, zero: str
) -> None:
    a, b, c = (r.address for r in recipients)
    many = [(f"0x{i:040x}", 1) for i in range(1, 34)]
    cases: list[tuple[list[tuple[str, int]], str, tuple[Any, ...]]] = [
        ([], "SplitShareCount", (0,)),
        ([(a, 10_000)], "SplitShareCount", (1,)),
        (many, "SplitShareCount", (33,)),
        ([(a, 5_000), (b, 4_999)], "SplitWrongTotal", (9_999,)),
        ([(a, 5_000), (b, 5_001)], "SplitWrongTotal", (10_001,)),
        ([(a, 10_000), (b, 0)], "SplitInvalidShare", (1, b)),
        ([(b, 5_000), (a, 5_000)], "SplitInvalidShare", (1, a)),
        ([(a, 5_000), (a, 5_000)], "SplitInvalidShare", (1, a)),
        ([(zero, 5_000), (c, 5_000)], "SplitInvalidShare", (0, zero)),
    ]
    for shares, error, values in cases:
        with refusal(error, *values):
            splits.create(shares, sender=mallory)
        with refusal(error, *values):
            splits.distribute(shares, euro, sender=mallory)


def test_only_the_contract_of_splits_moves_a_splits_money(
    project: Any, splits: Any, shares: Any, split: str, euro: Any, pay: Any, mallory: Any
) -> None:
    pay(split, 100)
    splits.distribute(shares, euro, sender=mallory)
    pay(split, 100)
    for address in (split, splits.implementation()):
        account = project.SplitAccount.at(address)
        with refusal("SplitNotController", mallory):
            account.pay(euro, [mallory], [100], sender=mallory)


@pytest.fixture
def hostile_split(hostile: Any, split: str, admin: Any) -> Any:
    hostile.mint(split, 1_000, sender=admin)
    return hostile


def test_refused_recipient_blocks_nobody_and_gets_its_money_later(
    splits: Any,
    shares: Any,
    split: str,
    recipients: list[Any],
    hostile_split: Any,
    admin: Any,
    mallory: Any,
    carol: Any,
) -> None:
    token, (a, b, c) = hostile_split, recipients
    token.setRefused(b, sender=admin)
    receipt = splits.distribute(shares, token, sender=mallory)
    held = {"split": split, "token": token.address, "recipient": b.address, "amount": 333}
    assert_event(receipt, splits, "SplitPaymentHeld", held)
    assert [token.balanceOf(r) for r in (a, b, c)] == [500, 0, 167]
    with refusal("SplitNothingToDistribute", split, token):
        splits.distribute(shares, token, sender=mallory)
    token.mint(split, 100, sender=admin)
    splits.distribute(shares, token, sender=mallory)
    assert splits.heldOf(split, token, b) == 333 + 33
    with refusal("SplitNothingHeld", split, token, a):
        splits.withdrawHeld(split, token, a, sender=a)
    with refusal("SafeERC20FailedOperation"):
        splits.withdrawHeld(split, token, b, sender=b)
    receipt = splits.withdrawHeld(split, token, mallory, sender=b)
    withdrawn = {"split": split, "token": token, "recipient": b, "to": mallory, "amount": 366}
    assert_events(receipt, splits, ("SplitHeldWithdrawn", withdrawn))
    assert (token.balanceOf(mallory), token.balanceOf(split)) == (366, 0)


def test_token_that_returns_false_leaves_all_of_it_held(
    splits: Any, shares: Any, split: str, recipients: list[Any], hostile_split: Any, admin: Any
) -> None:
    hostile_split.setMode(2, admin, b"", sender=admin)
    splits.distribute(shares, hostile_split, sender=admin)
    held = [splits.heldOf(split, hostile_split, r) for r in recipients]
    assert held == [500, 333, 167]


def test_token_that_takes_a_fee_is_divided_whole(
    splits: Any, shares: Any, split: str, recipients: list[Any], hostile_split: Any, admin: Any
) -> None:
    hostile_split.setMode(1, admin, b"", sender=admin)
    splits.distribute(shares, hostile_split, sender=admin)
    got = [hostile_split.balanceOf(account) for account in (*recipients, split)]
    assert got == [500 - 5, 333 - 3, 167 - 1, 0]


def test_distribution_cannot_be_entered_again(
    splits: Any, shares: Any, split: str, recipients: list[Any], hostile_split: Any, admin: Any
) -> None:
    again = splits.distribute.encode_input(shares, hostile_split)
    hostile_split.setMode(4, splits, again, sender=admin)
    splits.distribute(shares, hostile_split, sender=admin)
    assert not hostile_split.calledBack()
    assert [hostile_split.balanceOf(r) for r in recipients] == [500, 333, 167]


def test_split_is_paid_like_any_payee_before_it_is_deployed(
    splits: Any, shares: Any, split: str, euro: Any, alice: Any, admin: Any, chain: Any
) -> None:
    assert chain.provider.get_code(split) in (b"", b"0x")
    euro.mint(alice, 90, sender=admin)
    euro.transfer(split, 90, sender=alice)
    splits.distribute(shares, euro, sender=alice)
    assert len(chain.provider.get_code(split)) == 45
