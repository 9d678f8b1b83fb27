"""Tenants do not see, slow down or disturb one another."""

from concurrent.futures import ThreadPoolExecutor

WRITES = 12


def test_two_tenants_writing_at_once_both_get_everything_done_in_their_own_order(join):
    one, other, payee = join(fund=WRITES), join(fund=WRITES), join()

    def pay_all(member):
        body = {"to": payee.address, "amount": 1}
        return [member.api.write("/v1/transfers", body, wait=0) for _ in range(WRITES)]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(pay_all, (one, other)))
    for member, accepted in zip((one, other), answers, strict=True):
        assert {a.status_code for a in accepted} == {202}
        last = member.api.write("/v1/faucet", {"amount": 1})  # settles after what came before
        assert last.status_code == 200
        ids = [a.json()["transaction"]["id"] for a in accepted]
        rows = [member.api.get(f"/v1/transactions/{id_}").json() for id_ in ids]
        assert {row["status"] for row in rows} == {"confirmed"}
        assert [row["nonce"] for row in rows] == list(range(WRITES))
    assert payee.api.get("/v1/balance").json()["amount"] == 2 * WRITES


def test_one_wallet_spent_from_many_requests_at_once_is_never_overdrawn(join):
    payer, payee = join(fund=10), join()

    def pay(_):
        return payer.api.write("/v1/transfers", {"to": payee.address, "amount": 1}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(pay, range(16)))
    assert sorted(statuses) == [200] * 10 + [422] * 6
    assert payee.api.get("/v1/balance").json()["amount"] == 10
    assert payer.api.get("/v1/balance").json()["amount"] == 0
    rows = payer.api.get("/v1/transactions?limit=100").json()["data"]
    used = [row["nonce"] for row in rows if row["sender"] == payer.address and row["hash"]]
    assert sorted(used) == list(range(10))


def test_organisers_see_what_every_tenant_did(join, admin):
    member = join(fund=5)
    payment = member.api.get("/v1/payments").json()["data"][0]
    assert admin.get(f"/v1/payments/{payment['id']}").json()["id"] == payment["id"]
    transaction = payment["transaction"]
    found = admin.get(f"/v1/transactions/{transaction['hash']}").json()
    assert found["id"] == transaction["id"]


def test_events_are_seen_by_those_they_concern_and_nobody_else(join, admin):
    payer, payee, stranger = join(fund=5), join(), join()
    paid = payer.api.write("/v1/transfers", {"to": payee.address, "amount": 5}).json()
    hash_ = paid["transaction"]["hash"]

    def sees(api):
        events = api.get("/v1/events?limit=100").json()["data"]
        return any(event["transaction_hash"] == hash_ for event in events)

    assert [sees(who) for who in (payer.api, payee.api, admin, stranger.api)] == [
        True, True, True, False,
    ]  # fmt: skip
