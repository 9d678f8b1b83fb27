"""PilotEuro: ERC-20, roles, pause, faucet and redemption."""

from __future__ import annotations

import json
from typing import Any

import pytest
from evm_support.authorizations import *  # noqa: F403
from evm_support.authorizations import NONCE, authorize
from evm_support.expect import assert_events, refusal
from evm_support.signing import WHOLE, Domain
from evm_support.units import DAY, EURO
from suites.access_control import AccessControlBehaviour
from suites.erc20 import Erc20Behaviour

LIMIT = 10_000 * EURO


class TestErc20(Erc20Behaviour):
    """tEUR behaves as every ERC-20."""


class TestRoles(AccessControlBehaviour):
    """Minters are appointed as in every AccessControl."""

    @pytest.fixture(scope="class")
    def guarded(self, token: Any) -> tuple[Any, bytes]:
        return token, token.MINTER_ROLE()


def test_name_symbol_and_metadata_say_that_it_has_no_value(token: Any) -> None:
    assert token.name() == "Pilot Euro (test, no value)"
    assert (token.symbol(), token.decimals()) == ("tEUR", 6)
    metadata = json.loads(token.contractURI().removeprefix("data:application/json;utf8,"))
    assert metadata["symbol"] == "tEUR"
    assert "without any value" in metadata["description"]


def test_domain_is_told_by_the_contract(token: Any, domain: Domain, chain: Any) -> None:
    assert (domain.name, domain.version) == ("Pilot Euro (test, no value)", "1")
    assert (domain.chain_id, domain.contract) == (chain.chain_id, token.address)


@pytest.mark.parametrize(
    ("position", "value", "error"),
    [
        (0, "0x" + "00" * 20, "PilotEuroZeroAdmin"),
        (1, "0x" + "00" * 20, "PilotEuroZeroMinter"),
        (3, 0, "PilotEuroZeroFaucetPeriod"),
    ],
)
def test_constructor_refuses_what_would_not_work(
    project: Any, admin: Any, position: int, value: Any, error: str
) -> None:
    arguments = [admin, admin, LIMIT, DAY]
    arguments[position] = value
    with refusal(error):
        admin.deploy(project.PilotEuro, *arguments)


def test_only_minters_mint(token: Any, admin: Any, mallory: Any, bob: Any) -> None:
    before = token.totalSupply()
    token.mint(bob, EURO, sender=admin)
    assert (token.balanceOf(bob), token.totalSupply()) == (EURO, before + EURO)
    with refusal("AccessControlUnauthorizedAccount", mallory, token.MINTER_ROLE()):
        token.mint(mallory, EURO, sender=mallory)


def test_pause_stops_every_movement(
    token: Any, domain: Domain, admin: Any, alice: Any, bob: Any, now: int
) -> None:
    token.approve(bob, EURO, sender=alice)
    receipt = token.pause(sender=admin)
    assert_events(receipt, token, ("Paused", {"account": admin}))
    movements = [
        lambda: token.transfer(bob, 1, sender=alice),
        lambda: token.transferFrom(alice, bob, 1, sender=bob),
        lambda: token.mint(bob, 1, sender=admin),
        lambda: token.drip(bob, 1, sender=bob),
        lambda: token.redeem(1, NONCE, sender=alice),
        lambda: authorize(token, domain, "transfer", "vrs", alice, bob, now, sender=bob),
    ]
    for move in movements:
        with refusal("EnforcedPause"):
            move()
    receipt = token.unpause(sender=admin)
    assert_events(receipt, token, ("Unpaused", {"account": admin}))
    token.transfer(bob, 1, sender=alice)


def test_only_pausers_pause_and_only_what_is_paused_goes_on(
    token: Any, admin: Any, mallory: Any
) -> None:
    role = token.PAUSER_ROLE()
    for verb in ("pause", "unpause"):
        with refusal("AccessControlUnauthorizedAccount", mallory, role):
            getattr(token, verb)(sender=mallory)
    with refusal("ExpectedPause"):
        token.unpause(sender=admin)


def test_redeem_burns_under_a_reference(token: Any, alice: Any, bob: Any, zero: str) -> None:
    supply = token.totalSupply()
    receipt = token.redeem(EURO, NONCE, sender=alice)
    assert_events(
        receipt,
        token,
        ("Transfer", {"from": alice, "to": zero, "value": EURO}),
        ("Redeemed", {"account": alice, "amount": EURO, "redemptionReference": NONCE}),
    )
    assert token.totalSupply() == supply - EURO
    with refusal("PilotEuroZeroAmount"):
        token.redeem(0, NONCE, sender=alice)
    with refusal("ERC20InsufficientBalance", bob, 0, 1):
        token.redeem(1, NONCE, sender=bob)


def test_faucet_gives_up_to_the_limit_in_each_period(
    token: Any, bob: Any, mallory: Any, zero: str, now: int, at: Any
) -> None:
    start = (now // DAY + 2) * DAY
    assert (token.faucetLimit(), token.faucetPeriod()) == (LIMIT, DAY)
    at(start)
    receipt = token.drip(bob, LIMIT - 1, sender=mallory)
    assert_events(
        receipt,
        token,
        ("Transfer", {"from": zero, "to": bob, "value": LIMIT - 1}),
        ("FaucetDripped", {"account": bob, "amount": LIMIT - 1}),
    )
    assert token.faucetAvailable(bob) == 1
    with refusal("PilotEuroFaucetLimit", bob, 2, 1, start + DAY):
        token.drip(bob, 2, sender=bob)
    with refusal("PilotEuroZeroAmount"):
        token.drip(bob, 0, sender=bob)
    token.drip(bob, 1, sender=bob)
    at(start + DAY - 1)
    with refusal("PilotEuroFaucetLimit", bob, 1, 0, start + DAY):
        token.drip(bob, 1, sender=bob)
    at(start + DAY)
    token.drip(bob, LIMIT, sender=bob)
    assert token.balanceOf(bob) == 2 * LIMIT
    assert token.faucetAvailable(mallory) == LIMIT


def test_faucet_without_a_limit_counts_no_amount_wrong(project: Any, admin: Any, bob: Any) -> None:
    generous = admin.deploy(project.PilotEuro, admin, admin, WHOLE, DAY)
    with refusal("SafeCastOverflowedUintDowncast", 192, 2**192):
        generous.drip(bob, 2**192, sender=bob)
    generous.drip(bob, 2**192 - 1, sender=bob)
