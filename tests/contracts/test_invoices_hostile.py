"""Invoices: tokens and payees that misbehave."""

from __future__ import annotations

from typing import Any

import pytest
from evm_support.bills import *  # noqa: F403
from evm_support.bills import AMOUNT, Bill
from evm_support.expect import reason_of, refusal
from evm_support.signing import WHOLE


class TestHostileToken:
    @pytest.fixture(scope="class")
    def risky(self, project: Any, hostile: Any, admin: Any, alice: Any) -> Any:
        """Invoices that are paid in a token that can be made to misbehave; Alice has some."""
        invoices = admin.deploy(project.Invoices, hostile)
        hostile.mint(alice, 2 * AMOUNT, sender=admin)
        hostile.approve(invoices, WHOLE, sender=alice)
        return invoices

    @pytest.mark.parametrize("mode", [2, 3], ids=["returns false", "reverts"])
    def test_token_that_does_not_pay_settles_nothing(
        self, risky: Any, hostile: Any, admin: Any, alice: Any, bob: Any, now: int, mode: int
    ) -> None:
        bill = Bill(risky, bob, bob.private_key, now)
        hostile.setMode(mode, admin, b"", sender=admin)
        with refusal("SafeERC20FailedOperation" if mode == 2 else "HostileTokenRefuses", ...):
            bill.pay(alice)

    def test_payee_whom_the_token_refuses_does_not_block_another(
        self, risky: Any, hostile: Any, admin: Any, alice: Any, bob: Any, carol: Any, now: int
    ) -> None:
        hostile.setRefused(bob, sender=admin)
        with refusal("HostileTokenRefuses", bob):
            Bill(risky, bob, bob.private_key, now).pay(alice)
        Bill(risky, carol, carol.private_key, now).pay(alice)
        assert hostile.balanceOf(carol) == AMOUNT

    def test_token_that_takes_a_fee_leaves_nothing_behind(
        self, risky: Any, hostile: Any, admin: Any, alice: Any, bob: Any, now: int
    ) -> None:
        hostile.setMode(1, admin, b"", sender=admin)
        Bill(risky, bob, bob.private_key, now).pay(alice)
        assert [hostile.balanceOf(a) for a in (bob, risky)] == [AMOUNT - AMOUNT // 100, 0]


@pytest.mark.parametrize("verb", ["pay", "payWithPermit", "refund"])
def test_payment_cannot_be_entered_again(
    project: Any, admin: Any, bob: Any, hostile: Any, now: int, verb: str
) -> None:
    """Whatever the token calls while it moves the money, is turned away at the door."""
    invoices = admin.deploy(project.Invoices, hostile)
    for account in (admin, bob):
        hostile.mint(account, AMOUNT, sender=admin)
        hostile.approve(invoices, WHOLE, sender=account)
    bill = Bill(invoices, bob, bob.private_key, now)
    if verb == "refund":
        bill.pay(admin)
    again = invoices.pay.encode_input(bill.calldata, bill.signature(), AMOUNT)
    hostile.setMode(4, invoices, again, sender=admin)
    if verb == "pay":
        bill.pay(admin)
    elif verb == "payWithPermit":
        r_and_s = (b"\0" * 32, b"\0" * 32)
        invoices.payWithPermit(
            bill.calldata, bill.signature(), AMOUNT, now, 27, *r_and_s, sender=admin
        )
    else:
        invoices.refund(bill.calldata, AMOUNT, sender=bob)
    assert not hostile.calledBack()
    assert reason_of(hostile.answer()) == "ReentrancyGuardReentrantCall"
