"""Parcels: terms, renting, lending."""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.expect import assert_events, refusal
from evm_support.land import *  # noqa: F403
from evm_support.land import RentalTerms
from evm_support.money import Money
from evm_support.units import DAY


class TestTerms:
    def test_owner_offers_and_withdraws(
        self, parcels: Any, parcel: int, terms: RentalTerms, alice: Any, tenant: Any
    ) -> None:
        with refusal("ParcelsNotOffered", parcel):
            parcels.rent(parcel, 1, terms.values, sender=tenant)
        receipt = parcels.setRentalTerms(parcel, terms.values, sender=alice)
        offer = {
            "tokenId": parcel,
            "arbiter": terms.arbiter,
            "pricePerDay": terms.price,
            "deposit": terms.deposit,
        }
        assert_events(receipt, parcels, ("RentalTermsSet", offer))
        assert tuple(parcels.rentalTermsOf(parcel)) == terms.values
        parcels.setRentalTerms(parcel, terms.but(price=0, deposit=0).values, sender=alice)
        with refusal("ParcelsNotOffered", parcel):
            parcels.rent(parcel, 1, terms.values, sender=tenant)

    def test_only_the_owner_offers(
        self, parcels: Any, parcel: int, terms: RentalTerms, alice: Any, bob: Any
    ) -> None:
        parcels.setApprovalForAll(bob, True, sender=alice)
        with refusal("ParcelsNotOwner", parcel, bob):
            parcels.setRentalTerms(parcel, terms.values, sender=bob)

    def test_arbiter_is_neither_nobody_nor_owner_nor_user(
        self,
        parcels: Any,
        offered: int,
        terms: RentalTerms,
        alice: Any,
        arbiter: Any,
        zero: str,
    ) -> None:
        for wrong in (zero, alice.address):
            with refusal("ParcelsInvalidTerms", offered):
                parcels.setRentalTerms(offered, terms.but(arbiter=wrong).values, sender=alice)
        with refusal("ParcelsInvalidTerms", offered):
            parcels.rent(offered, 1, terms.values, sender=arbiter)

    def test_user_gets_the_terms_that_it_saw_or_none(
        self, parcels: Any, offered: int, terms: RentalTerms, tenant: Any, carol: Any
    ) -> None:
        for seen in (
            terms.but(price=terms.price - 1),
            terms.but(deposit=0),
            terms.but(arbiter=carol.address),
        ):
            with refusal("ParcelsTermsChanged", offered, terms.values):
                parcels.rent(offered, 1, seen.values, sender=tenant)

    def test_sale_withdraws_the_offer(
        self, parcels: Any, offered: int, terms: RentalTerms, alice: Any, carol: Any, tenant: Any
    ) -> None:
        receipt = parcels.transferFrom(alice, carol, offered, sender=alice)
        assert_events(
            receipt,
            parcels,
            ("Transfer", {"from": alice, "to": carol, "tokenId": offered}),
            (
                "RentalTermsSet",
                {"tokenId": offered, "arbiter": terms.arbiter, "pricePerDay": 0, "deposit": 0},
            ),
        )
        with refusal("ParcelsNotOffered", offered):
            parcels.rent(offered, 1, terms.values, sender=tenant)

    def test_arbiter_of_a_held_deposit_stays(
        self, parcels: Any, rented: int, terms: RentalTerms, alice: Any, carol: Any
    ) -> None:
        other = terms.but(arbiter=carol.address)
        with refusal("ParcelsInvalidTerms", rented):
            parcels.setRentalTerms(rented, other.values, sender=alice)
        parcels.setRentalTerms(rented, other.but(price=0, deposit=0).values, sender=alice)
        assert tuple(parcels.rentalTermsOf(rented)) == (terms.arbiter, 0, 0)
        parcels.setRentalTerms(rented, terms.but(price=1).values, sender=alice)
        parcels.releaseDeposit(rented, sender=alice)
        parcels.setRentalTerms(rented, other.values, sender=alice)


