"""Mint vouchers: signed by the creator, minted when they are redeemed."""

import pytest

from tests.api.assets.conftest import act, create, held, minted
from tests.api.spaces.conftest import done, refused, reverted
from tests.api.test_two_steps import carry_through, person

__all__ = ["person"]


def give(creator, item, to, **fields):
    return done(act(creator, item, "vouchers", {"to": to.did} | fields), 201)


def use(member, voucher, verb="redeem"):
    return member.api.write(f"/v1/item_vouchers/{voucher['id']}/{verb}")


def shown(member, voucher):
    return done(member.api.get(f"/v1/item_vouchers/{voucher['id']}"))


@pytest.fixture(scope="module")
def buyer(join):
    return join("Ostaja Oy")


@pytest.fixture(scope="module")
def work(creator):
    """A kind of item that nothing is minted of but by vouchers; without a cap."""
    return create(creator)


def test_voucher_costs_nothing_until_the_buyer_has_the_items_minted(creator, buyer, contract):
    item = create(creator, cap=5)
    voucher = give(creator, item, buyer, amount=2)
    assert (voucher["status"], voucher["to"], voucher["amount"]) == ("open", buyer.address, 2)
    assert (voucher["item"], voucher["transactions"]) == (item["id"], [])
    assert held(buyer, item) == 0
    used = done(use(buyer, voucher))
    assert (used["status"], used["transactions"][0]["function"]) == ("redeemed", "mintWithVoucher")
    assert used["transactions"][0]["sender"] == buyer.address
    assert used["redeemed"] is not None
    number = int(item["token_id"])
    assert contract("Items", "balanceOf", buyer.address, number) == held(buyer, item) == 2
    assert done(creator.api.get(f"/v1/items/{item['id']}"))["minted"] == "2"
    for member in (buyer, creator):
        refused(use(member, voucher), 409, "voucher_used")
    refused(use(creator, voucher, "withdraw"), 409, "voucher_used")


def test_creator_can_have_it_minted_for_the_buyer_too(creator, buyer, work):
    before = held(buyer, work)
    done(use(creator, give(creator, work, buyer)))
    assert held(buyer, work) == before + 1


def test_voucher_that_was_withdrawn_serves_nobody(creator, buyer, work):
    voucher = give(creator, work, buyer)
    refused(use(buyer, voucher, "withdraw"), 403, "forbidden")
    withdrawn = done(use(creator, voucher, "withdraw"))
    assert (withdrawn["status"], withdrawn["redeemed"]) == ("withdrawn", None)
    refused(use(buyer, voucher), 409, "voucher_withdrawn")
    refused(use(creator, voucher, "withdraw"), 409, "voucher_withdrawn")


def test_expired_voucher_is_refused_with_the_next_step(creator, buyer, work, monkeypatch):
    voucher = give(creator, work, buyer)
    monkeypatch.setattr("pocplatform.domains.assets.vouchers.now_s", lambda: 2**33)
    problem = refused(use(buyer, voucher), 409, "voucher_expired")
    assert "voucher" in problem["next_step"]
    assert shown(buyer, voucher)["status"] == "expired"


def test_vouchers_keep_within_the_cap(creator, buyer):
    item = create(creator, cap=3)
    answer = act(creator, item, "vouchers", {"to": buyer.did, "amount": 4})
    assert refused(answer, 422, "item_terms_invalid")["param"] == "amount"
    first, late = (give(creator, item, buyer, amount=2) for _ in range(2))
    done(use(buyer, first))
    reverted(use(buyer, late), "ItemsCapExceeded")
    assert shown(buyer, late)["status"] == "open"


def test_vouchers_are_given_by_the_creator_only(buyer, work, join):
    answer = act(buyer, work, "vouchers", {"to": join().did})
    refused(answer, 403, "forbidden")
    refused(act(buyer, {"id": "itm_unknown"}, "vouchers", {"to": buyer.did}), 404, "not_found")


def test_vouchers_are_seen_by_who_gave_and_who_got_them(creator, buyer, work, join):
    voucher = give(creator, work, buyer)
    for member in (creator, buyer):
        listed = member.api.get("/v1/item_vouchers", params={"item": work["id"]}).json()["data"]
        assert listed[0]["id"] == voucher["id"]
        assert {one["item"] for one in listed} == {work["id"]}
    stranger = join()
    for verb in ("redeem", "withdraw"):
        refused(use(stranger, voucher, verb), 404, "not_found")
    assert stranger.api.get(f"/v1/item_vouchers/{voucher['id']}").status_code == 404
    unknown = buyer.api.get("/v1/item_vouchers", params={"item": "itm_unknown"})
    refused(unknown, 422, "invalid_input")


def test_vouchers_do_not_meet_consents_of_the_same_wallet(creator, buyer, contract):
    """Both use nonces of the contract: none of one may use up one of the other."""
    ticket = minted(creator, creator, 1, kind="ticket", name="Lippu")
    presented = done(act(creator, ticket, "redemptions", {}), 201)
    voucher = give(creator, ticket, buyer)
    done(use(buyer, voucher))
    accepted = creator.api.write(f"/v1/item_redemptions/{presented['id']}/accept")
    assert done(accepted)["status"] == "redeemed"
    nonce = int(voucher["signed"]["nonce"])
    assert contract("Items", "isNonceUsed", creator.address, nonce)


def test_giver_and_buyer_are_told(creator, join):
    buyer, item = join(), create(creator)
    done(use(buyer, give(creator, item, buyer)))
    done(use(creator, give(creator, item, buyer), "withdraw"))
    for member in (creator, buyer):
        events = member.api.get("/v1/events", params={"limit": 20}).json()["data"]
        types = [e["type"] for e in events if e["data"].get("item") == item["id"]]
        told = [type_ for type_ in types if type_.startswith("item.voucher_")]
        assert told == [
            "item.voucher_withdrawn",
            "item.voucher_issued",
            "item.voucher_redeemed",
            "item.voucher_issued",
        ]


def test_voucher_is_signed_and_redeemed_with_wallets_of_ones_own(person):
    artist, collector = person(), person()
    item = carry_through(artist, "/v1/items", {"name": "Revontulet"})["location"]
    voucher = carry_through(artist, f"{item}/vouchers", {"to": collector.address})
    assert (voucher["status"], voucher["creator"]) == ("open", artist.address)
    path = f"/v1/item_vouchers/{voucher['id']}"
    carry_through(collector, f"{path}/redeem")
    assert done(collector.api.get(path))["status"] == "redeemed"
    other = carry_through(artist, f"{item}/vouchers", {"to": collector.address})
    carry_through(artist, f"/v1/item_vouchers/{other['id']}/withdraw")
    assert shown(collector, other)["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "invalid_input", "to"),
        ({"to": "nobody"}, "invalid_input", "to"),
        ({"to": 5}, "invalid_input", "to"),
        ({"amount": 0}, "invalid_input", "amount"),
        ({"amount": -1}, "invalid_input", "amount"),
        ({"amount": "1"}, "invalid_input", "amount"),
        ({"amount": 2**31}, "invalid_input", "amount"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "validity_invalid", "valid_until"),
        ({"valid_until": "soon"}, "invalid_input", "valid_until"),
        ({"price": 5}, "invalid_input", "price"),
    ],
)
def test_malformed_voucher_is_refused(creator, buyer, work, body, code, param):
    known = {} if "to" in body or not body else {"to": buyer.did}
    answer = act(creator, work, "vouchers", known | body)
    assert refused(answer, 422, code)["param"] == param
