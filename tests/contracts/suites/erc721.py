"""What every ERC-721 does. A test class inherits it and gives two fixtures: ``token``, a contract,

and ``token_ids``, two tokens of Alice. Bob and Carol have none.
"""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.expect import assert_events, refusal


class Erc721Behaviour:
    """Owning, approving and moving tokens."""

    def test_transfer_moves_the_token_and_ends_its_approval(
        self, token: Any, token_ids: list[int], alice: Any, bob: Any, carol: Any, zero: str
    ) -> None:
        had = token.balanceOf(alice)
        token.approve(carol, token_ids[0], sender=alice)
        receipt = token.transferFrom(alice, bob, token_ids[0], sender=alice)
        moved = {"from": alice, "to": bob, "tokenId": token_ids[0]}
        assert_events(receipt, token, ("Transfer", moved))
        assert (token.ownerOf(token_ids[0]), token.ownerOf(token_ids[1])) == (bob, alice)
        assert (token.balanceOf(alice), token.balanceOf(bob)) == (had - 1, 1)
        assert token.getApproved(token_ids[0]) == zero

    def test_only_owner_and_approved_move(
        self, token: Any, token_ids: list[int], alice: Any, bob: Any, carol: Any
    ) -> None:
        first, second = token_ids
        with refusal("ERC721InsufficientApproval", bob, first):
            token.transferFrom(alice, carol, first, sender=bob)
        receipt = token.approve(bob, first, sender=alice)
        approval = {"owner": alice, "approved": bob, "tokenId": first}
        assert_events(receipt, token, ("Approval", approval))
        token.transferFrom(alice, carol, first, sender=bob)
        with refusal("ERC721InsufficientApproval", bob, second):
            token.transferFrom(alice, carol, second, sender=bob)
        receipt = token.setApprovalForAll(bob, True, sender=alice)
        approval = {"owner": alice, "operator": bob, "approved": True}
        assert_events(receipt, token, ("ApprovalForAll", approval))
        token.transferFrom(alice, carol, second, sender=bob)
        assert token.balanceOf(carol) == 2

    def test_only_owner_and_operator_approve(
        self, token: Any, token_ids: list[int], mallory: Any, alice: Any, zero: str
    ) -> None:
        with refusal("ERC721InvalidApprover", mallory):
            token.approve(mallory, token_ids[0], sender=mallory)
        with refusal("ERC721InvalidOperator", zero):
            token.setApprovalForAll(zero, True, sender=alice)

    def test_transfer_from_somebody_else_or_to_nobody_is_refused(
        self, token: Any, token_ids: list[int], alice: Any, bob: Any, zero: str
    ) -> None:
        with refusal("ERC721IncorrectOwner", bob, token_ids[0], alice):
            token.transferFrom(bob, bob, token_ids[0], sender=alice)
        with refusal("ERC721InvalidReceiver", zero):
            token.transferFrom(alice, zero, token_ids[0], sender=alice)

    def test_unknown_token_is_refused(self, token: Any, alice: Any, bob: Any, zero: str) -> None:
        for look_up in (token.ownerOf, token.getApproved, token.tokenURI):
            with refusal("ERC721NonexistentToken", 1):
                look_up(1)
        for call in (
            lambda: token.approve(bob, 1, sender=alice),
            lambda: token.transferFrom(alice, bob, 1, sender=alice),
        ):
            with refusal("ERC721NonexistentToken", 1):
                call()
        with refusal("ERC721InvalidOwner", zero):
            token.balanceOf(zero)

    @pytest.mark.parametrize("data", [[], [b"note"]])
    def test_contract_must_accept_a_safe_transfer(
        self,
        token: Any,
        token_ids: list[int],
        alice: Any,
        wallet: Any,
        euro: Any,
        data: list[bytes],
    ) -> None:
        with refusal("ERC721InvalidReceiver", euro):
            token.safeTransferFrom(alice, euro, token_ids[0], *data, sender=alice)
        token.safeTransferFrom(alice, wallet, token_ids[0], *data, sender=alice)
        assert token.ownerOf(token_ids[0]) == wallet
