"""Listings and offers that are filled, over the real gateway, on the real chain."""

import pytest

from tests.api.assets.conftest import held, minted
from tests.api.market.conftest import FEE_BPS, accept, buy, offer, put_up, raw, shown, units
from tests.api.parcels.conftest import act as act_on_parcel
from tests.api.spaces.conftest import create as create_space
from tests.api.spaces.conftest import done


def sold_on_chain(platform, sale):
    """The contract's own event of a sale, read from the node."""
    gateway = platform.gateway
    receipt = gateway.client.request("eth_getTransactionReceipt", sale["transaction_hash"])
    decoded = [gateway.contracts.decode_log(log) for log in receipt["logs"]]
    (event,) = [log.args for log in decoded if log is not None and log.event == "Sold"]
    return event


def test_gallery_sells_a_work_with_royalty_and_it_is_resold(join, artist, platform, anonymous):
    gallery, first, second = join("Galleria Oy"), join("Keräilijä", fund=100_000), join(fund=90_001)
    work = minted(artist, gallery, 1, cap=1, royalty_bps=500, name="Revontulet")

    # The gallery sells it for 800: 5 % to the artist, 1 % to the platform.
    listing = put_up(gallery, work, unit_price=80_000)
    bought = done(buy(first, listing))
    assert (bought["status"], bought["seller"], bought["buyer"]) == (
        "settled", gallery.address, first.address,
    )  # fmt: skip
    assert bought["division"] == {
        "price": 80_000, "royalty": 4_000, "royalty_receiver": artist.address, "fee": 800,
        "seller_amount": 75_200, "currency": "tEUR",
        "raw": {"price": "800000000", "royalty": "40000000", "fee": "8000000",
                "seller_amount": "752000000"},
    }  # fmt: skip
    assert (raw(artist), raw(gallery), raw(first)) == (units(4_000), units(75_200), units(20_000))
    assert (held(gallery, work), held(first, work)) == (0, 1)

    # The collector resells it for an odd price: shares are exact to the token's unit.
    resale = put_up(first, work, unit_price=90_001)
    again = done(buy(second, resale))
    royalty, fee = units(90_001) * 500 // 10_000, units(90_001) * FEE_BPS // 10_000
    assert again["division"]["raw"] == {
        "price": str(units(90_001)), "royalty": str(royalty), "fee": str(fee),
        "seller_amount": str(units(90_001) - royalty - fee),
    }  # fmt: skip
    assert raw(artist) == units(4_000) + royalty
    assert raw(first) == units(20_000) + units(90_001) - royalty - fee
    assert raw(second) == 0
    assert held(second, work) == 1

    sales = anonymous.get("/v1/sales", params={"item": work["id"]}).json()["data"]
    assert [s["order"] for s in sales] == [resale["id"], listing["id"]]
    for sale in sales:
        told, division = sold_on_chain(platform, sale), sale["division"]["raw"]
        assert [str(told[name]) for name in ("price", "royalty", "fee")] == [
            division["price"], division["royalty"], division["fee"],
        ]  # fmt: skip
        assert (told["seller"], told["buyer"]) == (sale["seller"], sale["buyer"])
        assert "0x" + told["orderHash"].hex() in (listing["order_hash"], resale["order_hash"])
    assert {s["id"] for s in sales} == {bought["sale"], again["sale"]}


def test_creator_pays_itself_no_royalty(join, artist):
    buyer = join(fund=10_000)
    work = minted(artist, amount=1, royalty_bps=1_000)
    before = raw(artist)
    division = done(buy(buyer, put_up(artist, work)))["division"]
    assert (division["royalty"], division["royalty_receiver"]) == (0, None)
    assert raw(artist) - before == units(9_900)


