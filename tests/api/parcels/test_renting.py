"""Renting parcels with a deposit over the real gateway, on the real chain."""

from datetime import datetime

import pytest

from tests.api.parcels.conftest import DAY, act, cents
from tests.api.spaces.conftest import done, refused, reverted


def rent(member, parcel, **fields):
    return act(member, parcel, "rent", {"days": 7} | fields)


@pytest.fixture
def rented(let, join):
    """A parcel that is rented for a week, with user, owner and arbiter."""
    parcel, owner, arbiter = let
    user = join("Vuokralainen Oy", fund=50_000)
    return done(rent(user, parcel)), user, owner, arbiter


def test_price_goes_to_the_owner_and_the_deposit_is_held(rented, contract, platform):
    parcel, user, owner, _ = rented
    assert cents(user) == 50_000 - 7 * 1_000 - 20_000
    assert cents(owner) == 7_000
    number = int(parcel["token_id"])
    assert contract("Parcels", "depositOf", number) == (user.address, 200_000_000, 0, 0)
    assert parcel["deposit"] == {
        "user": user.address, "amount": 20_000, "currency": "tEUR", "claimed": 0,
        "decide_by": None,
    }  # fmt: skip
    assert parcel["user"] == user.address == contract("Parcels", "userOf", number)
    until = int(datetime.fromisoformat(parcel["user_until"]).timestamp())
    assert until == contract("Parcels", "userExpires", number)
    (rental,) = user.api.get("/v1/rentals").json()["data"]
    rented_at = int(datetime.fromisoformat(rental["created"]).timestamp())
    assert until == rented_at + 7 * DAY
    assert (rental["price"], rental["deposit"], rental["status"]) == (7_000, 20_000, "running")


def test_parcel_is_lent_for_nothing_until_its_time_or_until_it_is_given_up(mint, join, contract):
    owner, guest, stranger = join(), join(), join()
    parcel = mint(owner)
    lent = done(act(owner, parcel, "lend", {"to": guest.did, "days": 2}))
    assert lent["user"] == guest.address
    assert lent["deposit"] is None
    assert contract("Parcels", "userOf", int(parcel["token_id"])) == guest.address
    reverted(act(owner, parcel, "lend", {"to": stranger.did, "days": 1}), "ParcelsRented")
    assert done(act(guest, parcel, "give_up"))["user"] is None
    assert done(act(owner, parcel, "lend", {"to": stranger.did, "days": 365}))["user"]
    assert guest.api.get("/v1/rentals").json()["data"] == []


def test_parcel_is_lent_by_its_owner_only(mint, join):
    owner, thief = join(), join()
    parcel = mint(owner)
    reverted(act(thief, parcel, "lend", {"to": thief.did, "days": 1}), "ERC721InsufficientApproval")
    for body, param in (
        ({"to": thief.did}, "days"),
        ({"days": 1}, "to"),
        ({"to": "nobody", "days": 1}, "to"),
        ({"to": thief.did, "days": 0}, "days"),
        ({"to": thief.did, "days": 366}, "days"),
        ({"to": thief.did, "days": "1"}, "days"),
    ):
        assert refused(act(owner, parcel, "lend", body), 422, "invalid_input")["param"] == param


def test_deposit_comes_back_when_the_owner_releases_it(rented, contract):
    parcel, user, owner, _ = rented
    given_up = done(act(user, parcel, "give_up"))
    assert (given_up["user"], given_up["deposit"]["amount"]) == (None, 20_000)
    assert contract("Parcels", "userOf", int(parcel["token_id"])) == "0x" + "0" * 40
    assert done(act(owner, parcel, "deposit/release"))["deposit"] is None
    assert (cents(user), cents(owner)) == (50_000 - 7_000, 7_000)
    rentals = user.api.get(f"/v1/parcels/{parcel['id']}/rentals").json()["data"]
    assert [(r["status"], r["user_amount"], r["owner_amount"]) for r in rentals] == [
        ("settled", 20_000, 0)
    ]
    reverted(act(owner, parcel, "deposit/release"), "ParcelsNoDeposit")


def test_claim_that_the_user_accepts_is_paid_from_the_deposit(rented, contract):
    parcel, user, owner, _ = rented
    done(act(user, parcel, "give_up"))
    claim = {"amount": 5_000, "reason": "Seinä jäi maalatuksi."}
    claimed = done(act(owner, parcel, "deposit/claim", claim))
    assert claimed["deposit"]["claimed"] == 5_000
    assert contract("Parcels", "depositOf", int(parcel["token_id"]))[2] == 50_000_000
    done(act(user, parcel, "deposit/accept"))
    assert (cents(user), cents(owner)) == (50_000 - 7_000 - 5_000, 7_000 + 5_000)


