"""Spaces: owners and providers, visitors, capacity, links."""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.expect import assert_events, refusal
from evm_support.venue import *  # noqa: F403
from evm_support.venue import DESCRIPTION, ROOM, SHOP, Rule, create, space_number


class TestOwning:
    def test_number_follows_from_creator_and_salt(
        self, spaces: Any, alice: Any, bob: Any, zero: str
    ) -> None:
        number = space_number(alice, ROOM)
        assert spaces.spaceIdOf(alice, ROOM) == number != spaces.spaceIdOf(bob, ROOM)
        assert spaces.ownerOf(number) == zero
        receipt = spaces.createSpace(ROOM, alice, DESCRIPTION, sender=alice)
        created = {
            "spaceId": number,
            "owner": alice,
            "provider": alice,
            "descriptionHash": DESCRIPTION,
        }
        assert_events(receipt, spaces, ("SpaceCreated", created))
        assert (spaces.ownerOf(number), spaces.providerOf(number)) == (alice, alice)
        assert tuple(spaces.entryOf(number)) == (Rule.OPEN, bytes(32), zero, 0, 0, False, 0)
        with refusal("SpacesAlreadyCreated", number):
            create(spaces, alice, ROOM)

    def test_provider_is_a_did_that_the_owner_controls(
        self, spaces: Any, registry: Any, hall: int, alice: Any, bob: Any, carol: Any, zero: str
    ) -> None:
        for call in (
            lambda: spaces.createSpace(SHOP, bob, DESCRIPTION, sender=alice),
            lambda: spaces.setProvider(hall, bob, sender=alice),
        ):
            with refusal("SpacesNotProvider", bob, alice):
                call()
        with refusal("SpacesNotProvider", zero, alice):
            spaces.setProvider(hall, zero, sender=alice)
        registry.changeOwner(bob, alice, sender=bob)
        receipt = spaces.setProvider(hall, bob, sender=alice)
        assert_events(receipt, spaces, ("SpaceProviderSet", {"spaceId": hall, "provider": bob}))
        assert spaces.providerOf(hall) == bob
        with refusal("SpacesNotProvider", bob, bob):
            spaces.createSpace(SHOP, bob, DESCRIPTION, sender=bob)

    def test_new_owner_accepts(
        self, spaces: Any, hall: int, alice: Any, bob: Any, carol: Any
    ) -> None:
        with refusal("SpacesNotCandidate", hall, bob):
            spaces.acceptSpace(hall, bob, sender=bob)
        receipt = spaces.offerSpace(hall, bob, sender=alice)
        offered = {"spaceId": hall, "owner": alice, "candidate": bob}
        assert_events(receipt, spaces, ("SpaceOffered", offered))
        assert spaces.ownerOf(hall) == alice
        with refusal("SpacesNotCandidate", hall, carol):
            spaces.acceptSpace(hall, carol, sender=carol)
        with refusal("SpacesNotProvider", alice, bob):
            spaces.acceptSpace(hall, alice, sender=bob)
        receipt = spaces.acceptSpace(hall, bob, sender=bob)
        transferred = {"spaceId": hall, "previousOwner": alice, "owner": bob}
        provided = {"spaceId": hall, "provider": bob}
        assert_events(
            receipt, spaces, ("SpaceTransferred", transferred), ("SpaceProviderSet", provided)
        )
        assert (spaces.ownerOf(hall), spaces.providerOf(hall)) == (bob, bob)
        with refusal("SpacesNotCandidate", hall, bob):
            spaces.acceptSpace(hall, bob, sender=bob)

    def test_offer_can_be_withdrawn(
        self, spaces: Any, hall: int, alice: Any, bob: Any, zero: str
    ) -> None:
        spaces.offerSpace(hall, bob, sender=alice)
        spaces.offerSpace(hall, zero, sender=alice)
        with refusal("SpacesNotCandidate", hall, bob):
            spaces.acceptSpace(hall, bob, sender=bob)

    def test_only_the_owner_rules(self, spaces: Any, hall: int, mallory: Any, zero: str) -> None:
        for number in (hall, 7):
            for call in (
                lambda n: spaces.setEntryRule(n, Rule.OPEN, bytes(32), zero, 0, sender=mallory),
                lambda n: spaces.setClosed(n, True, sender=mallory),
                lambda n: spaces.offerSpace(n, mallory, sender=mallory),
                lambda n: spaces.setProvider(n, mallory, sender=mallory),
                lambda n: spaces.setLink(n, hall, True, sender=mallory),
                lambda n: spaces.withdrawInvitations(n, sender=mallory),
                lambda n: spaces.expel(n, mallory, sender=mallory),
            ):
                with refusal("SpacesNotOwner", number, mallory):
                    call(number)

    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_constructor_needs_its_registers(
        self,
        project: Any,
        admin: Any,
        bob: Any,
        registry: Any,
        items: Any,
        status: Any,
        position: int,
    ) -> None:
        registers = [registry, items, status]
        registers[position] = bob
        with refusal("SpacesNoRegister", bob):
            admin.deploy(project.Spaces, *registers)


