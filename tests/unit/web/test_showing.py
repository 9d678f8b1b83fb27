"""What transactions do, in people's words."""

from __future__ import annotations

import pytest

from pocplatform.web.showing import deed


@pytest.mark.parametrize(
    ("contract", "function", "said"),
    [
        ("PilotEuro", "drip", "Test money given"),
        ("Items", "mint", "Items made"),
        ("Items", "mintWithVoucher", "Voucher redeemed"),
        ("ServiceAgreements", "accept", "Accepted and paid"),
        ("ServiceAgreements", "acceptBySilence", "Accepted by silence and paid"),
        ("Invoices", "payWithAuthorization", "Invoice paid"),
        ("Market", "cancelNonce", "Order withdrawn"),
    ],
)
def test_same_function_of_another_contract_is_another_deed(contract, function, said):
    assert deed(contract, function, "en") == said


def test_contract_of_ones_own_is_told_by_its_functions_name():
    assert deed("TicketDesk", "offer", "fi") == "offer"
    assert deed("TicketDesk", "deploy", "fi") == "Älysopimus asennettu"
