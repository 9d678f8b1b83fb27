"""All that is in a space at once, for whoever draws it."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def keeper(join):
    return join("Näyttämö Oy", fund=10_000)


@pytest.fixture(scope="module")
def space(keeper):
    made = keeper.api.write("/v1/spaces", {"name": "Näyttämö"}).json()
    keeper.api.write(f"/v1/spaces/{made['id']}/plan", {"width": 3, "depth": 2})
    return made["id"]


def view(anonymous, space):
    answer = anonymous.get(f"/v1/spaces/{space}/view")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_empty_space_is_shown_whole(anonymous, keeper, space):
    shown = view(anonymous, space)
    assert (shown["space"]["name"], shown["plan"]["width"]) == ("Näyttämö", 3)
    for kind in ("parcels", "visitors", "links", "sales"):
        assert shown[kind] == []
    # Who keeps it has published no name.
    assert shown["names"] == [{"address": keeper.address, "name": None, "kind": "account"}]


def test_what_happens_in_a_space_is_in_its_view(anonymous, join, keeper, space):
    visitor = join("Kävijä Oy", fund=50_000)
    visitor.api.write("/v1/profiles/me", {"published": True, "credentials": []})
    parcel = {"space": space, "x": 2, "y": 1, "name": "Kulma"}
    id_ = keeper.api.write("/v1/parcels", parcel).json()["id"]
    keeper.api.write(f"/v1/parcels/{id_}/rental_terms", {"price_per_day": 100})
    item = keeper.api.write("/v1/items", {"name": "Julkaisu"}).json()["id"]
    keeper.api.write(f"/v1/items/{item}/mint", {"amount": 5})
    order = {"item": item, "amount": 5, "unit_price": 250}
    listing = keeper.api.write("/v1/listings", order).json()["id"]
    for path, body in (
        (f"/v1/spaces/{space}/enter", {}),
        (f"/v1/parcels/{id_}/rent", {"days": 2}),
        (f"/v1/listings/{listing}/buy", {}),
    ):
        assert visitor.api.write(path, body).status_code == 200
    shown = view(anonymous, space)
    assert [(one["name"], one["user"]) for one in shown["parcels"]] == [("Kulma", visitor.address)]
    assert [one["visitor"] for one in shown["visitors"]] == [visitor.address]
    (offer,) = shown["offers"]
    assert (offer["name"], offer["listing"], offer["remaining"]) == ("Julkaisu", listing, 4)
    (sold,) = shown["sales"]
    assert (sold["name"], sold["buyer"], sold["price"]) == ("Julkaisu", visitor.address, 250)
    assert "Kävijä Oy" in [one["name"] for one in shown["names"]]
    # A tenant's own offers count as the space's from then on.
    visitor.api.write("/v1/listings", {"item": item, "amount": 1, "unit_price": 300})
    makers = {one["seller"] for one in view(anonymous, space)["offers"]}
    assert makers == {keeper.address, visitor.address}


def test_hall_with_a_ticket_tells_the_name_of_the_ticket(anonymous, keeper, space):
    ticket = keeper.api.write("/v1/items", {"name": "Iltalippu", "kind": "ticket"}).json()["id"]
    entry = {"rule": "ticket", "ticket": ticket}
    hall = keeper.api.write("/v1/spaces", {"name": "Sali", "entry": entry}).json()["id"]
    keeper.api.write(f"/v1/spaces/{space}/links", {"to": hall})
    assert view(anonymous, hall)["ticket_name"] == "Iltalippu"
    assert [one["to"] for one in view(anonymous, space)["links"]] == [hall]


def test_unknown_space_is_not_found(anonymous):
    assert anonymous.get("/v1/spaces/spc_unknown/view").status_code == 404
