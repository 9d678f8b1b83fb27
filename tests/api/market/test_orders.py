"""Listings and offers that cannot be made or filled, over the real gateway, on the real chain."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.assets.conftest import act, create, held, minted
from tests.api.market.conftest import accept, buy, offer, put_up, raw, shown, units
from tests.api.spaces.conftest import done, refused, reverted


def cancel(member, order):
    plural = {"listing": "listings", "offer": "offers"}[order["object"]]
    return member.api.write(f"/v1/{plural}/{order['id']}/cancel")


@pytest.fixture(scope="module")
def work(artist):
    """An item of which the artist has many."""
    return minted(artist, amount=1_000)


@pytest.fixture(scope="module")
def buyer(join):
    """Somebody with money who has bought before; the tests leave its money alone."""
    return join("Ostaja", fund=1_000_000)


def test_what_was_sold_cannot_be_bought_again(join, artist, work, buyer):
    listing = put_up(artist, work)
    done(buy(join(fund=10_000), listing))
    problem = refused(buy(buyer, listing), 409, "order_filled")
    assert listing["id"] in problem["detail"]
    refused(cancel(artist, listing), 409, "order_filled")


def test_no_more_is_bought_than_there_is(artist, work, buyer):
    listing = put_up(artist, work, amount=3)
    problem = refused(buy(buyer, listing, 4), 422, "order_invalid")
    assert problem["param"] == "quantity"
    assert "3 left" in problem["detail"]


def test_buying_without_enough_money_is_refused_and_nothing_moves(
    join, artist, work, contract, platform
):
    listing = put_up(artist, work, unit_price=10_000)
    poor = join(fund=9_999)
    problem = reverted(buy(poor, listing), "ERC20InsufficientBalance")
    assert problem["contract_error"]["args"]["needed"] in (100_000_000, "100000000")
    assert (raw(poor), held(poor, work)) == (units(9_999), 0)
    market = platform.gateway.contracts.address("Market")
    assert contract("PilotEuro", "allowance", poor.address, market) == 0
    assert poor.api.get("/v1/trades").json()["data"] == []
    # Also of somebody whom the market may take from already.
    poor.api.write("/v1/faucet", {"amount": 1})
    done(buy(poor, listing))
    other = put_up(artist, work, unit_price=10_000)
    reverted(buy(poor, other), "ERC20InsufficientBalance")


def test_listing_taken_back_cannot_be_bought(artist, work, buyer, contract):
    listing = put_up(artist, work)
    cancelled = done(cancel(artist, listing))
    assert cancelled["status"] == "cancelled"
    assert contract("Market", "isNonceUsed", artist.address, int(listing["signed"]["nonce"]))
    refused(buy(buyer, listing), 409, "order_cancelled")
    refused(cancel(artist, listing), 409, "order_cancelled")
    events = artist.api.get("/v1/events").json()["data"]
    assert (events[0]["type"], events[0]["data"]) == ("listing.cancelled", {"order": listing["id"]})


def test_expired_listing_cannot_be_bought(artist, work, buyer, monkeypatch):
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    listing = put_up(artist, work, valid_until=soon)
    monkeypatch.setattr("pocplatform.domains.market.service.now_s", lambda: 2**33)
    assert shown(buyer.api, listing)["status"] == "expired"
    problem = refused(buy(buyer, listing), 409, "order_expired")
    assert problem["next_step"]


def test_contract_refuses_an_expired_listing_too(artist, work, buyer, monkeypatch):
    """Whatever the platform's clock says, the chain's counts."""
    done(offer(buyer, work, unit_price=1), 201)  # lets the market take the buyer's money
    monkeypatch.setattr("pocplatform.domains.market.service._VALID_FOR_S", -7_200)
    listing = put_up(artist, work)
    monkeypatch.setattr("pocplatform.domains.market.service.now_s", lambda: 0)
    reverted(buy(buyer, listing), "SignedActionExpired")


def test_nobody_trades_with_oneself(artist, work, buyer):
    refused(buy(artist, put_up(artist, work)), 409, "own_order")
    offered = done(offer(buyer, work), 201)
    refused(accept(buyer, offered), 409, "own_order")


def test_only_the_maker_takes_an_order_back(artist, work, buyer):
    listing = put_up(artist, work)
    refused(cancel(buyer, listing), 403, "forbidden")
    assert shown(buyer.api, listing)["status"] == "open"


def test_what_the_seller_has_given_away_meanwhile_cannot_be_bought(join, artist):
    seller, first, friend = join(), join(fund=20_000), join()
    work = minted(artist, seller, 1)
    listing = put_up(seller, work)
    done(act(seller, work, "transfer", {"to": friend.did}))
    reverted(buy(first, listing), "ERC1155InsufficientBalance")
    assert raw(first) == units(20_000)


def test_only_what_one_holds_is_listed_or_sold_to_an_offer(join, artist, work, buyer):
    stranger = join()
    answer = stranger.api.write("/v1/listings", {"item": work["id"], "unit_price": 1})
    assert refused(answer, 422, "order_invalid")["param"] == "amount"
    body = {"item": work["id"], "unit_price": 1, "amount": 2_000}
    assert refused(artist.api.write("/v1/listings", body), 422, "order_invalid")["param"] == (
        "amount"
    )
    offered = done(offer(buyer, work), 201)
    assert refused(accept(stranger, offered), 422, "order_invalid")["param"] == "quantity"


def test_offer_without_the_money_for_it_is_refused(join, work):
    poor = join(fund=9_999)
    reverted(offer(poor, work, unit_price=10_000), "ERC20InsufficientBalance")
    assert poor.api.get("/v1/offers", params={"buyer": poor.did}).json()["data"] == []


def test_offer_whose_money_is_gone_meanwhile_cannot_be_accepted(join, artist, work):
    buyer, holder = join(fund=10_000), join()
    done(act(artist, work, "transfer", {"to": holder.did, "amount": 1}))
    offered = done(offer(buyer, work, unit_price=10_000), 201)
    done(buyer.api.write("/v1/transfers", {"to": holder.did, "amount": 1}))
    reverted(accept(holder, offered), "ERC20InsufficientBalance")
    assert held(holder, work) == 1


def test_item_bound_to_its_holder_is_not_traded(artist, buyer):
    badge = minted(artist, amount=1, transferable=False)
    answer = artist.api.write("/v1/listings", {"item": badge["id"], "unit_price": 1})
    assert refused(answer, 422, "order_invalid")["param"] == "item"
    assert refused(offer(buyer, badge), 422, "order_invalid")["param"] == "item"


def test_lists_by_maker_item_and_status(join, artist, anonymous):
    seller, buyer = join(), join(fund=10_000)
    work, other = minted(artist, seller, 5), minted(artist, seller, 5)
    sold, gone, still = (put_up(seller, work) for _ in range(3))
    elsewhere = put_up(seller, other)
    done(buy(buyer, sold))
    done(cancel(seller, gone))

    def ids(**query):
        found = anonymous.get("/v1/listings", params={"seller": seller.did} | query)
        return [one["id"] for one in done(found)["data"]]

    assert ids() == [one["id"] for one in (elsewhere, still, gone, sold)]
    assert ids(item=work["id"]) == [one["id"] for one in (still, gone, sold)]
    assert ids(item=other["token_id"]) == [elsewhere["id"]]
    assert ids(item=work["id"], status="open") == [still["id"]]
    assert ids(status="sold") == [sold["id"]]
    assert ids(status="cancelled") == [gone["id"]]
    assert ids(status="expired") == []


def test_listing_and_offer_are_not_mistaken_for_one_another(artist, work, buyer):
    listing, offered = put_up(artist, work), done(offer(buyer, work), 201)
    refused(buyer.api.get(f"/v1/offers/{listing['id']}"), 404, "not_found")
    refused(buyer.api.get(f"/v1/listings/{offered['id']}"), 404, "not_found")
    refused(buy(buyer, offered), 404, "not_found")
    refused(buy(buyer, {"id": "lst_unknown"}), 404, "not_found")


def test_buying_needs_an_idempotency_key_and_is_done_once(join, artist, work):
    buyer = join(fund=30_000)
    listing = put_up(artist, work, amount=2)
    path = f"/v1/listings/{listing['id']}/buy"
    refused(buyer.api.post(path, json={"quantity": 1}), 422, "idempotency_key_missing")
    key = {"Idempotency-Key": "buy-once"}
    first, again = (done(buy(buyer, listing, **key)) for _ in range(2))
    assert first["id"] == again["id"]
    assert (raw(buyer), held(buyer, work)) == (units(20_000), 1)


@pytest.mark.parametrize("kind", ["listings", "offers"])
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"item": None}, "item"),
        ({"item": "itm_unknown"}, "item"),
        ({"item": "12345"}, "item"),
        ({"parcel": "prc_unknown"}, "item"),
        ({"item": None, "parcel": "prc_unknown"}, "parcel"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": "1"}, "amount"),
        ({"amount": 2**31}, "amount"),
        ({"unit_price": 0}, "unit_price"),
        ({"unit_price": -5}, "unit_price"),
        ({"unit_price": 1.5}, "unit_price"),
        ({"unit_price": 10**16}, "unit_price"),
        ({"unit_price": None}, "unit_price"),
        ({"currency": "EUR"}, "currency"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
        ({"valid_until": "2030-01-01T00:00:00"}, "valid_until"),
        ({"seller": "x"}, "seller"),
    ],
)
def test_order_that_cannot_be_is_refused_by_field(artist, work, kind, fields, param):
    answer = artist.api.write(f"/v1/{kind}", {"item": work["id"], "unit_price": 1} | fields)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


@pytest.mark.parametrize("quantity", [0, -1, 2**31, "1", 1.5, None])
def test_quantity_must_be_a_positive_whole_number(artist, work, buyer, quantity):
    answer = buy(buyer, put_up(artist, work), quantity)
    assert refused(answer, 422, "invalid_input")["param"] == "quantity"


def test_item_that_nobody_minted_can_be_asked_for(artist, buyer):
    """An offer for something is good before there is any of it."""
    assert done(offer(buyer, create(artist)), 201)["status"] == "open"
