"""Links of the OpenAPI document: what was answered leads to what can be done with it."""

import re

import pytest

from tests.api.operations import document, operations

ALL = operations()
BY_ID = {one.entry["operationId"]: one for one in ALL}
POSTS = [one for one in ALL if one.verb == "post"]
LINKS = [
    (one, status, link)
    for one in POSTS
    for status, response in one.entry["responses"].items()
    for link in response.get("links", {}).values()
]


def targets(one):
    """The operations that any of its answers leads to."""
    return {
        str(BY_ID[link["operationId"]])
        for response in one.entry["responses"].values()
        for link in response.get("links", {}).values()
    }


def test_link_leads_to_an_operation_by_parameters_that_both_have():
    for one, status, link in LINKS:
        target = BY_ID[link["operationId"]]
        wanted = {p["name"] for p in target.entry["parameters"] if p["in"] == "path"}
        assert link["parameters"].keys() <= wanted, (str(one), str(target))
        assert status.startswith("2")
        for expression in link["parameters"].values():
            if name := re.fullmatch(r"\$request\.path\.(\w+)", expression):
                assert f"{{{name[1]}}}" in one.path
            else:
                assert expression.startswith("$response.body#/")


COLLECTIONS = [
    one
    for one in POSTS
    if any(re.fullmatch(re.escape(one.path) + r"/\{\w+\}", other.path) for other in ALL)
    and "{" not in one.path
]


@pytest.mark.parametrize("one", COLLECTIONS, ids=map(str, COLLECTIONS))
def test_what_makes_a_thing_links_to_everything_below_it(one):
    below = re.compile(re.escape(one.path) + r"/\{(\w+)\}(/|$)")
    wanted = {str(o) for o in ALL if below.match(o.path) and "x-step" not in o.entry}
    assert wanted
    assert wanted <= targets(one)


def has_transaction(schema):
    """Whether an answer of this schema has its write or writes in it."""
    options = schema.get("anyOf", [schema])
    shapes = document()["components"]["schemas"]
    return any(
        {"transaction", "transactions"}
        & shapes.get(option.get("$ref", "").rpartition("/")[2], {}).get("properties", {}).keys()
        for option in options
    )


def test_writes_link_to_their_transaction():
    (show,) = (one for one in ALL if str(one) == "get /v1/transactions/{id_or_hash}")
    found = 0
    for one in POSTS:
        if "x-step" in one.entry:
            continue
        answer = one.entry["responses"].get("202", {}).get("content", {}).get("application/json")
        if answer and has_transaction(answer["schema"]):
            found += 1
            assert str(show) in targets(one), str(one)
    assert found > 50


def test_first_of_two_steps_links_to_the_second():
    for one in ALL:
        if one.path.endswith("/prepare"):
            assert f"post {one.path.removesuffix('/prepare')}/submit" in targets(one)


FLOWS = {
    "post /v1/organizations": {
        "get /v1/balances/{who}": {"who": "/wallet/address"},
        "get /1.0/identifiers/{did}": {"did": "/wallet/did"},
    },
    "post /v1/wallets": {"get /v1/balances/{who}": {"who": "/address"}},
    "post /v1/agreements": {
        "post /v1/agreements/{agreement_id}/sign": {"agreement_id": "/id"},
        "post /v1/agreements/{agreement_id}/milestones/{milestone}/accept": {
            "agreement_id": "/id",
            "milestone": "/milestones/0/index",
        },
    },
    "post /v1/transfers": {
        "get /v1/payments/{payment_id}": {"payment_id": "/id"},
        "get /v1/transactions/{id_or_hash}": {"id_or_hash": "/transaction/id"},
    },
    "post /v1/hackathons": {
        "post /v1/hackathons/{hackathon_id}/teams": {"hackathon_id": "/id"},
    },
    "post /v1/hackathons/{hackathon_id}/teams": {
        "get /v1/hackathons/{hackathon_id}/teams/{team_id}": {
            "hackathon_id": "/hackathon",
            "team_id": "/teams/0/id",
        },
    },
    "post /v1/hackathons/join": {
        "get /v1/hackathons/{hackathon_id}/teams/{team_id}": {
            "hackathon_id": "/hackathon/id",
            "team_id": "/team/id",
        },
    },
    "post /v1/contracts": {
        "post /v1/contracts/{contract_id}/call/{function}": {
            "contract_id": "/id",
            "function": "/functions/0",
        },
    },
}
"""From what is made to what is done next, on the ways that most go; with what the answer tells."""


@pytest.mark.parametrize("start", FLOWS)
def test_step_of_a_main_flow_links_to_the_next_with_all_that_its_address_needs(start):
    (one,) = (one for one in ALL if str(one) == start)
    for response in one.entry["responses"].values():
        for link in response.get("links", {}).values():
            pointers = FLOWS[start].get(str(BY_ID[link["operationId"]]))
            if pointers is not None:
                said = {name: f"$response.body#{pointer}" for name, pointer in pointers.items()}
                assert link["parameters"] == said
    assert FLOWS[start].keys() <= targets(one)


def test_document_has_as_many_links_as_stateful_tests_count_on():
    """More is welcome; fewer means that answers have lost their way."""
    assert len(LINKS) >= 1_070
    assert len({link["operationId"] for _, _, link in LINKS}) >= 270
