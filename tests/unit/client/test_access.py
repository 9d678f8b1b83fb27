"""Keys, members, wallets and sessions by the SDK, against the real gateway."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from pocplatform.client import KeyInvalid, SignInInvalid, WalletNotCustodial


def sign(account, message):
    return "0x" + account.sign_message(encode_defunct(text=message)).signature.hex()


def test_keys_are_made_rotated_revoked_and_listed(member, sandbox):
    ours = member()
    wallet = ours.wallets.create("Kauppa")
    key = ours.organizations.keys.create("Kauppa", wallet=wallet.id)
    theirs = sandbox.with_key(key.secret_key)
    assert theirs.payments.faucet(5).recipient == wallet.address
    newer = ours.organizations.keys.rotate(key.id, overlap_s=60)
    assert ours.organizations.keys.revoke(key.id).revoked is not None
    with pytest.raises(KeyInvalid):
        ours.organizations.keys.rotate(key.id)
    listed = [one.id for one in ours.organizations.keys.list(page_size=1)]
    assert listed[:2] == [newer.id, key.id]
    assert {one.address for one in ours.wallets.list()} > {wallet.address}


def test_invited_person_signs_in_acts_and_signs_out(member, sandbox):
    ours, account = member(), Account.create()
    code = ours.organizations.members.invite("viewer", name="Katsoja").code
    message = sandbox.sessions.message(account.address).message
    session = sandbox.sessions.sign_in(message, sign(account, message), invitation=code)
    with pytest.raises(SignInInvalid):
        sandbox.sessions.sign_in(message, sign(account, message))
    theirs = sandbox.with_key(session.token)
    assert theirs.organizations.me().id == ours.organizations.me().id
    (someone,) = ours.organizations.members.list()
    assert (someone.address, someone.role) == (account.address, "viewer")
    assert [one.state for one in ours.organizations.members.invitations()] == ["accepted"]
    assert theirs.sessions.sign_out().ended is not None


def test_wallet_of_ones_own_cannot_be_signed_for(sandbox):
    account = Account.create()
    message = sandbox.sessions.message(account.address).message
    session = sandbox.sessions.sign_in(message, sign(account, message), name="Oma")
    ours = sandbox.with_key(session.token)
    with pytest.raises(WalletNotCustodial):
        ours.payments.transfer(account.address, 1)
