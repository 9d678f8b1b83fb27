"""Market: every signature over a listing and an offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from evm_support.orders import TYPES, Order
from evm_support.trading import *  # noqa: F403
from evm_support.units import DAY, EURO
from suites.signed_actions import MakeAction, SignedAction, SignedNonceBehaviour, with_nonce


class TestListingSignature(SignedNonceBehaviour):
    """Alice's listing of one parcel."""

    @pytest.fixture(scope="class")
    def make_action(
        self, market: Any, parcels: Any, place: Order, rich: Any, alice: Any, zero: str, admin: Any
    ) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            if hasattr(signer, "execute"):
                parcels.transferFrom(alice, signer, place.token_id, sender=alice)
                approve = parcels.setApprovalForAll.encode_input(market, True)
                signer.execute(parcels, approve, sender=admin)
            message = replace(place, maker=signer.address).message

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                return market.buy(tuple(fields.values()), 1, signature, sender=rich)

            nobody = {"maker": zero}
            return with_nonce(market, TYPES, "Listing", message, signer, send, nobody, zero)

        return make

    @pytest.fixture(scope="class")
    def others(self, items: Any, now: int) -> dict[str, Any]:
        return {
            "collection": items.address,
            "kind": 1,
            "tokenId": 5,
            "amount": 2,
            "unitPrice": 1,
            "nonce": 302,
            "deadline": now + 2 * DAY,
        }


class TestOfferSignature(SignedNonceBehaviour):
    """Alice's offer for one of Bob's lamps."""

    @pytest.fixture(scope="class")
    def make_action(
        self,
        market: Any,
        items: Any,
        euro: Any,
        lamp: int,
        admin: Any,
        bob: Any,
        carol: Any,
        zero: str,
        now: int,
    ) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            items.mint(bob, lamp, 5, sender=carol)
            items.setApprovalForAll(market, True, sender=bob)
            euro.mint(signer, 1_000 * EURO, sender=admin)
            if hasattr(signer, "execute"):
                approve = euro.approve.encode_input(market, 1_000 * EURO)
                signer.execute(euro, approve, sender=admin)
            else:
                euro.approve(market, 1_000 * EURO, sender=signer)
            offer = Order(signer.address, items.address, 1, lamp, 1, EURO, 5, now + DAY)

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                return market.sell(tuple(fields.values()), 1, signature, sender=bob)

            nobody = {"maker": zero}
            return with_nonce(market, TYPES, "Offer", offer.message, signer, send, nobody, zero)

        return make

    @pytest.fixture(scope="class")
    def others(self, euro: Any, now: int) -> dict[str, Any]:
        return {
            "collection": euro.address,
            "kind": 0,
            "tokenId": 5,
            "amount": 2,
            "unitPrice": 2,
            "nonce": 6,
            "deadline": now + 2 * DAY,
        }
