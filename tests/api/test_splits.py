"""Splits over the real gateway, on the real chain."""

import pytest


@pytest.fixture(scope="module")
def partners(join):
    return [join(f"Kumppani {n} Oy") for n in range(3)]


def balance(member):
    return member.api.get("/v1/balance").json()["amount"]


def shares(partners, *bps):
    return [{"to": p.did, "bps": b} for p, b in zip(partners, bps, strict=True)]


def agree(owner, partners, *bps):
    body = {"name": "Yhteistarjous", "shares": shares(partners, *bps)}
    answer = owner.api.write("/v1/splits", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(answer, status, code, param=None):
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code
    assert answer.json().get("param") == param
    return answer.json()


def test_metadata_is_shown_to_who_wrote_it_only(join, partners):
    owner = join(fund=100)
    body = {"name": "x", "shares": shares(partners, 5_000, 3_000, 2_000), "metadata": {"a": "b"}}
    split = owner.api.write("/v1/splits", body).json()
    path = f"/v1/splits/{split['id']}"
    assert split["metadata"] == owner.api.get(path).json()["metadata"] == {"a": "b"}
    assert partners[0].api.get(path).json()["metadata"] == {}
    assert partners[0].api.get("/v1/splits").json()["data"][0]["metadata"] == {}
    owner.api.write("/v1/transfers", {"to": split["account"], "amount": 100})
    assert partners[0].api.write(f"{path}/distribute").json()["metadata"] == {}


def test_amount_is_divided_by_the_shares_and_each_recipient_is_told_its_part(join, partners):
    owner = join("Myyjä Oy", fund=100_000)
    split = agree(owner, partners, 4_500, 3_300, 2_200)  # shares of its own: an account of its own
    assert split["on_chain"]
    before = [balance(one) for one in partners]
    answer = owner.api.write(f"/v1/splits/{split['id']}/distribute", {"amount": 30_000})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["distributed"], answer.json()["balance"]) == (30_000, 0)
    got = [balance(one) - b for one, b in zip(partners, before, strict=True)]
    assert got == [13_500, 9_900, 6_600]
    for partner, amount in zip(partners, got, strict=True):
        events = partner.api.get("/v1/events").json()["data"]
        parts = [e["data"] for e in events if e["type"] == "split.distributed"]
        own = [part for part in parts if part["account"] == split["account"]]
        assert [(part["recipient"], part["amount"]) for part in own] == [(partner.address, amount)]


def test_what_anybody_pays_to_the_account_is_divided_and_nothing_is_lost_to_rounding(
    join, partners
):
    owner, customer = join("Myyjä Oy"), join("Asiakas Oy", fund=1_000)
    split = agree(owner, partners, 3_333, 3_333, 3_334)
    customer.api.write("/v1/transfers", {"to": split["account"], "amount": 1_000})
    assert owner.api.get(f"/v1/splits/{split['id']}").json()["balance"] == 1_000
    before = [balance(one) for one in partners]
    divided = owner.api.write(f"/v1/splits/{split['id']}/distribute").json()
    assert (divided["balance"], divided["distributions"]) == (0, 1)
    raw = sum(int(p.api.get("/v1/balance").json()["raw"]) for p in partners)
    assert raw == (sum(before) + 1_000) * 10_000


def test_nothing_to_divide_is_refused(join, partners):
    owner = join("Myyjä Oy")
    split = agree(owner, partners, 1_000, 1_000, 8_000)
    problem = refused(
        owner.api.write(f"/v1/splits/{split['id']}/distribute"), 422, "contract_reverted"
    )
    assert problem["contract_error"]["name"] == "SplitNothingToDistribute"


def test_amount_that_the_caller_does_not_have_is_refused_and_nothing_is_divided(join, partners):
    owner = join("Myyjä Oy", fund=5)
    split = agree(owner, partners, 1_100, 1_100, 7_800)
    answer = owner.api.write(f"/v1/splits/{split['id']}/distribute", {"amount": 6})
    assert answer.json()["contract_error"]["name"] == "ERC20InsufficientBalance"
    assert owner.api.get(f"/v1/splits/{split['id']}").json()["distributions"] == 0
    for amount in (0, -1, 1.5, "6", 10**16):
        answer = owner.api.write(f"/v1/splits/{split['id']}/distribute", {"amount": amount})
        refused(answer, 422, "invalid_input", "amount")
    answer = owner.api.post(f"/v1/splits/{split['id']}/distribute", json={"amount": 1})
    assert answer.json()["code"] == "idempotency_key_missing"


def test_same_shares_have_the_same_account_whoever_makes_them_in_whatever_order(join, partners):
    one, other = join("Yksi Oy"), join("Toinen Oy")
    first = agree(one, partners, 2_500, 2_500, 5_000)
    second = agree(other, partners[::-1], 5_000, 2_500, 2_500)
    assert first["account"] == second["account"]
    assert first["id"] != second["id"]
    assert second["on_chain"]
    assert one.api.get(f"/v1/splits/{second['id']}").status_code == 404


def test_recipients_see_the_split_and_strangers_do_not(join, partners):
    owner, stranger = join("Myyjä Oy"), join()
    split = agree(owner, partners, 1_200, 1_200, 7_600)
    assert partners[0].api.get(f"/v1/splits/{split['id']}").status_code == 200
    assert split["id"] in [s["id"] for s in partners[1].api.get("/v1/splits").json()["data"]]
    for id_ in (split["id"], "spl_nothing"):
        refused(stranger.api.get(f"/v1/splits/{id_}"), 404, "not_found")
        answer = stranger.api.write(f"/v1/splits/{id_}/distribute", {"amount": 1})
        refused(answer, 404, "not_found")


def test_shares_that_do_not_make_a_whole_are_refused(join, partners):
    owner = join("Myyjä Oy")
    a, b, _ = partners

    def post(shares):
        return owner.api.write("/v1/splits", {"name": "x", "shares": shares})

    half = {"to": a.did, "bps": 5_000}
    refused(post([half, {"to": b.did, "bps": 4_999}]), 422, "split_shares_invalid", "shares")
    refused(post([half, {"to": a.id, "bps": 5_000}]), 422, "split_shares_invalid", "shares[1].to")
    refused(post([half]), 422, "invalid_input", "shares")
    refused(post([half] * 33), 422, "invalid_input", "shares")
    refused(post([half, {"to": "org_no", "bps": 5_000}]), 422, "invalid_input", "shares[1].to")
    for bps in (0, -1, 10_000, 0.5, "5000"):
        answer = post([half, {"to": b.did, "bps": bps}])
        refused(answer, 422, "invalid_input", "shares[1].bps")
    assert owner.api.get("/v1/splits").json()["data"] == []
