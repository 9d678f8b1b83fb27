"""Every list: newest first, both directions, bounds, cursors that give nothing away."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from pocplatform.main import create_app

OWN = ("/v1/payments", "/v1/transactions", "/v1/events", "/v1/credentials", "/v1/agreements")
PUBLIC = ("/v1/trusted_issuers",)
LISTS = OWN + PUBLIC
COUNT = 5


def test_these_are_all_the_lists_there_are():
    """Whoever adds a list adds it here, and a member of it to the fixture below."""
    operations = create_app().openapi()["paths"].items()
    lists = {
        path
        for path, verbs in operations
        if any(p["name"] == "starting_after" for p in verbs.get("get", {}).get("parameters", []))
    }
    assert lists == set(LISTS)


@pytest.fixture(scope="module")
def member(join, admin):
    """Somebody with COUNT things in every list."""
    member, other = join("Lista Oy", fund=1_000), join("Toinen Oy")
    assert member.api.write("/v1/identities").status_code == 200
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    for n in range(COUNT):
        kind = f"List{n}{uuid4().hex[:8]}"
        trust = {"issuer": member.did, "credential_type": kind}
        assert admin.write("/v1/trusted_issuers", trust).status_code == 200
        credential = {"type": kind, "subject": other.did, "valid_until": until, "claims": {"n": n}}
        assert member.api.write("/v1/credentials", credential).is_success
        payment = {"to": other.address, "amount": 1}
        assert member.api.write("/v1/transfers", payment).status_code == 200
        agreement = {
            "title": f"Sopimus {n}",
            "document": {"text": "x"},
            "parties": [
                {"who": member.did, "role": "client"},
                {"who": other.did, "role": "provider"},
            ],
            "milestones": [{"title": "a", "amount": 1, "payer": 0, "provider": 1}],
        }
        assert member.api.write("/v1/agreements", agreement).status_code == 201
    return member


@pytest.fixture(scope="module")
def owner(member):
    """A client of the member, who in public lists looks at what is the member's."""

    def get(path, params=None):
        only = {"issuer": member.did} if path in PUBLIC else {}
        return member.api.get(path, params=only | (params or {}))

    return SimpleNamespace(get=get)


def walk(api, path, limit, *, backwards=False):
    """All ids of a list, page by page, in the order of the list."""
    ids, cursor = [], None
    name = "ending_before" if backwards else "starting_after"
    if backwards:
        everything = walk(api, path, 100)
        cursor, ids = everything[-1], [everything[-1]]
    while True:
        parameters = {"limit": limit} | ({name: cursor} if cursor else {})
        answer = api.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["object"] == "list"
        assert len(page["data"]) <= limit
        found = [thing["id"] for thing in page["data"]]
        ids = found + ids if backwards else ids + found
        if not page["has_more"]:
            return ids
        assert len(found) == limit
        cursor = found[0] if backwards else found[-1]


@pytest.mark.parametrize("path", LISTS)
def test_pages_forward_and_backward_hold_everything_once_in_the_same_order(owner, path):
    whole = walk(owner, path, 100)
    assert len(whole) == len(set(whole)) >= COUNT
    for limit in (1, 2, COUNT):
        assert walk(owner, path, limit) == whole
        assert walk(owner, path, limit, backwards=True) == whole


@pytest.mark.parametrize("path", LISTS)
def test_newest_comes_first(owner, path):
    things = owner.get(path, params={"limit": 100}).json()["data"]
    created = [thing["created"] for thing in things if "created" in thing]
    assert created == sorted(created, reverse=True)


@pytest.mark.parametrize("path", LISTS)
def test_page_has_twenty_things_unless_asked_otherwise(owner, path):
    page = owner.get(path).json()
    assert len(page["data"]) == min(20, len(walk(owner, path, 100)))


@pytest.mark.parametrize("path", LISTS)
def test_limit_out_of_bounds_is_refused(owner, path):
    for limit in ("0", "101", "-1", "1.5", "ten", "", "9" * 20):
        answer = owner.get(path, params={"limit": limit})
        assert answer.status_code == 422, limit
        assert answer.json()["param"] == "limit"


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["starting_after", "ending_before"])
def test_unknown_cursor_is_refused_by_name(owner, path, name):
    for cursor in ("tx_unknown", "", "' OR 1=1 --", "é" * 300):
        answer = owner.get(path, params={name: cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["param"] == name


@pytest.mark.parametrize("path", LISTS)
def test_both_cursors_at_once_are_refused(owner, path):
    answer = owner.get(path, params={"starting_after": "a", "ending_before": "b"})
    assert answer.status_code == 422


@pytest.mark.parametrize("path", OWN)
def test_cursor_of_another_tenant_is_answered_like_one_that_does_not_exist(owner, join, path):
    theirs = owner.get(path).json()["data"][-1]["id"]
    stranger = join(fund=10)
    real = stranger.api.get(path, params={"starting_after": theirs})
    made_up = stranger.api.get(path, params={"starting_after": theirs[:-1] + "x"})
    assert real.status_code == made_up.status_code == 422
    assert real.json()["detail"].replace(theirs, "") == made_up.json()["detail"].replace(
        theirs[:-1] + "x", ""
    )


@pytest.mark.parametrize("path", OWN)
def test_list_of_a_newcomer_is_empty_and_needs_a_key(join, anonymous, path):
    page = join().api.get(path).json()
    assert page == {"object": "list", "data": [], "has_more": False}
    assert anonymous.get(path).status_code == 401