class TestRenting:
    def test_price_goes_to_the_owner_and_the_deposit_is_held(
        self,
        parcels: Any,
        euro: Any,
        offered: int,
        terms: RentalTerms,
        alice: Any,
        tenant: Any,
        now: int,
        at: Any,
    ) -> None:
        money = Money(euro, alice, parcels, tenant)
        at(now + 100)
        receipt = parcels.rent(offered, 5, terms.values, sender=tenant)
        expires = now + 100 + 5 * DAY
        price = 5 * terms.price
        rental = {
            "tokenId": offered,
            "user": tenant,
            "owner": alice,
            "price": price,
            "deposit": terms.deposit,
            "expires": expires,
        }
        use = {"tokenId": offered, "user": tenant, "expires": expires}
        assert_events(receipt, parcels, ("UpdateUser", use), ("ParcelRented", rental))
        assert parcels.userOf(offered) == tenant
        assert parcels.userExpires(offered) == expires
        assert money.moved() == [price, terms.deposit, -price - terms.deposit]
        assert tuple(parcels.depositOf(offered)) == (tenant, terms.deposit, 0, 0)

    @pytest.mark.parametrize("length", [0, 367, 2**256 - 1])
    def test_length_is_within_bounds(
        self, parcels: Any, offered: int, terms: RentalTerms, tenant: Any, length: int
    ) -> None:
        with refusal("ParcelsInvalidPeriod", length):
            parcels.rent(offered, length, terms.values, sender=tenant)

    def test_unknown_parcel_is_refused(
        self, parcels: Any, hall: int, terms: RentalTerms, tenant: Any
    ) -> None:
        with refusal("ERC721NonexistentToken", 1):
            parcels.rent(1, 1, terms.values, sender=tenant)

    def test_without_the_money_nothing_is_rented(
        self, parcels: Any, offered: int, terms: RentalTerms, mallory: Any, zero: str
    ) -> None:
        with refusal("ERC20InsufficientAllowance", parcels, 0, 5 * terms.price):
            parcels.rent(offered, 5, terms.values, sender=mallory)
        assert parcels.userOf(offered) == zero

    def test_hole_of_erc4907_letting_again_in_mid_rental_is_closed(
        self,
        parcels: Any,
        rented: int,
        terms: RentalTerms,
        alice: Any,
        carol: Any,
        tenant: Any,
        zero: str,
        at: Any,
    ) -> None:
        """There the owner, and whom it approves, set another user at any time."""
        expires = parcels.userExpires(rented)
        parcels.setApprovalForAll(carol, True, sender=alice)
        calls = (
            lambda: parcels.setUser(rented, carol, expires + DAY, sender=alice),
            lambda: parcels.setUser(rented, zero, 0, sender=alice),
            lambda: parcels.setUser(rented, carol, expires + DAY, sender=carol),
            lambda: parcels.rent(rented, 1, terms.values, sender=tenant),
        )
        for before, call in enumerate(reversed(calls)):
            at(expires - len(calls) + 1 + before)
            with refusal("ParcelsRented", rented, tenant, expires):
                call()

    def test_sale_does_not_end_the_rental(
        self, parcels: Any, rented: int, alice: Any, carol: Any, tenant: Any
    ) -> None:
        expires = parcels.userExpires(rented)
        parcels.transferFrom(alice, carol, rented, sender=alice)
        assert parcels.userOf(rented) == tenant
        with refusal("ParcelsRented", rented, tenant, expires):
            parcels.setUser(rented, carol, expires, sender=carol)
        with refusal("ERC721InsufficientApproval", alice, rented):
            parcels.setUser(rented, alice, expires, sender=alice)

    def test_rental_ends_with_its_last_second(
        self, parcels: Any, rented: int, tenant: Any, zero: str, chain: Any
    ) -> None:
        expires = parcels.userExpires(rented)
        chain.pending_timestamp = expires
        chain.mine()
        assert parcels.userOf(rented) == tenant
        chain.mine(timestamp=expires + 1)
        assert parcels.userOf(rented) == zero

    def test_next_rental_waits_for_the_deposit(
        self, parcels: Any, rented: int, terms: RentalTerms, alice: Any, tenant: Any, at: Any
    ) -> None:
        at(parcels.userExpires(rented) + 1)
        with refusal("ParcelsDepositHeld", rented, terms.deposit):
            parcels.rent(rented, 1, terms.values, sender=tenant)
        parcels.releaseDeposit(rented, sender=alice)
        parcels.rent(rented, 1, terms.values, sender=tenant)

    def test_user_gives_up(
        self, parcels: Any, rented: int, tenant: Any, mallory: Any, zero: str, now: int, at: Any
    ) -> None:
        with refusal("ParcelsNotUser", rented, mallory):
            parcels.giveUp(rented, sender=mallory)
        at(now + DAY)
        receipt = parcels.giveUp(rented, sender=tenant)
        assert_events(
            receipt,
            parcels,
            ("UpdateUser", {"tokenId": rented, "user": tenant, "expires": now + DAY - 1}),
            ("ParcelGivenUp", {"tokenId": rented, "user": tenant}),
        )
        assert parcels.userOf(rented) == zero
        with refusal("ParcelsNotUser", rented, tenant):
            parcels.giveUp(rented, sender=tenant)

    def test_rent_or_deposit_may_be_nothing(
        self, parcels: Any, euro: Any, parcel: int, terms: RentalTerms, alice: Any, tenant: Any
    ) -> None:
        money = Money(euro, alice, parcels)
        free = terms.but(price=0)
        parcels.setRentalTerms(parcel, free.values, sender=alice)
        parcels.rent(parcel, 1, free.values, sender=tenant)
        assert money.moved() == [0, terms.deposit]
        parcels.giveUp(parcel, sender=tenant)
        parcels.releaseDeposit(parcel, sender=alice)
        bare = terms.but(deposit=0)
        parcels.setRentalTerms(parcel, bare.values, sender=alice)
        parcels.rent(parcel, 2, bare.values, sender=tenant)
        assert money.moved() == [2 * terms.price, 0]


