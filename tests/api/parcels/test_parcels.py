"""Plans and parcels over the real gateway, on the real chain."""

import pytest

from pocplatform.domains.parcels.schemas import ParcelCreate
from pocplatform.domains.parcels.service import Parcels
from pocplatform.kit.bulk import write_staged
from pocplatform.outbox import simulation
from pocplatform.outbox.errors import ContractReverted
from tests.api.parcels.conftest import act
from tests.api.spaces.conftest import create as create_space
from tests.api.spaces.conftest import done, refused, reverted


@pytest.fixture(scope="module")
def owner(join):
    return join("Omistaja Oy")


@pytest.fixture(scope="module")
def parcel(mint, owner):
    """A parcel that no test changes."""
    return mint(owner, name="Kulmapaikka", description="Oven vieressä.")


def test_minted_parcel_is_its_owners_here_and_on_the_chain(parcel, owner, space, contract):
    assert parcel["id"].startswith("prc_")
    assert (parcel["status"], parcel["owner"]) == ("minted", owner.address)
    number = int(parcel["token_id"])
    assert contract("Parcels", "ownerOf", number) == owner.address
    place = (parcel["x"], parcel["y"], parcel["floor"])
    assert contract("Parcels", "placeOf", number) == (int(space["number"], 16), *place)
    holdings = owner.api.get("/v1/holdings").json()["data"]
    assert [(h["collection"], h["token_id"], h["amount"]) for h in holdings] == [
        ("parcel", parcel["token_id"], "1")
    ]


def test_metadata_is_at_the_address_that_the_contract_gives(parcel, space, anonymous, contract):
    metadata = done(anonymous.get(contract("Parcels", "tokenURI", int(parcel["token_id"]))))
    assert (metadata["name"], metadata["description"]) == ("Kulmapaikka", "Oven vieressä.")
    assert metadata["properties"]["space"] == space["id"]
    assert metadata["id"] == parcel["id"]


def test_plan_is_as_it_was_set_and_may_grow(join, contract, anonymous):
    owner, steward = join(), join()
    space = create_space(owner)
    path = f"/v1/spaces/{space['id']}/plan"
    none = done(anonymous.get(path))
    assert (none["steward"], none["width"], none["depth"], none["floors"]) == (None, 0, 0, 0)
    first = {"steward": steward.did, "width": 3, "depth": 4, "floors": 5, "royalty_bps": 100}
    plan = done(owner.api.write(path, first))
    assert plan["steward"] == steward.address
    assert contract("Parcels", "planOf", int(space["number"], 16)) == (
        steward.address, 3, 4, 5, 100,
    )  # fmt: skip
    larger = done(owner.api.write(path, first | {"width": 6, "royalty_bps": 0}))
    assert (larger["width"], larger["royalty_bps"]) == (6, 0)
    assert done(anonymous.get(path))["width"] == 6
    for change in ({"width": 2}, {"royalty_bps": 200}):
        reverted(owner.api.write(path, first | change), "ParcelsInvalidPlan")
    reverted(steward.api.write(path, first), "ParcelsNotSpaceOwner")


def test_lists_by_space_owner_and_user(parcel, owner, space, anonymous, join):
    def ids(**query):
        page = anonymous.get("/v1/parcels", params={"limit": 100} | query).json()
        return [p["id"] for p in page["data"]]

    assert parcel["id"] in ids(space=space["id"])
    assert ids(owner=owner.did) == [parcel["id"]]
    assert ids(user=owner.did) == ids(owner=join().did) == []
    assert ids(owner=owner.did, to_let=True) == []
    assert ids(owner=owner.did, to_let=False) == [parcel["id"]]


def test_parcel_changes_hands(mint, join, contract):
    owner, heir = join(), join()
    parcel = mint(owner)
    assert done(act(owner, parcel, "transfer", {"to": heir.did}))["owner"] == heir.address
    assert contract("Parcels", "ownerOf", int(parcel["token_id"])) == heir.address
    reverted(act(owner, parcel, "transfer", {"to": owner.did}), "ERC721InsufficientApproval")
    assert owner.api.get("/v1/holdings").json()["data"] == []
    events = heir.api.get("/v1/events").json()["data"]
    assert [e["type"] for e in events] == ["parcel.transferred"]
    assert events[0]["data"]["parcel"] == parcel["id"]


