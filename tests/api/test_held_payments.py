"""Money that the token refused to pay out: kept for its owner, who fetches it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.api.agreements.support import agree, cents
from tests.api.parcels.conftest import act
from tests.api.pausing import paused
from tests.api.spaces.conftest import create as create_space
from tests.api.spaces.conftest import done, refused, reverted
from tests.api.test_two_steps import carry_through, person

__all__ = ["person"]

PATH = "/v1/held_payments"


def split_of(owner, *recipients):
    """A split in equal shares with 100 cents on its account."""
    shares = [{"to": one.address, "bps": 10_000 // len(recipients)} for one in recipients]
    split = done(owner.api.write("/v1/splits", {"name": "x", "shares": shares}), 201)
    done(owner.api.write("/v1/transfers", {"to": split["account"], "amount": 100}))
    return split


def held(member):
    return done(member.api.get(PATH))["data"]


def withdraw(member, one, **body):
    return member.api.write(f"{PATH}/{one['id']}/withdraw", body)


@pytest.fixture(scope="module")
def world(join, admin):
    """What became due while tEUR was paused: of a split, an agreement and a deposit."""
    owner, one, other = join(fund=1_000), join("Yksi Oy"), join("Kaksi Oy")
    split = split_of(owner, one, other)
    deal = agree(join).into_force().funded()
    deal.do(deal.provider, "milestones/0/deliver", {"evidence": "x"})
    tenant = join("Vuokralainen Oy", fund=1_000)
    space = create_space(owner)
    done(owner.api.write(f"/v1/spaces/{space['id']}/plan", {"width": 1, "depth": 1}))
    place = {"space": space["id"], "x": 0, "y": 0, "name": "Tontti"}
    parcel = done(owner.api.write("/v1/parcels", place))
    done(act(owner, parcel, "rental_terms", {"price_per_day": 0, "deposit": 700}))
    done(act(tenant, parcel, "rent", {"days": 1}))
    done(act(tenant, parcel, "give_up"))
    with paused(admin):
        distributed = done(owner.api.write(f"/v1/splits/{split['id']}/distribute"))
        deal.do(deal.client, "milestones/0/accept")
        done(act(owner, parcel, "deposit/release"))
        refusal = withdraw(one, held(one)[0])
    return SimpleNamespace(
        owner=owner, one=one, other=other, split=split, distributed=distributed, deal=deal,
        tenant=tenant, refusal=refusal,
    )  # fmt: skip


def test_what_is_held_is_no_balance_of_the_split(world):
    found = world.distributed
    assert (found["balance"], found["distributed"]) == (0, 100)
    assert found["held"] == 100


def test_everybody_sees_what_is_held_for_them_only(world):
    (mine,) = held(world.other)
    assert (mine["source"], mine["status"], mine["amount"]) == ("split", "held", 50)
    assert (mine["holder"], mine["raw"]) == (world.split["account"], "500000")
    assert mine["recipient"] == world.other.address
    assert held(world.owner) == []
    assert world.owner.api.get(f"{PATH}/{mine['id']}").status_code == 404
    refused(withdraw(world.owner, mine), 404, "not_found")
    types = [e["type"] for e in done(world.other.api.get("/v1/events"))["data"]]
    assert "payment.held" in types


def test_nothing_is_fetched_while_the_token_refuses(world):
    assert world.refusal.status_code == 422, world.refusal.text
    assert world.refusal.json()["code"] == "contract_reverted"


def test_share_is_fetched_once(world):
    (mine,) = held(world.one)
    fetched = done(withdraw(world.one, mine))
    assert (fetched["status"], fetched["amount"]) == ("withdrawn", 0)
    assert fetched["withdrawn"] is not None
    assert cents(world.one) == 50
    refused(withdraw(world.one, mine), 409, "held_payment_withdrawn")
    shown = done(world.owner.api.get(f"/v1/splits/{world.split['id']}"))
    assert shown["held"] + cents(world.one) <= 100
    types = [e["type"] for e in done(world.one.api.get("/v1/events"))["data"]]
    assert "payment.held_withdrawn" in types


def test_share_is_fetched_for_somebody_else(world, join):
    friend, (mine,) = join(), held(world.other)
    refused(withdraw(world.other, mine, to="nobody"), 422, "invalid_input")
    refused(withdraw(world.other, mine, to=5), 422, "invalid_input")
    done(withdraw(world.other, mine, to=friend.did))
    assert (cents(friend), cents(world.other)) == (50, 0)


def test_price_of_a_milestone_and_a_deposit_are_fetched(world):
    for member, source, amount in (
        (world.deal.provider, "agreement", 120_000),
        (world.tenant, "parcel", 700),
    ):
        (mine,) = held(member)
        assert (mine["source"], mine["amount"]) == (source, amount)
        before = cents(member)
        done(withdraw(member, mine))
        assert cents(member) == before + amount


def test_what_is_held_again_is_added(join, admin):
    owner, one, other = join(fund=1_000), join(), join()
    split = split_of(owner, one, other)
    with paused(admin):
        done(owner.api.write(f"/v1/splits/{split['id']}/distribute"))
    (first,) = held(one)
    done(withdraw(one, first))
    done(owner.api.write("/v1/transfers", {"to": split["account"], "amount": 20}))
    with paused(admin):
        done(owner.api.write(f"/v1/splits/{split['id']}/distribute"))
    assert [(h["id"], h["amount"]) for h in held(other)] == [(held(other)[0]["id"], 60)]
    (again,) = held(one)
    assert (again["id"], again["status"], again["amount"]) == (first["id"], "held", 10)


def test_share_that_rounding_leaves_nothing_of_is_not_held(join, admin):
    owner, one, other = join(fund=1_000), join(), join()
    shares = [{"to": to.address, "bps": 5_000} for to in (one, other)]
    split = done(owner.api.write("/v1/splits", {"name": "x", "shares": shares}), 201)
    contracts = owner.api.get("/v1/chain").json()["contracts"]
    euro = next(its["address"] for its in contracts if its["name"] == "PilotEuro")
    euro = done(owner.api.write("/v1/contracts/attach", {"address": euro}), 201)
    send = f"/v1/contracts/{euro['id']}/send/transfer"
    done(owner.api.write(send, {"arguments": [split["account"], "1"]}))
    with paused(admin):
        done(owner.api.write(f"/v1/splits/{split['id']}/distribute"))
    assert [its["raw"] for its in [*held(one), *held(other)]] == ["1"]


def test_share_is_fetched_with_a_wallet_of_ones_own(person, join, admin):
    owner, mine = join(fund=1_000), person()
    split = split_of(owner, mine, owner)
    with paused(admin):
        done(owner.api.write(f"/v1/splits/{split['id']}/distribute"))
    (found,) = held(mine)
    carry_through(mine, f"{PATH}/{found['id']}/withdraw")
    assert cents(mine) == 50


def test_unknown_held_payment_is_not_found(world):
    answer = world.one.api.write(f"{PATH}/hpy_unknown/withdraw")
    refused(answer, 404, "not_found")


def test_pausing_is_for_the_administrator_only(join, admin):
    contracts = admin.get("/v1/chain").json()["contracts"]
    address = next(one["address"] for one in contracts if one["name"] == "PilotEuro")
    member = join()
    mine = done(member.api.write("/v1/contracts/attach", {"address": address}), 201)
    answer = member.api.write(f"/v1/contracts/{mine['id']}/send/pause")
    reverted(answer, "AccessControlUnauthorizedAccount")