def test_arbiter_decides_a_claim_and_nobody_else(rented, join):
    parcel, user, owner, arbiter = rented
    done(act(user, parcel, "give_up"))
    done(act(owner, parcel, "deposit/claim", {"amount": 5_000, "reason": "Seinä."}))
    ruling = {"owner_amount": 2_000, "ruling": "Osa oli siinä jo."}
    for other in (user, owner, join()):
        reverted(act(other, parcel, "deposit/decide", ruling), "ParcelsNotArbiter")
    too_much = ruling | {"owner_amount": 5_001}
    reverted(act(arbiter, parcel, "deposit/decide", too_much), "ParcelsInvalidClaim")
    done(act(arbiter, parcel, "deposit/decide", ruling))
    assert (cents(user), cents(owner)) == (50_000 - 7_000 - 2_000, 7_000 + 2_000)


def test_texts_about_a_claim_stay_off_the_chain(rented):
    parcel, user, owner, _ = rented
    done(act(user, parcel, "give_up"))
    claim = {"amount": 1, "reason": "Salainen syy."}
    (transaction,) = done(act(owner, parcel, "deposit/claim", claim))["transactions"]
    assert transaction["arguments"].keys() == {"tokenId", "amount", "reasonHash"}
    assert len(transaction["arguments"]["reasonHash"]) == 66


def test_rented_parcel_cannot_be_let_again_by_owner_or_new_owner(rented, join):
    parcel, _, owner, arbiter = rented
    late, heir = join(fund=50_000), join()
    reverted(rent(late, parcel), "ParcelsRented")
    assert cents(late) == 50_000
    done(act(owner, parcel, "transfer", {"to": heir.did}))
    reverted(rent(late, parcel), "ParcelsNotOffered")
    # The arbiter of the deposit that is held stays until it is settled.
    other = {"price_per_day": 1, "deposit": 0, "arbiter": late.did}
    reverted(act(heir, parcel, "rental_terms", other), "ParcelsInvalidTerms")
    done(act(heir, parcel, "rental_terms", other | {"arbiter": arbiter.did}))
    reverted(rent(late, parcel), "ParcelsRented")


def test_parcel_whose_deposit_is_held_cannot_be_let_again(rented, join):
    parcel, user, _, _ = rented
    done(act(user, parcel, "give_up"))
    late = join(fund=50_000)
    reverted(rent(late, parcel), "ParcelsDepositHeld")
    assert cents(late) == 50_000


def test_renting_without_enough_money_is_refused_and_allows_nothing(let, join, contract, platform):
    parcel, owner, _ = let
    poor = join(fund=26_999)
    problem = reverted(rent(poor, parcel), "ERC20InsufficientBalance")
    assert problem["contract_error"]["args"]["needed"] in (270_000_000, "270000000")
    assert cents(poor) == 26_999
    spender = platform.gateway.contracts.address("Parcels")
    assert contract("PilotEuro", "allowance", poor.address, spender) == 0
    assert cents(owner) == 0


def test_nothing_is_rented_on_other_terms_than_the_user_has_seen(let, join):
    parcel, _, _ = let
    user = join(fund=50_000)
    reverted(rent(user, parcel, price_per_day=999), "ParcelsTermsChanged")
    reverted(rent(user, parcel, deposit=0), "ParcelsTermsChanged")
    assert cents(user) == 50_000
    done(rent(user, parcel, price_per_day=1_000, deposit=20_000))


def test_withdrawn_or_missing_offer_cannot_be_rented(let, mint, join):
    parcel, owner, _ = let
    user = join(fund=50_000)
    assert done(act(owner, parcel, "rental_terms/withdraw"))["rental_terms"] is None
    reverted(rent(user, parcel), "ParcelsNotOffered")
    reverted(rent(user, mint(owner)), "ParcelsNotOffered")


def test_list_says_what_is_to_let(let, join, anonymous):
    parcel, owner, _ = let

    def to_let():
        query = {"owner": owner.did, "to_let": True}
        return [p["id"] for p in anonymous.get("/v1/parcels", params=query).json()["data"]]

    assert to_let() == [parcel["id"]]
    user = join(fund=50_000)
    done(rent(user, parcel))
    assert to_let() == []
    used = anonymous.get("/v1/parcels", params={"user": user.did}).json()["data"]
    assert [p["id"] for p in used] == [parcel["id"]]


