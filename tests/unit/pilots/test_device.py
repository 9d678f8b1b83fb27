"""A device signs payments as every x402 client does."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from pocplatform.client.x402 import SupportedKind
from pocplatform.pilots.device import Device

PAYEE, TOKEN = "0x" + "1a" * 20, "0x" + "2b" * 20
KIND = SupportedKind.model_validate(
    {
        "scheme": "exact", "network": "eip155:31337",
        "extra": {"asset": TOKEN, "name": "Pilot Euro (test, no value)", "version": "1"},
    }
)  # fmt: skip
FIELDS = {
    "from": "address", "to": "address", "value": "uint256", "validAfter": "uint256",
    "validBefore": "uint256", "nonce": "bytes32",
}  # fmt: skip


@pytest.mark.parametrize(("cents", "units"), [(5, "50000"), (12_34, "12340000")])
def test_price_is_asked_in_units_of_the_token_under_the_names_of_the_protocol(cents, units):
    asked = KIND.price(cents, PAYEE).wire()
    assert asked == {
        "scheme": "exact", "network": "eip155:31337", "asset": TOKEN, "amount": units,
        "payTo": PAYEE, "maxTimeoutSeconds": 60,
        "extra": {"name": "Pilot Euro (test, no value)", "version": "1"},
    }  # fmt: skip


def test_payment_is_signed_over_the_typed_data_of_eip_3009():
    device = Device("an oven")
    payment = device.pay(KIND.price(5, PAYEE), "first")
    signed = payment["payload"]["authorization"]
    message = {name: int(value) if value.isdigit() else value for name, value in signed.items()}
    domain = {"name": "Pilot Euro (test, no value)", "version": "1", "chainId": 31337,
              "verifyingContract": TOKEN}  # fmt: skip
    types = {
        "TransferWithAuthorization": [{"name": n, "type": type_} for n, type_ in FIELDS.items()]
    }
    hashed = encode_typed_data(domain, types, message)
    signature = payment["payload"]["signature"]
    assert Account.recover_message(hashed, signature=signature) == device.address == signed["from"]
    assert (signed["to"], signed["value"]) == (PAYEE, "50000")


def test_same_payment_is_signed_the_same_and_another_has_another_nonce():
    asked = KIND.price(5, PAYEE)
    first, again = (Device("an oven").pay(asked, "first") for _ in range(2))
    other = Device("an oven").pay(asked, "second")
    assert first == again
    assert first["payload"]["authorization"]["nonce"] != other["payload"]["authorization"]["nonce"]
    assert Device("another").address != Device("an oven").address
