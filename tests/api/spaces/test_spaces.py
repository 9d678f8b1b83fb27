"""Creating and keeping spaces over the real gateway, on the real chain."""

import hashlib
import json

import pytest

from tests.api.spaces.conftest import create, done, go, refused, reverted, visitors


def test_created_space_is_the_callers_and_open_to_anybody(owner, space, spaces_contract):
    assert space["id"].startswith("spc_")
    assert space["status"] == "open"
    assert (space["owner"], space["provider"]) == (owner.address, owner.did)
    assert space["entry"] == {
        "rule": "open", "ticket": None, "credential_type": None, "issuer": None, "capacity": None,
    }  # fmt: skip
    assert [t["status"] for t in space["transactions"]] == ["confirmed"]
    assert spaces_contract("ownerOf", space) == owner.address


def test_only_the_salted_hash_of_the_description_is_on_the_chain(space, platform):
    document = space["document"]
    assert json.loads(document["text"]) == {
        "name": space["name"], "description": space["description"],
    }  # fmt: skip
    salted = bytes.fromhex(document["salt"]) + document["text"].encode()
    assert document["hash"] == "0x" + hashlib.sha256(salted).hexdigest()
    (transaction,) = space["transactions"]
    assert transaction["arguments"]["descriptionHash"] == document["hash"]
    assert "galleria" not in json.dumps(transaction["arguments"]).lower()


def test_space_is_found_by_id_and_by_number_without_a_key(space, anonymous):
    for name in (space["id"], space["number"]):
        found = done(anonymous.get(f"/v1/spaces/{name}"))
        assert found["id"] == space["id"]
        assert found["transactions"] == []


def test_spaces_are_listed_by_owner_and_provider(owner, space, anonymous, join):
    for query in ({"owner": owner.did}, {"provider": owner.id}):
        ids = [s["id"] for s in anonymous.get("/v1/spaces", params=query).json()["data"]]
        assert space["id"] in ids
    assert anonymous.get("/v1/spaces", params={"owner": join().address}).json()["data"] == []


def test_entry_given_at_creation_is_set_with_it(join, spaces_contract):
    space = create(join(), entry={"rule": "invitation", "capacity": 7})
    assert space["entry"]["rule"] == "invitation"
    assert space["entry"]["capacity"] == 7
    assert [t["function"] for t in space["transactions"]] == ["createSpace", "setEntryRule"]
    assert spaces_contract("entryOf", space)[:4] == (3, bytes(32), "0x" + "0" * 40, 7)


def test_closed_space_lets_nobody_in_until_it_is_reopened(join, anonymous):
    owner, visitor = join(), join()
    space = create(owner)
    assert done(go(owner, space, "close"))["status"] == "closed"
    reverted(go(visitor, space), "SpacesClosed")
    closed = anonymous.get("/v1/spaces", params={"owner": owner.did, "closed": True}).json()
    assert [s["id"] for s in closed["data"]] == [space["id"]]
    assert done(go(owner, space, "reopen"))["status"] == "open"
    assert done(go(visitor, space))["inside"] is True


def test_space_changes_hands_only_when_the_new_owner_accepts(join, spaces_contract):
    owner, heir, stranger = join(), join(), join()
    space = create(owner)
    assert done(go(owner, space, "offer", {"to": heir.did}))["offered_to"] == heir.address
    reverted(go(stranger, space, "accept"), "SpacesNotCandidate")
    assert spaces_contract("ownerOf", space) == owner.address
    accepted = done(go(heir, space, "accept"))
    assert (accepted["owner"], accepted["provider"]) == (heir.address, heir.did)
    assert accepted["offered_to"] is None
    assert spaces_contract("ownerOf", space) == heir.address
    reverted(go(owner, space, "close"), "SpacesNotOwner")


def test_offer_of_a_space_can_be_taken_back(join):
    owner, heir = join(), join()
    space = create(owner)
    done(go(owner, space, "offer", {"to": heir.did}))
    assert done(go(owner, space, "offer", {"to": None}))["offered_to"] is None
    reverted(go(heir, space, "accept"), "SpacesNotCandidate")


def test_provider_must_be_an_identity_that_the_owner_controls(owner, join):
    answer = owner.api.write("/v1/spaces", {"name": "x", "provider": join().did})
    reverted(answer, "SpacesNotProvider")


