"""The SDK against the real gateway on the real chain, blocking and asynchronous."""

from __future__ import annotations

import asyncio
import inspect
from uuid import uuid4

import pytest

from pocplatform.client import (
    AsyncSandbox,
    BusinessIdInvalid,
    Conflict,
    ContractReverted,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    Sandbox,
    StillPending,
    Unauthenticated,
)


def test_write_returns_when_the_chain_has_recorded_it(member):
    payer, payee = member(fund=1_000), member()
    to = payee.organizations.me().wallet.did
    payment = payer.payments.transfer(to, 250)
    assert payment.transaction.status == "confirmed"
    assert payment.transaction.gas_used > 21_000
    assert payer.payments.balance().amount == 750
    assert payer.payments.balance(to).raw == 2_500_000


def test_wait_of_zero_returns_at_once_and_the_transaction_can_be_awaited_later(member):
    ours = member()
    payment = ours.payments.faucet(100, wait=0)
    assert not payment.transaction.settled
    found = ours.transactions.wait(payment.transaction.id)
    assert found.status == "confirmed"
    assert [change.status for change in found.history][-1] == "confirmed"
    assert ours.payments.get(payment.id).transaction.hash == found.hash


def test_cancelling_gives_the_transaction_or_says_that_it_is_too_late(member, scripted, answer):
    ours = member()
    payment = ours.payments.faucet(100)
    with pytest.raises(Conflict) as late:
        ours.transactions.cancel(payment.transaction.id)
    assert late.value.code == "already_settled"
    assert late.value.next_step
    server = scripted(answer(200, {"id": "tx_1", "status": "cancelled"}))
    with Sandbox(server.url, "sk_test_x") as sandbox:
        found = sandbox.transactions.cancel("tx_1")
    assert (found.settled, found.failed) == (True, True)
    assert server.seen[0].path == "/v1/transactions/tx_1/cancel"


def test_asynchronous_client_has_the_same_operations(base_url):
    async def use() -> tuple[int, int]:
        async with AsyncSandbox(base_url) as sandbox:
            us = await sandbox.organizations.sign_up("Async Oy (testi)")
            ours = sandbox.with_key(us.secret_key)
            await asyncio.gather(*(ours.payments.faucet(100) for _ in range(3)))
            return (await ours.payments.balance()).amount, len(
                [one async for one in ours.payments.list(page_size=2)]
            )

    assert asyncio.run(use()) == (300, 3)


def test_list_goes_through_all_pages_newest_first(member):
    ours = member()
    ids = [ours.payments.faucet(100 + i, wait=0).id for i in range(5)]
    assert [one.id for one in ours.payments.list(page_size=2)] == ids[::-1]
    assert [one.amount for one in ours.payments.list()] == [104, 103, 102, 101, 100]


def test_same_idempotency_key_is_done_once_and_gives_the_outcome(member):
    payer, payee = member(fund=1_000), member().organizations.me()
    key = str(uuid4())
    first = payer.payments.transfer(payee.id, 300, idempotency_key=key)
    again = payer.payments.transfer(payee.id, 300, idempotency_key=key)
    assert again == first
    assert again.transaction.status == "confirmed"
    assert payer.payments.balance().amount == 700
    with pytest.raises(IdempotencyKeyReused) as refused:
        payer.payments.transfer(payee.id, 301, idempotency_key=key)
    assert refused.value.param == "Idempotency-Key"


def test_contract_error_comes_with_name_arguments_and_explanation(member):
    payer = member(fund=100)
    with pytest.raises(ContractReverted) as refused:
        payer.payments.transfer(member().organizations.me().id, 101)
    error = refused.value
    assert error.code == "contract_reverted"
    assert error.status == 422
    assert error.contract_error.name == "ERC20InsufficientBalance"
    assert int(error.contract_error.args["needed"]) == 1_010_000
    assert error.request_id.startswith("req_")


def test_write_that_the_contract_refuses_after_it_was_accepted_raises_the_same_error(member):
    payer, payee = member(fund=100), member().organizations.me()
    key = str(uuid4())
    # Two payments of all the money, accepted together: the second is refused on its way.
    payer.payments.transfer(payee.id, 100, wait=0)
    with pytest.raises(ContractReverted):
        payer.payments.transfer(payee.id, 100, idempotency_key=key)
    with pytest.raises(ContractReverted) as repeated:
        payer.payments.transfer(payee.id, 100, idempotency_key=key)
    assert repeated.value.contract_error.name == "ERC20InsufficientBalance"


def test_errors_have_the_class_of_their_code(base_url, sandbox, member):
    ours = member()
    with pytest.raises(NotFound) as missing:
        ours.payments.get("pay_nothing")
    assert "pay_nothing" in missing.value.detail
    with pytest.raises(BusinessIdInvalid):
        sandbox.organizations.sign_up("Oy", business_id="9000007-1")
    with pytest.raises(InvalidInput) as invalid:
        ours.payments.transfer("Matti", 1)
    assert invalid.value.param == "to"
    with Sandbox(base_url, "sk_test_wrong") as stranger, pytest.raises(Unauthenticated) as unknown:
        stranger.payments.balance()
    assert unknown.value.next_step


def test_sentences_are_asked_for_in_the_language_of_the_client(scripted, answer):
    server = scripted(answer(401, {"code": "unauthenticated", "detail": "Avain puuttuu."}))
    with Sandbox(server.url, language="fi") as sandbox, pytest.raises(Unauthenticated) as refused:
        sandbox.payments.balance()
    assert refused.value.detail == "Avain puuttuu."
    assert server.seen[0].headers["accept-language"] == "fi"


def test_secret_key_is_in_no_representation(base_url, sandbox):
    us = sandbox.organizations.sign_up("Salainen Oy (testi)")
    ours = sandbox.with_key(us.secret_key)
    assert us.secret_key not in repr(us) + repr(ours) + repr(ours._connection)


def test_waiting_ends_with_the_transaction_to_go_on_with(scripted, answer):
    server = scripted(answer(200, {"id": "tx_1", "status": "sent"}))
    with Sandbox(server.url) as sandbox, pytest.raises(StillPending) as pending:
        sandbox.transactions.wait("tx_1", seconds=0.2)
    assert pending.value.transaction == "tx_1"
    assert "tx_1" in pending.value.next_step
    assert len(server.seen) > 1


def test_operations_keep_their_signature_and_documentation(base_url):
    with Sandbox(base_url) as sandbox:
        transfer = sandbox.payments.transfer
    assert list(inspect.signature(transfer).parameters)[:2] == ["to", "amount"]
    assert "Pay somebody" in transfer.__doc__


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://x", "http://", ""])
def test_address_that_is_none_is_refused_at_once(address):
    with pytest.raises(ValueError, match="no address of a sandbox"):
        Sandbox(address)


def test_chain_tells_its_contracts(sandbox):
    chain = sandbox.chain.get()
    assert chain.chain_id == 31337
    assert chain.address_of("PilotEuro").startswith("0x")
