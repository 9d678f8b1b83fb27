"""Every list: newest first, both directions, bounds, cursors that give nothing away."""

from types import SimpleNamespace

import pytest

from tests.api.makers import listings
from tests.api.operations import ENOUGH, operations

LISTS = sorted(listings(), key=lambda one: one.path)
PRIVATE = [one for one in LISTS if not one.public]
OF_THE_CALLER = [one for one in PRIVATE if "{" not in one.path]

every_list = pytest.mark.parametrize("listing", LISTS, ids=[one.path for one in LISTS])
every_private_list = pytest.mark.parametrize("listing", PRIVATE, ids=[one.path for one in PRIVATE])


def test_every_list_of_the_api_is_tested_here():
    found = {str(one) for one in operations() if one.page}
    known = {f"get {one.path}" for one in LISTS}
    assert found == known, (
        "Give a new list's domain a `Listing` in tests/api/makers/<domain>.py, which makes things "
        "for it, and take that of a list that is gone away."
    )


def test_what_answers_with_a_list_takes_a_cursor():
    for one in operations():
        answer = (
            one.entry["responses"].get("200", {}).get("content", {}).get("application/json", {})
        )
        if "ListPage" in answer.get("schema", {}).get("$ref", ""):
            assert one.page, f"{one} answers with a page, but cannot be asked for the next one"


@pytest.fixture
def owner(makers, listing):
    """Gets pages of the list as the member, of what was made for it where all see all."""
    made = makers.members(listing.path)
    address = listing.path.format(**made.path)

    def get(**params):
        return makers.world.member.api.get(address, params=made.query | params)

    return SimpleNamespace(get=get, address=address)


def walk(owner, limit, *, backwards=False):
    """All ids of a list, page by page, in the order of the list."""
    ids, cursor = [], {}
    name = "ending_before" if backwards else "starting_after"
    if backwards:
        ids = walk(owner, 100)[-1:]
        cursor = {name: ids[0]}
    while True:
        answer = owner.get(limit=limit, **cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["object"] == "list"
        assert len(page["data"]) <= limit
        found = [thing["id"] for thing in page["data"]]
        ids = found + ids if backwards else ids + found
        if not page["has_more"]:
            return ids
        assert len(found) == limit
        cursor = {name: found[0] if backwards else found[-1]}


@every_list
def test_pages_forward_and_backward_hold_everything_once_in_the_same_order(owner):
    whole = walk(owner, 100)
    assert len(whole) == len(set(whole)) >= ENOUGH
    for limit in (1, 2, ENOUGH):
        assert walk(owner, limit) == whole
        assert walk(owner, limit, backwards=True) == whole


@every_list
def test_newest_comes_first(owner):
    things = owner.get(limit=100).json()["data"]
    created = [thing["created"] for thing in things if "created" in thing]
    assert created == sorted(created, reverse=True)


@every_list
def test_page_has_twenty_things_unless_asked_otherwise(owner):
    assert len(owner.get().json()["data"]) == min(20, len(walk(owner, 100)))


@every_list
def test_limit_out_of_bounds_is_refused(owner):
    for limit in ("0", "101", "-1", "1.5", "ten", "", "9" * 20):
        answer = owner.get(limit=limit)
        assert answer.status_code == 422, limit
        assert answer.json()["param"] == "limit"


@every_list
@pytest.mark.parametrize("name", ["starting_after", "ending_before"])
def test_unknown_cursor_is_refused_by_name(owner, name):
    for cursor in ("tx_unknown", "", "' OR 1=1 --", "é" * 300):
        answer = owner.get(**{name: cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["param"] == name


@every_list
def test_both_cursors_at_once_are_refused(owner):
    assert owner.get(starting_after="a", ending_before="b").status_code == 422


@every_private_list
def test_cursor_of_another_tenant_is_answered_like_one_that_does_not_exist(
    owner, makers, stranger, listing
):
    theirs = owner.get().json()["data"][-1]["id"]
    unknown = theirs[:-1] + ("0" if theirs[-1] != "0" else "1")
    real, made_up = (
        stranger.api.get(owner.address, params={"starting_after": cursor})
        for cursor in (theirs, unknown)
    )
    # A list may belong to something that is nobody else's, or be one's own part of a public thing.
    possible = {404, 422} if "{" in listing.path else {422}
    assert real.status_code == made_up.status_code
    assert real.status_code in possible, real.text
    assert real.json()["detail"].replace(theirs, "") == made_up.json()["detail"].replace(
        unknown, ""
    )


@pytest.mark.parametrize("listing", OF_THE_CALLER, ids=[one.path for one in OF_THE_CALLER])
def test_newcomer_finds_nothing_of_others(makers, listing):
    makers.members(listing.path)
    page = makers.world.join().api.get(listing.path).json()
    assert (page["object"], len(page["data"]), page["has_more"]) == (
        "list",
        listing.newcomer,
        False,
    )
