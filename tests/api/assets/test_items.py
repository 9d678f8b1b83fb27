"""Items over the real gateway, on the real chain."""

import hashlib
import json

import pytest

from tests.api.assets.conftest import act, create, held, minted
from tests.api.spaces.conftest import done, refused, reverted


def test_item_is_as_it_was_asked_for_here_and_on_the_chain(creator, item, contract):
    assert (item["cap"], item["minted"], item["royalty_bps"]) == (10, "3", 500)
    assert (item["creator"], item["royalty_receiver"]) == (creator.address, creator.address)
    number = int(item["token_id"])
    assert contract("Items", "supplyOf", number) == (True, 10, 3)
    assert contract("Items", "creatorOf", number) == creator.address
    assert contract("Items", "isSoulbound", number) is False
    assert contract("Items", "royaltyInfo", number, 10_000) == (creator.address, 500)
    assert contract("Items", "balanceOf", creator.address, number) == held(creator, item) == 3


def test_metadata_is_at_the_address_that_the_contract_gives(item, anonymous, contract):
    number = int(item["token_id"])
    template = contract("Items", "uri", number)
    metadata = done(anonymous.get(template.replace("{id}", f"{number:064x}")))
    assert metadata["id"] == item["id"]
    assert metadata["name"] == item["name"]
    assert metadata["decimals"] == 0
    assert metadata["properties"] == {"kind": "item", "transferable": True, "royalty_bps": 500}


@pytest.mark.parametrize("form", ["{id}", "{number}", "{number:064x}", "0x{number:x}"])
def test_item_is_found_by_id_and_by_every_form_of_its_number(item, anonymous, form):
    name = form.format(id=item["id"], number=int(item["token_id"]))
    assert done(anonymous.get(f"/v1/items/{name}"))["id"] == item["id"]


def test_description_can_be_checked_against_the_hash_that_was_sent(creator, platform):
    image = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
    item = create(creator, description="Öljyväri.", image=image)
    document = item["document"]
    assert json.loads(document["text"]) == {
        "name": "Revontulet", "description": "Öljyväri.", "image": image,
    }  # fmt: skip
    salted = bytes.fromhex(document["salt"]) + document["text"].encode()
    assert document["hash"] == "0x" + hashlib.sha256(salted).hexdigest()
    assert item["transactions"][0]["arguments"]["metadataHash"] == document["hash"]


def test_items_are_given_on_and_holders_listed(creator, join, anonymous, contract):
    holder, friend = join(), join()
    item = minted(creator, holder, 5)
    done(act(holder, item, "transfer", {"to": friend.did, "amount": 2}))
    assert (held(holder, item), held(friend, item)) == (3, 2)
    for member, amount in ((holder, 3), (friend, 2)):
        assert contract("Items", "balanceOf", member.address, int(item["token_id"])) == amount
    holders = anonymous.get(f"/v1/items/{item['id']}/holders").json()["data"]
    assert [(h["owner"], h["amount"]) for h in holders] == [
        (friend.address, "2"), (holder.address, "3"),
    ]  # fmt: skip
    done(act(holder, item, "transfer", {"to": friend.did, "amount": 3}))
    assert holder.api.get("/v1/holdings").json()["data"] == []
    others = holder.api.get("/v1/holdings", params={"owner": friend.id}).json()["data"]
    assert [(h["item"], h["amount"]) for h in others] == [(item["id"], "5")]


def test_giving_to_oneself_changes_nothing(creator, contract):
    item = minted(creator, amount=2)
    done(act(creator, item, "transfer", {"to": creator.did, "amount": 2}))
    assert held(creator, item) == 2


def test_burned_items_are_gone(creator, contract):
    item = minted(creator, amount=3)
    burned = done(act(creator, item, "burn", {"amount": 2}))
    assert (burned["minted"], burned["burned"], burned["redeemed"]) == ("3", "2", "0")
    assert held(creator, item) == 1


def test_events_tell_those_concerned(creator, join):
    holder, friend = join(), join()
    item = minted(creator, holder, 2)
    done(act(holder, item, "transfer", {"to": friend.did}))

    def told(member):
        events = member.api.get("/v1/events", params={"limit": 100}).json()["data"]
        return [e["type"] for e in events if e["data"].get("item") == item["id"]]

    assert told(creator) == ["item.minted", "item.created"]
    assert told(holder) == ["item.transferred", "item.minted"]
    assert told(friend) == ["item.transferred"]


