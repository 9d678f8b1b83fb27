"""Parcels: what a token of payment can do that misbehaves, and what it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from evm_support.expect import assert_event, assert_events, refusal
from evm_support.land import *  # noqa: F403
from evm_support.land import RentalTerms, rent_out
from evm_support.money import Money
from evm_support.units import EURO

REASON = keccak(text="a broken window and its salt")
HONEST, TAKES_FEE, RETURNS_FALSE, REVERTS, CALLS_BACK = range(5)


class TestHostileToken:
    @pytest.fixture(scope="class")
    def risky(
        self, project: Any, admin: Any, spaces: Any, hall: int, hostile: Any, bob: Any, carol: Any
    ) -> Any:
        """Parcels that are rented in a token that can be made to misbehave."""
        parcels = admin.deploy(project.Parcels, spaces, hostile, "")
        parcels.setPlan(hall, carol, 10, 8, 2, 0, sender=admin)
        hostile.mint(bob, 1_000 * EURO, sender=admin)
        hostile.approve(parcels, 2**255, sender=bob)
        return parcels

    @pytest.fixture(scope="class")
    def lent(
        self, risky: Any, hall: int, terms: RentalTerms, alice: Any, bob: Any, carol: Any
    ) -> int:
        """A parcel of Alice that Bob has rented."""
        number = hall << 48
        risky.mint(alice, number, sender=carol)
        rent_out(risky, number, terms, alice, bob)
        return number

    @pytest.fixture(scope="class")
    def vacant(self, risky: Any, hall: int, terms: RentalTerms, alice: Any, carol: Any) -> int:
        """Another parcel of Alice, which is to let."""
        number = hall << 48 | 1
        risky.mint(alice, number, sender=carol)
        risky.setRentalTerms(number, terms.values, sender=alice)
        return number

    def test_refused_receiver_does_not_block_the_other(
        self, risky: Any, hostile: Any, lent: int, alice: Any, bob: Any, admin: Any
    ) -> None:
        risky.giveUp(lent, sender=bob)
        risky.claimDeposit(lent, 8 * EURO, REASON, sender=alice)
        hostile.setRefused(alice, sender=admin)
        money = Money(hostile, alice, bob, risky)
        receipt = risky.acceptClaim(lent, sender=bob)
        held = {"account": alice, "amount": 8 * EURO}
        assert_event(receipt, risky, "ParcelPaymentHeld", held)
        assert money.moved() == [0, 12 * EURO, -12 * EURO]
        assert risky.heldOf(alice) == 8 * EURO
        with refusal("ParcelsNothingHeld", bob):
            risky.withdrawHeld(bob, sender=bob)
        receipt = risky.withdrawHeld(admin, sender=alice)
        withdrawn = {"account": alice, "to": admin, "amount": 8 * EURO}
        assert_events(receipt, risky, ("ParcelPaymentWithdrawn", withdrawn))
        assert money.moved() == [0, 12 * EURO, -20 * EURO]
        assert risky.heldOf(alice) == 0

    @pytest.mark.parametrize("mode", [RETURNS_FALSE, REVERTS], ids=["returns false", "reverts"])
    def test_token_that_does_not_pay_rents_nothing(
        self, risky: Any, hostile: Any, vacant: int, terms: RentalTerms, bob: Any, mode: int
    ) -> None:
        hostile.setMode(mode, risky, b"", sender=bob)
        with refusal(
            "SafeERC20FailedOperation" if mode == RETURNS_FALSE else "HostileTokenRefuses", ...
        ):
            risky.rent(vacant, 1, terms.values, sender=bob)

    def test_token_that_calls_back_releases_once(
        self, risky: Any, hostile: Any, lent: int, alice: Any, bob: Any, admin: Any
    ) -> None:
        risky.giveUp(lent, sender=bob)
        again = risky.releaseDeposit.encode_input(lent)
        hostile.setMode(CALLS_BACK, risky, again, sender=admin)
        risky.releaseDeposit(lent, sender=alice)
        assert not hostile.calledBack()
        assert hostile.balanceOf(risky) == 0

    def test_deposit_that_comes_short_rents_nothing(
        self, risky: Any, hostile: Any, vacant: int, terms: RentalTerms, bob: Any
    ) -> None:
        """Else it would be paid back whole, out of the deposits of others."""
        hostile.setMode(TAKES_FEE, risky, b"", sender=bob)
        with refusal("SafeERC20FailedOperation", hostile):
            risky.rent(vacant, 1, terms.values, sender=bob)

    def test_rent_without_deposit_is_between_owner_and_user(
        self, risky: Any, hostile: Any, vacant: int, terms: RentalTerms, alice: Any, bob: Any
    ) -> None:
        cheap = terms.but(deposit=0)
        risky.setRentalTerms(vacant, cheap.values, sender=alice)
        hostile.setMode(TAKES_FEE, risky, b"", sender=bob)
        money = Money(hostile, alice, bob, risky)
        risky.rent(vacant, 2, cheap.values, sender=bob)
        price = 2 * terms.price
        assert money.moved() == [price - price // 100, -price, 0]
        assert risky.userOf(vacant) == bob

    def test_payment_takes_nothing_of_the_deposits_of_others(
        self,
        risky: Any,
        hostile: Any,
        lent: int,
        vacant: int,
        terms: RentalTerms,
        alice: Any,
        bob: Any,
        carol: Any,
        admin: Any,
    ) -> None:
        hostile.mint(carol, 1_000 * EURO, sender=admin)
        hostile.approve(risky, 1_000 * EURO, sender=carol)
        risky.rent(vacant, 1, terms.values, sender=carol)
        hostile.setMode(TAKES_FEE, risky, b"", sender=bob)
        money = Money(hostile, bob, carol, risky)
        risky.releaseDeposit(lent, sender=alice)
        assert money.moved() == [terms.deposit - terms.deposit // 100, 0, -terms.deposit]
        hostile.setMode(HONEST, risky, b"", sender=bob)
        risky.releaseDeposit(vacant, sender=alice)
        assert money.moved()[1:] == [terms.deposit, -2 * terms.deposit]
