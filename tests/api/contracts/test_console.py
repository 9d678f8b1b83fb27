"""``console.log`` of Hardhat and Foundry: imported without sending it, told in traces."""

from __future__ import annotations

import pytest

from tests.api.contracts.steps import compilation_of, compiled, deployed, send, sent, source
from tests.api.contracts.test_simulating import simulate
from tests.api.contracts.test_traces import trace

AT = "0x000000000000000000636F6e736F6c652e6c6f67"


@pytest.fixture(scope="module")
def compilation(developer):
    return compiled(developer.api, "Talkative")


@pytest.fixture(scope="module")
def talkative(developer, compilation):
    return deployed(developer.api, compilation, "Talkative", {"start": 16})


def lines(found):
    return [(line["contract"], line["text"]) for line in found["console"]]


def test_compilation_gives_what_was_sent_and_no_console(compilation):
    assert compilation["warnings"] == []
    assert [contract["name"] for contract in compilation["contracts"]] == ["Talkative"]


def test_what_a_transaction_logged_is_told_in_the_order_of_time(developer, talkative):
    done = sent(developer.api, talkative, "add", {"amount": 7})
    found = trace(developer.api, done["id"])
    (line,) = found["console"]
    assert line["text"] == f"{developer.address} adds 7 to 0x10"
    assert line["values"] == ["%s adds %d to %x", developer.address, "7", "16"]
    assert (line["address"], line["contract"]) == (talkative["address"], "Talkative")
    (call,) = found["call"]["calls"]
    assert (call["to"], call["contract"]) == (AT, "console")
    assert call["function"] == "log(string,address,uint256,uint256)"
    assert list(call["arguments"].values()) == line["values"]


def test_constructor_logs_too(developer, talkative):
    row = developer.api.get(f"/v1/contracts/{talkative['id']}").json()
    found = trace(developer.api, row["transaction"]["id"])
    assert lines(found) == [("Talkative", "begins with 16")]


def test_refused_write_tells_what_it_logged_before_it_failed(developer, talkative):
    refused = send(developer.api, talkative, "add", {"amount": 101})
    assert refused.json()["contract_error"]["name"] == "TooMuch"
    found = simulate(developer.api, talkative, "add", {"amount": 101})
    assert found["error"]["args"] == {"amount": "101"}
    assert [text for _, text in lines(found)][1:] == ["too much"]


def test_lines_of_an_inner_call_that_was_undone_stay_in_their_place(
    developer, compilation, talkative
):
    other = deployed(developer.api, compilation, "Talkative", {"start": 0})
    arguments = {"other": other["address"], "amount": 101}
    found = simulate(developer.api, talkative, "askAnother", arguments)
    assert found["results"] == {"failed": True}
    assert [line["address"] for line in found["console"]] == [
        *2 * [other["address"]],
        *2 * [talkative["address"]],
    ]
    assert [text for _, text in lines(found)][1:] == [
        "too much",
        "true it failed with 100% 101",
        "",
    ]


def test_every_kind_of_value_is_shown_as_the_tools_show_it(developer, talkative):
    found = simulate(developer.api, talkative, "everyKind", {"data": "0xC0ffee"})
    assert [text for _, text in lines(found)] == [
        "5",
        "-5",
        "text 0x0000000000000000000000000000000000000001 false 7",
        "0xc0ffee",
        "0x01020304",
        "%s",
    ]


def test_console_that_was_sent_along_is_taken_instead(developer):
    own = "pragma solidity ^0.8.20; library console { function log() internal pure {} }"
    text = 'pragma solidity ^0.8.20; import "hardhat/console.sol"; contract A {}'
    body = {"sources": {"A.sol": text, "hardhat/console.sol": own}}
    names = {one["name"] for one in compilation_of(developer.api, body)["contracts"]}
    assert names == {"A", "console"}


@pytest.mark.parametrize(
    "remapping", ["forge-std/=lib/forge-std/src/", "forge-std/=lib/forge-std/"]
)
@pytest.mark.parametrize("name", ["forge-std/console.sol", "forge-std/src/console2.sol"])
def test_remapping_of_foundry_to_a_library_that_was_not_sent_does_no_harm(
    developer, name, remapping
):
    text = source("Talkative").replace("forge-std/console2.sol", name)
    if "console2" not in name:
        text = text.replace("import {console2}", "import {console as console2}")
    body = {"sources": {"A.sol": text}, "settings": {"remappings": [remapping]}}
    assert compilation_of(developer.api, body)["warnings"] == []


def test_contract_that_logs_is_verified_by_its_source(developer, talkative):
    body = {"sources": {"Talkative.sol": source("Talkative")}, "settings": {"optimizer": True}}
    answer = developer.api.write(f"/v1/contracts/{talkative['id']}/verify", body)
    assert answer.json()["match"] == "exact_match", answer.text
