"""What wallets do on the contracts without the API: the read models follow all the same."""

import pytest

from pocplatform.kit.clock import now_s
from tests.api.assets.conftest import create, held, minted
from tests.api.spaces.conftest import create as create_space
from tests.api.spaces.conftest import done, go, reverted


@pytest.fixture
def write(platform):
    """Writes to a contract as a wallet would, past the API; returns when it is recorded."""

    def send(member, contract, function, **arguments):
        gateway = platform.gateway
        call = gateway.contracts.call(contract, function, **arguments)
        with gateway.database.transaction() as session:
            write = gateway.outbox.enqueue(session, call, sender=member.address, org_id=member.id)
        gateway.wake()
        done(member.api.write("/v1/faucet", {"amount": 1}))  # behind it, so it is settled then
        sent = member.api.get(f"/v1/transactions/{write.id}").json()
        assert sent["status"] == "confirmed", sent
        return sent

    return send


@pytest.fixture(autouse=True)
def _read_models_stand_still_for_nothing(platform):
    yield
    assert platform.engine._scanner.stopped_at() is None


def test_several_kinds_given_at_once_are_held_by_whoever_got_them(join, creator, write):
    holder, friend = join(), join()
    works = [minted(creator, holder, 5) for _ in range(2)]
    write(
        holder, "Items", "safeBatchTransferFrom", **{"from": holder.address, "to": friend.address},
        ids=[int(w["token_id"]) for w in works], values=[2, 3], data=b"",
    )  # fmt: skip
    assert [held(friend, work) for work in works] == [2, 3]
    assert [held(holder, work) for work in works] == [3, 2]
    told = [e for e in friend.api.get("/v1/events").json()["data"] if e["type"].startswith("item")]
    assert {(e["data"]["item"], e["data"]["amount"]) for e in told} == {
        (works[0]["id"], "2"), (works[1]["id"], "3"),
    }  # fmt: skip


def test_numbers_as_large_as_the_chain_has_them_are_kept(join, creator, write, anonymous):
    many = 2**256 - 1
    item = create(creator)
    write(creator, "Items", "mint", to=creator.address, id=int(item["token_id"]), amount=many)
    shown = done(anonymous.get(f"/v1/items/{item['id']}"))
    assert shown["minted"] == str(many)
    assert held(creator, item) == many
    write(creator, "Market", "cancelNonce", nonce=many)


def test_item_that_was_created_elsewhere_is_held_and_serves_as_ticket(join, write, contract):
    creator, guest = join(), join()
    write(
        creator, "Items", "createItem", serial=7, soulbound=False, cap=0,
        royaltyReceiver=creator.address, royaltyBps=0, metadataHash=bytes(32),
    )  # fmt: skip
    number = contract("Items", "itemId", creator.address, 7, False)
    write(creator, "Items", "mint", to=guest.address, id=number, amount=1)
    (holding,) = guest.api.get("/v1/holdings").json()["data"]
    assert (holding["item"], holding["token_id"]) == (None, str(number))
    space = create_space(creator, entry={"rule": "ticket", "ticket": str(number)})
    assert space["entry"]["ticket"] == str(number)
    done(go(guest, space))
    reverted(go(join(), space), "SpacesNoTicket")
    # It has no description here, but it can be put up for sale by its number.
    body = {"item": hex(number), "unit_price": 1}
    listing = done(guest.api.write("/v1/listings", body), 201)
    assert listing["item"] == str(number)


def test_user_that_the_owner_has_set_by_erc_4907_is_shown(join, write):
    owner, user = join(), join()
    space = create_space(owner)
    done(owner.api.write(f"/v1/spaces/{space['id']}/plan", {"width": 1, "depth": 1}))
    body = {"space": space["id"], "x": 0, "y": 0, "name": "Tontti"}
    parcel = done(owner.api.write("/v1/parcels", body))
    expires = now_s() + 3_600
    number = int(parcel["token_id"])
    write(owner, "Parcels", "setUser", tokenId=number, user=user.address, expires=expires)
    path = f"/v1/parcels/{parcel['id']}"
    assert done(owner.api.get(path))["user"] == user.address
    done(user.api.write(f"{path}/give_up"))
    after = done(owner.api.get(path))
    assert (after["user"], after["deposit"]) == (None, None)
    assert owner.api.get(f"{path}/rentals").json()["data"] == []


def test_space_and_parcel_of_others_do_not_disturb(join, write, contract, anonymous):
    owner = join()
    salt = b"\7" * 32
    write(
        owner, "Spaces", "createSpace", salt=salt, provider=owner.address,
        descriptionHash=bytes(32),
    )  # fmt: skip
    number = contract("Spaces", "spaceIdOf", owner.address, salt)
    write(
        owner, "Parcels", "setPlan", spaceId=number, steward=owner.address, width=1, depth=1,
        floors=1, royaltyBps=0,
    )  # fmt: skip
    token = contract("Parcels", "parcelId", number, 0, 0, 0)
    write(owner, "Parcels", "mint", to=owner.address, tokenId=token)
    (holding,) = owner.api.get("/v1/holdings").json()["data"]
    assert (holding["collection"], holding["token_id"]) == ("parcel", str(token))
    assert anonymous.get("/v1/spaces", params={"owner": owner.did}).json()["data"] == []
    link = create_space(owner)
    write(
        owner, "Spaces", "setLink", **{"from": int(link["number"], 16), "to": number}, linked=True
    )
    (way,) = anonymous.get(f"/v1/spaces/{link['id']}/links").json()["data"]
    assert (way["to"], way["name"]) == (f"0x{number:032x}", None)
