"""Writes of wallets of one's own: prepared, signed by their owners, handed in."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from sqlmodel import select

from pocplatform.chain.client import ChainClient
from pocplatform.http.prepared import EXPIRY, HOLDS_S, PreparedWrite
from pocplatform.kit.clock import now_ms
from pocplatform.kit.ids import new_id
from pocplatform.outbox.models import Transaction
from tests.api.signing_in import new_wallet, sign_in
from tests.conftest import Api


@pytest.fixture
def person(base_url, anonymous):
    """Signs people up who keep their keys: ``person(fund=100)``."""
    clients = []

    def make(*, fund=0):
        account = new_wallet()
        api = Api(base_url, sign_in(anonymous, account)["token"])
        clients.append(api)
        if fund:
            assert api.write("/v1/faucet", {"amount": fund}).status_code == 200
        return SimpleNamespace(account=account, address=account.address, api=api)

    yield make
    for client in clients:
        client.close()


def signature(account, to_sign):
    """What a wallet gives for one thing to sign."""
    if to_sign["kind"] == "typed_data":
        message = encode_typed_data(full_message=to_sign["typed_data"])
        return "0x" + account.sign_message(message).signature.hex()
    return raw(account, to_sign["transaction"])


def raw(account, unsigned, **changes):
    numbers = ("chainId", "value", "nonce", "gas", "gasPrice")
    fields = {name: unsigned[name] for name in ("to", "data")}
    fields |= {name: int(unsigned[name], 16) for name in numbers} | changes
    return "0x" + account.sign_transaction(fields).raw_transaction.hex()


def prepare(who, path, body=None, **headers):
    answer = who.api.write(f"{path}/prepare", body, wait=0, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def submit(who, found, signed=None, *, wait=20, **headers):
    if signed is None:
        signed = [signature(who.account, one) for one in found["to_sign"]]
    body = {"prepared": found["id"], "signed": signed}
    return who.api.write(found["submit_to"], body, wait=wait, **headers)


def refusal(answer):
    return answer.status_code, answer.json()["code"]


def test_write_at_once_is_refused_and_names_the_two_steps(person, join):
    payer = person(fund=10)
    answer = payer.api.write("/v1/transfers", {"to": join().address, "amount": 1})
    assert refusal(answer) == (409, "wallet_not_custodial")
    assert "/prepare" in answer.json()["next_step"]


def test_transfer_is_prepared_signed_and_recorded_as_any_other(person, join):
    payer, payee = person(fund=100), join()
    found = prepare(payer, "/v1/transfers", {"to": payee.address, "amount": 30})
    (to_sign,) = found["to_sign"]
    assert to_sign["transaction"]["from"] == found["address"] == payer.address
    waiting = payer.api.get(found["location"]).json()
    assert waiting["transaction"]["status"] == "prepared"
    answer = submit(payer, found)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Location"] == found["location"]
    done = payer.api.get(found["location"]).json()
    assert done["transaction"]["status"] == "confirmed"
    assert done["transaction"]["hash"] == answer.json()["transactions"][0]["hash"]
    assert payee.api.get("/v1/balance").json()["amount"] == 30
    history = payer.api.get(f"/v1/transactions/{done['transaction']['id']}").json()["history"]
    assert [line["status"] for line in history] == [
        "prepared",
        "signed",
        "sent",
        "mined",
        "confirmed",
    ]


def test_what_the_contract_would_refuse_is_not_prepared(person, join):
    payer = person(fund=10)
    body = {"to": join().address, "amount": 11}
    answer = payer.api.write("/v1/transfers/prepare", body)
    assert refusal(answer) == (422, "contract_reverted")
    assert payer.api.get("/v1/payments").json()["data"][0]["kind"] == "faucet"


def test_what_its_owner_signs_cannot_go_wrong_on_purpose(person, join):
    payer, body = person(fund=10), {"to": join().address, "amount": 1}
    answer = payer.api.write("/v1/transfers/prepare", body, Simulate="reverts")
    assert refusal(answer) == (422, "simulation_invalid")
    found = prepare(payer, "/v1/transfers", body)
    assert refusal(submit(payer, found, Simulate="late")) == (422, "simulation_invalid")
    assert submit(payer, found).status_code == 200


def test_preparing_again_with_the_same_key_prepares_once(person, join):
    payer, body = person(fund=10), {"to": join().address, "amount": 1}
    key = {"Idempotency-Key": str(uuid4())}
    first = prepare(payer, "/v1/transfers", body, **key)
    assert prepare(payer, "/v1/transfers", body, **key) == first
    assert len(payer.api.get("/v1/payments").json()["data"]) == 2


def test_submitting_again_is_replayed_with_the_same_key_and_refused_with_another(person, join):
    payer, payee = person(fund=10), join()
    found = prepare(payer, "/v1/transfers", {"to": payee.address, "amount": 1})
    signed = [signature(payer.account, one) for one in found["to_sign"]]
    key = {"Idempotency-Key": str(uuid4())}
    first, again = (submit(payer, found, signed, **key) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    assert refusal(submit(payer, found, signed)) == (409, "preparation_over")
    assert payee.api.get("/v1/balance").json()["amount"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"value": 1},
        {"to": "0x" + "11" * 20},
        {"data": "0x"},
        {"chainId": 1},
        {"nonce": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_signed_transaction_that_does_something_else_is_refused(person, join, changes):
    payer = person(fund=10)
    found = prepare(payer, "/v1/transfers", {"to": join().address, "amount": 1})
    signed = [raw(payer.account, found["to_sign"][0]["transaction"], **changes)]
    answer = submit(payer, found, signed)
    assert refusal(answer) == (422, "signature_wrong")
    assert answer.json()["param"] == "signed[0]"
    assert submit(payer, found).status_code == 200, "nothing was used up"


def test_transaction_signed_by_somebody_else_is_refused(person, join):
    payer = person(fund=10)
    found = prepare(payer, "/v1/transfers", {"to": join().address, "amount": 1})
    forged = [raw(Account.create(), found["to_sign"][0]["transaction"])]
    assert refusal(submit(payer, found, forged)) == (422, "signature_wrong")


@pytest.mark.parametrize("signed", [["0x"], ["0x00"], ["0x" + "c0" * 60], ["0x01", "0x02"]])
def test_bytes_that_are_no_signed_transaction_are_refused(person, join, signed):
    payer = person(fund=10)
    found = prepare(payer, "/v1/transfers", {"to": join().address, "amount": 1})
    assert refusal(submit(payer, found, signed)) == (422, "signature_wrong")


def test_what_another_tenant_prepared_cannot_be_submitted(person, join):
    payer, thief = person(fund=10), person()
    found = prepare(payer, "/v1/transfers", {"to": join().address, "amount": 1})
    signed = [signature(payer.account, one) for one in found["to_sign"]]
    assert refusal(submit(thief, found, signed)) == (422, "invalid_input")
    elsewhere = found | {"submit_to": "/v1/agreements/agr_1/sign/submit"}
    assert refusal(submit(payer, elsewhere, signed)) == (422, "invalid_input")


def test_prepared_write_that_is_called_back_is_over(person, join):
    payer = person(fund=10)
    found = prepare(payer, "/v1/transfers", {"to": join().address, "amount": 1})
    transaction = payer.api.get(found["location"]).json()["transaction"]["id"]
    cancelled = payer.api.write(f"/v1/transactions/{transaction}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert refusal(submit(payer, found)) == (409, "preparation_over")


def test_prepared_write_that_nobody_signs_ends_after_its_time(person, join, platform):
    payer = person(fund=10)
    found = prepare(payer, "/v1/transfers", {"to": join().address, "amount": 1})

    def run(at_ms):
        with platform.gateway.database.transaction() as session:
            return EXPIRY.run(session, platform.gateway.outbox, at_ms)

    run(now_ms())
    assert payer.api.get(found["location"]).json()["transaction"]["status"] == "prepared"
    assert run(now_ms() + HOLDS_S * 1000 + 1) >= 1
    assert payer.api.get(found["location"]).json()["transaction"]["status"] == "cancelled"
    assert refusal(submit(payer, found))[0] == 422


def test_one_run_calls_back_no_more_transactions_than_a_portion_and_one_write(
    person, join, platform
):
    found = prepare(person(fund=10), "/v1/transfers", {"to": join().address, "amount": 1})
    with platform.gateway.database.transaction() as session:
        like = session.exec(select(PreparedWrite).where(PreparedWrite.id == found["id"])).one()
        transaction = session.exec(
            select(Transaction).where(Transaction.id == like.transactions[0])
        ).one()
        of_write = like.model_dump(exclude={"seq", "id", "transactions", "expires_ms"})
        of_transaction = transaction.model_dump(exclude={"seq", "id"})
        for _ in range(3):
            ids = [new_id("tx") for _ in range(300)]
            session.add_all(Transaction(**of_transaction, id=id_) for id_ in ids)
            session.add(PreparedWrite(**of_write, id=new_id("prp"), transactions=ids, expires_ms=1))

    def run():
        with platform.gateway.database.transaction() as session:
            done = EXPIRY.run(session, platform.gateway.outbox, 2)
            left = select(PreparedWrite.transactions).where(PreparedWrite.expires_ms == 1)
            waiting = [id_ for ids in session.exec(left) for id_ in ids]
            return done >= EXPIRY.portion, len(waiting)

    assert [run(), run(), run()] == [(True, 300), (False, 0), (False, 0)]


def test_node_is_asked_once_whether_the_wallet_has_a_key(person, join, monkeypatch):
    payer, payee, asked = person(fund=10), join().address, []
    ask = ChainClient.code
    monkeypatch.setattr(
        ChainClient, "code", lambda self, address: asked.append(address) or ask(self, address)
    )
    items = [{"to": payee, "amount": 1}] * 3
    assert len(prepare(payer, "/v1/payouts", {"items": items})["to_sign"]) == 3
    assert asked == [payer.address]


def test_wallet_of_the_platforms_has_nothing_to_prepare(join):
    payer = join(fund=10)
    body = {"to": payer.address, "amount": 1}
    assert refusal(payer.api.write("/v1/transfers/prepare", body)) == (409, "wallet_custodial")


def test_agreement_is_signed_funded_and_accepted_with_a_wallet_of_ones_own(person, join):
    client, provider = person(fund=1_000), join()
    draft = provider.api.write(
        "/v1/agreements",
        {
            "title": "Sopimus",
            "document": {"text": "x"},
            "parties": [
                {"who": client.address, "role": "client"},
                {"who": provider.did, "role": "provider"},
            ],
            "milestones": [{"title": "a", "amount": 400, "payer": 0, "provider": 1}],
        },
    ).json()
    path = f"/v1/agreements/{draft['id']}"
    refused = client.api.write(f"{path}/sign")
    assert refusal(refused) == (409, "wallet_not_custodial")

    found = prepare(client, f"{path}/sign")
    assert [one["kind"] for one in found["to_sign"]] == ["typed_data"]
    forged = [signature(new_wallet(), found["to_sign"][0])]
    assert refusal(submit(client, found, forged)) == (422, "signature_wrong")
    signed = submit(client, found)
    assert signed.status_code == 200, signed.text
    assert [party["signed"] for party in signed.json()["parties"]] == [True, False]
    assert refusal(submit(client, found)) == (409, "preparation_over")

    assert provider.api.write(f"{path}/sign").status_code == 200
    assert provider.api.write(f"{path}/activate").status_code == 200

    authorization = prepare(client, f"{path}/fund", {"milestones": [0]})
    assert authorization["to_sign"][0]["kind"] == "typed_data"
    rest = submit(client, authorization, wait=0)
    assert rest.status_code == 200, rest.text
    assert [one["kind"] for one in rest.json()["to_sign"]] == ["transaction"]
    assert submit(client, rest.json()).status_code == 200
    assert client.api.get(path).json()["escrow"] == 400

    delivered = provider.api.write(f"{path}/milestones/0/deliver", {"evidence": "x"})
    assert delivered.status_code == 200
    accepted = submit(client, prepare(client, f"{path}/milestones/0/accept"))
    assert accepted.status_code == 200, accepted.text
    assert client.api.get(path).json()["milestones"][0]["state"] == "paid"
    assert provider.api.get("/v1/balance").json()["amount"] == 400


def carry_through(who, path, body=None):
    """Sign whatever is asked for, until nothing more is; the last answer."""
    found = prepare(who, path, body)
    while True:
        answer = submit(who, found)
        assert answer.is_success, answer.text
        found = answer.json()
        if found["object"] != "prepared_write":
            return found


def test_work_is_sold_and_bought_with_wallets_of_ones_own(person, join):
    artist, buyer = person(), person(fund=50_000)
    item = carry_through(artist, "/v1/items", {"name": "Revontulet", "royalty_bps": 500})
    path = item["location"]
    carry_through(artist, f"{path}/mint", {"amount": 2})
    shown = artist.api.get(path).json()
    assert (shown["status"], shown["minted"], shown["creator"]) == ("created", "2", artist.address)
    body = {"item": shown["id"], "amount": 2, "unit_price": 10_000}
    refused = artist.api.write("/v1/listings", body)
    assert refusal(refused) == (409, "wallet_not_custodial")
    # First the listing itself (EIP-712), then the transaction that lets the market move it.
    signed = prepare(artist, "/v1/listings", body)
    assert [one["kind"] for one in signed["to_sign"]] == ["typed_data"]
    carry_through(artist, "/v1/listings", body)
    (listing,) = artist.api.get("/v1/listings", params={"item": shown["id"]}).json()["data"]
    trade = carry_through(buyer, f"/v1/listings/{listing['id']}/buy", {"quantity": 1})
    assert len(trade["transactions"]) == 2  # the market is allowed to take the price, and takes it
    assert buyer.api.get(trade["location"]).json()["status"] == "settled"
    assert artist.api.get("/v1/balance").json()["amount"] == 10_000 - 100


def test_deadline_that_nobody_named_is_that_of_the_preparation(person, join, monkeypatch):
    artist, buyer = person(), join()
    item = carry_through(artist, "/v1/items", {"name": "Revontulet"})["location"]
    found = prepare(artist, f"{item}/vouchers", {"to": buyer.address})
    later = now_ms() // 1000 + 3_000
    monkeypatch.setattr("pocplatform.domains.transactions.acting.now_s", lambda: later)
    answer = submit(artist, found)
    assert answer.status_code == 201, answer.text
    signed = found["to_sign"][0]["typed_data"]["message"]["deadline"]
    assert answer.json()["signed"]["deadline"] == str(signed)
    assert signed < later + 30 * 86_400


def test_ticket_is_presented_and_redeemed_with_wallets_of_ones_own(person):
    host, guest = person(), person()
    ticket = carry_through(host, "/v1/items", {"kind": "ticket", "name": "Lippu"})["location"]
    carry_through(host, f"{ticket}/mint", {"to": guest.address})
    presented = carry_through(guest, f"{ticket}/redemptions", {})
    assert presented["status"] == "open"
    path = f"/v1/item_redemptions/{presented['id']}"
    carry_through(host, f"{path}/accept")
    assert guest.api.get(path).json()["status"] == "redeemed"


def test_space_is_created_and_entered_by_invitation_with_wallets_of_ones_own(person):
    owner, guest = person(), person()
    body = {"name": "Sali", "entry": {"rule": "invitation"}}
    space = carry_through(owner, "/v1/spaces", body)["location"]
    assert owner.api.get(space).json()["entry"]["rule"] == "invitation"
    carry_through(owner, f"{space}/invitations", {"visitor": guest.address})
    carry_through(guest, f"{space}/enter")
    assert guest.api.get(f"{space}/visitors/{guest.address}").json()["inside"] is True
