"""Sources are compared with what stands on the chain."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from pocplatform.domains.contracts.models import Compilation, CompilerOutput
from pocplatform.kit.ids import new_id
from tests.api.contracts.steps import compiled, deployed, source

COUNTER = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Counter {
    uint256 public immutable first;
    uint256 public count;

    constructor(uint256 start) {
        first = start;
    }

    /// @notice Counts on by `step`.
    function add(uint256 step) external {
        if (step > 9) revert("too far");
        count += step;
    }
}
"""


@pytest.fixture(scope="module")
def counters(developer):
    body = {"sources": {"Counter.sol": COUNTER}}
    return developer.api.write("/v1/contracts/compile", body).json()


@pytest.fixture(scope="module")
def counter(developer, counters):
    return deployed(developer.api, counters, "Counter", {"start": 5})


def verify(api, which, status=201, **body):
    answer = api.write(f"/v1/contracts/{which['id']}/verify", body)
    assert answer.status_code == status, answer.text
    return answer.json()


def shown(api, contract):
    return api.get(f"/v1/contracts/{contract['id']}").json()["verification"]


def test_own_compilation_is_an_exact_match_with_arguments_and_immutables(
    developer, counters, counter
):
    assert shown(developer.api, counter) is None
    found = verify(developer.api, counter)
    assert found["object"] == "verification"
    assert found["contract"] == counter["id"]
    assert (found["match"], found["runtime_match"], found["creation_match"]) == (
        "exact_match", "exact_match", "exact_match",
    )  # fmt: skip
    assert (found["compilation"], found["source"]) == (counters["id"], "Counter.sol:Counter")
    assert found["arguments"] == {"start": "5"}
    assert found["immutables"] == {"first": f"0x{5:064x}"}
    assert shown(developer.api, counter) == found


def test_other_words_in_the_source_are_a_match_and_the_better_one_is_shown(developer, counters):
    made = deployed(developer.api, counters, "Counter", {"start": 6})
    other = {"Counter.sol": COUNTER.replace("Counts on by", "Goes on by")}
    found = verify(developer.api, made, sources=other)
    assert (found["match"], found["creation_match"]) == ("match", "match")
    assert found["compilation"] != counters["id"]
    exact = verify(developer.api, made, sources={"Counter.sol": COUNTER}, contract="Counter")
    assert exact["match"] == "exact_match"
    verify(developer.api, made, sources=other)
    assert shown(developer.api, made) == exact


def test_other_code_is_refused_with_the_first_difference(developer, counter):
    before = shown(developer.api, counter)
    changed = {"Counter.sol": COUNTER.replace("step > 9", "step > 8")}
    found = verify(developer.api, counter, 422, sources=changed)
    assert found["code"] == "bytecode_mismatch"
    assert found["contract"] == "Counter.sol:Counter"
    difference = found["first_difference"]
    assert difference["offset"] > 0
    assert difference["expected"][:4] == "0x08"
    assert difference["found"][:4] == "0x09"
    assert difference["expected_length"] == difference["found_length"]
    settings = {"optimizer": False}
    found = verify(developer.api, counter, 422, sources={"Counter.sol": COUNTER}, settings=settings)
    difference = found["first_difference"]
    assert difference["expected_length"] != difference["found_length"]
    assert "optimizer" in found["next_step"]
    assert shown(developer.api, counter) == before


def test_difference_that_is_told_is_that_of_the_contracts_own_name(developer, counter):
    near = COUNTER.replace("step > 9", "step > 8").replace("contract Counter", "contract Near")
    sources = {"Near.sol": near, "Far.sol": "pragma solidity ^0.8.20; contract Counter {}"}
    found = verify(developer.api, counter, 422, sources=sources)
    assert found["contract"] == "Far.sol:Counter"
    found = verify(developer.api, counter, 422, sources=sources, contract="Near")
    assert found["contract"] == "Near.sol:Near"


def test_libraries_created_contracts_and_libraries_themselves_are_compared(developer):
    made = compiled(developer.api, "Depths")
    weights = deployed(developer.api, made, "Weights")
    assert verify(developer.api, weights)["match"] == "exact_match"
    given = {"store_": weights["address"]}
    office = deployed(
        developer.api, made, "Office", given, libraries={"Weights": weights["address"]}
    )
    found = verify(developer.api, office)
    assert found["match"] == "exact_match"
    assert found["libraries"] == {"Depths.sol:Weights": weights["address"]}
    # The code of what it creates has metadata of its own within.
    other = {"Depths.sol": source("Depths").replace("Keeps things of every kind", "Keeps things")}
    found = verify(developer.api, office, sources=other)
    assert (found["match"], found["source"]) == ("match", "Depths.sol:Office")


def test_what_was_made_with_a_salt_is_verified_too(developer, counters):
    salted = deployed(developer.api, counters, "Counter", {"start": 7}, salt="0x" + "5a" * 32)
    found = verify(developer.api, salted)
    assert found["creation_match"] == "exact_match"
    assert found["arguments"] == {"start": "7"}


