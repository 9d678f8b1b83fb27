"""Custodial keys at rest: what opens them, and what does not."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pocplatform.chain.signer import LocalSigner
from pocplatform.chain.vault import KeyVault, MasterKeyWrong

ONE, OTHER = b"\x01" * 32, b"\x02" * 32
DIGEST = b"\x33" * 32


def test_key_is_opened_by_its_master_key_and_signs_for_its_address():
    vault = KeyVault(ONE)
    address, stored = vault.create()
    assert vault.unlock(address, stored).address == address
    signature = vault.unlock(address, stored).sign_sha256_digest(DIGEST)
    assert KeyVault(ONE).unlock(address, stored).sign_sha256_digest(DIGEST) == signature


def test_stored_keys_have_nothing_in_common_but_the_number_of_their_master_key():
    vault = KeyVault(ONE)
    (_, first), (_, second) = vault.create(), vault.create()
    assert first[:9] == second[:9]
    assert vault.key_id == first[1:9].hex() != KeyVault(OTHER).key_id
    assert sum(a == b for a, b in zip(first[9:], second[9:], strict=True)) < 20


def test_other_master_key_is_refused_and_the_right_one_named():
    address, stored = KeyVault(ONE).create()
    with pytest.raises(MasterKeyWrong, match=KeyVault(ONE).key_id):
        KeyVault(OTHER).unlock(address, stored)
    assert KeyVault(OTHER, [ONE]).unlock(address, stored).address == address


def test_stored_key_of_another_address_is_refused():
    vault = KeyVault(ONE)
    (_, stored), (other, _) = vault.create(), vault.create()
    with pytest.raises(MasterKeyWrong):
        vault.unlock(other, stored)


@pytest.mark.parametrize("place", [1, 9, 21, 40, 69, 81, -1])
def test_damaged_stored_key_is_refused(place):
    vault = KeyVault(ONE)
    address, stored = vault.create()
    damaged = bytearray(stored)
    damaged[place] ^= 1
    with pytest.raises(MasterKeyWrong):
        vault.unlock(address, bytes(damaged))


def test_renewed_key_is_opened_by_the_new_master_key_alone():
    address, stored = KeyVault(ONE).create()
    renewed = KeyVault(OTHER, [ONE]).renew(address, stored)
    assert renewed is not None
    old, new = KeyVault(ONE).unlock(address, stored), KeyVault(OTHER).unlock(address, renewed)
    assert old.sign_sha256_digest(DIGEST) == new.sign_sha256_digest(DIGEST)
    with pytest.raises(MasterKeyWrong):
        KeyVault(ONE).unlock(address, renewed)
    assert KeyVault(OTHER, [ONE]).renew(address, renewed) is None


def test_key_stored_by_an_older_version_is_opened_and_renewed():
    """It was encrypted with the master key itself."""
    private_key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    address = LocalSigner(private_key).address
    stored = b"\x01" + nonce + AESGCM(ONE).encrypt(nonce, private_key, address.encode())
    for vault in (KeyVault(ONE), KeyVault(OTHER, [ONE])):
        assert vault.unlock(address, stored).address == address
    with pytest.raises(MasterKeyWrong):
        KeyVault(OTHER).unlock(address, stored)
    renewed = KeyVault(ONE).renew(address, stored)
    assert renewed is not None
    assert KeyVault(ONE).unlock(address, renewed).address == address