def test_listing_of_several_is_sold_bit_by_bit(join, artist, contract, anonymous):
    buyer, other = join(fund=50_000), join(fund=50_000)
    work = minted(artist, amount=5)
    listing = put_up(artist, work, amount=5, unit_price=1_000)
    done(buy(buyer, listing, 2))
    half = shown(anonymous, listing)
    assert (half["status"], half["remaining"]) == ("open", 3)
    assert contract("Market", "filledOf", bytes.fromhex(listing["order_hash"][2:])) == 2
    done(buy(other, listing, 3))
    whole = shown(anonymous, listing)
    assert (whole["status"], whole["remaining"]) == ("sold", 0)
    assert (held(artist, work), held(buyer, work), held(other, work)) == (0, 2, 3)
    assert contract("Market", "isNonceUsed", artist.address, int(listing["signed"]["nonce"]))


def test_first_purchase_allows_the_market_once_and_later_ones_need_nothing(join, artist, contract):
    buyer = join(fund=30_000)
    work = minted(artist, amount=3)
    first, second = (done(buy(buyer, put_up(artist, work))) for _ in range(2))
    assert [t["function"] for t in first["transactions"]] == ["approve", "buy"]
    assert [t["function"] for t in second["transactions"]] == ["buy"]
    assert {t["status"] for t in first["transactions"]} == {"confirmed"}


def test_seller_allows_the_market_once(join, artist):
    seller = join()
    work = minted(artist, seller, 2)
    first, second = put_up(seller, work), put_up(seller, work)
    assert [t["function"] for t in first["transactions"]] == ["setApprovalForAll"]
    assert second["transactions"] == []


def test_offer_is_accepted_by_whoever_holds_the_item(join, artist, platform, anonymous):
    buyer, holder = join(fund=50_000), join()
    work = minted(artist, holder, 2, royalty_bps=250)
    offered = done(offer(buyer, work, amount=2, unit_price=20_000), 201)
    assert (offered["object"], offered["maker"], offered["status"]) == (
        "offer", buyer.address, "open",
    )  # fmt: skip
    assert raw(buyer) == units(50_000)
    royalty_before = raw(artist)
    trade = done(accept(holder, offered, 2))
    assert (trade["seller"], trade["buyer"]) == (holder.address, buyer.address)
    assert raw(buyer) == units(10_000)
    assert raw(artist) - royalty_before == units(1_000)
    assert raw(holder) == units(40_000 - 1_000 - 400)
    assert (held(holder, work), held(buyer, work)) == (0, 2)
    assert shown(anonymous, offered)["status"] == "sold"
    (sale,) = anonymous.get("/v1/sales", params={"buyer": buyer.did}).json()["data"]
    assert sold_on_chain(platform, sale)["price"] == units(40_000)


@pytest.fixture(scope="module")
def land(join):
    """A space with a plan whose steward gets 10 % of each sale."""
    steward = join("Tonttikonttori Oy")
    space = create_space(steward)
    plan = {"width": 100, "depth": 100, "royalty_bps": 1_000}
    done(steward.api.write(f"/v1/spaces/{space['id']}/plan", plan))
    return steward, space


def mint_parcel(land, to, x):
    steward, space = land
    body = {"space": space["id"], "x": x, "y": 0, "to": to.did, "name": "Tontti"}
    return done(steward.api.write("/v1/parcels", body))


def test_parcel_is_sold_with_its_rental_and_the_steward_gets_its_royalty(join, land, contract):
    steward, _ = land
    owner, user, buyer = join(), join(fund=10_000), join(fund=50_000)
    parcel = mint_parcel(land, owner, 1)
    done(act_on_parcel(owner, parcel, "rental_terms", {"price_per_day": 100, "deposit": 0}))
    done(act_on_parcel(user, parcel, "rent", {"days": 10}))
    body = {"parcel": parcel["id"], "unit_price": 50_000}
    listing = done(owner.api.write("/v1/listings", body), 201)
    assert (listing["parcel"], listing["item"]) == (parcel["id"], None)
    trade = done(buy(buyer, listing))
    assert trade["division"]["royalty_receiver"] == steward.address
    assert raw(steward) == units(5_000)
    assert raw(owner) == units(1_000 + 50_000 - 5_000 - 500)
    after = buyer.api.get(f"/v1/parcels/{parcel['id']}").json()
    assert (after["owner"], after["user"]) == (buyer.address, user.address)
    assert after["rental_terms"] is None  # the new owner has offered nothing yet
    assert contract("Parcels", "ownerOf", int(parcel["token_id"])) == buyer.address


