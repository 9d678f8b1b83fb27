"""Fixtures of a space with a plan for parcels: Alice owns parcels, Bob rents, Carol is steward."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_utils import keccak

from evm_support.signing import WHOLE
from evm_support.units import EURO

HALL = keccak(text="hall")
DESCRIPTION = keccak(text="a hall for 30 visitors")
ROYALTY_BPS = 500


@dataclass(frozen=True)
class RentalTerms:
    """On what terms a parcel is let; amounts in millionths of a test euro."""

    arbiter: str
    price: int = 3 * EURO
    deposit: int = 20 * EURO

    @property
    def values(self) -> tuple[str, int, int]:
        return self.arbiter, self.price, self.deposit

    def but(self, **changes: Any) -> RentalTerms:
        """The terms with changes."""
        return replace(self, **changes)


@pytest.fixture(scope="module")
def hall(spaces: Any, parcels: Any, admin: Any, carol: Any) -> int:
    """The admin's space, 10 by 8 places on 2 floors, with Carol for steward."""
    spaces.createSpace(HALL, admin, DESCRIPTION, sender=admin)
    number = int(spaces.spaceIdOf(admin, HALL))
    parcels.setPlan(number, carol, 10, 8, 2, ROYALTY_BPS, sender=admin)
    return number


@pytest.fixture(scope="module")
def plots(parcels: Any, hall: int, alice: Any, carol: Any) -> list[int]:
    """Parcels of Alice, of which the states below have one each."""
    numbers = [hall << 48 | x << 32 | 7 << 16 | 1 for x in range(1, 6)]
    for number in numbers:
        parcels.mint(alice, number, sender=carol)
    return numbers


@pytest.fixture(scope="module")
def token_ids(plots: list[int]) -> list[int]:
    """Two parcels of Alice."""
    return plots[:2]


@pytest.fixture(scope="module")
def parcel(plots: list[int]) -> int:
    """A parcel of Alice."""
    return plots[0]


@pytest.fixture(scope="session")
def terms(arbiter: Any) -> RentalTerms:
    return RentalTerms(arbiter.address)


@pytest.fixture(scope="module")
def offered(parcels: Any, plots: list[int], terms: RentalTerms, alice: Any) -> int:
    """A parcel of Alice that is to let."""
    parcels.setRentalTerms(plots[2], terms.values, sender=alice)
    return plots[2]


@pytest.fixture(scope="module")
def tenant(euro: Any, parcels: Any, admin: Any, bob: Any) -> Any:
    """Bob with money, which the contract may take."""
    euro.mint(bob, 1_000 * EURO, sender=admin)
    euro.approve(parcels, WHOLE, sender=bob)
    return bob


@pytest.fixture(scope="module")
def rented(parcels: Any, plots: list[int], terms: RentalTerms, tenant: Any, alice: Any) -> int:
    """A parcel of Alice that Bob has rented for 5 days."""
    rent_out(parcels, plots[3], terms, alice, tenant)
    return plots[3]


def rent_out(parcels: Any, number: int, terms: RentalTerms, owner: Any, tenant: Any) -> None:
    """Rents a parcel of the owner to the tenant for 5 days."""
    parcels.setRentalTerms(number, terms.values, sender=owner)
    parcels.rent(number, 5, terms.values, sender=tenant)
