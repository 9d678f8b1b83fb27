"""Refusals of the real contracts, as the gateway answers them to a Finnish caller."""

from __future__ import annotations

import pytest

from pocplatform.chain.errors import RpcError
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id
from pocplatform.outbox.explanations import explain
from pocplatform.outbox.models import Transaction, TransactionStatus

FINNISH = {"Accept-Language": "fi"}


def plain(sentence: str) -> str:
    """No-break spaces as ordinary ones."""
    return sentence.replace("\u00a0", " ")


def test_transfer_beyond_the_balance_is_refused_in_finnish_with_the_amounts(join):
    payer, payee = join(fund=5_000), join()
    answer = payer.api.write("/v1/transfers", {"to": payee.id, "amount": 125_000}, **FINNISH)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["title"] == "Älysopimus ei hyväksy tätä"
    assert "on 50,00 tEUR, mutta tarvitaan 1 250,00 tEUR." in plain(problem["detail"])
    assert problem["contract_error"]["explanation"] == problem["detail"]
    assert problem["contract_error"]["args"]["needed"] == "1250000000"
    assert "POST /v1/faucet" in problem["next_step"]
    english = payer.api.write("/v1/transfers", {"to": payee.id, "amount": 125_000}).json()
    assert "has 50.00 tEUR, but 1,250.00 tEUR is needed." in plain(english["detail"])


def test_faucet_beyond_its_limit_says_how_much_and_when(join):
    member = join(fund=9_999_900)
    problem = member.api.write("/v1/faucet", {"amount": 50_000}, **FINNISH).json()
    assert problem["contract_error"]["name"] == "PilotEuroFaucetLimit"
    assert "Pyydetty summa on 500,00 tEUR" in plain(problem["detail"])
    assert " klo " in problem["detail"]


def test_stored_refusal_is_explained_in_the_language_of_who_asks(join, platform):
    member = join()
    outbox = platform.gateway.outbox
    call = outbox.contracts.call("PilotEuro", "transfer", to=member.address, amount=7_000_000)
    (error,) = outbox.simulate([(member.address, call.to, call.data)])
    with platform.gateway.database.transaction() as session:
        row = Transaction(
            id=new_id("tx"),
            org_id=member.id,
            sender=member.address,
            to=call.to,
            data=call.data,
            contract=call.contract,
            function=call.function,
            arguments=call.arguments,
            status=TransactionStatus.REFUSED,
            error=error,
            created_ms=now_ms(),
            updated_ms=now_ms(),
        )
        session.add(row)
        session.flush()
        path = f"/v1/transactions/{row.id}"
    finnish = member.api.get(path, headers=FINNISH).json()["error"]
    english = member.api.get(path).json()["error"]
    assert "tarvitaan 7,00 tEUR" in plain(finnish["explanation"])
    assert "7.00 tEUR is needed" in plain(english["explanation"])
    assert finnish["args"] == english["args"]
    (listed,) = (
        one
        for one in member.api.get("/v1/transactions", headers=FINNISH).json()["data"]
        if one["error"]
    )
    assert listed["error"] == finnish


@pytest.mark.parametrize("gas", [100, 22_500, 30_000])
def test_running_out_of_gas_is_told_as_such_wherever_it_happens(platform, gas):
    outbox = platform.gateway.outbox
    somebody, other = "0x" + "2" * 40, "0x" + "1" * 40
    call = outbox.contracts.call("PilotEuro", "transfer", to=other, amount=0)
    request = {"from": somebody, "to": call.to, "data": "0x" + call.data.hex(), "gas": hex(gas)}
    with pytest.raises(RpcError) as refused:
        outbox.contracts.client.request("eth_call", request, "latest")
    assert "(kaasua)" in explain(outbox.explain(refused.value), "fi")


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/errors"])
def test_pages_are_in_finnish_throughout(anonymous, path):
    page = anonymous.get(path, params={"lang": "fi"}).text
    assert '<html lang="fi">' in page
    assert "Siirry sisältöön" in page
    for english in ("Skip to the content", "API reference", "Latest transactions", "Meaning"):
        assert english not in page


def test_wrong_field_is_told_in_finnish(join):
    answer = join().api.write("/v1/transfers", {"to": "org_1", "amount": -5}, **FINNISH)
    assert answer.json()["detail"] == "Kentän amount on oltava suurempi kuin 0; nyt se on -5."
