"""The x402 client of PyPI, unmodified, pays over the running gateway."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from types import SimpleNamespace

import httpx
import pytest
from eth_account import Account
from x402 import x402Client
from x402.http import FacilitatorConfig, HTTPFacilitatorClient
from x402.http.clients import x402_httpx_transport
from x402.http.facilitator_client_base import AuthHeaders
from x402.http.utils import decode_payment_response_header
from x402.mechanisms.evm.exact import ExactEvmScheme
from x402.mechanisms.evm.exact.register import register_exact_evm_client
from x402.schemas import PaymentPayload, PaymentRequired, PaymentRequirements

PRICE = 5
DEMO = "/v1/x402/demo"


@pytest.fixture(scope="module")
def buyer(join):
    """Somebody with a key of their own, in whose account a member has put a euro."""
    account, patron = Account.create(), join("Antaja Oy", fund=1_000)
    answer = patron.api.write("/v1/transfers", {"to": account.address, "amount": 100})
    assert answer.is_success, answer.text

    def balance():
        return patron.api.get(f"/v1/balances/{account.address}").json()["amount"]

    return SimpleNamespace(account=account, balance=balance, api=patron.api)


@pytest.fixture
def facilitator(base_url, buyer):
    """The package's own client of our facilitator; it takes the key as every such client does."""
    key = {"Authorization": buyer.api.headers["Authorization"]}

    class Keys:
        def get_auth_headers(self):
            return AuthHeaders(verify=key, settle=key, supported=key)

    return HTTPFacilitatorClient(FacilitatorConfig(url=f"{base_url}/v1/x402", auth_provider=Keys()))


def fetch(base_url, account):
    """GET the paid resource with the package's transport."""

    (kind,) = httpx.get(f"{base_url}/v1/x402/supported").json()["kinds"]
    purse = {"network": kind["network"], "asset": kind["extra"]["asset"]}

    async def get():
        client = x402Client()
        register_exact_evm_client(client, account)
        # What the client pays in is its owner's choice: tEUR, and no more than ten cents.
        client.set_spend_controls(
            {"allowed_assets": [purse | {"max_amount_per_payment": "100000"}]}
        )
        async with httpx.AsyncClient(transport=x402_httpx_transport(client), timeout=40) as http:
            return await http.get(base_url + DEMO)

    return asyncio.run(get())


def terms(base_url):
    answer = httpx.get(base_url + DEMO)
    assert answer.status_code == 402
    header = base64.b64decode(answer.headers["PAYMENT-REQUIRED"])
    return PaymentRequired.model_validate_json(header)


def signed(account, asked: PaymentRequirements, **changes) -> PaymentPayload:
    """A payment as the package's scheme signs it; ``changes`` are made to it after that."""
    payload = ExactEvmScheme(account).create_payment_payload(asked)
    payload["authorization"] |= changes
    return PaymentPayload(payload=payload, accepted=asked)


def offer(base_url, payment: PaymentPayload):
    header = base64.b64encode(payment.model_dump_json(by_alias=True, exclude_none=True).encode())
    return httpx.get(base_url + DEMO, headers={"PAYMENT-SIGNATURE": header.decode()}, timeout=40)


def reason(answer):
    assert answer.status_code == 402, answer.text
    problem = answer.json()
    assert problem["code"] == "payment_required"
    settled = decode_payment_response_header(answer.headers["PAYMENT-RESPONSE"])
    assert not settled.success
    assert problem["error"] == settled.error_reason
    return settled.error_reason


def test_client_pays_what_is_asked_and_gets_the_resource_with_a_receipt(base_url, buyer, admin):
    before = buyer.balance()
    answer = fetch(base_url, buyer.account)
    assert answer.status_code == 200, answer.text
    assert answer.json()["payer"] == buyer.account.address
    receipt = decode_payment_response_header(answer.headers["PAYMENT-RESPONSE"])
    assert receipt.success
    assert (receipt.payer, receipt.amount) == (buyer.account.address, str(PRICE * 10_000))
    assert receipt.transaction == answer.json()["transaction_hash"]
    transaction = admin.get(f"/v1/transactions/{receipt.transaction}").json()
    assert (transaction["status"], transaction["function"]) == (
        "confirmed", "transferWithAuthorization",
    )  # fmt: skip
    assert buyer.balance() == before - PRICE