def test_offer_for_a_parcel_is_accepted_by_its_owner(join, land):
    owner, buyer = join(), join(fund=50_000)
    parcel = mint_parcel(land, owner, 2)
    body = {"parcel": parcel["token_id"], "unit_price": 50_000}
    offered = done(buyer.api.write("/v1/offers", body), 201)
    done(accept(owner, offered))
    assert buyer.api.get(f"/v1/parcels/{parcel['id']}").json()["owner"] == buyer.address


def test_anybodys_wallet_can_buy_with_what_a_listing_shows(join, artist, anonymous, platform):
    """The signature is all that it takes: here the contract is called as any wallet would."""
    buyer = join(fund=20_000)
    work = minted(artist, amount=2)
    done(buy(buyer, put_up(artist, work)))  # from now on the market may take the buyer's money
    signed = shown(anonymous, put_up(artist, work))["signed"]
    order = (
        signed["maker"], signed["collection"], signed["kind"], int(signed["token_id"]),
        int(signed["amount"]), int(signed["unit_price"]), int(signed["nonce"]),
        int(signed["deadline"]),
    )  # fmt: skip
    outbox = platform.gateway.outbox
    signature = bytes.fromhex(signed["signature"][2:])
    call = outbox.contracts.call("Market", "buy", a=order, b=1, c=signature)
    assert outbox.simulate([(buyer.address, call.to, call.data)]) == [None]


def test_events_tell_seller_buyer_and_who_gets_the_royalty(join, artist):
    gallery, buyer = join(), join(fund=10_000)
    work = minted(artist, gallery, 1, royalty_bps=100)
    listing = put_up(gallery, work)
    done(buy(buyer, listing))
    for member in (gallery, buyer, artist):
        events = member.api.get("/v1/events").json()["data"]
        (event,) = [e for e in events if e["data"].get("order") == listing["id"]]
        assert event["type"] == "listing.sold"
        assert (event["data"]["price"], event["data"]["royalty"]) == (10_000, 100)


def test_trades_are_the_takers_and_sales_are_everybodys(join, artist, anonymous):
    buyer = join(fund=10_000)
    work = minted(artist, amount=1)
    trade = done(buy(buyer, put_up(artist, work)))
    assert [t["id"] for t in buyer.api.get("/v1/trades").json()["data"]] == [trade["id"]]
    path = f"/v1/trades/{trade['id']}"
    assert buyer.api.get(path).json()["sale"] == trade["sale"]
    assert join().api.get(path).status_code == 404
    public = anonymous.get("/v1/sales", params={"buyer": buyer.id}).json()["data"]
    assert [s["id"] for s in public] == [trade["sale"]]
    assert (public[0]["item"], public[0]["quantity"]) == (work["id"], "1")


def test_purchase_that_is_not_awaited_shows_what_the_contract_foresees(join, artist):
    buyer, gallery = join(fund=20_000), join()
    work = minted(artist, gallery, 1, royalty_bps=500)
    listing = put_up(gallery, work, unit_price=20_000)
    path = f"/v1/listings/{listing['id']}/buy"
    answer = buyer.api.write(path, {"quantity": 1}, wait=0)
    assert answer.status_code == 202
    pending = answer.json()
    assert (pending["status"], pending["sale"]) == ("pending", None)
    buyer.api.write("/v1/faucet", {"amount": 1})  # what was sent before it is settled then
    settled = done(buyer.api.get(answer.headers["Location"]))
    assert settled["status"] == "settled"
    assert settled["division"] == pending["division"]