def test_events_tell_owner_user_and_arbiter(rented):
    parcel, user, owner, arbiter = rented
    done(act(user, parcel, "give_up"))
    done(act(owner, parcel, "deposit/claim", {"amount": 1, "reason": "x"}))
    done(act(user, parcel, "deposit/accept"))

    def told(member):
        events = member.api.get("/v1/events", params={"limit": 100}).json()["data"]
        return [e["type"] for e in events if e["data"].get("parcel") == parcel["id"]][::-1]

    both = [
        "parcel.rented", "parcel.given_up", "parcel.deposit_claimed", "parcel.deposit_settled",
    ]  # fmt: skip
    assert told(user) == both
    assert told(owner) == ["parcel.minted", "parcel.rental_terms_set", *both]
    assert told(arbiter) == both[2:]


def test_steps_of_others_and_out_of_time_are_refused(rented, join):
    parcel, user, owner, arbiter = rented
    stranger = join()
    reverted(act(stranger, parcel, "give_up"), "ParcelsNotUser")
    reverted(act(user, parcel, "deposit/release"), "ParcelsReleaseTooEarly")
    claim = {"amount": 1, "reason": "x"}
    reverted(act(owner, parcel, "deposit/claim", claim), "ParcelsInvalidClaim")  # still running
    reverted(act(user, parcel, "deposit/accept"), "ParcelsNoClaim")
    done(act(user, parcel, "give_up"))
    reverted(act(stranger, parcel, "deposit/claim", claim), "ParcelsNotOwner")
    too_much = claim | {"amount": 20_001}
    reverted(act(owner, parcel, "deposit/claim", too_much), "ParcelsInvalidClaim")
    reverted(
        act(arbiter, parcel, "deposit/decide", {"owner_amount": 0, "ruling": "x"}),
        "ParcelsNoClaim",
    )
    reverted(act(stranger, parcel, "rental_terms", {"price_per_day": 1}), "ParcelsNotOwner")


def test_arbiter_can_be_neither_owner_nor_user(let, join):
    parcel, owner, arbiter = let
    own = {"price_per_day": 1, "arbiter": owner.did}
    reverted(act(owner, parcel, "rental_terms", own), "ParcelsInvalidTerms")
    reverted(rent(arbiter, parcel), "ParcelsInvalidTerms")


def test_organisers_are_the_arbiter_where_none_is_named(mint, join, platform):
    owner = join()
    terms = done(act(owner, mint(owner), "rental_terms", {"price_per_day": 5}))["rental_terms"]
    assert terms["arbiter"] == platform.gateway.signers.operator.address


def test_renting_needs_an_idempotency_key_and_is_done_once(let, join):
    parcel, _, _ = let
    user = join(fund=50_000)
    path = f"/v1/parcels/{parcel['id']}/rent"
    refused(user.api.post(path, json={"days": 1}), 422, "idempotency_key_missing")
    key = {"Idempotency-Key": "rent-once"}
    first, again = (user.api.write(path, {"days": 1}, **key) for _ in range(2))
    assert done(first)["id"] == done(again)["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert cents(user) == 50_000 - 1_000 - 20_000


@pytest.mark.parametrize(
    ("verb", "body", "param"),
    [
        ("rent", {}, "days"),
        ("rent", {"days": 0}, "days"),
        ("rent", {"days": 367}, "days"),
        ("rent", {"days": -1}, "days"),
        ("rent", {"days": "7"}, "days"),
        ("rent", {"days": 7, "price_per_day": -1}, "price_per_day"),
        ("rental_terms", {}, "price_per_day"),
        ("rental_terms", {"price_per_day": -1}, "price_per_day"),
        ("rental_terms", {"price_per_day": 2**48}, "price_per_day"),
        ("rental_terms", {"price_per_day": 1.5}, "price_per_day"),
        ("rental_terms", {"price_per_day": 1, "deposit": -1}, "deposit"),
        ("rental_terms", {"price_per_day": 1, "arbiter": "nobody"}, "arbiter"),
        ("rental_terms", {"price_per_day": 1, "currency": "EUR"}, "currency"),
        ("deposit/claim", {"reason": "x"}, "amount"),
        ("deposit/claim", {"amount": 0, "reason": "x"}, "amount"),
        ("deposit/claim", {"amount": 1}, "reason"),
        ("deposit/decide", {"owner_amount": -1, "ruling": "x"}, "owner_amount"),
        ("deposit/decide", {"owner_amount": 1, "ruling": ""}, "ruling"),
        ("transfer", {"to": "nobody"}, "to"),
    ],
)
def test_request_that_cannot_be_is_refused_by_field(let, verb, body, param):
    parcel, owner, _ = let
    assert refused(act(owner, parcel, verb, body), 422, "invalid_input")["param"] == param


def test_terms_that_cost_nothing_are_refused(let):
    parcel, owner, _ = let
    answer = act(owner, parcel, "rental_terms", {"price_per_day": 0})
    assert refused(answer, 422, "rental_terms_invalid")["param"] == "price_per_day"