def test_without_payment_the_price_is_told_in_header_and_body(base_url):
    answer = httpx.get(base_url + DEMO, headers={"Accept-Language": "fi"})
    assert answer.status_code == 402
    assert answer.headers["content-type"] == "application/problem+json"
    in_header = json.loads(base64.b64decode(answer.headers["PAYMENT-REQUIRED"]))
    body = answer.json()
    assert {name: body[name] for name in in_header} == in_header
    assert "sentti" in body["detail"]


def test_same_payment_is_good_for_one_answer_only(base_url, buyer):
    payment = signed(buyer.account, terms(base_url).accepts[0])
    before = buyer.balance()
    assert offer(base_url, payment).status_code == 200
    assert reason(offer(base_url, payment)) == "invalid_exact_evm_nonce_already_used"
    assert buyer.balance() == before - PRICE


def test_same_payment_at_the_same_time_is_taken_once(base_url, buyer):
    payment = signed(buyer.account, terms(base_url).accepts[0])
    header = base64.b64encode(payment.model_dump_json(by_alias=True, exclude_none=True).encode())
    before = buyer.balance()

    async def storm():
        async with httpx.AsyncClient(timeout=40) as http:
            headers = {"PAYMENT-SIGNATURE": header.decode()}
            return await asyncio.gather(
                *(http.get(base_url + DEMO, headers=headers) for _ in range(8))
            )

    answers = asyncio.run(storm())
    assert sorted(answer.status_code for answer in answers) == [200] + [402] * 7
    assert buyer.balance() == before - PRICE


def test_payment_that_was_settled_but_not_answered_still_buys_one_answer(
    base_url, facilitator, buyer
):
    asked = terms(base_url).accepts[0]
    payment = signed(buyer.account, asked)
    assert asyncio.run(facilitator.settle(payment, asked)).success
    before = buyer.balance()
    assert offer(base_url, payment).status_code == 200
    assert reason(offer(base_url, payment)) == "invalid_exact_evm_nonce_already_used"
    assert buyer.balance() == before


def test_bad_payments_are_refused_with_the_protocols_codes_and_nothing_is_taken(base_url, buyer):
    asked = terms(base_url).accepts[0]
    before = buyer.balance()
    cheap = asked.model_copy(update={"amount": "49999"})
    elsewhere = asked.model_copy(update={"network": "eip155:8453"})
    own = asked.model_copy(update={"pay_to": buyer.account.address})
    late = str(int(time.time()) - 1)
    cases = [
        (signed(buyer.account, asked, validBefore=late),
         "invalid_exact_evm_payload_authorization_valid_before"),
        (signed(buyer.account, asked, validAfter=str(int(time.time()) + 30)),
         "invalid_exact_evm_payload_authorization_valid_after"),
        (signed(buyer.account, cheap), "invalid_exact_evm_payload_authorization_value_mismatch"),
        (signed(buyer.account, asked, value="60000"),
         "invalid_exact_evm_payload_authorization_value_mismatch"),
        (signed(buyer.account, elsewhere), "network_mismatch"),
        (signed(buyer.account, own), "invalid_exact_evm_payload_recipient_mismatch"),
        (signed(buyer.account, asked, **{"from": Account.create().address}),
         "invalid_exact_evm_payload_signature"),
        (signed(buyer.account, asked, nonce="0x" + "00" * 32),
         "invalid_exact_evm_payload_signature"),
        (signed(buyer.account, asked, nonce="0x1234"), "invalid_payload"),
        (signed(Account.create(), asked), "invalid_exact_evm_insufficient_balance"),
    ]  # fmt: skip
    for payment, code in cases:
        assert reason(offer(base_url, payment)) == code
    wrong_scheme = asked.model_copy(update={"scheme": "upto"})
    payment = signed(buyer.account, asked).model_copy(update={"accepted": wrong_scheme})
    assert reason(offer(base_url, payment)) == "unsupported_scheme"
    old = signed(buyer.account, asked).model_copy(update={"x402_version": 1})
    assert reason(offer(base_url, old)) == "invalid_x402_version"
    assert buyer.balance() == before