def test_lists_by_creator_and_kind(join, anonymous):
    creator = join()
    ticket, thing = create(creator, kind="ticket"), create(creator)

    def ids(**query):
        page = anonymous.get("/v1/items", params={"creator": creator.did} | query).json()
        return [i["id"] for i in page["data"]]

    assert ids() == [thing["id"], ticket["id"]]
    assert ids(kind="ticket") == [ticket["id"]]


def test_only_the_creator_mints_and_names_gates(item, join):
    stranger = join()
    reverted(act(stranger, item, "mint", {"amount": 1}), "ItemsNotCreator")
    reverted(act(stranger, item, "gates", {"gate": stranger.did}), "ItemsNotCreator")


def test_no_more_than_the_cap_is_minted(item, creator):
    problem = reverted(act(creator, item, "mint", {"amount": 8}), "ItemsCapExceeded")
    assert "only 7" in problem["detail"]


def test_more_than_one_holds_cannot_be_given_burned_or_presented(item, creator, join):
    for verb, body in (("transfer", {"to": join().did, "amount": 4}), ("burn", {"amount": 4})):
        reverted(act(creator, item, verb, body), "ERC1155InsufficientBalance")
    answer = act(creator, item, "redemptions", {"amount": 4})
    assert refused(answer, 422, "item_terms_invalid")["param"] == "amount"


def test_item_bound_to_its_holder_never_changes_hands(creator, join, contract):
    holder = join()
    item = minted(creator, holder, transferable=False)
    assert contract("Items", "isSoulbound", int(item["token_id"])) is True
    answer = act(holder, item, "transfer", {"to": creator.did})
    reverted(answer, "ItemsSoulbound")
    done(act(holder, item, "burn"))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": 1}, "name"),
        ({"kind": "coin"}, "kind"),
        ({"cap": 0}, "cap"),
        ({"cap": -1}, "cap"),
        ({"cap": 2**32}, "cap"),
        ({"cap": 1.5}, "cap"),
        ({"royalty_bps": 1_001}, "royalty_bps"),
        ({"royalty_bps": -1}, "royalty_bps"),
        ({"royalty_bps": 1, "transferable": False}, "royalty_bps"),
        ({"royalty_receiver": "0x" + "1" * 40}, "royalty_receiver"),
        ({"royalty_bps": 1, "royalty_receiver": "nobody"}, "royalty_receiver"),
        ({"image": "javascript:alert(1)"}, "image"),
        ({"image": "file:///etc/passwd"}, "image"),
        ({"image": "https://" + "x" * 2_000}, "image"),
        ({"description": "x" * 10_001}, "description"),
        ({"creator": "x"}, "creator"),
    ],
)
def test_item_that_cannot_be_is_refused_by_field(creator, fields, param):
    answer = creator.api.write("/v1/items", {"name": "x"} | fields)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


@pytest.mark.parametrize("verb", ["mint", "transfer", "burn", "redemptions"])
@pytest.mark.parametrize("amount", [0, -1, 2**31, "1", 1.5, None])
def test_amount_must_be_a_positive_whole_number(item, creator, verb, amount):
    body = {"amount": amount} | ({"to": creator.did} if verb == "transfer" else {})
    answer = act(creator, item, verb, body)
    assert refused(answer, 422, "invalid_input")["param"] == "amount"


@pytest.mark.parametrize("verb", ["mint", "transfer"])
@pytest.mark.parametrize("to", ["nobody", "org_unknown", "0x12", "did:ethr:0x1:0x" + "1" * 40])
def test_recipient_must_exist_on_this_chain(item, creator, verb, to):
    assert refused(act(creator, item, verb, {"to": to}), 422, "invalid_input")["param"] == "to"


@pytest.mark.parametrize("name", ["itm_unknown", "1", "0x1", "f" * 64, "f" * 65, "-1", "9" * 78])
def test_unknown_item_is_not_found(creator, name):
    refused(creator.api.get(f"/v1/items/{name}"), 404, "not_found")
    refused(creator.api.write(f"/v1/items/{name}/mint", {}), 404, "not_found")


def test_what_moves_value_needs_an_idempotency_key(item, creator):
    body = {"to": creator.did}
    answer = creator.api.post(f"/v1/items/{item['id']}/transfer", json=body)
    refused(answer, 422, "idempotency_key_missing")
