"""Writes of a wallet whose key is the caller's own, by the SDK."""

from __future__ import annotations

import asyncio

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

from pocplatform.client import (
    AsyncSandbox,
    HeldPaymentWithdrawn,
    IdentityKeyElsewhere,
    InvoiceLine,
    PreparationOver,
    RedemptionWithdrawn,
    SignatureWrong,
    VoucherUsed,
    VoucherWithdrawn,
    WalletNotCustodial,
)
from tests.api.pausing import paused


def signing(account):
    """Signs as the documents say."""

    def sign(to_sign):
        if to_sign.typed_data is not None:
            message = encode_typed_data(full_message=to_sign.typed_data)
            return "0x" + account.sign_message(message).signature.hex()
        return "0x" + account.sign_transaction(to_sign.fields()).raw_transaction.hex()

    return sign


def personal(account, text):
    return "0x" + account.sign_message(encode_defunct(text=text)).signature.hex()


@pytest.fixture
def own(sandbox):
    """Signs somebody in who keeps the key: their client, and who signs."""

    def make(*, fund=0):
        account = Account.create()
        message = sandbox.sessions.message(account.address).message
        session = sandbox.sessions.sign_in(message, personal(account, message))
        ours = sandbox.with_key(session.token)
        if fund:
            ours.payments.faucet(fund)
        return ours, account.address, signing(account)

    return make


def address(sandbox):
    return sandbox.organizations.me().wallet.address


def test_payment_is_prepared_signed_and_handed_in(own, member):
    ours, _, sign = own(fund=1_000)
    payee = address(member())
    with pytest.raises(WalletNotCustodial):
        ours.payments.transfer(payee, 300)
    done = ours.own_wallet.write("/v1/transfers", {"to": payee, "amount": 300}, sign)
    assert (done.object, done.transactions[0].status) == ("submitted_write", "confirmed")
    assert ours.payments.balance(payee).amount == 300


def test_step_by_step_the_caller_sees_what_is_to_be_signed(own, member):
    ours, mine, sign = own(fund=1_000)
    body = {"to": address(member()), "amount": 1}
    prepared = ours.own_wallet.prepare("/v1/transfers", body)
    assert (prepared.address, prepared.to_sign[0].kind) == (mine, "transaction")
    signed = [sign(one) for one in prepared.to_sign]
    with pytest.raises(SignatureWrong):
        ours.own_wallet.submit(prepared, ["0x00"])
    assert ours.own_wallet.submit(prepared, signed).to_sign == []
    with pytest.raises(PreparationOver):
        ours.own_wallet.submit(prepared, signed)
    with pytest.raises(ValueError, match="waits for no signature"):
        ours.own_wallet.submit(prepared.model_copy(update={"submit_to": None}), signed)


def test_request_that_comes_again_with_its_key_is_done_once(own, member):
    ours, _, sign = own(fund=1_000)
    payee = address(member())
    body = {"to": payee, "amount": 100}
    done = [
        ours.own_wallet.write("/v1/transfers", body, sign, idempotency_key="once") for _ in range(2)
    ]
    assert done[0].id == done[1].id
    assert ours.payments.balance(payee).amount == 100


def test_identity_takes_typed_data_and_a_transaction(own):
    ours, mine, sign = own()
    kinds = []

    def noted(to_sign):
        kinds.append(to_sign.kind)
        return sign(to_sign)

    ours.own_wallet.write("/v1/identities", {}, noted)
    assert kinds == ["typed_data", "transaction"]
    assert ours.identities.get(f"did:ethr:0x7a69:{mine}").status == "active"
    with pytest.raises(IdentityKeyElsewhere):
        ours.credentials.issue("CourseAchievement", f"did:ethr:0x7a69:{mine}", {"course": "x"})


def test_vouchers_and_consents_are_given_redeemed_and_taken_back(member):
    artist, buyer = member(), member()
    work = artist.items.create("Revontulet", cap=5)
    voucher = artist.item_vouchers.issue(work.id, address(buyer), 2)
    assert [one.id for one in buyer.item_vouchers.list(item=work.id)] == [voucher.id]
    assert buyer.item_vouchers.redeem(voucher.id).status == "redeemed"
    with pytest.raises(VoucherUsed):
        buyer.item_vouchers.redeem(voucher.id)
    other = artist.item_vouchers.issue(work.id, address(buyer))
    assert artist.item_vouchers.withdraw(other.id).status == "withdrawn"
    with pytest.raises(VoucherWithdrawn):
        buyer.item_vouchers.redeem(other.id)
    assert buyer.item_vouchers.get(other.id).signed.amount == 1
    presented = buyer.items.present(work.id)
    assert buyer.items.take_back(presented.id).status == "withdrawn"
    with pytest.raises(RedemptionWithdrawn):
        artist.items.redeem(presented.id)


def test_held_share_is_found_and_fetched(member, admin):
    payer, one, other = member(fund=1_000), member(), member()
    split = payer.splits.create("x", {address(one): 5_000, address(other): 5_000})
    payer.payments.transfer(split.account, 100)
    with paused(admin):
        assert payer.splits.distribute(split.id).held == 100
    (held,) = one.held_payments.list()
    assert (held.status, held.amount) == ("held", 50)
    assert one.held_payments.withdraw(held.id).status == "withdrawn"
    assert one.held_payments.get(held.id).amount == 0
    with pytest.raises(HeldPaymentWithdrawn):
        one.held_payments.withdraw(held.id)
    assert one.payments.balance().amount == 50


def test_text_of_an_invoice_is_erased(member):
    seller = member()
    written = seller.invoices.create([InvoiceLine(description="x", unit_price=1, vat_rate_bps=0)])
    seller.invoices.cancel(written.id)
    assert seller.data_protection.erase_invoice(written.id).kind == "invoice"
    assert seller.invoices.get(written.id).erased


def test_asynchronous_client_signs_too(base_url):
    account = Account.create()

    async def use():
        async with AsyncSandbox(base_url) as sandbox:
            message = (await sandbox.sessions.message(account.address)).message
            session = await sandbox.sessions.sign_in(message, personal(account, message))
            ours = sandbox.with_key(session.token)
            await ours.payments.faucet(100)
            body = {"amount": 40}
            await ours.own_wallet.write("/v1/redemptions", body, signing(account))
            return (await ours.payments.balance()).amount

    assert asyncio.run(use()) == 60