def test_place_is_minted_once(parcel, steward, space):
    body = {"space": space["id"], "x": parcel["x"], "y": parcel["y"], "name": "Sama paikka"}
    problem = refused(steward.api.write("/v1/parcels", body), 409, "parcel_taken")
    assert parcel["id"] in problem["detail"]


def test_only_the_steward_mints_and_only_within_the_plan(steward, space, join):
    body = {"space": space["id"], "x": 999, "y": 1, "name": "x"}
    reverted(join().api.write("/v1/parcels", body), "ParcelsNotSteward")
    outside = body | {"y": 2}
    reverted(steward.api.write("/v1/parcels", outside), "ParcelsOutsidePlan")
    reverted(steward.api.write("/v1/parcels", body | {"floor": 1}), "ParcelsOutsidePlan")
    # Neither has left anything behind: the place can still be had.
    assert done(steward.api.write("/v1/parcels", body))["status"] == "minted"


def test_place_is_nobodys_who_may_not_mint_it_whatever_else_is_on_its_way(
    platform, steward, space, join
):
    stranger = join()
    gateway = platform.gateway
    with gateway.database.transaction() as session:
        accepted = [
            Parcels(
                session, gateway.outbox, gateway.signers, gateway.chain_id,
                org_id=None, address=who.address,
            )
            for who in (steward, stranger)
        ]  # fmt: skip
        accepted[0].mint(ParcelCreate(space=space["id"], x=996, y=1, name="x"))
        with (
            pytest.raises(ContractReverted) as refusal,
            simulation.wished(session, simulation.parsed("pending", stranger.address)),
        ):
            accepted[1].mint(ParcelCreate(space=space["id"], x=997, y=1, name="Vallattu"))
        write_staged(session)
    gateway.wake()
    assert refusal.value.error["name"] == "ParcelsNotSteward"
    body = {"space": space["id"], "x": 997, "y": 1, "name": "Oma"}
    assert done(steward.api.write("/v1/parcels", body))["status"] == "minted"


def test_place_is_not_taken_by_a_write_that_is_held_back(steward, space):
    body = {"space": space["id"], "x": 998, "y": 1, "name": "Odottaa"}
    held = steward.api.write("/v1/parcels", body, wait=0, Simulate="pending")
    (waiting,) = done(held, 202)["transactions"]
    minted = done(steward.api.write("/v1/parcels", body | {"name": "Valmis"}))
    assert (minted["status"], minted["name"]) == ("minted", "Valmis")
    called_back = steward.api.get(f"/v1/transactions/{waiting['id']}").json()
    assert called_back["status"] == "cancelled"
    refused(steward.api.write("/v1/parcels", body), 409, "parcel_taken")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"space": "spc_unknown"}, "space"),
        ({"space": None}, "space"),
        ({"x": -1}, "x"),
        ({"y": 2**16}, "y"),
        ({"floor": "0"}, "floor"),
        ({"x": 1.5}, "x"),
        ({"to": "nobody"}, "to"),
        ({"name": ""}, "name"),
        ({"image": "x"}, "image"),
        ({"z": 1}, "z"),
    ],
)
def test_parcel_that_cannot_be_is_refused_by_field(steward, space, fields, param):
    body = {"space": space["id"], "x": 0, "y": 1, "name": "x"} | fields
    answer = steward.api.write("/v1/parcels", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"width": 0}, "width"),
        ({"depth": 2**16}, "depth"),
        ({"floors": -1}, "floors"),
        ({"royalty_bps": 1_001}, "royalty_bps"),
        ({"steward": "nobody"}, "steward"),
    ],
)
def test_plan_that_cannot_be_is_refused_by_field(steward, space, fields, param):
    body = {"width": 1000, "depth": 2} | fields
    answer = steward.api.write(f"/v1/spaces/{space['id']}/plan", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


@pytest.mark.parametrize("name", ["prc_unknown", "1", "f" * 64, "itm_x", "-1"])
def test_unknown_parcel_is_not_found(steward, name):
    refused(steward.api.get(f"/v1/parcels/{name}"), 404, "not_found")
    refused(steward.api.write(f"/v1/parcels/{name}/rent", {"days": 1}), 404, "not_found")
