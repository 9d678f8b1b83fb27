"""Market: buyers, wallets, creators and tokens that misbehave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from evm_support.expect import REFUSALS, assert_event, reason_of, refusal
from evm_support.money import Money
from evm_support.orders import FEE_BPS, Order, make_market
from evm_support.trading import *  # noqa: F403
from evm_support.trading import Trade
from evm_support.units import EURO

HONEST, TAKES_FEE, RETURNS_FALSE, REVERTS, CALLS_BACK = range(5)


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

    def test_token_that_takes_a_fee_takes_it_of_each_share_and_leaves_nothing_behind(
        self, risky: Any, hostile: Any, listing: Order, alice: Any, bob: Any, carol: Any, till: str
    ) -> None:
        hostile.setMode(TAKES_FEE, risky, b"", sender=bob)
        money = Money(hostile, bob, risky, alice, carol, till)
        risky.buy(listing.values, 1, listing.sign(risky, alice), sender=bob)
        shares = [share - share // 100 for share in shares_of(listing.unit_price)]
        assert money.moved() == [-listing.unit_price, 0, *shares]

    @pytest.mark.parametrize("mode", [RETURNS_FALSE, REVERTS], ids=["returns false", "reverts"])
    def test_token_that_does_not_pay_sells_nothing(
        self, risky: Any, hostile: Any, listing: Order, alice: Any, bob: Any, mode: int
    ) -> None:
        hostile.setMode(mode, risky, b"", sender=bob)
        with refusal(
            "SafeERC20FailedOperation" if mode == RETURNS_FALSE else "HostileTokenRefuses", ...
        ):
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
        hostile.setMode(CALLS_BACK, risky, risky.buy.encode_input(*signed), sender=bob)
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


class TestRefusedReceiver:
    """The token pays everybody but one; it says so by an error, or by answering false."""

    @pytest.fixture(scope="class")
    def picky(
        self, project: Any, items: Any, hostile: Any, admin: Any, alice: Any, bob: Any
    ) -> Trade:
        market = make_market(project, admin, hostile)
        items.setApprovalForAll(market, True, sender=alice)
        hostile.mint(bob, 100 * EURO, sender=admin)
        hostile.approve(market, 100 * EURO, sender=bob)
        return Trade(market, alice, bob)

    @pytest.mark.parametrize("mode", [HONEST, RETURNS_FALSE], ids=["reverts", "returns false"])
    @pytest.mark.parametrize("verb", ["buy", "sell"])
    def test_royalty_that_the_token_refuses_stays_with_the_seller(
        self,
        picky: Trade,
        hostile: Any,
        items: Any,
        listing: Order,
        carol: Any,
        till: str,
        zero: str,
        verb: str,
        mode: int,
    ) -> None:
        hostile.setRefused(carol, sender=carol)
        hostile.setMode(mode, carol, b"", sender=carol)
        money = Money(hostile, picky.seller, carol, till, picky.buyer, picky.market)
        receipt = fill(picky, listing, verb)
        first, royalty, fee = shares_of(listing.unit_price)
        assert money.moved() == [first + royalty, 0, fee, -listing.unit_price, 0]
        assert items.balanceOf(picky.buyer, listing.token_id) == 1
        assert_sold(receipt, picky, listing, verb, zero, 0, fee)

    @pytest.mark.parametrize("mode", [HONEST, RETURNS_FALSE], ids=["reverts", "returns false"])
    @pytest.mark.parametrize("verb", ["buy", "sell"])
    def test_fee_that_the_token_refuses_stays_with_the_seller(
        self,
        picky: Trade,
        hostile: Any,
        listing: Order,
        carol: Any,
        till: str,
        verb: str,
        mode: int,
    ) -> None:
        hostile.setRefused(till, sender=carol)
        hostile.setMode(mode, carol, b"", sender=carol)
        money = Money(hostile, picky.seller, carol, till, picky.buyer, picky.market)
        receipt = fill(picky, listing, verb)
        first, royalty, fee = shares_of(listing.unit_price)
        assert money.moved() == [first + fee, royalty, 0, -listing.unit_price, 0]
        assert_sold(receipt, picky, listing, verb, carol, royalty, 0)

    @pytest.mark.parametrize("mode", [HONEST, RETURNS_FALSE], ids=["reverts", "returns false"])
    def test_nothing_is_sold_where_the_token_refuses_the_seller(
        self, picky: Trade, hostile: Any, listing: Order, mode: int
    ) -> None:
        hostile.setRefused(picky.seller, sender=picky.seller)
        hostile.setMode(mode, picky.seller, b"", sender=picky.seller)
        error = "SafeERC20FailedOperation" if mode == RETURNS_FALSE else "HostileTokenRefuses"
        with refusal(error, ...):
            picky.buy(listing)


class TestWholePrice:
    """What is not paid to others is paid to the seller: nobody gains by refusing."""

    @pytest.mark.parametrize("share", ["royalty", "royalty and fee", "all but a millionth"])
    def test_allowance_for_a_part_buys_nothing(
        self, trade: Trade, euro: Any, listing: Order, share: str
    ) -> None:
        _, royalty, fee = shares_of(listing.unit_price)
        allowed = {"royalty": royalty, "royalty and fee": royalty + fee}
        euro.approve(trade.market, allowed.get(share, listing.unit_price - 1), sender=trade.buyer)
        with refusal("ERC20InsufficientAllowance", trade.market, ..., ...):
            trade.buy(listing)

    def test_least_gas_that_buys_pays_the_royalty_too(
        self, trade: Trade, euro: Any, chain: Any, listing: Order, carol: Any, till: str
    ) -> None:
        signed = (listing.values, 1, listing.sign(trade.market, trade.seller))
        call = {
            "from": trade.buyer.address,
            "to": trade.market.address,
            "data": trade.market.buy.encode_input(*signed),
        }
        refused, enough = 50_000, 500_000
        while enough - refused > 1:
            gas = (refused + enough) // 2
            try:
                chain.provider.web3.eth.call({**call, "gas": gas}, "pending")
                enough = gas
            except REFUSALS:
                refused = gas
        money = Money(euro, trade.seller, carol, till)
        trade.market.buy(*signed, sender=trade.buyer, gas_limit=enough)
        assert money.moved() == shares_of(listing.unit_price)


def shares_of(price: int) -> list[int]:
    """What seller, creator and platform get."""
    royalty, fee = price * 700 // 10_000, price * FEE_BPS // 10_000
    return [price - royalty - fee, royalty, fee]


def fill(trade: Trade, listing: Order, verb: str) -> Any:
    """Buys one from the listing, or sells one to an offer of the same terms."""
    if verb == "buy":
        return trade.buy(listing)
    return trade.sell(offer_of(trade, listing))


def offer_of(trade: Trade, listing: Order) -> Order:
    return replace(listing, maker=trade.buyer.address)


def assert_sold(
    receipt: Any,
    trade: Trade,
    listing: Order,
    verb: str,
    royalty_receiver: Any,
    royalty: int,
    fee: int,
) -> None:
    """The event tells what was paid in truth."""
    is_offer = verb == "sell"
    order = offer_of(trade, listing) if is_offer else listing
    sold = {
        "orderHash": trade.market.hashOrder(order.values, is_offer),
        "seller": trade.seller,
        "buyer": trade.buyer,
        "collection": listing.collection,
        "tokenId": listing.token_id,
        "quantity": 1,
        "price": listing.unit_price,
        "royaltyReceiver": royalty_receiver,
        "royalty": royalty,
        "fee": fee,
    }
    assert_event(receipt, trade.market, "Sold", sold)
