"""Many at once: what there is one of goes to one, and no money is lost or made."""

from concurrent.futures import ThreadPoolExecutor

from tests.api.assets.conftest import act, held, minted
from tests.api.market.conftest import accept, buy, offer, put_up, raw, shown, units
from tests.api.spaces.conftest import create as create_space
from tests.api.spaces.conftest import done, go, visitors

MANY = 8


def at_once(calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def refusal(answer):
    """The stable code of a refusal, or the contract's error."""
    assert answer.status_code in (409, 422), answer.text
    problem = answer.json()
    return problem.get("contract_error", {}).get("name", problem["code"])


def test_last_one_is_sold_to_one_of_many_buyers(join, artist, anonymous):
    buyers = [join(fund=10_000) for _ in range(MANY)]
    seller = join()
    work = minted(artist, seller, 1, royalty_bps=500)
    before = raw(artist)
    listing = put_up(seller, work)
    answers = at_once([lambda buyer=buyer: buy(buyer, listing) for buyer in buyers])
    assert [a.status_code for a in answers].count(200) == 1
    reasons = {refusal(a) for a in answers if a.status_code != 200}
    assert reasons <= {"order_filled", "SignedActionUsed", "ERC1155InsufficientBalance"}
    assert sum(held(buyer, work) for buyer in buyers) == 1
    assert raw(seller) == units(10_000 - 500 - 100)
    assert raw(artist) - before == units(500)
    assert sum(raw(buyer) for buyer in buyers) == units(10_000) * (MANY - 1)
    sales = anonymous.get("/v1/sales", params={"item": work["id"]}).json()["data"]
    assert len(sales) == 1
    for buyer in buyers:
        states = [t["status"] for t in buyer.api.get("/v1/trades").json()["data"]]
        assert states in (["settled"], ["failed"], [])
        assert (states == ["settled"]) == (held(buyer, work) == 1)


def test_one_wallet_buys_many_at_once(join, artist):
    buyer = join(fund=MANY * 1_000)
    work = minted(artist, amount=MANY)
    listing = put_up(artist, work, amount=MANY, unit_price=1_000)
    answers = at_once([lambda: buy(buyer, listing)] * MANY)
    assert {a.status_code for a in answers} == {200}
    assert (held(buyer, work), raw(buyer)) == (MANY, 0)
    assert shown(buyer.api, listing)["status"] == "sold"


def test_offer_is_accepted_no_more_often_than_it_was_made(join, artist):
    buyer = join(fund=2_000)
    work = minted(artist, amount=1)
    holders = [join() for _ in range(4)]
    for holder in holders:
        done(act(artist, work, "mint", {"to": holder.did}))
    offered = done(offer(buyer, work, amount=2, unit_price=1_000), 201)
    answers = at_once([lambda holder=holder: accept(holder, offered) for holder in holders])
    assert [a.status_code for a in answers].count(200) == 2
    assert (held(buyer, work), raw(buyer)) == (2, 0)
    assert sum(held(holder, work) for holder in holders) == 2


def test_no_more_visitors_are_let_in_at_once_than_there_is_room_for(join, anonymous):
    owner, guests = join(), [join() for _ in range(MANY)]
    space = create_space(owner, entry={"capacity": 3})
    answers = at_once([lambda guest=guest: go(guest, space) for guest in guests])
    assert [a.status_code for a in answers].count(200) == 3
    assert {refusal(a) for a in answers if a.status_code != 200} == {"SpacesFull"}
    inside = [g.address for g, a in zip(guests, answers, strict=True) if a.status_code == 200]
    assert sorted(visitors(anonymous, space)) == sorted(inside)


def test_parcel_is_rented_to_one_of_many(join):
    owner, users = join(), [join(fund=5_000) for _ in range(MANY)]
    space = create_space(owner)
    done(owner.api.write(f"/v1/spaces/{space['id']}/plan", {"width": 1, "depth": 1}))
    body = {"space": space["id"], "x": 0, "y": 0, "name": "Tontti"}
    path = f"/v1/parcels/{done(owner.api.write('/v1/parcels', body))['id']}"
    done(owner.api.write(f"{path}/rental_terms", {"price_per_day": 1_000, "deposit": 2_000}))
    answers = at_once(
        [lambda user=user: user.api.write(f"{path}/rent", {"days": 1}) for user in users]
    )
    assert [a.status_code for a in answers].count(200) == 1
    assert {refusal(a) for a in answers if a.status_code != 200} == {"ParcelsRented"}
    assert raw(owner) == units(1_000)
    assert sorted(raw(user) for user in users) == [units(2_000)] + [units(5_000)] * (MANY - 1)


def test_place_is_given_to_one_of_many_who_ask_at_once(join):
    """All of them by the steward: the contract decides, and what it refuses can be had no more."""
    owner = join()
    space = create_space(owner)
    done(owner.api.write(f"/v1/spaces/{space['id']}/plan", {"width": 1, "depth": 1}))
    body = {"space": space["id"], "x": 0, "y": 0, "name": "Tontti"}
    answers = at_once([lambda: owner.api.write("/v1/parcels", body)] * 4)
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    assert {refusal(a) for a in answers if a.status_code != 200} == {"parcel_taken"}
    listed = owner.api.get("/v1/parcels", params={"space": space["id"]}).json()["data"]
    assert len(listed) == 1
