"""Spaces: who is let in by a ticket, a credential or an invitation."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.signing import parse_types
from evm_support.units import DAY
from evm_support.venue import *  # noqa: F403
from evm_support.venue import DESCRIPTION, ROOM, Rule, create, space_number
from suites.signed_actions import MakeAction, SignedAction, SignedActionBehaviour

DIGEST = keccak(text="credential and its salt")
TYPES = parse_types(
    "Invitation(uint128 spaceId,address visitor,uint32 visit,uint16 series,uint256 deadline)"
)


class TestTicket:
    def test_visitor_needs_the_item(
        self, spaces: Any, items: Any, hall: int, ask: Any, bob: Any, carol: Any
    ) -> None:
        items.createItem(1, False, 1, carol, 0, DESCRIPTION, sender=carol)
        ticket = items.itemId(carol, 1, False)
        ask(Rule.TICKET, ticket.to_bytes(32, "big"))
        with refusal("SpacesNoTicket", hall, bob, ticket):
            spaces.enter(hall, b"", sender=bob)
        items.mint(bob, ticket, 1, sender=carol)
        spaces.enter(hall, b"", sender=bob)


class TestCredential:
    @pytest.fixture(scope="class")
    def credential(
        self,
        issuers: Any,
        status: Any,
        ask: Any,
        admin: Any,
        bob: Any,
        carol: Any,
        company_type: Any,
    ) -> bytes:
        """Carol's credential of Bob opens the hall."""
        issuers.accredit(carol, company_type, 0, 0, sender=admin)
        status.anchor(company_type, DIGEST, bob, 0, sender=carol)
        ask(Rule.CREDENTIAL, company_type, carol)
        return DIGEST

    def test_visitor_shows_a_valid_credential_about_itself(
        self, spaces: Any, hall: int, bob: Any, credential: bytes
    ) -> None:
        spaces.enter(hall, credential, sender=bob)

    @pytest.mark.parametrize(
        "proof", [b"", DIGEST[:31], DIGEST + b"\x00", keccak(text="unknown"), bytes(32)]
    )
    def test_anything_else_is_refused(
        self, spaces: Any, hall: int, bob: Any, credential: bytes, company_type: bytes, proof: bytes
    ) -> None:
        with refusal("SpacesNoCredential", hall, bob, company_type):
            spaces.enter(hall, proof, sender=bob)

    def test_credential_of_somebody_else_is_refused(
        self, spaces: Any, hall: int, mallory: Any, credential: bytes, company_type: bytes
    ) -> None:
        with refusal("SpacesNoCredential", hall, mallory, company_type):
            spaces.enter(hall, credential, sender=mallory)

    def test_revoked_credential_is_refused(
        self,
        spaces: Any,
        status: Any,
        hall: int,
        bob: Any,
        carol: Any,
        credential: bytes,
        company_type: bytes,
    ) -> None:
        status.revoke(company_type, credential, sender=carol)
        with refusal("SpacesNoCredential", hall, bob, company_type):
            spaces.enter(hall, credential, sender=bob)


class TestInvitation(SignedActionBehaviour):
    """Alice invites Bob."""

    @pytest.fixture(scope="class")
    def make_action(self, spaces: Any, bob: Any, now: int, admin: Any, zero: str) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            number = space_number(signer, ROOM)
            rule = (number, Rule.INVITATION, bytes(32), zero, 0)
            if hasattr(signer, "execute"):
                for call in (
                    spaces.createSpace.encode_input(ROOM, signer, DESCRIPTION),
                    spaces.setEntryRule.encode_input(*rule),
                ):
                    signer.execute(spaces, call, sender=admin)
            else:
                create(spaces, signer, ROOM)
                spaces.setEntryRule(*rule, sender=signer)
            message = {
                "spaceId": number,
                "visitor": bob.address,
                "visit": 0,
                "series": 0,
                "deadline": now + DAY,
            }

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                proof = fields["deadline"].to_bytes(32, "big") + signature
                return spaces.enter(fields["spaceId"], proof, sender=bob)

            return SignedAction(
                spaces,
                TYPES,
                "Invitation",
                message,
                signer,
                send,
                nobody={"spaceId": 7},
                invalid=("SignedActionInvalid", signer),
                unsigned=("SpacesUnknown", 7),  # What nobody owns does not exist.
                replayed=("SpacesAlreadyInside", number, bob),
                expired=("SignedActionExpired", now + DAY, ...),
                deadline=now + DAY,
            )

        return make

    @pytest.fixture(scope="class")
    def others(self, mallory: Any, now: int) -> dict[str, Any]:
        return {
            "spaceId": 7,
            "visitor": mallory.address,
            "visit": 1,
            "series": 1,
            "deadline": now + 2 * DAY,
        }

    def test_is_for_the_named_visitor_only(
        self, action: SignedAction, spaces: Any, alice: Any, mallory: Any
    ) -> None:
        proof = action.deadline.to_bytes(32, "big") + action.sign(alice)
        with refusal("SignedActionInvalid", alice):
            spaces.enter(action.message["spaceId"], proof, sender=mallory)

    def test_serves_for_one_visit(
        self, action: SignedAction, spaces: Any, alice: Any, bob: Any
    ) -> None:
        signature = action.sign(alice)
        action.send(action.message, signature)
        spaces.leave(action.message["spaceId"], sender=bob)
        with refusal("SignedActionInvalid", alice):
            action.send(action.message, signature)
        again = action.changed(visit=1)
        again.send(again.message, again.sign(alice))

    def test_can_be_withdrawn_with_its_series(
        self, action: SignedAction, spaces: Any, alice: Any
    ) -> None:
        number = action.message["spaceId"]
        receipt = spaces.withdrawInvitations(number, sender=alice)
        withdrawn = {"spaceId": number, "series": 1}
        assert_events(receipt, spaces, ("InvitationsWithdrawn", withdrawn))
        with refusal("SignedActionInvalid", alice):
            action.send(action.message, action.sign(alice))
        later = action.changed(series=1)
        later.send(later.message, later.sign(alice))

    def test_of_the_previous_owner_is_worth_nothing(
        self, action: SignedAction, spaces: Any, alice: Any, carol: Any
    ) -> None:
        spaces.offerSpace(action.message["spaceId"], carol, sender=alice)
        spaces.acceptSpace(action.message["spaceId"], carol, sender=carol)
        with refusal("SignedActionInvalid", carol):
            action.send(action.message, action.sign(alice))

    @pytest.mark.parametrize("proof", [b"", bytes(31), bytes([255] * 32)])
    def test_proof_without_signature_is_refused(
        self, action: SignedAction, spaces: Any, alice: Any, bob: Any, proof: bytes
    ) -> None:
        with refusal("SignedActionInvalid", alice):
            spaces.enter(action.message["spaceId"], proof, sender=bob)
