"""Parcels: what becomes of deposits, renting with a permit."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.land import *  # noqa: F403
from evm_support.land import RentalTerms, rent_out
from evm_support.money import Money
from evm_support.signing import Domain, malleated, parse_types, split
from evm_support.units import DAY, EURO

REASON = keccak(text="a broken window and its salt")
RULING = keccak(text="half of it and its salt")
PERMIT = parse_types(
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
)


class TestDeposit:
    @pytest.fixture(scope="class")
    def claimed(
        self, parcels: Any, plots: list[int], terms: RentalTerms, alice: Any, tenant: Any
    ) -> int:
        """A parcel that Bob has given up; Alice claims 8 of the deposit of 20."""
        number = plots[4]
        rent_out(parcels, number, terms, alice, tenant)
        parcels.giveUp(number, sender=tenant)
        parcels.claimDeposit(number, 8 * EURO, REASON, sender=alice)
        return number

    def settled(
        self,
        parcel: int,
        user: Any,
        owner: Any,
        amounts: tuple[int, int],
        ruling: bytes = bytes(32),
    ) -> tuple[str, dict[str, Any]]:
        return "DepositSettled", {
            "tokenId": parcel,
            "user": user,
            "owner": owner,
            "userAmount": amounts[0],
            "ownerAmount": amounts[1],
            "rulingHash": ruling,
        }

    def test_owner_releases_it_at_any_time(
        self, parcels: Any, euro: Any, rented: int, alice: Any, tenant: Any
    ) -> None:
        had = euro.balanceOf(tenant)
        receipt = parcels.releaseDeposit(rented, sender=alice)
        assert_events(receipt, parcels, self.settled(rented, tenant, alice, (20 * EURO, 0)))
        assert euro.balanceOf(tenant) == had + 20 * EURO
        assert parcels.userOf(rented) == tenant
        with refusal("ParcelsNoDeposit", rented):
            parcels.releaseDeposit(rented, sender=alice)

    def test_goes_back_when_nobody_claims_it(
        self, parcels: Any, euro: Any, rented: int, alice: Any, tenant: Any, mallory: Any, at: Any
    ) -> None:
        last = parcels.userExpires(rented) + 3 * DAY
        at(last)
        with refusal("ParcelsReleaseTooEarly", rented, last + 1):
            parcels.releaseDeposit(rented, sender=tenant)
        at(last + 1)
        with refusal("ParcelsInvalidClaim", rented, 1):
            parcels.claimDeposit(rented, 1, REASON, sender=alice)
        money = Money(euro, parcels, tenant)
        parcels.releaseDeposit(rented, sender=mallory)
        assert money.moved() == [-20 * EURO, 20 * EURO]

    def test_owner_claims_after_the_rental(
        self, parcels: Any, rented: int, alice: Any, tenant: Any, mallory: Any, at: Any
    ) -> None:
        expires = parcels.userExpires(rented)
        at(expires)
        with refusal("ParcelsInvalidClaim", rented, 1):
            parcels.claimDeposit(rented, 1, REASON, sender=alice)
        for after, amount in enumerate((0, 20 * EURO + 1, 2**256 - 1)):
            at(expires + 1 + after)
            with refusal("ParcelsInvalidClaim", rented, amount):
                parcels.claimDeposit(rented, amount, REASON, sender=alice)
        with refusal("ParcelsNotOwner", rented, mallory):
            parcels.claimDeposit(rented, 1, REASON, sender=mallory)
        at(expires + 3 * DAY - 1)
        receipt = parcels.claimDeposit(rented, 20 * EURO, REASON, sender=alice)
        decide_by = expires + 17 * DAY - 1
        claim = {
            "tokenId": rented,
            "amount": 20 * EURO,
            "decideBy": decide_by,
            "reasonHash": REASON,
        }
        assert_events(receipt, parcels, ("DepositClaimed", claim))
        assert tuple(parcels.depositOf(rented)) == (tenant, 20 * EURO, 20 * EURO, decide_by)
        with refusal("ParcelsInvalidClaim", rented, 1):
            parcels.claimDeposit(rented, 1, REASON, sender=alice)

    def test_user_accepts_the_claim(
        self, parcels: Any, euro: Any, claimed: int, alice: Any, tenant: Any
    ) -> None:
        before = euro.balanceOf(alice)
        with refusal("ParcelsNotUser", claimed, alice):
            parcels.acceptClaim(claimed, sender=alice)
        receipt = parcels.acceptClaim(claimed, sender=tenant)
        shares = (12 * EURO, 8 * EURO)
        assert_events(receipt, parcels, self.settled(claimed, tenant, alice, shares))
        assert euro.balanceOf(alice) == before + 8 * EURO
        for call in (
            lambda: parcels.acceptClaim(claimed, sender=tenant),
            lambda: parcels.decideClaim(claimed, 0, RULING, sender=tenant),
        ):
            with refusal("ParcelsNoClaim", claimed):
                call()

    def test_arbiter_decides_in_time(
        self,
        parcels: Any,
        euro: Any,
        claimed: int,
        alice: Any,
        tenant: Any,
        arbiter: Any,
        mallory: Any,
        at: Any,
    ) -> None:
        decide_by = parcels.depositOf(claimed).decideBy
        with refusal("ParcelsNotArbiter", claimed, mallory):
            parcels.decideClaim(claimed, 0, RULING, sender=mallory)
        with refusal("ParcelsInvalidClaim", claimed, 8 * EURO + 1):
            parcels.decideClaim(claimed, 8 * EURO + 1, RULING, sender=arbiter)
        at(decide_by)
        money = Money(euro, parcels, tenant, alice)
        receipt = parcels.decideClaim(claimed, 3 * EURO, RULING, sender=arbiter)
        shares = (17 * EURO, 3 * EURO)
        assert_events(receipt, parcels, self.settled(claimed, tenant, alice, shares, RULING))
        assert money.moved() == [-20 * EURO, *shares]

    def test_undecided_claim_falls_away(
        self, parcels: Any, claimed: int, tenant: Any, arbiter: Any, at: Any
    ) -> None:
        decide_by = parcels.depositOf(claimed).decideBy
        at(decide_by)
        with refusal("ParcelsReleaseTooEarly", claimed, decide_by + 1):
            parcels.releaseDeposit(claimed, sender=tenant)
        at(decide_by + 1)
        with refusal("ParcelsNoClaim", claimed):
            parcels.decideClaim(claimed, 1, RULING, sender=arbiter)
        parcels.releaseDeposit(claimed, sender=tenant)
        assert tuple(parcels.depositOf(claimed)) == (tenant, 0, 0, 0)

    def test_new_owner_takes_the_claim_over(
        self, parcels: Any, euro: Any, claimed: int, alice: Any, carol: Any, arbiter: Any
    ) -> None:
        parcels.transferFrom(alice, carol, claimed, sender=alice)
        with refusal("ParcelsReleaseTooEarly", claimed, ...):
            parcels.releaseDeposit(claimed, sender=alice)
        parcels.decideClaim(claimed, 8 * EURO, RULING, sender=arbiter)
        assert euro.balanceOf(carol) == 8 * EURO

    def test_arbiter_who_bought_the_parcel_decides_nothing(
        self, parcels: Any, claimed: int, alice: Any, arbiter: Any
    ) -> None:
        parcels.transferFrom(alice, arbiter, claimed, sender=alice)
        with refusal("ParcelsNotArbiter", claimed, arbiter):
            parcels.decideClaim(claimed, 8 * EURO, RULING, sender=arbiter)


class TestPermit:
    @pytest.fixture(scope="class")
    def poor(self, euro: Any, admin: Any, mallory: Any) -> Any:
        """Somebody with money who has approved nothing."""
        euro.mint(mallory, 100 * EURO, sender=admin)
        return mallory

    def permit(self, euro: Any, parcels: Any, owner: Any, value: int, deadline: int) -> bytes:
        message = {"owner": owner.address, "spender": parcels.address, "value": value, "nonce": 0}
        message["deadline"] = deadline
        return Domain.of(euro).sign(owner.private_key, PERMIT, "Permit", message)

    def test_rents_in_one_transaction(
        self, parcels: Any, euro: Any, offered: int, terms: RentalTerms, poor: Any, now: int
    ) -> None:
        value = 4 * terms.price + terms.deposit
        signature = self.permit(euro, parcels, poor, value, now + DAY)
        call = (offered, 4, terms.values, now + DAY, *split(signature))
        parcels.rentWithPermit(*call, sender=poor)
        assert parcels.userOf(offered) == poor
        assert euro.allowance(poor, parcels) == 0

    def test_permit_that_somebody_sent_before_is_no_failure(
        self, parcels: Any, euro: Any, offered: int, terms: RentalTerms, poor: Any, now: int
    ) -> None:
        value = 4 * terms.price + terms.deposit
        signature = split(self.permit(euro, parcels, poor, value, now + DAY))
        euro.permit(poor, parcels, value, now + DAY, *signature, sender=poor)
        call = (offered, 4, terms.values, now + DAY, *signature)
        parcels.rentWithPermit(*call, sender=poor)
        assert parcels.userOf(offered) == poor

    def test_bad_permit_rents_nothing(
        self, parcels: Any, euro: Any, offered: int, terms: RentalTerms, poor: Any, now: int
    ) -> None:
        value = 4 * terms.price + terms.deposit
        signature = malleated(self.permit(euro, parcels, poor, value, now + DAY))
        call = (offered, 4, terms.values, now + DAY, *split(signature))
        with refusal("ERC20InsufficientAllowance", parcels, 0, 4 * terms.price):
            parcels.rentWithPermit(*call, sender=poor)
        with refusal("ParcelsInvalidPeriod", 367):
            parcels.rentWithPermit(offered, 367, *call[2:], sender=poor)
