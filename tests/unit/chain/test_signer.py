"""Our own signing of transactions gives what eth-account gives, byte for byte."""

from __future__ import annotations

import sys

import pytest
from eth_account import Account
from eth_utils import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from pocplatform.chain.signer import LocalSigner

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

KEYS = st.integers(1, CURVE_ORDER - 1).map(lambda number: number.to_bytes(32))
ADDRESSES = st.binary(min_size=20, max_size=20).map(to_checksum_address)


def sizes(most: int) -> st.SearchStrategy[int]:
    """Numbers of every length, 0 and the greatest among them."""
    return st.integers(0, most.bit_length()).flatmap(
        lambda bits: st.integers(0, min(most, (1 << bits) - 1))
    )


COMMON = {
    "chainId": st.sampled_from([1, 107, 108, 31337, 2**32, 2**53 - 1]),
    "nonce": sizes(2**64 - 2),
    "to": ADDRESSES | st.just(""),  # "" creates a contract
    "data": st.binary(max_size=70) | st.binary(min_size=250, max_size=300),
    "value": sizes(2**256 - 1),
    "gas": sizes(2**64 - 1),
}
LEGACY = st.fixed_dictionaries(COMMON | {"gasPrice": sizes(2**128 - 1)})
DYNAMIC = st.fixed_dictionaries(
    COMMON | {"maxFeePerGas": sizes(2**128 - 1), "maxPriorityFeePerGas": sizes(2**128 - 1)}
)
TRANSACTIONS = LEGACY | DYNAMIC


def expected(key: bytes, transaction: dict) -> tuple[bytes, str]:
    signed = Account.from_key(key).sign_transaction(transaction)
    return bytes(signed.raw_transaction), "0x" + signed.hash.hex()


@pytest.mark.parametrize("kind", [LEGACY, DYNAMIC], ids=["legacy", "EIP-1559"])
@settings(max_examples=300, deadline=None, derandomize=True)
@given(key=KEYS, data=st.data())
def test_signed_transaction_and_its_hash_are_those_of_eth_account(kind, key, data):
    transaction = data.draw(kind)
    signed = LocalSigner(key).sign_transaction(transaction)
    assert (signed.raw, signed.hash) == expected(key, transaction)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(KEYS)
def test_address_is_that_of_eth_account(key):
    assert LocalSigner(key).address == Account.from_key(key).address


@pytest.mark.parametrize(
    "fees",
    [{"gasPrice": 0}, {"maxFeePerGas": 2 * 10**9, "maxPriorityFeePerGas": 10**9}],
    ids=["legacy", "EIP-1559"],
)
@pytest.mark.parametrize("size", [0, 1, 54, 55, 56, 57, 255, 256, 24_576, 70_000])
def test_data_of_every_length_is_encoded_as_eth_account_does(size, fees):
    key = b"\x11" * 32
    transaction = {
        "chainId": 31337, "nonce": 0, "to": "", "data": b"\x7f" * size, "value": 0,
        "gas": 15_000_000, **fees,
    }  # fmt: skip
    signed = LocalSigner(key).sign_transaction(transaction)
    assert (signed.raw, signed.hash) == expected(key, transaction)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(KEYS, TRANSACTIONS)
def test_without_coincurve_the_signature_is_the_same(key, transaction):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "coincurve", None)  # importing it fails
        signed = LocalSigner(key).sign_transaction(transaction)
    assert (signed.raw, signed.hash) == expected(key, transaction)
