"""What every ERC-1155 does. A test class inherits it and gives two fixtures: ``multi``, the

contract, and ``ids``, two items of which Alice has 10 each and nobody else any.
"""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.expect import assert_events, refusal

HAD = 10


class Erc1155Behaviour:
    def test_transfer_moves_exactly_the_amount(
        self, multi: Any, ids: list[int], alice: Any, bob: Any
    ) -> None:
        receipt = multi.safeTransferFrom(alice, bob, ids[0], 3, b"", sender=alice)
        moved = {"operator": alice, "from": alice, "to": bob, "id": ids[0], "value": 3}
        assert_events(receipt, multi, ("TransferSingle", moved))
        assert multi.balanceOfBatch([alice, bob, bob], [ids[0], ids[0], ids[1]]) == [HAD - 3, 3, 0]

    def test_batch_moves_each_amount(
        self, multi: Any, ids: list[int], alice: Any, bob: Any
    ) -> None:
        receipt = multi.safeBatchTransferFrom(alice, bob, ids, [1, 2], b"", sender=alice)
        moved = {"operator": alice, "from": alice, "to": bob, "ids": ids, "values": [1, 2]}
        assert_events(receipt, multi, ("TransferBatch", moved))
        assert [multi.balanceOf(bob, id) for id in ids] == [1, 2]

    def test_transfer_to_oneself_changes_nothing(
        self, multi: Any, ids: list[int], alice: Any
    ) -> None:
        multi.safeTransferFrom(alice, alice, ids[0], HAD, b"", sender=alice)
        assert multi.balanceOf(alice, ids[0]) == HAD

    def test_transfer_beyond_the_balance_is_refused(
        self, multi: Any, ids: list[int], alice: Any, bob: Any
    ) -> None:
        with refusal("ERC1155InsufficientBalance", alice, HAD, HAD + 1, ids[0]):
            multi.safeTransferFrom(alice, bob, ids[0], HAD + 1, b"", sender=alice)
        with refusal("ERC1155InsufficientBalance", alice, 4, 5, ids[1]):
            multi.safeBatchTransferFrom(alice, bob, [ids[1]] * 2, [6, 5], b"", sender=alice)

    def test_only_holder_and_approved_move(
        self, multi: Any, ids: list[int], alice: Any, bob: Any, carol: Any
    ) -> None:
        for call in (
            lambda: multi.safeTransferFrom(alice, carol, ids[0], 1, b"", sender=bob),
            lambda: multi.safeBatchTransferFrom(alice, carol, ids, [1, 1], b"", sender=bob),
        ):
            with refusal("ERC1155MissingApprovalForAll", bob, alice):
                call()
            receipt = multi.setApprovalForAll(bob, True, sender=alice)
            approval = {"account": alice, "operator": bob, "approved": True}
            assert_events(receipt, multi, ("ApprovalForAll", approval))
            call()
            multi.setApprovalForAll(bob, False, sender=alice)
        assert not multi.isApprovedForAll(alice, bob)

    def test_zero_address_neither_receives_nor_is_approved(
        self, multi: Any, ids: list[int], alice: Any, zero: str
    ) -> None:
        with refusal("ERC1155InvalidReceiver", zero):
            multi.safeTransferFrom(alice, zero, ids[0], 1, b"", sender=alice)
        with refusal("ERC1155InvalidOperator", zero):
            multi.setApprovalForAll(zero, True, sender=alice)

    def test_lists_of_different_lengths_are_refused(
        self, multi: Any, ids: list[int], alice: Any, bob: Any
    ) -> None:
        with refusal("ERC1155InvalidArrayLength", 2, 1):
            multi.safeBatchTransferFrom(alice, bob, ids, [1], b"", sender=alice)
        with refusal("ERC1155InvalidArrayLength", 2, 1):
            multi.balanceOfBatch([alice], ids)

    def test_contract_must_accept_what_it_gets(
        self, multi: Any, ids: list[int], alice: Any, wallet: Any, euro: Any
    ) -> None:
        multi.safeTransferFrom(alice, wallet, ids[0], 1, b"", sender=alice)
        multi.safeBatchTransferFrom(alice, wallet, ids, [1, 1], b"", sender=alice)
        assert multi.balanceOf(wallet, ids[0]) == 2
        with refusal("ERC1155InvalidReceiver", euro):
            multi.safeTransferFrom(alice, euro, ids[0], 1, b"", sender=alice)

    @pytest.mark.parametrize("amount", [0, HAD])
    def test_nothing_and_all_can_be_moved(
        self, multi: Any, ids: list[int], alice: Any, bob: Any, amount: int
    ) -> None:
        multi.safeTransferFrom(alice, bob, ids[0], amount, b"", sender=alice)
        assert multi.balanceOf(bob, ids[0]) == amount
