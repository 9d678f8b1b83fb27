"""What the tools of developers have written, in ``tools/``: deployed, used and verified.

``foundry`` is of forge 1.7.1, ``hardhat`` of Hardhat 2 and ``hardhat3`` of Hardhat 3.18, both with
solc 0.8.30, ``ape`` of ape 0.8 with ape-solidity; each as the tool wrote it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.contracts.steps import call, results, send, sent

TOOLS = Path(__file__).with_name("tools")
OPENING = {"opening_": {"place": "Oulu", "from": 8}, "limit_": 1}


def written(path):
    return json.loads((TOOLS / path).read_text())


def deploy(api, artifact, status=200, **more):
    answer = api.write("/v1/contracts", {"artifact": artifact} | more)
    assert answer.status_code == status, answer.text
    return answer.json()


def foundry_input():
    """As ``forge verify-contract --show-standard-json-input`` makes it: all remappings are there,
    those of libraries that the contract does not need too."""
    settings = dict(written("foundry/Register.json")["metadata"]["settings"])
    del settings["compilationTarget"]
    folder = TOOLS / "foundry"
    sources = {
        path.relative_to(folder).as_posix(): {"content": path.read_text()}
        for path in folder.rglob("*.sol")
    }
    return {"language": "Solidity", "sources": sources, "settings": settings}


INPUTS = {
    "foundry": foundry_input,
    "hardhat": lambda: written("hardhat/input.json"),
    "hardhat3": lambda: written("hardhat3/build_info.json"),
}


@pytest.mark.parametrize("tool", INPUTS)
def test_artifact_with_a_library_is_deployed_used_and_verified_exactly(developer, tool):
    api = developer.api
    register = written(f"{tool}/Register.json")
    missing = deploy(api, register, 422, arguments=OPENING)
    assert missing["code"] == "library_missing"
    counters = deploy(api, written(f"{tool}/Counters.json"))
    libraries = {"Counters": counters["id"]}
    made = deploy(api, register, arguments=OPENING, libraries=libraries)
    assert (made["name"], made["origin"]) == ("Register", "artifact")
    assert results(api, made, "opening") == {"place": "Oulu", "from": "8"}
    sent(api, made, "come")
    refused = send(api, made, "come").json()
    assert refused["contract_error"]["name"] == "CountersFull"
    assert refused["contract_error"]["args"] == {"limit": "1"}
    for contract in (made, counters):
        verified = api.write(
            f"/v1/contracts/{contract['id']}/verify", {"standard_json": INPUTS[tool]()}
        ).json()
        grades = [verified[f"{one}match"] for one in ("", "runtime_", "creation_")]
        assert grades == ["exact_match"] * 3, verified
        assert verified["source"].endswith(f"Counters.sol:{contract['name']}") or (
            verified["source"].endswith("Register.sol:Register")
        )


def test_manifest_of_ape_is_deployed_and_verified(developer):
    api = developer.api
    manifest = written("ape/manifest.json")
    when = {"from": 8, "to": 16}
    arguments = {"place_": "Oulu", "when": when, "seats_": 3}
    made = deploy(api, manifest, contract="Opening", arguments=arguments)
    assert results(api, made, "enter", {"hour": 9}) == {"left": "2"}
    error = call(api, made, "enter", {"hour": 20}).json()["contract_error"]
    assert error["name"] == "OpeningClosed"
    assert error["args"] == {"hour": "20", "hours_": {"from": "8", "to": "16"}}
    assert "closed" in error["explanation"]
    sources = {name: one["content"] for name, one in manifest["sources"].items()}
    verified = api.write(f"/v1/contracts/{made['id']}/verify", {"sources": sources}).json()
    assert verified["match"] == "exact_match", verified
    assert verified["arguments"] == arguments | {"seats_": "3"}


def test_manifest_of_ape_names_its_contracts_where_another_is_asked_for(developer):
    answer = deploy(developer.api, written("ape/manifest.json"), 422, contract="Closing")
    assert (answer["code"], "Opening" in answer["detail"]) == ("artifact_invalid", True)
