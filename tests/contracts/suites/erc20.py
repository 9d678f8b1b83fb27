"""What every ERC-20 does. A test class inherits it and gives the fixture ``token``, of which

``alice`` has 1,000 whole units and nobody else any.
"""

from __future__ import annotations

from typing import Any

from evm_support.expect import assert_events, refusal
from evm_support.signing import WHOLE


class Erc20Behaviour:
    def test_transfer_moves_exactly_the_amount(self, token: Any, alice: Any, bob: Any) -> None:
        supply, had = token.totalSupply(), token.balanceOf(alice)
        receipt = token.transfer(bob, 7, sender=alice)
        assert_events(receipt, token, ("Transfer", {"from": alice, "to": bob, "value": 7}))
        assert [token.balanceOf(a) for a in (alice, bob)] == [had - 7, 7]
        assert token.totalSupply() == supply

    def test_transfer_of_nothing_is_an_event(self, token: Any, alice: Any, bob: Any) -> None:
        receipt = token.transfer(alice, 0, sender=bob)
        assert_events(receipt, token, ("Transfer", {"from": bob, "to": alice, "value": 0}))

    def test_transfer_to_oneself_changes_nothing(self, token: Any, alice: Any) -> None:
        had = token.balanceOf(alice)
        token.transfer(alice, had, sender=alice)
        assert token.balanceOf(alice) == had

    def test_transfer_beyond_the_balance_is_refused(self, token: Any, alice: Any, bob: Any) -> None:
        had = token.balanceOf(alice)
        with refusal("ERC20InsufficientBalance", alice, had, had + 1):
            token.transfer(bob, had + 1, sender=alice)

    def test_transfer_to_zero_is_refused(self, token: Any, alice: Any, zero: str) -> None:
        with refusal("ERC20InvalidReceiver", zero):
            token.transfer(zero, 1, sender=alice)

    def test_allowance_is_spent(self, token: Any, alice: Any, bob: Any, carol: Any) -> None:
        receipt = token.approve(bob, 5, sender=alice)
        assert_events(receipt, token, ("Approval", {"owner": alice, "spender": bob, "value": 5}))
        token.transferFrom(alice, carol, 3, sender=bob)
        assert (token.allowance(alice, bob), token.balanceOf(carol)) == (2, 3)
        with refusal("ERC20InsufficientAllowance", bob, 2, 3):
            token.transferFrom(alice, carol, 3, sender=bob)

    def test_endless_allowance_stays(self, token: Any, alice: Any, bob: Any, carol: Any) -> None:
        token.approve(bob, WHOLE, sender=alice)
        token.transferFrom(alice, carol, 3, sender=bob)
        assert token.allowance(alice, bob) == WHOLE

    def test_approval_of_zero_address_is_refused(self, token: Any, alice: Any, zero: str) -> None:
        with refusal("ERC20InvalidSpender", zero):
            token.approve(zero, 1, sender=alice)

    def test_nothing_is_taken_from_zero(self, token: Any, bob: Any, zero: str) -> None:
        with refusal("ERC20InsufficientAllowance", bob, 0, 1):
            token.transferFrom(zero, bob, 1, sender=bob)
        with refusal("ERC20InvalidApprover", zero):
            token.transferFrom(zero, bob, 0, sender=bob)
