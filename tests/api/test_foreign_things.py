"""What belongs to another tenant is answered exactly like what does not exist.

For every operation with an id in its address; the ids are those that tests/api/makers make.
"""

import json

import pytest

from pocplatform.kit.ids import new_id
from tests.api.operations import operations, unexplained

ADDRESSED = [one for one in operations() if "{" in one.path]


def test_every_address_with_an_id_has_somebody_who_makes_such_a_thing():
    assert not list(unexplained()), (
        "Give the domain a `Listing`, or for what is in no list a `Thing`, in "
        "tests/api/makers/<domain>.py."
    )


def reaches_private_things(makers, one):
    source = makers.source(one.path)
    return source is not None and not source.public and "admin" not in one.scopes


def ask(api, one, path):
    body = {} if one.example is None else {"json": one.example}
    return api.request(one.verb, path, headers={"Idempotency-Key": new_id("key")}, **body)


def without(text, word):
    """What an answer says, whatever the id that was asked for."""
    content = json.loads(text)
    content.pop("request_id")
    return json.dumps(content).replace(word, "…")


@pytest.mark.parametrize("one", ADDRESSED, ids=map(str, ADDRESSED))
def test_foreign_id_is_answered_like_an_unknown_one(makers, stranger, one):
    if not reaches_private_things(makers, one):
        assert makers.source(one.path).public or "admin" in one.scopes
        return
    values = makers.values(one)
    theirs = values[0]
    unknown = theirs[:-1] + ("0" if theirs[-1] != "0" else "1")
    foreign, missing = (
        ask(stranger.api, one, one.filled([id_, *values[1:]])) for id_ in (theirs, unknown)
    )
    # What is handed in signed names what was prepared, which a stranger has nothing of.
    status = 422 if one.path.endswith("/submit") else 404
    assert foreign.status_code == missing.status_code == status, foreign.text + missing.text
    assert without(foreign.text, theirs) == without(missing.text, unknown)


def test_most_addresses_lead_to_private_things(makers):
    """Else the test above would show nothing."""
    private = [one for one in ADDRESSED if reaches_private_things(makers, one)]
    assert len(private) > len(ADDRESSED) / 3


THEMSELVES = [one for one in ADDRESSED if one.verb == "get" and one.path.endswith("}")]


@pytest.mark.parametrize("one", THEMSELVES, ids=map(str, THEMSELVES))
def test_owner_sees_what_others_do_not(makers, one):
    """The ids that the test above asks for are those of things that are there."""
    if one.path.count("{") == 1 and reaches_private_things(makers, one):
        answer = makers.world.member.api.get(one.filled(makers.values(one)))
        assert answer.status_code == 200, answer.text
