"""The explorer: the chain in words for everybody, and nothing that tenants keep to themselves."""

from __future__ import annotations

import json

import pytest
from eth_account import Account

from tests.api.agreements.support import agree
from tests.api.rpc.steps import signed


def plain(sentence: str) -> str:
    return sentence.replace("\u00a0", " ")


def short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"


@pytest.fixture(scope="module")
def look(anonymous):
    """Asks the explorer without a key."""

    def get(path, language="en", status=200, **params):
        answer = anonymous.get(
            f"/v1/explorer/{path}", params=params, headers={"Accept-Language": language}
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    return get


@pytest.fixture(scope="module")
def payer(join):
    """A company that has published its profile."""
    company = join("Pohjolan Paja Oy (testi)", fund=200_000)
    told = company.api.write("/v1/profiles/me", {"published": True, "credentials": []})
    assert told.status_code == 200, told.text
    return company


@pytest.fixture(scope="module")
def payee(join):
    """One that has not."""
    return join("Salainen Nimi Oy")


@pytest.fixture(scope="module")
def paid(payer, payee):
    """The hash of a payment between them."""
    answer = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 120_000})
    return answer.json()["transaction"]["hash"]


def test_payment_is_told_in_both_languages_with_the_names_that_are_public(look, payee, paid):
    english = look(f"transactions/{paid}")
    assert plain(english["sentence"]) == (
        f"Pohjolan Paja Oy (testi) paid 1,200.00 tEUR to {short(payee.address)}."
    )
    finnish = look(f"transactions/{paid}", "fi")
    assert plain(finnish["sentence"]) == (
        f"Pohjolan Paja Oy (testi) maksoi 1 200,00 tEUR saajalle {short(payee.address)}."
    )
    assert "Salainen" not in json.dumps([english, finnish])


def test_technical_words_are_there_too(look, payer, payee, paid):
    shown = look(f"transactions/{paid}")
    assert (shown["contract"], shown["signature"]) == ("PilotEuro", "transfer(address,uint256)")
    assert shown["arguments"] == {"to": payee.address, "value": "1200000000"}
    assert shown["input"].startswith("0xa9059cbb")
    assert shown["effect"]
    assert not shown["error"]
    (event,) = shown["events"]
    assert (event["contract"], event["event"], len(event["topics"])) == ("PilotEuro", "Transfer", 3)
    links = [(part["text"], part["ref"]) for part in shown["parts"] if part["kind"] == "account"]
    assert links == [
        ("Pohjolan Paja Oy (testi)", payer.address),
        (short(payee.address), payee.address),
    ]


def test_nothing_of_a_tenants_own_records_is_shown(look, join, anonymous):
    buyer, seller = join("Ostaja Oy", fund=10_000), join("Myyjä Oy")
    note = "erittäin salainen huomautus"
    invoice = {
        "payer": buyer.did, "note": note, "metadata": {"hanke": "salahanke"},
        "lines": [{"description": "salatuote", "unit_price": 1000, "vat_rate_bps": 2550}],
    }  # fmt: skip
    made = seller.api.write("/v1/invoices", invoice)
    assert made.status_code in (200, 201), made.text
    assert look("search", q=made.json()["reference"])["data"] == []
    answer = buyer.api.write(f"/v1/invoices/{made.json()['id']}/pay")
    assert answer.is_success, answer.text
    (found,) = look("search", q=made.json()["reference"])["data"]
    assert found["kind"] == "transaction"
    shown = look(f"transactions/{found['ref']}")
    told = json.dumps([shown, look(f"addresses/{seller.address}"), found], ensure_ascii=False)
    for secret in (note, "salahanke", "salatuote", "Ostaja Oy", "Myyjä Oy", made.json()["id"]):
        assert secret not in told
    assert made.json()["reference"] in told


def test_credential_is_told_by_the_words_for_its_type(look, join):
    company = join("Todistettu Oy (testi)")
    answer = company.api.write("/v1/business_register/verifications")
    assert answer.is_success, answer.text
    hash_ = answer.json()["transaction"]["hash"]
    for language, words in (("fi", "Y-tunnustodistus"), ("en", "Business ID credential")):
        sentence = look(f"transactions/{hash_}", language)["sentence"]
        assert words in sentence
        assert "BusinessIdCredential" not in sentence


def test_agreement_is_told_by_its_parties_and_not_by_whom_only_the_sandbox_knows(look, join):
    deal = agree(join, judge=True).into_force()
    hash_ = deal.shown()["agreement_hash"]
    (told,) = look("contracts/ServiceAgreements/events", about=hash_)["data"]
    assert told["event"] == "AgreementActivated"
    parties = " and ".join(short(one.address) for one in (deal.client, deal.provider))
    said = f"An agreement came into force. It was signed by {parties}."
    of_client, of_arbiter = (
        [one["sentence"] for one in look("transactions", address=who.address)["data"]]
        for who in (deal.client, deal.arbiter)
    )
    assert said in of_client
    # Until money is paid in, the chain does not say who the arbiter is.
    assert said not in of_arbiter
    (found,) = look("search", q=hash_)["data"]
    assert (found["kind"], found["ref"]) == ("agreement", hash_)


