"""Market: listings, offers, partial fills, royalty, fee."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from evm_support.expect import assert_events, refusal
from evm_support.orders import FEE_BPS, Order
from evm_support.signing import Domain, malleated, parse_types, split
from evm_support.trading import *  # noqa: F403
from evm_support.trading import METADATA, Trade
from evm_support.units import EURO

PERMIT = parse_types(
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
)


def test_constructor_refuses_what_would_not_work(
    project: Any, admin: Any, euro: Any, bob: Any, zero: str
) -> None:
    for arguments, error in (
        ((bob, admin, 0), "MarketNoToken"),
        ((euro, admin, 1_001), "MarketInvalidFee"),
        ((euro, zero, 1), "MarketInvalidFee"),
    ):
        with refusal(error):
            admin.deploy(project.Market, *arguments)
    assert admin.deploy(project.Market, euro, zero, 0).feeBps() == 0


class TestBuying:
    def test_goods_and_price_change_hands(
        self, trade: Trade, items: Any, euro: Any, listing: Order, carol: Any, till: str
    ) -> None:
        price = 3 * listing.unit_price
        royalty, fee = price * 700 // 10_000, price * FEE_BPS // 10_000
        had = euro.balanceOf(trade.buyer)
        receipt = trade.buy(listing, 3)
        order_hash = trade.market.hashOrder(listing.values, False)
        sold = {
            "orderHash": order_hash,
            "seller": trade.seller,
            "buyer": trade.buyer,
            "collection": items,
            "tokenId": listing.token_id,
            "quantity": 3,
            "price": price,
            "royaltyReceiver": carol,
            "royalty": royalty,
            "fee": fee,
        }
        assert_events(receipt, trade.market, ("Sold", sold))
        accounts = (trade.seller, carol, till, trade.buyer, trade.market)
        assert [euro.balanceOf(a) for a in accounts] == [
            price - royalty - fee,
            royalty,
            fee,
            had - price,
            0,
        ]
        assert items.balanceOf(trade.buyer, listing.token_id) == 3
        assert trade.market.filledOf(order_hash) == 3

    def test_parcel_changes_hands_with_royalty_to_the_steward(
        self, trade: Trade, parcels: Any, euro: Any, place: Order, carol: Any
    ) -> None:
        trade.buy(place)
        assert parcels.ownerOf(place.token_id) == trade.buyer
        assert euro.balanceOf(carol) == 25 * EURO

    def test_parts_are_sold_until_nothing_is_left(self, trade: Trade, listing: Order) -> None:
        trade.buy(listing, 1)
        with refusal("MarketInvalidQuantity", 4, 3):
            trade.buy(listing, 4)
        trade.buy(listing, 3)
        assert trade.market.isNonceUsed(trade.seller, listing.nonce)
        with refusal("SignedActionUsed", trade.seller, listing.nonce):
            trade.buy(listing, 1)

    def test_cancelling_ends_what_is_left(self, trade: Trade, listing: Order) -> None:
        trade.buy(listing, 1)
        trade.market.cancelNonce(listing.nonce, sender=trade.seller)
        with refusal("SignedActionUsed", trade.seller, listing.nonce):
            trade.buy(listing, 1)

    def test_orders_of_one_nonce_end_with_the_first_that_is_filled(
        self, trade: Trade, listing: Order, place: Order
    ) -> None:
        twin = replace(place, nonce=listing.nonce)
        trade.buy(twin)
        with refusal("SignedActionUsed", trade.seller, listing.nonce):
            trade.buy(listing, 1)

    @pytest.mark.parametrize("quantity", [0, 5, 2**256 - 1])
    def test_quantity_is_within_the_order(
        self, trade: Trade, listing: Order, quantity: int
    ) -> None:
        with refusal("MarketInvalidQuantity", quantity, 4):
            trade.buy(listing, quantity)

    @pytest.mark.parametrize("quantity", [0, 2])
    def test_quantity_of_a_single_thing_is_one(
        self, trade: Trade, place: Order, quantity: int
    ) -> None:
        with refusal("MarketInvalidQuantity", quantity, 1):
            trade.buy(place, quantity)

    def test_order_for_nothing_or_for_free_is_refused(
        self, trade: Trade, listing: Order, place: Order
    ) -> None:
        for order in (
            replace(listing, amount=0),
            replace(listing, unit_price=0),
            replace(place, amount=2),
        ):
            with refusal("MarketInvalidOrder", order.amount, order.unit_price):
                trade.buy(order)

    def test_nobody_fills_an_order_of_its_own(
        self, trade: Trade, listing: Order, market: Any
    ) -> None:
        with refusal("MarketOwnOrder", trade.seller):
            replace(trade, buyer=trade.seller).buy(listing)

    def test_nothing_is_sold_without_goods_money_or_approval(
        self, trade: Trade, items: Any, euro: Any, listing: Order, alice: Any, carol: Any
    ) -> None:
        with refusal("ERC20InsufficientAllowance", trade.market, 0, ...):
            replace(trade, buyer=carol).buy(listing)
        items.setApprovalForAll(trade.market, False, sender=alice)
        with refusal("ERC1155MissingApprovalForAll", trade.market, alice):
            trade.buy(listing)
        items.setApprovalForAll(trade.market, True, sender=alice)
        items.burn(listing.token_id, 10, sender=alice)
        with refusal("ERC1155InsufficientBalance", alice, 0, 1, listing.token_id):
            trade.buy(listing)
        assert trade.market.filledOf(trade.market.hashOrder(listing.values, False)) == 0

    def test_soulbound_item_is_not_sold(
        self, trade: Trade, items: Any, listing: Order, carol: Any
    ) -> None:
        items.createItem(1, True, 0, carol, 0, METADATA, sender=carol)
        badge = items.itemId(carol, 1, True)
        items.mint(trade.seller, badge, 4, sender=carol)
        with refusal("ItemsSoulbound", badge):
            trade.buy(replace(listing, token_id=badge))

    def test_listing_is_no_offer_and_offer_no_listing(
        self, trade: Trade, listing: Order, market: Any, carol: Any, bob: Any
    ) -> None:
        signature = listing.sign(market, trade.seller)
        with refusal("SignedActionInvalid", trade.seller):
            market.sell(listing.values, 1, signature, sender=carol)
        signature = listing.sign(market, trade.seller, "Offer")
        with refusal("SignedActionInvalid", trade.seller):
            market.buy(listing.values, 1, signature, sender=bob)
        assert market.hashOrder(listing.values, False) != market.hashOrder(listing.values, True)


class TestSelling:
    def test_offer_is_filled_in_parts(
        self, trade: Trade, items: Any, euro: Any, listing: Order, carol: Any, till: str
    ) -> None:
        offer = replace(listing, maker=trade.buyer.address)
        price = 3 * offer.unit_price
        had = euro.balanceOf(trade.buyer)
        trade.sell(offer, 3)
        assert items.balanceOf(trade.buyer, offer.token_id) == 3
        royalty, fee = price * 700 // 10_000, price * FEE_BPS // 10_000
        assert [euro.balanceOf(a) for a in (trade.seller, carol, till, trade.buyer)] == [
            price - royalty - fee,
            royalty,
            fee,
            had - price,
        ]
        with refusal("MarketInvalidQuantity", 2, 1):
            trade.sell(offer, 2)


class TestRoyalty:
    def test_creator_pays_itself_none(
        self, trade: Trade, items: Any, euro: Any, listing: Order, carol: Any, market: Any
    ) -> None:
        items.mint(carol, listing.token_id, 4, sender=carol)
        items.setApprovalForAll(market, True, sender=carol)
        replace(trade, seller=carol).buy(replace(listing, maker=carol.address))
        fee = listing.unit_price * FEE_BPS // 10_000
        assert euro.balanceOf(carol) == listing.unit_price - fee

    def test_is_capped_at_a_tenth(
        self, project: Any, market: Any, admin: Any, alice: Any, carol: Any
    ) -> None:
        greedy = odd_collection(project, admin, carol, 9_999)
        assert tuple(market.split(greedy, 1, alice, 10_019)) == (carol, 1_001, 250)

    def test_unreadable_one_does_not_stop_a_sale(
        self, project: Any, market: Any, admin: Any, alice: Any, wallet: Any, zero: str
    ) -> None:
        nothing = (zero, 0, 250)
        # A contract without the function, an account without code, and a receiver that is nobody.
        for collection in (wallet, alice, odd_collection(project, admin, zero, 500)):
            assert tuple(market.split(collection, 1, alice, 10_019)) == nothing

    @pytest.mark.parametrize(
        ("price", "royalty", "fee"), [(1, 0, 0), (99, 6, 2), (10**9, 7 * 10**7, 25 * 10**6)]
    )
    def test_fractions_stay_with_the_seller(
        self, market: Any, items: Any, lamp: int, alice: Any, price: int, royalty: int, fee: int
    ) -> None:
        assert tuple(market.split(items, lamp, alice, price))[1:] == (royalty, fee)


class TestPermit:
    def buy(
        self, market: Any, euro: Any, listing: Order, seller: Any, buyer: Any, **options: Any
    ) -> Any:
        value = listing.unit_price * 2
        message = {"owner": buyer.address, "spender": market.address, "value": value, "nonce": 0}
        message["deadline"] = listing.deadline
        signature = Domain.of(euro).sign(buyer.private_key, PERMIT, "Permit", message)
        if options.get("before"):
            sent = (buyer, market, value, listing.deadline, *split(signature))
            euro.permit(*sent, sender=seller)
        if options.get("bad"):
            signature = malleated(signature)
        order = (listing.values, 2, listing.sign(market, seller))
        return market.buyWithPermit(*order, listing.deadline, *split(signature), sender=buyer)

    @pytest.fixture(scope="class")
    def poor(self, euro: Any, admin: Any, mallory: Any) -> Any:
        """Somebody with money who has approved nothing."""
        euro.mint(mallory, 100 * EURO, sender=admin)
        return mallory

    @pytest.mark.parametrize("before", [False, True])
    def test_buys_in_one_transaction(
        self,
        market: Any,
        euro: Any,
        items: Any,
        listing: Order,
        alice: Any,
        poor: Any,
        before: bool,
    ) -> None:
        self.buy(market, euro, listing, alice, poor, before=before)
        assert items.balanceOf(poor, listing.token_id) == 2
        assert euro.allowance(poor, market) == 0

    def test_bad_permit_buys_nothing(
        self, market: Any, euro: Any, listing: Order, alice: Any, poor: Any
    ) -> None:
        with refusal("ERC20InsufficientAllowance", market, 0, ...):
            self.buy(market, euro, listing, alice, poor, bad=True)


def odd_collection(project: Any, account: Any, receiver: Any, bps: int) -> Any:
    """A contract that answers only what its royalty is, and asks for that many basis points."""
    collection = account.deploy(project.ReentrantReceiver)
    collection.setRoyalty(receiver, bps, sender=account)
    return collection
