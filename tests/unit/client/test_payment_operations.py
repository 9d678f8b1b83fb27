"""The SDK's invoices, payouts, mandates, splits and redemptions against the real gateway."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from pocplatform.client import (
    AsyncSandbox,
    InvoiceAmountInvalid,
    InvoiceLine,
    InvoiceStateConflict,
    MandateAmountInvalid,
    MandateStateConflict,
    ReferenceInvalid,
    SplitSharesInvalid,
)

WORK = InvoiceLine(description="Työ", unit_price=10_000, vat_rate_bps=2550)


@pytest.fixture(scope="module")
def payer(member):
    return member(fund=1_000_000)


def did(sandbox):
    return sandbox.organizations.me().wallet.did


def test_invoice_is_written_paid_in_parts_and_refunded(member, payer):
    payee = member()
    invoice = payee.invoices.create([WORK], payer=did(payer), partial_allowed=True)
    assert invoice.total == 12_550
    with pytest.raises(InvoiceAmountInvalid):
        payer.invoices.pay(invoice.id, 12_551)
    assert payer.invoices.pay(invoice.id, 2_550).status == "partially_paid"
    assert payer.invoices.pay(invoice.id).status == "paid"
    with pytest.raises(InvoiceStateConflict):
        payee.invoices.cancel(invoice.id)
    assert payee.invoices.refund(invoice.id).status == "refunded"
    assert [i.id for i in payee.invoices.list(status="refunded")] == [invoice.id]
    assert list(payee.invoices.list(direction="received")) == []
    with pytest.raises(ReferenceInvalid):
        payee.invoices.create([WORK], reference="RF00123")


def test_payout_says_what_became_of_each_item(member):
    payer, one, other = member(fund=10), did(member()), did(member())
    payout = payer.payouts.create({one: 10, other: 1})
    assert [item.status for item in payout.items] == ["paid", "failed"]
    assert payout.items[1].error.name == "ERC20InsufficientBalance"
    assert [p.id for p in payer.payouts.list()] == [payout.id]


def test_mandate_is_collected_scheduled_paused_and_cancelled(member, payer):
    payee = member()
    mandate = payer.mandates.create(did(payee), 500, 86_400, "Vuokra")
    assert payee.mandates.collect(mandate.id, 200).available == 300
    with pytest.raises(MandateAmountInvalid):
        payee.mandates.collect(mandate.id, 301)
    assert payee.mandates.schedule(mandate.id, 100).schedule == 100
    assert payee.mandates.schedule(mandate.id, None).schedule is None
    assert payer.mandates.pause(mandate.id).status == "paused"
    with pytest.raises(MandateStateConflict):
        payee.mandates.collect(mandate.id, 1)
    assert payer.mandates.resume(mandate.id).status == "active"
    assert payee.mandates.cancel(mandate.id).status == "cancelled"
    assert mandate.id in [m.id for m in payer.mandates.list()]


def test_split_divides_what_is_paid_in(member, payer):
    one, other = did(member()), did(member())
    split = payer.splits.create("Yhteistarjous", {one: 6_000, other: 4_000})
    assert payer.splits.distribute(split.id, 1_000).distributed == 1_000
    assert payer.payments.balance(one).amount == 600
    assert split.id in [s.id for s in payer.splits.list()]
    with pytest.raises(SplitSharesInvalid):
        payer.splits.create("Vajaa", {one: 6_000, other: 3_999})


def test_statement_has_all_lines_and_their_balances(member):
    ours = member(fund=100)
    ours.redemptions.create(40)
    statement = ours.statements.get()
    assert (statement.opening_balance, statement.closing_balance) == (0, 60)
    assert [line.amount for line in ours.statements.lines(page_size=1)] == [-40, 100]
    assert "-0,40" in ours.statements.csv()
    assert ours.statements.get(date(2020, 1, 1), date(2020, 1, 2)).data == []


def test_asynchronous_client_redeems(base_url):
    async def use():
        async with AsyncSandbox(base_url) as sandbox:
            us = await sandbox.organizations.sign_up("Async Oy")
            ours = sandbox.with_key(us.secret_key)
            await ours.payments.faucet(100)
            made = await ours.redemptions.create(40)
            return made, [one.id async for one in ours.redemptions.list()]

    made, listed = asyncio.run(use())
    assert made.status == "paid_out"
    assert listed == [made.id]