def test_visitor_walks_through_linked_spaces_and_is_in_one_at_a_time(join, anonymous):
    owner, visitor = join(), join()
    hall, terrace = create(owner, name="Sali"), create(owner, name="Terassi")
    done(go(visitor, hall))
    reverted(go(visitor, hall, "travel", {"to": terrace["id"]}), "SpacesNotLinked")
    done(go(owner, hall, "links", {"to": terrace["id"]}))
    ways = anonymous.get(f"/v1/spaces/{hall['id']}/links").json()["data"]
    assert [(w["to"], w["name"]) for w in ways] == [(terrace["id"], "Terassi")]
    there = done(go(visitor, hall, "travel", {"to": terrace["id"]}))
    assert (there["space"], there["inside"]) == (terrace["id"], True)
    assert visitors(anonymous, hall) == []
    assert visitors(anonymous, terrace) == [visitor.address]
    inside = visitor.api.get("/v1/visits", params={"inside": True}).json()["data"]
    assert [v["space"] for v in inside] == [terrace["id"]]
    done(go(owner, hall, "links", {"to": terrace["number"], "open": False}))
    assert anonymous.get(f"/v1/spaces/{hall['id']}/links").json()["data"] == []


def test_events_tell_owner_and_visitor(join):
    owner, visitor = join(), join()
    space = create(owner)
    done(go(visitor, space))
    done(go(visitor, space, "leave"))

    def told(member):
        events = member.api.get("/v1/events").json()["data"]
        return [e["type"] for e in events if e["data"].get("space") == space["id"]]

    assert told(owner) == ["space.left", "space.entered", "space.created"]
    assert told(visitor) == ["space.left", "space.entered"]


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("entry", {"rule": "open"}),
        ("close", None),
        ("reopen", None),
        ("provider", {"provider": "self"}),
        ("offer", {"to": None}),
        ("links", {"to": "self"}),
        ("invitations/withdraw", None),
    ],
)
def test_only_the_owner_keeps_a_space(space, join, verb, body):
    stranger = join()
    if body and "self" in body.values():
        body = {"provider": stranger.did} if verb == "provider" else {"to": create(stranger)["id"]}
    reverted(go(stranger, space, verb, body), "SpacesNotOwner")


@pytest.mark.parametrize(
    ("entry", "param"),
    [
        ({"rule": "closed"}, "entry.rule"),
        ({"rule": "ticket"}, "entry.ticket"),
        ({"rule": "ticket", "ticket": "itm_unknown"}, "entry.ticket"),
        ({"rule": "ticket", "ticket": "12345"}, "entry.ticket"),
        ({"rule": "ticket", "ticket": "ticket"}, "entry.ticket"),
        ({"rule": "open", "ticket": "12345"}, "entry.ticket"),
        ({"rule": "credential", "credential_type": "Member"}, "entry.issuer"),
        ({"rule": "credential", "issuer": "0x" + "1" * 40}, "entry.credential_type"),
        ({"rule": "credential", "credential_type": "a b", "issuer": "x"}, "entry.credential_type"),
        ({"rule": "credential", "credential_type": "Member", "issuer": "x"}, "entry.issuer"),
        ({"rule": "open", "issuer": "0x" + "1" * 40}, "entry.issuer"),
        ({"capacity": 0}, "entry.capacity"),
        ({"capacity": -1}, "entry.capacity"),
        ({"capacity": 2**32}, "entry.capacity"),
        ({"capacity": "30"}, "entry.capacity"),
        ({"price": 1}, "entry.price"),
    ],
)
def test_entry_rule_that_does_not_fit_is_refused_by_field_and_nothing_is_created(
    owner, anonymous, entry, param
):
    before = anonymous.get("/v1/spaces", params={"owner": owner.did}).json()["data"]
    answer = owner.api.write("/v1/spaces", {"name": "x", "entry": entry})
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param
    assert anonymous.get("/v1/spaces", params={"owner": owner.did}).json()["data"] == before


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"description": "x" * 10_001}, "description"),
        ({"provider": "nobody"}, "provider"),
        ({"provider": "org_unknown"}, "provider"),
        ({"owner": "x"}, "owner"),
    ],
)
def test_space_that_cannot_be_is_refused_by_field(owner, fields, param):
    answer = owner.api.write("/v1/spaces", {"name": "x"} | fields)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


def test_unknown_space_is_not_found_and_as_a_target_is_named(owner, space):
    for path in ("spc_unknown", "0x" + "0" * 32, "1"):
        refused(owner.api.get(f"/v1/spaces/{path}"), 404, "not_found")
        refused(owner.api.write(f"/v1/spaces/{path}/enter"), 404, "not_found")
    answer = go(owner, space, "links", {"to": "spc_unknown"})
    assert refused(answer, 422, "invalid_input")["param"] == "to"
    reverted(go(owner, space, "links", {"to": space["id"]}), "SpacesLinkToItself")


def test_writes_need_a_key(space, anonymous):
    refused(anonymous.write("/v1/spaces", {"name": "x"}), 401, "unauthenticated")
    refused(anonymous.write(f"/v1/spaces/{space['id']}/enter"), 401, "unauthenticated")
    refused(anonymous.get(f"/v1/spaces/{space['id']}/visits"), 401, "unauthenticated")