def test_bad_payment_is_refused_before_it_takes_part_in_a_commit(
    base_url, buyer, platform, monkeypatch
):
    """A refusal within one would undo it for all whose writes share it."""
    writes, paths = platform.gateway.writes, []
    submit = writes.submit

    def seen(work):
        paths.append(getattr(getattr(work, "command", None), "path", None))
        return submit(work)

    monkeypatch.setattr(writes, "submit", seen)
    asked = terms(base_url).accepts[0]
    payment = signed(buyer.account, asked, nonce="0x" + "00" * 32)
    assert reason(offer(base_url, payment)) == "invalid_exact_evm_payload_signature"
    assert "/v1/x402/settle" not in paths
    assert offer(base_url, signed(buyer.account, asked)).status_code == 200
    assert "/v1/x402/settle" in paths


@pytest.mark.parametrize(
    "header",
    ["", "x", "%%%", "bm8=", "W10=", "e30=", "eyJ4NDAyVmVyc2lvbiI6Mn0=", "/w=="],
)
def test_header_that_is_no_payment_is_refused(base_url, header):
    answer = httpx.get(base_url + DEMO, headers={"PAYMENT-SIGNATURE": header})
    assert reason(answer) == "invalid_payload"


def test_facilitator_says_what_it_supports(base_url, facilitator, platform):
    supported = facilitator.get_supported()
    (kind,) = supported.kinds
    assert (kind.x402_version, kind.scheme) == (2, "exact")
    assert kind.network == f"eip155:{platform.gateway.chain_id}"
    assert supported.signers == {"eip155:*": [platform.gateway.signers.operator.address]}


def test_facilitator_verifies_and_settles_for_others_once(base_url, facilitator, buyer, join):
    seller = join("Myyjä Oy")
    asked = (
        terms(base_url).accepts[0].model_copy(update={"pay_to": seller.address, "amount": "70000"})
    )
    payment = signed(buyer.account, asked)

    other = signed(buyer.account, asked, nonce=payment.payload["authorization"]["nonce"])

    async def use():
        verified = await facilitator.verify(payment, asked)
        settled = [await facilitator.settle(one, asked) for one in (payment, payment, other)]
        return verified, settled, await facilitator.verify(payment, asked)

    verified, (first, again, refused), after = asyncio.run(use())
    assert (verified.is_valid, verified.payer) == (True, buyer.account.address)
    assert first.success
    assert again == first
    assert first.amount == "70000"
    assert seller.api.get("/v1/balance").json()["amount"] == 7
    assert (after.is_valid, after.invalid_reason) == (
        False, "invalid_exact_evm_nonce_already_used",
    )  # fmt: skip
    assert (refused.success, refused.error_reason) == (
        False, "invalid_exact_evm_nonce_already_used",
    )  # fmt: skip


def test_facilitator_answers_for_a_payment_that_is_not_good(base_url, facilitator):
    asked = terms(base_url).accepts[0]
    payment = signed(Account.create(), asked)

    async def use():
        return await facilitator.verify(payment, asked), await facilitator.settle(payment, asked)

    verified, settled = asyncio.run(use())
    assert verified.invalid_reason == "invalid_exact_evm_insufficient_balance"
    assert settled.error_reason == verified.invalid_reason
    assert settled.transaction == ""


def test_facilitator_needs_a_key_to_verify_and_settle(base_url):
    for verb in ("verify", "settle"):
        answer = httpx.post(f"{base_url}/v1/x402/{verb}", json={})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_request_that_is_no_message_of_the_protocol_is_refused_with_the_field(buyer):
    for verb in ("verify", "settle"):
        answer = buyer.api.post(f"/v1/x402/{verb}", json={"x402Version": 2})
        assert (answer.status_code, answer.json()["param"]) == (422, "paymentPayload")