def test_address_is_verified_and_becomes_a_contract_with_its_abi(join, counter):
    other = join("Tarkistaja Oy")
    body = {"address": counter["address"].lower(), "sources": {"C.sol": COUNTER}}
    answer = other.api.write("/v1/contracts/verify", body)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    # Another file name is other metadata.
    assert (found["match"], found["address"]) == ("match", counter["address"])
    assert found["arguments"] == {"start": "5"}
    contract = other.api.get(answer.headers["Location"]).json()
    assert contract["id"] == found["contract"]
    assert contract["verification"] == found
    assert "add(uint256)" in contract["functions"]
    assert contract["compilation"] == found["compilation"]
    # Its lines are known from now on.
    failed = other.api.post(
        f"/v1/contracts/{contract['id']}/simulate/add", json={"arguments": {"step": 10}}
    ).json()
    assert failed["failure"]["source"]["file"] == "C.sol"
    assert 'revert("too far")' in failed["failure"]["source"]["code"]


def test_explorer_tells_everybody_that_a_contract_is_verified_and_no_more(
    developer, anonymous, counters
):
    made = deployed(developer.api, counters, "Counter", {"start": 4})

    def told():
        return anonymous.get(f"/v1/explorer/addresses/{made['address']}").json()

    def page(language):
        path = f"/explorer/addresses/{made['address']}"
        headers = {"Accept": "text/html", "Accept-Language": language}
        return anonymous.get(path, headers=headers).text

    assert told()["verification"] is None
    assert "byte for byte" not in page("en")
    other = {"Counter.sol": COUNTER + "// other words"}
    found = verify(developer.api, made, sources=other)
    assert told()["verification"] == {"match": "match", "created": found["created"]}
    assert "compiler&#39;s note" in page("en")
    found = verify(developer.api, made)
    assert told()["verification"] == {"match": "exact_match", "created": found["created"]}
    assert "byte for byte" in page("en")
    assert "tavu tavulta" in page("fi")
    for secret in (made["id"], found["compilation"], "Counter.sol", developer.name):
        assert secret not in str(told()) + page("en")


def test_address_that_does_not_fit_is_not_kept(join, counter):
    other = join("Tarkistaja Oy")
    body = {"address": counter["address"], "sources": {"A.sol": "contract A { uint public a; }"}}
    answer = other.api.write("/v1/contracts/verify", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bytecode_mismatch")
    assert other.api.get("/v1/contracts").json()["data"] == []


def test_what_cannot_be_compared_says_why(developer, join, counter, counters):
    api = developer.api

    def refused(status=422, contract=counter, **body):
        found = verify(api, contract, status, **body)
        return found["code"], found.get("param")

    assert refused(contract={"id": new_id("ctr")}, status=404)[0] == "not_found"
    foreign = join("Vieras Oy").api
    assert verify(foreign, counter, 404)["code"] == "not_found"
    assert refused(404, compilation=new_id("cmp"))[0] == "not_found"
    assert refused(compilation=counters["id"], contract_="x")[0] == "invalid_input"
    both = {"compilation": counters["id"], "sources": {"A.sol": COUNTER}}
    assert refused(**both)[0] == "invalid_input"
    answer = api.write(f"/v1/contracts/{counter['id']}/verify", {"contract": "Nothing"})
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", "contract")
    assert refused(sources={"A.sol": "contract"})[0] == "compilation_failed"
    attached = api.write("/v1/contracts/attach", {"address": counter["address"]}).json()
    assert refused(contract=attached) == ("invalid_input", "compilation")
    failed = api.write(
        "/v1/contracts",
        {"compilation": counters["id"], "arguments": {"start": 1}},
        wait=0,
        Simulate="pending",
    ).json()
    assert refused(409, contract=failed)[0] == "contract_not_on_chain"
    for address, code in (("0x12", "invalid_input"), ("0x" + "12" * 20, "no_code_at_address")):
        body = {"address": address, "compilation": counters["id"]}
        answer = api.write("/v1/contracts/verify", body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    answer = api.write("/v1/contracts/verify", {"address": counter["address"]})
    assert (answer.status_code, answer.json()["param"]) == (422, "compilation")


def test_compilation_that_was_stored_when_less_was_kept_is_compared_too(
    developer, counters, counter, platform
):
    with platform.gateway.database.transaction() as session:
        compilation = session.exec(
            select(Compilation).where(Compilation.id == counters["id"])
        ).one()
        stored = session.get(CompilerOutput, compilation.key)
        document = json.loads(stored.document)
        del document["source_ids"], document["immutables"]
        stored.document = json.dumps(document)
        session.add(stored)
    found = verify(developer.api, counter)
    assert found["match"] == "exact_match"
    assert list(found["immutables"].values()) == [f"0x{5:064x}"]
