"""Redeeming items: presented by their holder, used up by a gate."""

import pytest

from tests.api.assets.conftest import act, held, minted
from tests.api.spaces.conftest import done, refused, reverted


def accept(gate, redemption):
    return gate.api.write(f"/v1/item_redemptions/{redemption['id']}/accept")


@pytest.fixture(scope="module")
def holder(join):
    return join("Kävijä")


@pytest.fixture
def ticket(creator, holder):
    """A ticket of which the holder has two."""
    return minted(creator, holder, 2, kind="ticket", name="Pääsylippu")


def test_ticket_is_used_up_at_the_door_once(creator, holder, ticket, contract):
    presented = done(act(holder, ticket, "redemptions", {"amount": 1}), 201)
    assert (presented["status"], presented["gate"]) == ("open", creator.address)
    assert held(holder, ticket) == 2  # nothing is used up by presenting it
    used = done(accept(creator, presented))
    assert used["status"] == "redeemed"
    assert used["transactions"][0]["function"] == "redeemWithSignature"
    number = int(ticket["token_id"])
    assert contract("Items", "balanceOf", holder.address, number) == held(holder, ticket) == 1
    refused(accept(creator, presented), 409, "redemption_used")
    item = creator.api.get(f"/v1/items/{ticket['id']}").json()
    assert (item["redeemed"], item["burned"]) == ("1", "1")


def test_same_ticket_presented_twice_is_redeemed_once(creator, holder, ticket):
    first = done(act(holder, ticket, "redemptions", {"amount": 2}), 201)
    second = done(act(holder, ticket, "redemptions", {"amount": 2}), 201)
    done(accept(creator, first))
    reverted(accept(creator, second), "ERC1155InsufficientBalance")


def test_gate_that_the_creator_has_named_redeems_and_nobody_else(creator, holder, ticket, join):
    door, stranger = join("Ovi"), join()
    answer = act(holder, ticket, "redemptions", {"gate": door.did})
    assert refused(answer, 422, "item_terms_invalid")["param"] == "gate"
    assert done(act(creator, ticket, "gates", {"gate": door.did}))["gates"] == [door.address]
    presented = done(act(holder, ticket, "redemptions", {"gate": door.did}), 201)
    for other in (stranger, creator, holder):
        refused(accept(other, presented), 404, "not_found")
    done(accept(door, presented))
    again = done(act(holder, ticket, "redemptions", {"gate": door.did}), 201)
    done(act(creator, ticket, "gates", {"gate": door.did, "allowed": False}))
    reverted(accept(door, again), "ItemsNotGate")


def test_redemptions_are_shown_to_holder_and_gate_only(creator, holder, ticket, join):
    presented = done(act(holder, ticket, "redemptions"), 201)
    path = f"/v1/item_redemptions/{presented['id']}"
    for member in (creator, holder):
        assert done(member.api.get(path))["status"] == "open"
        ids = [r["id"] for r in member.api.get("/v1/item_redemptions").json()["data"]]
        assert presented["id"] in ids
    stranger = join()
    refused(stranger.api.get(path), 404, "not_found")
    assert stranger.api.get("/v1/item_redemptions").json()["data"] == []


def test_events_tell_holder_gate_and_creator(creator, holder, ticket):
    done(accept(creator, done(act(holder, ticket, "redemptions"), 201)))
    for member in (creator, holder):
        events = member.api.get("/v1/events", params={"limit": 5}).json()["data"]
        mine = [e for e in events if e["data"].get("item") == ticket["id"]]
        assert [e["type"] for e in mine][:2] == ["item.redeemed", "item.burned"]
        assert mine[0]["data"]["holder"] == holder.address


def test_expired_redemption_is_refused_with_the_next_step(creator, holder, ticket, monkeypatch):
    presented = done(act(holder, ticket, "redemptions", {}), 201)
    monkeypatch.setattr("pocplatform.domains.assets.redeeming.now_s", lambda: 2**33)
    problem = refused(accept(creator, presented), 409, "redemption_expired")
    assert "/redemptions" in problem["next_step"]
    shown = holder.api.get(f"/v1/item_redemptions/{presented['id']}").json()
    assert shown["status"] == "expired"


@pytest.mark.parametrize(
    ("valid_until", "code"),
    [
        ("2020-01-01T00:00:00Z", "validity_invalid"),
        ("2030-01-01T00:00:00", "invalid_input"),
        (900, "invalid_input"),
        ("soon", "invalid_input"),
    ],
)
def test_redemption_ends_at_a_time_in_the_future(holder, ticket, valid_until, code):
    answer = act(holder, ticket, "redemptions", {"valid_until": valid_until})
    assert refused(answer, 422, code)["param"] == "valid_until"


def test_what_was_taken_back_cannot_be_used_up(creator, holder, ticket):
    presented = done(act(holder, ticket, "redemptions"), 201)
    path = f"/v1/item_redemptions/{presented['id']}"
    refused(creator.api.write(f"{path}/withdraw"), 403, "forbidden")
    assert done(holder.api.write(f"{path}/withdraw"))["status"] == "withdrawn"
    refused(accept(creator, presented), 409, "redemption_withdrawn")
    refused(holder.api.write(f"{path}/withdraw"), 409, "redemption_withdrawn")
    assert held(holder, ticket) == 2
    types = [e["type"] for e in creator.api.get("/v1/events").json()["data"]]
    assert types[0] == "item.redemption_withdrawn"