class TestVisiting:
    def test_entering_and_leaving_are_recorded(
        self, spaces: Any, hall: int, bob: Any, carol: Any
    ) -> None:
        receipt = spaces.enter(hall, b"", sender=bob)
        entered = {"spaceId": hall, "visitor": bob}
        assert_events(receipt, spaces, ("SpaceEntered", entered))
        assert tuple(spaces.presenceOf(hall, bob)) == (receipt.timestamp, 1)
        with refusal("SpacesAlreadyInside", hall, bob):
            spaces.enter(hall, b"", sender=bob)
        spaces.enter(hall, b"", sender=carol)
        assert spaces.entryOf(hall).occupants == 2
        receipt = spaces.leave(hall, sender=bob)
        left = {"spaceId": hall, "visitor": bob, "by": bob}
        assert_events(receipt, spaces, ("SpaceLeft", left))
        assert tuple(spaces.presenceOf(hall, bob)) == (0, 1)
        assert spaces.entryOf(hall).occupants == 1
        with refusal("SpacesNotInside", hall, bob):
            spaces.leave(hall, sender=bob)
        spaces.enter(hall, b"", sender=bob)
        assert spaces.presenceOf(hall, bob).visits == 2

    def test_unknown_space_is_refused(self, spaces: Any, bob: Any) -> None:
        with refusal("SpacesUnknown", 7):
            spaces.enter(7, b"", sender=bob)

    def test_closed_space_lets_nobody_in_and_everybody_out(
        self, spaces: Any, hall: int, alice: Any, bob: Any, carol: Any
    ) -> None:
        spaces.enter(hall, b"", sender=bob)
        receipt = spaces.setClosed(hall, True, sender=alice)
        assert_events(receipt, spaces, ("SpaceClosedSet", {"spaceId": hall, "closed": True}))
        with refusal("SpacesClosed", hall):
            spaces.enter(hall, b"", sender=carol)
        spaces.leave(hall, sender=bob)
        spaces.setClosed(hall, False, sender=alice)
        spaces.enter(hall, b"", sender=carol)

    def test_capacity_is_kept(
        self, spaces: Any, hall: int, ask: Any, alice: Any, bob: Any, carol: Any, zero: str
    ) -> None:
        receipt = ask(Rule.OPEN, capacity=1)
        rule = {
            "spaceId": hall,
            "rule": Rule.OPEN,
            "requirement": bytes(32),
            "issuer": zero,
            "capacity": 1,
        }
        assert_events(receipt, spaces, ("EntryRuleSet", rule))
        spaces.enter(hall, b"", sender=bob)
        with refusal("SpacesFull", hall, 1):
            spaces.enter(hall, b"", sender=carol)
        receipt = spaces.expel(hall, bob, sender=alice)
        left = {"spaceId": hall, "visitor": bob, "by": alice}
        assert_events(receipt, spaces, ("SpaceLeft", left))
        spaces.enter(hall, b"", sender=carol)
        with refusal("SpacesNotInside", hall, bob):
            spaces.expel(hall, bob, sender=alice)

    def test_smaller_capacity_sends_nobody_away(
        self, spaces: Any, hall: int, ask: Any, alice: Any, bob: Any, carol: Any
    ) -> None:
        for visitor in (alice, bob):
            spaces.enter(hall, b"", sender=visitor)
        ask(Rule.OPEN, capacity=1)
        with refusal("SpacesFull", hall, 1):
            spaces.enter(hall, b"", sender=carol)
        for visitor in (alice, bob):
            spaces.leave(hall, sender=visitor)
        spaces.enter(hall, b"", sender=carol)

    def test_rule_that_cannot_be_checked_is_refused(
        self, ask: Any, bob: Any, zero: str, company_type: bytes
    ) -> None:
        nothing = bytes(32)
        for rule, requirement, issuer in (
            (Rule.OPEN, company_type, zero),
            (Rule.OPEN, nothing, bob),
            (Rule.TICKET, nothing, zero),
            (Rule.TICKET, company_type, bob),
            (Rule.CREDENTIAL, nothing, bob),
            (Rule.CREDENTIAL, company_type, zero),
            (Rule.INVITATION, company_type, zero),
            (Rule.INVITATION, nothing, bob),
        ):
            with refusal("SpacesInvalidRule", rule, requirement, issuer):
                ask(rule, requirement, issuer)


class TestLinks:
    def test_visitor_travels_where_a_way_leads(
        self, spaces: Any, hall: int, alice: Any, bob: Any, carol: Any
    ) -> None:
        shop = create(spaces, carol, SHOP)
        spaces.enter(hall, b"", sender=bob)
        with refusal("SpacesNotLinked", hall, shop):
            spaces.travel(hall, shop, b"", sender=bob)
        receipt = spaces.setLink(hall, shop, True, sender=alice)
        link = {"from": hall, "to": shop, "linked": True}
        assert_events(receipt, spaces, ("SpaceLinkSet", link))
        assert (spaces.isLinked(hall, shop), spaces.isLinked(shop, hall)) == (True, False)
        receipt = spaces.travel(hall, shop, b"", sender=bob)
        assert_events(
            receipt,
            spaces,
            ("SpaceLeft", {"spaceId": hall, "visitor": bob, "by": bob}),
            ("SpaceEntered", {"spaceId": shop, "visitor": bob}),
        )
        with refusal("SpacesNotInside", hall, alice):
            spaces.travel(hall, shop, b"", sender=alice)
        spaces.setLink(hall, shop, False, sender=alice)
        assert not spaces.isLinked(hall, shop)

    def test_way_leads_to_another_space_that_exists(
        self, spaces: Any, hall: int, alice: Any
    ) -> None:
        with refusal("SpacesLinkToItself", hall):
            spaces.setLink(hall, hall, True, sender=alice)
        with refusal("SpacesUnknown", 7):
            spaces.setLink(hall, 7, True, sender=alice)

    def test_entry_rule_holds_for_who_travels(
        self, spaces: Any, hall: int, ask: Any, alice: Any, bob: Any, carol: Any
    ) -> None:
        shop = create(spaces, carol, SHOP)
        spaces.setLink(shop, hall, True, sender=carol)
        spaces.enter(shop, b"", sender=bob)
        ask(Rule.INVITATION)
        with refusal("SignedActionInvalid", alice):
            spaces.travel(shop, hall, b"", sender=bob)
        assert spaces.presenceOf(shop, bob).insideSince != 0
