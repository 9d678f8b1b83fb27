"""Deploying, attaching and showing contracts."""

from __future__ import annotations

from uuid import uuid4

import pytest
from eth_utils.crypto import keccak

from tests.api.contracts.steps import (
    call,
    compilation_of,
    compiled,
    deployed,
    results,
    send,
    sent,
)

ZERO = "0x" + "00" * 20
CODELESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def deploy(api, body, **headers):
    return api.write("/v1/contracts", body, **headers)


def refused(api, body, code, status=422):
    answer = deploy(api, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code, answer.text
    return answer.json()


def of(compilation, name):
    return next(c for c in compilation["contracts"] if c["name"] == name)


def salt():
    return "0x" + uuid4().hex * 2


def test_contract_is_deployed_from_the_callers_wallet(developer, compilation):
    owner = deployed(developer.api, compilation, "Owner", {"number_": 7})
    assert owner["transaction"]["status"] == "confirmed"
    assert owner["transaction"]["sender"] == developer.address
    assert owner["arguments"] == {"number_": "7"}
    assert results(developer.api, owner, "owner") == {"result": developer.address}
    assert results(developer.api, owner, "number") == {"result": "7"}
    assert developer.api.get(f"/v1/contracts/{owner['id']}").json() == owner
    assert developer.api.get("/v1/contracts").json()["data"][0] == owner


def test_deployment_is_accepted_before_it_is_mined_and_is_live_in_the_end(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Owner", "arguments": [1]}
    answer = developer.api.write("/v1/contracts", body, wait=0)
    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    assert answer.json()["address"] is None
    deployed(developer.api, compilation, "Owner", [2])  # settles after it
    found = developer.api.get(answer.headers["Location"]).json()
    assert found["status"] == "live"
    assert results(developer.api, found, "number") == {"result": "1"}


def test_same_idempotency_key_deploys_once(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Owner", "arguments": [3]}
    key = {"Idempotency-Key": str(uuid4())}
    first, again = (deploy(developer.api, body, **key) for _ in range(2))
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotent-Replayed"] == "true"


def test_salt_leads_to_an_address_that_is_told_beforehand_and_used_once(developer, compilation):
    body = {
        "compilation": compilation["id"],
        "contract": "Owner",
        "arguments": {"number_": 5},
        "salt": salt(),
    }
    answer = developer.api.write("/v1/contracts", body, wait=0)
    promised = answer.json()["address"]
    assert promised is not None
    deployed(developer.api, compilation, "Owner", [2])
    found = developer.api.get(answer.headers["Location"]).json()
    assert (found["status"], found["address"]) == ("live", promised)
    assert results(developer.api, found, "number") == {"result": "5"}
    factory = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
    assert results(developer.api, found, "owner") == {"result": factory}
    taken = refused(developer.api, body, "address_taken", 409)
    assert promised in taken["detail"]
    assert deploy(developer.api, body | {"salt": salt()}).status_code == 200


def test_constructor_that_refuses_says_why_with_a_salt_too(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Owner", "arguments": [100]}
    for more in ({}, {"salt": salt()}):
        found = refused(developer.api, body | more, "contract_reverted")
        assert "too large a number" in found["detail"]
        assert found["contract_error"]["name"] == "Error"


def test_constructors_own_error_is_told_in_both_languages(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Owner", "arguments": [99]}
    for more in ({}, {"salt": salt()}):
        for language, words in (("en", "99 brings bad luck."), ("fi", "99 tuo huonoa onnea.")):
            answer = deploy(developer.api, body | more, **{"Accept-Language": language})
            assert answer.json()["code"] == "contract_reverted", answer.text
            assert answer.json()["detail"] == words
            assert answer.json()["contract_error"]["explanation"] == words


def test_endless_constructor_is_refused_for_its_gas(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Endless"}
    found = refused(developer.api, body, "contract_reverted")
    assert "gas" in found["detail"]


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({}, "arguments.number_"),
        ([], "arguments"),
        ([1, 2], "arguments"),
        ({"number": 1}, "arguments.number"),
        (["1.5"], "arguments[0]"),
        ([-1], "arguments[0]"),
        ([str(2**256)], "arguments[0]"),
        ([2**60], "arguments[0]"),
        ([None], "arguments[0]"),
    ],
)
def test_constructor_arguments_that_do_not_fit_are_refused(
    developer, compilation, arguments, param
):
    body = {"compilation": compilation["id"], "contract": "Owner", "arguments": arguments}
    assert refused(developer.api, body, "argument_invalid")["param"] == param


@pytest.mark.parametrize(("name", "why"), [("Unfinished", "abstract"), ("IAdder", "interface")])
def test_what_has_no_code_is_not_deployed(developer, compilation, name, why):
    body = {"compilation": compilation["id"], "contract": name}
    assert why in refused(developer.api, body, "not_deployable")["detail"]


def test_contract_over_the_limit_of_the_chain_is_refused(developer):
    text = "pragma solidity ^0.8.20; contract Big { bytes public constant B = hex'%s'; }"
    large = {"sources": {"Big.sol": text % ("ab" * 24_600)}}
    made = developer.api.write("/v1/contracts/compile", large).json()
    size = of(made, "Big")["size"]
    found = refused(developer.api, {"compilation": made["id"]}, "contract_too_large")
    assert f"{size} bytes of code, {size - 24_576} more than the 24576" in found["detail"]
    assert "optimizer_runs" in found["next_step"]


def test_code_that_the_chain_does_not_take_is_told_in_words(developer):
    """What a constructor returns is known only when it has run."""
    text = "contract %s { constructor() { assembly { mstore8(0, %s) return(0, %s) } } }"
    sources = "pragma solidity ^0.8.20;" + text % ("Big", 0, 24_577) + text % ("Odd", "0xef", 1)
    made = developer.api.write("/v1/contracts/compile", {"sources": {"A.sol": sources}}).json()
    for name, words in (("Big", "more than 24576 bytes"), ("Odd", "byte 0xef")):
        body = {"compilation": made["id"], "contract": name}
        assert words in refused(developer.api, body, "contract_reverted")["detail"]


def test_abstract_contract_names_the_functions_that_lack_a_body(developer):
    text = """pragma solidity ^0.8.20;
    import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
    import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156.sol";
    interface IClub {
        function fee(uint256) external view returns (uint256);
        function open() external;
    }
    abstract contract Half is ERC20, IClub, IERC3156FlashBorrower {
        struct Hour { uint8 at; }
        mapping(uint256 => uint256) public fee;
        function close(Hour memory when, IClub other) public virtual;
        function _inner() internal virtual;
    }
    abstract contract Whole is Half {
        function open() external {}
        function close(Hour memory, IClub) public override {}
    }
    abstract contract Marked { function done() external {} }"""
    sources = {"sources": {"Half.sol": text}}
    made = developer.api.write("/v1/contracts/compile", sources).json()
    for name, missing, there in (
        ("Half", ("open()", "close(Half.Hour,IClub)", "_inner()", "onFlashLoan(address,"), "fee("),
        ("Whole", ("_inner()", "onFlashLoan(address,"), "open()"),
        ("Marked", ("abstract",), "done"),
    ):  # fmt: skip
        body = {"compilation": made["id"], "contract": name}
        detail = refused(developer.api, body, "not_deployable")["detail"]
        assert all(function in detail for function in missing), detail
        assert there not in detail


def test_one_of_several_contracts_must_be_named(developer, compilation):
    found = refused(developer.api, {"compilation": compilation["id"]}, "invalid_input")
    assert found["param"] == "contract"
    assert "Zoo.sol:Zoo" in found["detail"]
    wrong = {"compilation": compilation["id"], "contract": "Zo"}
    assert refused(developer.api, wrong, "invalid_input")["param"] == "contract"


def test_value_for_a_constructor_that_takes_none_is_refused(developer, compilation):
    body = {
        "compilation": compilation["id"], "contract": "Owner", "arguments": [1], "value": "5",
    }  # fmt: skip
    refused(developer.api, body, "not_payable")


def test_value_goes_with_the_deployment(wealthy):
    made = compiled(wealthy, "Zoo")
    zoo = deployed(wealthy, made, "Zoo", [1, {"x": 0, "y": 0}, []], value="1000")
    assert zoo["status"] == "live"


def test_value_needs_an_idempotency_key(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Zoo", "value": "1"}
    answer = developer.api.post("/v1/contracts", json=body)
    assert answer.json()["code"] == "idempotency_key_missing"


def test_value_that_the_wallet_does_not_have_is_refused(developer, compilation):
    body = {
        "compilation": compilation["id"], "contract": "Zoo",
        "arguments": [1, {"x": 0, "y": 0}, []], "value": "1" + "0" * 24,
    }  # fmt: skip
    assert deploy(developer.api, body).status_code == 422


def test_library_is_linked_by_address_or_id(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Adder"}
    found = refused(developer.api, body, "library_missing")
    assert "Parts.sol:Sums" in found["detail"]
    sums = deployed(developer.api, compilation, "Sums")
    for name, where in (("Sums", sums["id"]), ("Parts.sol:Sums", sums["address"])):
        adder = deployed(developer.api, compilation, "Adder", libraries={name: where})
        assert adder["libraries"] == {name: sums["address"]}
        assert results(developer.api, adder, "sum", [[1, 2, 3]]) == {"result": "6"}
    wrong = body | {"libraries": {"Sums": "somewhere"}}
    assert refused(developer.api, wrong, "invalid_input")["param"] == "libraries.Sums"


def test_library_is_not_linked_to_an_address_without_code(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Adder"}
    for nobody in (developer.address, "0x0000000000000000000000000000000000000001"):
        given = body | {"libraries": {"Sums": nobody}}
        assert refused(developer.api, given, "no_code_at_address")["param"] == "libraries.Sums"


def test_error_of_a_library_is_decoded_though_the_contract_does_not_know_it(developer, compilation):
    sums = deployed(developer.api, compilation, "Sums")
    adder = deployed(developer.api, compilation, "Adder", libraries={"Sums": sums["id"]})
    answer = call(developer.api, adder, "sum", [[]])
    assert answer.status_code == 422
    assert answer.json()["contract_error"]["name"] == "SumsNothing"


def test_proxy_is_recognised_and_offers_what_stands_behind_it(developer, compilation):
    sums = deployed(developer.api, compilation, "Sums")
    adder = deployed(developer.api, compilation, "Adder", libraries={"Sums": sums["id"]})
    body = {"compilation": compilation["id"], "contract": "Proxy"}
    without = body | {"arguments": [adder["address"], "0x"]}
    error = refused(developer.api, without, "contract_reverted")["contract_error"]
    assert error["name"] == "ERC1967ProxyUninitialized"
    begin = "0x" + keccak(b"last()")[:4].hex()
    made = deployed(developer.api, compilation, "Proxy", [adder["address"], begin])
    assert made["proxy"] == {
        "kind": "implementation",
        "implementation": adder["address"],
        "beacon": None,
        "admin": None,
    }
    assert adder["proxy"] is None
    sent(developer.api, made, "add", {"list": [4, 5]})
    assert results(developer.api, made, "last") == {"result": "9"}
    assert results(developer.api, adder, "last") == {"result": "0"}
    listed = developer.api.get(f"/v1/contracts/{made['id']}/events").json()["data"]
    assert [e["event"] for e in listed] == ["Added", "Upgraded"]


def artifact_forms(compiled_contract):
    """One contract as each of the tools writes it."""
    abi, code = compiled_contract["abi"], compiled_contract["bytecode"]
    return {
        "hardhat": {
            "_format": "hh-sol-artifact-1", "contractName": "Owner", "sourceName": "a.sol",
            "abi": abi, "bytecode": code, "deployedBytecode": "0x00", "linkReferences": {},
            "deployedLinkReferences": {},
        },
        "foundry": {
            "abi": abi, "bytecode": {"object": code, "linkReferences": {}},
            "deployedBytecode": {"object": "0x00"}, "methodIdentifiers": {},
            "metadata": {"settings": {"compilationTarget": {"src/Owner.sol": "Owner"}}},
        },
        "solc": {"abi": abi, "evm": {"bytecode": {"object": code.removeprefix("0x")}}},
        "ape": {
            "manifest": "ethpm/3",
            "contractTypes": {
                "Owner": {
                    "abi": abi, "contractName": "Owner", "sourceId": "Owner.sol",
                    "deploymentBytecode": {"bytecode": code},
                    "runtimeBytecode": {"bytecode": "0x00"},
                },
            },
        },
    }  # fmt: skip


@pytest.mark.parametrize("tool", ["hardhat", "foundry", "ape", "solc"])
def test_artifact_of_each_tool_is_deployed(developer, compilation, tool):
    artifact = artifact_forms(of(compilation, "Owner"))[tool]
    body = {"artifact": artifact, "arguments": [8], "contract": "Owner"}
    answer = deploy(developer.api, body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["origin"]) == ("Owner", "artifact")
    assert results(developer.api, answer.json(), "number") == {"result": "8"}


@pytest.mark.parametrize("tool", ["hardhat", "foundry", "ape"])
def test_artifact_with_a_library_is_linked(developer, compilation, tool):
    adder = of(compilation, "Adder")
    sums = deployed(developer.api, compilation, "Sums")
    artifact = artifact_forms(adder)[tool]
    place = adder["bytecode"].index("__$") // 2 - 1
    places = [
        n // 2 - 1 for n in range(len(adder["bytecode"])) if adder["bytecode"].startswith("__$", n)
    ]
    by_file = {"Parts.sol": {"Sums": [{"start": n, "length": 20} for n in places]}}
    assert place in places
    if tool == "hardhat":
        artifact["linkReferences"] = by_file
    elif tool == "foundry":
        artifact["bytecode"]["linkReferences"] = by_file
    else:
        one = artifact["contractTypes"]["Owner"]
        one["deploymentBytecode"]["linkReferences"] = [
            {"offsets": places, "length": 20, "name": "Sums"}
        ]
    refused(developer.api, {"artifact": artifact}, "library_missing")
    body = {"artifact": artifact, "libraries": {"Sums": sums["address"]}}
    answer = deploy(developer.api, body)
    assert answer.status_code == 200, answer.text
    assert results(developer.api, answer.json(), "sum", [[2, 3]]) == {"result": "5"}


@pytest.mark.parametrize(
    "artifact",
    [
        {},
        {"abi": []},
        {"abi": [], "bytecode": "0xzz"},
        {"abi": [], "bytecode": 5},
        {"abi": "[]", "bytecode": "0x00"},
        {"abi": [{"type": "function"}], "bytecode": "0x00"},
        {"abi": [{"type": "function", "name": "f", "inputs": [{"type": "uint7"}]}],
         "bytecode": "0x00"},
        {"abi": [], "bytecode": "0x6000__$0000000000000000000000000000000000$__"},
        {"contractTypes": {}},
        {"contractTypes": {"A": {}, "B": {}}},
    ],
)  # fmt: skip
def test_artifact_that_is_none_is_refused(developer, artifact):
    answer = deploy(developer.api, {"artifact": artifact})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("artifact_invalid", "abi_invalid", "not_deployable")


@pytest.mark.parametrize("body", [{}, {"compilation": "cmp_1", "artifact": {}}, {"salt": "0x1"}])
def test_deployment_of_nothing_or_two_things_is_refused(developer, body):
    refused(developer.api, body, "invalid_input")


def test_address_on_the_chain_is_attached_with_its_abi(join, compilation, zoo):
    other = join()
    abi = of(compilation, "Zoo")["abi"]
    answer = other.api.write("/v1/contracts/attach", {"address": zoo["address"], "abi": abi})
    assert answer.status_code == 201, answer.text
    assert results(other.api, answer.json(), "start") == {"result": "42"}


def test_abi_of_what_was_deployed_here_need_not_be_sent_but_nothing_else_is_told(
    join, developer, compilation
):
    body = {"metadata": {"secret": "plan"}}
    owner = deployed(developer.api, compilation, "Owner", [9], **body)
    other = join()
    answer = other.api.write("/v1/contracts/attach", {"address": owner["address"].lower()})
    attached = answer.json()
    assert answer.status_code == 201, answer.text
    assert attached["abi"] == owner["abi"]
    assert (attached["metadata"], attached["compilation"], attached["arguments"]) == ({}, None, {})
    assert results(other.api, attached, "number") == {"result": "9"}
    for path in ("", "/openapi.json", "/docs", "/events"):
        assert other.api.get(f"/v1/contracts/{owner['id']}{path}").status_code == 404
    assert call(other.api, owner, "number").status_code == 404
    assert send(other.api, owner, "number").status_code == 404


@pytest.mark.parametrize("empty", [{}, {"abi": None}, {"abi": []}])
def test_contract_of_the_sandbox_itself_is_attached_by_its_address(developer, empty):
    chain = developer.api.get("/v1/chain").json()
    euro = next(c["address"] for c in chain["contracts"] if c["name"] == "PilotEuro")
    attached = developer.api.write("/v1/contracts/attach", {"address": euro, **empty}).json()
    assert attached["name"] == "PilotEuro"
    assert results(developer.api, attached, "decimals") == {"result": 6}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"address": CODELESS, "abi": []}, "no_code_at_address"),
        ({"address": "0x12", "abi": []}, "invalid_input"),
        ({"address": CODELESS.replace("C51812", "c51812"), "abi": []}, "invalid_input"),
        ({"abi": []}, "invalid_input"),
    ],
)
def test_what_cannot_be_attached_is_refused(developer, body, code):
    answer = developer.api.write("/v1/contracts/attach", body)
    assert answer.status_code == 422
    assert answer.json()["code"] == code


def test_contract_that_is_not_mined_yet_cannot_be_called(join, compilation):
    member = join()
    made = compiled(member.api, "Parts")
    body = {"compilation": made["id"], "contract": "Owner", "arguments": [1]}
    first = member.api.write("/v1/contracts", body, wait=0).json()
    answer = call(member.api, first, "number")
    # The engine may have been faster than the second request.
    assert answer.status_code in (200, 409)
    if answer.status_code == 409:
        assert answer.json()["code"] == "contract_not_on_chain"


@pytest.mark.parametrize("path", ["", "/openapi.json", "/docs", "/events"])
def test_unknown_contract_is_not_found(developer, path):
    answer = developer.api.get(f"/v1/contracts/ctr_unknown{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_key_is_needed(anonymous, zoo):
    for path in ("", f"/{zoo['id']}", f"/{zoo['id']}/openapi.json", f"/{zoo['id']}/docs"):
        assert anonymous.get(f"/v1/contracts{path}").status_code == 401


def test_contract_of_a_package_is_deployed_by_its_name_where_a_source_imports_it(developer):
    head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
    text = head + (
        'import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";\n'
        'import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";\n'
        'import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";\n'
        "import {UpgradeableBeacon} from "
        '"@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol";\n'
        "contract Box { uint256 public held; function hold(uint256 x) external { held = x; } }\n"
    )
    made = compilation_of(developer.api, {"sources": {"Box.sol": text}})
    assert [(one["name"], one["imported"]) for one in made["contracts"]] == [
        ("Box", False),
        ("ERC1967Proxy", True),
        ("BeaconProxy", True),
        ("UpgradeableBeacon", True),
    ]
    box = developer.api.write("/v1/contracts", {"compilation": made["id"]}).json()
    assert box["name"] == "Box"
    data = "0x" + keccak(b"hold(uint256)")[:4].hex() + f"{7:064x}"
    proxy = deployed(developer.api, made, "ERC1967Proxy", [box["address"], data])
    assert results(developer.api, proxy, "held") == {"result": "7"}
    verified = developer.api.write(f"/v1/contracts/{proxy['id']}/verify", {}).json()
    assert verified["match"] == "exact_match"
    owned = {"implementation_": box["address"], "initialOwner": developer.address}
    beacon = deployed(developer.api, made, "UpgradeableBeacon", owned)
    behind = deployed(developer.api, made, "BeaconProxy", [beacon["address"], data])
    assert results(developer.api, behind, "held") == {"result": "7"}
    verified = developer.api.write(f"/v1/contracts/{behind['id']}/verify", {}).json()
    assert verified["match"] == "exact_match"
    assert list(verified["immutables"]) == ["_beacon"]


def test_contract_that_a_compilation_has_not_is_told_with_those_it_has(developer, compilation):
    body = {"compilation": compilation["id"], "contract": "Nothing"}
    found = refused(developer.api, body, "invalid_input")
    assert "has no contract Nothing; it has: " in found["detail"]
    assert found["param"] == "contract"


def test_contract_with_far_too_many_functions_is_too_large_first_of_all(developer):
    functions = "".join(
        f"function f{n}(uint256 a) external pure returns (uint256) {{ return a * {n}; }}\n"
        for n in range(1100)
    )
    text = f"pragma solidity ^0.8.20;\ncontract Huge {{\n{functions}}}\n"
    body = {"sources": {"Huge.sol": text}, "settings": {"optimizer": False}}
    made = compilation_of(developer.api, body)
    refused(developer.api, {"compilation": made["id"]}, "contract_too_large")
