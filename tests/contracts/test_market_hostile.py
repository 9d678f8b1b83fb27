"""Market: buyers, wallets and tokens that misbehave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from evm_support.expect import reason_of, refusal
from evm_support.money import Money
from evm_support.orders import Order, make_market
from evm_support.trading import *  # noqa: F403
from evm_support.units import EURO


class TestHostile:
    @pytest.fixture(scope="class")
    def risky(
        self, project: Any, items: Any, hostile: Any, admin: Any, alice: Any, bob: Any
    ) -> Any:
        """A market that is paid in a token that can be made to misbehave; Bob has some."""
        market = make_market(project, admin, hostile)
        items.setApprovalForAll(market, True, sender=alice)
        hostile.mint(bob, 100 * EURO, sender=admin)
        hostile.approve(market, 100 * EURO, sender=bob)
        return market

    def test_buyer_cannot_buy_again_while_it_is_paid_in_goods(
        self,
        project: Any,
        market: Any,
        euro: Any,
        items: Any,
        listing: Order,
        alice: Any,
        admin: Any,
    ) -> None:
        greedy = admin.deploy(project.ReentrantReceiver)
        euro.mint(greedy, 1_000 * EURO, sender=admin)
        approve = euro.approve.encode_input(market, 1_000 * EURO)
        greedy.execute(euro, approve, sender=admin)
        buy = market.buy.encode_input(listing.values, 1, listing.sign(market, alice))
        greedy.setReaction(market, buy, sender=admin)
        greedy.execute(market, buy, sender=admin)
        assert (greedy.done(), greedy.refused()) == (0, 1)
        assert reason_of(greedy.answer()) == "ReentrancyGuardReentrantCall"
        assert items.balanceOf(greedy, listing.token_id) == 1

    def test_wallet_cannot_buy_while_it_is_asked_for_a_signature(
        self, market: Any, listing: Order, wallet: Any, admin: Any, bob: Any
    ) -> None:
        order = replace(listing, maker=wallet.address)
        call = market.buy.encode_input(order.values, 1, b"")
        wallet.setMode(3, market, call, sender=admin)
        with refusal("SignedActionInvalid", wallet):
            market.buy(order.values, 1, b"", sender=bob)

    def test_token_that_takes_a_fee_leaves_nothing_behind(
        self, risky: Any, hostile: Any, listing: Order, alice: Any, bob: Any
    ) -> None:
        hostile.setMode(1, risky, b"", sender=bob)
        money = Money(hostile, bob, risky)
        risky.buy(listing.values, 1, listing.sign(risky, alice), sender=bob)
        assert money.moved() == [-listing.unit_price, 0]

    @pytest.mark.parametrize("mode", [2, 3], ids=["returns false", "reverts"])
    def test_token_that_does_not_pay_sells_nothing(
        self, risky: Any, hostile: Any, listing: Order, alice: Any, bob: Any, mode: int
    ) -> None:
        hostile.setMode(mode, risky, b"", sender=bob)
        with refusal("SafeERC20FailedOperation" if mode == 2 else "HostileTokenRefuses", ...):
            risky.buy(listing.values, 1, listing.sign(risky, alice), sender=bob)

    @pytest.mark.parametrize("verb", ["buy", "buyWithPermit", "sell"])
    def test_token_of_payment_finds_every_door_closed(
        self,
        risky: Any,
        items: Any,
        hostile: Any,
        listing: Order,
        alice: Any,
        bob: Any,
        verb: str,
    ) -> None:
        signed = (listing.values, 1, listing.sign(risky, alice))
        hostile.setMode(4, risky, risky.buy.encode_input(*signed), sender=bob)
        if verb == "buy":
            risky.buy(*signed, sender=bob)
        elif verb == "buyWithPermit":
            permit = (listing.deadline, 27, bytes(32), bytes(32))
            risky.buyWithPermit(*signed, *permit, sender=bob)
        else:
            offer = replace(listing, maker=bob.address)
            risky.sell(offer.values, 1, offer.sign(risky, bob, "Offer"), sender=alice)
        assert not hostile.calledBack()
        assert reason_of(hostile.answer()) == "ReentrancyGuardReentrantCall"
        assert items.balanceOf(bob, listing.token_id) == 1