def test_transaction_of_a_strangers_wallet_through_the_nodes_door_is_shown(look, anonymous):
    wallet = Account.create()
    raw, hash_ = signed(wallet, data=b"\x12\x34\x56\x78")
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [raw]}
    assert anonymous.post("/rpc", json=call).json()["result"] == hash_
    shown = look(f"transactions/{hash_}")
    assert shown["sentence"].startswith(f"{short(wallet.address)} used a contract that somebody")
    (listed,) = look("transactions", address=wallet.address)["data"]
    assert listed["id"] == hash_
    assert hash_ in [one["id"] for one in look("transactions", block=shown["block"])["data"]]


def test_what_had_no_effect_is_told_as_such_with_the_reason(look, anonymous, platform):
    wallet = Account.create()
    token = platform.gateway.contracts.address("PilotEuro")
    calldata = bytes.fromhex("a9059cbb") + bytes(12) + b"\x22" * 20 + (10**6).to_bytes(32)
    raw, hash_ = signed(wallet, to=token, data=calldata)
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [raw]}
    anonymous.post("/rpc", json=call)
    shown = look(f"transactions/{hash_}")
    assert plain(shown["sentence"]).startswith("Tried, without effect: ")
    assert (shown["effect"], shown["events"]) == (False, [])
    assert shown["error"]["name"] == "ERC20InsufficientBalance"
    assert "tEUR" in plain(shown["error"]["explanation"])
    assert plain(look(f"transactions/{hash_}", "fi")["sentence"]).startswith(
        "Yritettiin, ilman vaikutusta: "
    )


def test_account_shows_what_the_chain_has_and_a_name_only_if_it_is_published(look, payer, payee):
    shown = look(f"addresses/{payer.did}")
    assert (shown["name"], shown["kind"]) == ("Pohjolan Paja Oy (testi)", "company")
    assert shown["did"] == payer.did
    assert shown["code_bytes"] == 0
    assert look(f"addresses/{payee.address}")["name"] is None
    names = look("names", address=[payee.address, payer.address])["data"]
    assert [one["name"] for one in names] == [None, "Pohjolan Paja Oy (testi)"]


def test_name_is_gone_when_the_profile_is_taken_back(look, join):
    company = join("Hetken Julkinen Oy")
    company.api.write("/v1/profiles/me", {"published": True, "credentials": []})
    assert [one["ref"] for one in look("search", q="hetken julk")["data"]] == [company.address]
    company.api.write("/v1/profiles/me", {"published": False, "credentials": []})
    assert look("search", q="hetken julk")["data"] == []
    assert look(f"addresses/{company.address}")["name"] is None


def test_contract_of_ours_has_its_source_and_others_have_none(look, platform):
    shown = look("contracts/piloteuro")
    assert shown["verified"]
    assert "contract PilotEuro" in shown["source"]
    assert shown["token"]["symbol"] == "tEUR"
    assert shown["token"]["supply"] > 0
    assert look(f"contracts/{shown['address']}")["name"] == "PilotEuro"
    assert look("contracts/Multicall3")["source"] is None
    refused = look("contracts/" + "0x" + "12" * 20, status=404)
    assert "{address}" in refused["next_step"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("{hash}", "transaction"),
        ("{block}", "block"),
        ("{block_hash}", "block"),
        ("{address}", "address"),
        ("{did}", "address"),
        ("ServiceAgreements", "contract"),
        ("pohjolan paja", "organization"),
        ("  {address}  ", "address"),
    ],
)
def test_search_understands(look, payer, paid, query, kind):
    block = look(f"transactions/{paid}")["block"]
    values = {
        "hash": paid, "block": block, "block_hash": look(f"blocks/{block}")["hash"],
        "address": payer.address, "did": payer.did,
    }  # fmt: skip
    found = look("search", q=query.format(**values))
    assert kind in [one["kind"] for one in found["data"]]


def test_search_that_finds_nothing_says_what_it_was_looked_for_as(look):
    for query, understood in (
        ("0x" + "ab" * 32, "a transaction, a block or an agreement by its hash"),
        ("RF18539007547034", "payments of invoices by their reference"),
        ("eikukaan", "a contract, a space or an organization that has published its name"),
        ("spc_" + "0" * 24, "a space, an item or a parcel by its id"),
        ("did:ethr:0x1:0x" + "1" * 40, "an identity by its DID"),
    ):
        found = look("search", q=query)
        assert found["data"] == []
        assert understood in found["understood"]
    assert look("search", q="%")["data"] == []


def test_bad_questions_get_an_answer_in_words(look):
    for path, params, param in (
        ("transactions", {"address": "0x12"}, "address"),
        ("transactions", {"address": "org_000000000000000000000000"}, "address"),
        ("contracts/Ei/events", {}, "contract"),
        ("contracts/Spaces/events", {"about": "0x12"}, "about"),
        ("names", {"address": ["x"]}, "address"),
        ("addresses/org_000000000000000000000000", {}, "address"),
    ):
        refused = look(path, status=422, **params)
        assert refused["param"].startswith(param)
    look("blocks/999999999", status=404)
    look("transactions/0x12", status=404)
    look("search", status=422, q="x" * 201)