class TestSetUser:
    def test_owner_lends_for_nothing(
        self, parcels: Any, parcel: int, alice: Any, bob: Any, carol: Any, now: int, zero: str
    ) -> None:
        receipt = parcels.setUser(parcel, bob, now + DAY, sender=alice)
        use = {"tokenId": parcel, "user": bob, "expires": now + DAY}
        assert_events(receipt, parcels, ("UpdateUser", use))
        with refusal("ParcelsRented", parcel, bob, now + DAY):
            parcels.setUser(parcel, carol, now + DAY, sender=alice)
        parcels.giveUp(parcel, sender=bob)
        receipt = parcels.setUser(parcel, zero, now + DAY, sender=alice)
        assert_events(receipt, parcels, ("UpdateUser", {**use, "user": zero, "expires": 0}))

    def test_at_most_a_year(self, parcels: Any, parcel: int, alice: Any, now: int) -> None:
        last = now + 400 * DAY
        with refusal("ParcelsInvalidPeriod", last):
            parcels.setUser(parcel, alice, last, sender=alice)

    def test_needs_the_owner_or_its_approval(
        self, parcels: Any, parcel: int, alice: Any, bob: Any, now: int
    ) -> None:
        with refusal("ERC721InsufficientApproval", bob, parcel):
            parcels.setUser(parcel, bob, now + DAY, sender=bob)
        parcels.approve(bob, parcel, sender=alice)
        parcels.setUser(parcel, bob, now + DAY, sender=bob)
        with refusal("ERC721NonexistentToken", 1):
            parcels.setUser(1, bob, now, sender=bob)


@pytest.mark.parametrize(("price", "deposit", "moved"), [(3, 0, [3]), (0, 5, [5]), (3, 5, [3, 5])])
def test_rental_moves_no_empty_amounts(
    parcels: Any,
    parcel: int,
    terms: RentalTerms,
    tenant: Any,
    euro: Any,
    alice: Any,
    price: int,
    deposit: int,
    moved: list[int],
) -> None:
    offer = terms.but(price=price, deposit=deposit)
    parcels.setRentalTerms(parcel, offer.values, sender=alice)
    receipt = parcels.rent(parcel, 1, offer.values, sender=tenant)
    assert [log.value for log in receipt.decode_logs(euro.Transfer)] == moved
