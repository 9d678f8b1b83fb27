"""Parcels: plans, minting, royalties."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.land import *  # noqa: F403
from evm_support.land import ROYALTY_BPS
from suites.erc165 import ERC721, ERC721_METADATA, ERC2981, ERC4907, Erc165Behaviour
from suites.erc721 import Erc721Behaviour

SALT = keccak(text="another space")


class TestErc165(Erc165Behaviour):
    @pytest.fixture(scope="class")
    def told(self, parcels: Any) -> tuple[Any, list[str]]:
        return parcels, [ERC721, ERC721_METADATA, ERC2981, ERC4907]


class TestErc721(Erc721Behaviour):
    """Parcels behave as every ERC-721."""

    @pytest.fixture(scope="module")
    def token(self, parcels: Any) -> Any:
        return parcels


@pytest.mark.parametrize("position", [0, 1])
def test_constructor_needs_its_contracts(
    project: Any, admin: Any, bob: Any, spaces: Any, euro: Any, position: int
) -> None:
    contracts = [spaces, euro]
    contracts[position] = bob
    with refusal("ParcelsNoContract", bob):
        admin.deploy(project.Parcels, *contracts, "")


class TestPlans:
    def test_owner_of_the_space_sets_it(
        self, parcels: Any, spaces: Any, hall: int, admin: Any, carol: Any, mallory: Any
    ) -> None:
        assert tuple(parcels.planOf(hall)) == (carol, 10, 8, 2, ROYALTY_BPS)
        receipt = parcels.setPlan(hall, admin, 11, 8, 2, 0, sender=admin)
        plan = {
            "spaceId": hall,
            "steward": admin,
            "width": 11,
            "depth": 8,
            "floors": 2,
            "royaltyBps": 0,
        }
        assert_events(receipt, parcels, ("PlanSet", plan))
        for space in (hall, 7):
            with refusal("ParcelsNotSpaceOwner", space, mallory):
                parcels.setPlan(space, mallory, 20, 20, 20, 0, sender=mallory)

    def test_new_owner_of_the_space_replaces_the_steward(
        self, parcels: Any, spaces: Any, hall: int, admin: Any, alice: Any, carol: Any
    ) -> None:
        spaces.offerSpace(hall, alice, sender=admin)
        spaces.acceptSpace(hall, alice, sender=alice)
        with refusal("ParcelsNotSpaceOwner", hall, admin):
            parcels.setPlan(hall, admin, 10, 8, 2, 0, sender=admin)
        parcels.setPlan(hall, alice, 10, 8, 2, 0, sender=alice)
        with refusal("ParcelsNotSteward", hall, carol):
            parcels.mint(carol, hall << 48, sender=carol)

    @pytest.mark.parametrize(
        "plan",
        [(9, 8, 2, 0), (10, 7, 2, 0), (10, 8, 1, 0), (10, 8, 2, ROYALTY_BPS + 1), (0, 0, 0, 0)],
    )
    def test_shrinks_no_place_and_raises_no_royalty(
        self, parcels: Any, hall: int, admin: Any, carol: Any, plan: tuple[int, ...]
    ) -> None:
        with refusal("ParcelsInvalidPlan", hall):
            parcels.setPlan(hall, carol, *plan, sender=admin)

    def test_needs_steward_size_and_a_royalty_within_bounds(
        self, parcels: Any, spaces: Any, bob: Any, zero: str
    ) -> None:
        spaces.createSpace(SALT, bob, SALT, sender=bob)
        space = spaces.spaceIdOf(bob, SALT)
        for steward, *plan in (
            (zero, 1, 1, 1, 0),
            (bob, 0, 1, 1, 0),
            (bob, 1, 0, 1, 0),
            (bob, 1, 1, 0, 0),
            (bob, 1, 1, 1, 1_001),
        ):
            with refusal("ParcelsInvalidPlan", space):
                parcels.setPlan(space, steward, *plan, sender=bob)
        parcels.setPlan(space, bob, 2**16 - 1, 1, 1, 1_000, sender=bob)


class TestMinting:
    def test_steward_mints_a_place_once(
        self, parcels: Any, hall: int, alice: Any, carol: Any, zero: str
    ) -> None:
        number = hall << 48 | 9 << 32 | 7 << 16 | 1
        receipt = parcels.mint(alice, number, sender=carol)
        minted = {"from": zero, "to": alice, "tokenId": number}
        assert_events(receipt, parcels, ("Transfer", minted))
        assert parcels.parcelId(hall, 9, 7, 1) == number
        assert tuple(parcels.placeOf(number)) == (hall, 9, 7, 1)
        assert parcels.ownerOf(number) == alice
        assert parcels.tokenURI(number) == f"/parcels/{number}"
        with refusal("ParcelsTaken", number):
            parcels.mint(carol, number, sender=carol)
        with refusal("ERC721InvalidReceiver", zero):
            parcels.mint(zero, number - 1, sender=carol)

    def test_only_the_steward_mints(
        self, parcels: Any, hall: int, admin: Any, mallory: Any
    ) -> None:
        for caller, space in ((mallory, hall), (admin, hall), (mallory, 7)):
            with refusal("ParcelsNotSteward", space, caller):
                parcels.mint(caller, space << 48, sender=caller)

    @pytest.mark.parametrize("place", [(10, 0, 0), (0, 8, 0), (0, 0, 2)])
    def test_place_is_within_the_plan(
        self, parcels: Any, hall: int, carol: Any, place: tuple[int, int, int]
    ) -> None:
        number = parcels.parcelId(hall, *place)
        with refusal("ParcelsOutsidePlan", number):
            parcels.mint(carol, number, sender=carol)

    def test_number_that_says_no_place_is_refused(
        self, parcels: Any, hall: int, carol: Any
    ) -> None:
        """Else one place had many numbers."""
        number = parcels.parcelId(hall, 1, 1, 1) | 1 << 176
        with refusal("ParcelsOutsidePlan", number):
            parcels.mint(carol, number, sender=carol)

    def test_royalty_goes_to_the_steward(self, parcels: Any, parcel: int, carol: Any) -> None:
        assert tuple(parcels.royaltyInfo(parcel, 10_019)) == (carol, 500)
        assert parcels.royaltyInfo(1, 10_019).amount == 0
