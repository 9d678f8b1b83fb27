"""Compiling what developers send."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

import pytest

from tests.api.contracts.steps import compiled, source, zipped

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"


def compile_(api, body):
    return api.write("/v1/contracts/compile", body)


def problem(api, body, code, status=422):
    answer = compile_(api, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code, answer.text
    return answer.json()


def test_one_file_with_imports_of_openzeppelin_compiles(compilation, developer):
    kinds = {c["name"]: (c["kind"], c["deployable"]) for c in compilation["contracts"]}
    assert kinds["Token"] == ("contract", True)
    assert kinds["Sums"] == ("library", True)
    assert kinds["Unfinished"] == ("abstract", False)
    assert kinds["IAdder"] == ("interface", False)
    assert compilation["solc"].startswith("0.8.30+")
    adder = next(c for c in compilation["contracts"] if c["name"] == "Adder")
    assert adder["libraries"] == ["Parts.sol:Sums"]
    found = developer.api.get(f"/v1/contracts/compilations/{compilation['id']}")
    assert found.json() == compilation


def test_interfaces_of_the_attestation_service_can_be_imported(developer):
    path = "@ethereum-attestation-service/eas-contracts/contracts/IEAS.sol"
    text = HEAD + f'import {{IEAS}} from "{path}";\ncontract A {{ IEAS public eas; }}'
    assert compile_(developer.api, {"sources": {"A.sol": text}}).status_code == 201


def test_same_sources_are_compiled_once(developer, compilation):
    assert compiled(developer.api, "Zoo", "Token", "Parts")["id"] == compilation["id"]


def test_several_files_find_one_another_in_a_zip(developer):
    files = {
        "src/A.sol": HEAD + 'import {B} from "./lib/B.sol";\ncontract A is B {}',
        "src/lib/B.sol": HEAD + "contract B { uint256 public b; }",
        "README.md": "not a source",
    }
    found = compile_(developer.api, {"zip": zipped(files)})
    assert found.status_code == 201, found.text
    assert [c["name"] for c in found.json()["contracts"]] == ["A", "B"]


def test_standard_json_brings_its_own_settings_and_remappings(developer):
    document = {
        "language": "Solidity",
        "sources": {
            "src/A.sol": {"content": HEAD + 'import "lib/B.sol";\ncontract A is B {}'},
            "vendor/B.sol": {"content": HEAD + "contract B {}"},
        },
        "settings": {
            "remappings": ["lib/=vendor/"],
            "optimizer": {"enabled": False},
            "outputSelection": {"*": {"*": ["*"]}},
        },
    }
    found = compile_(developer.api, {"standard_json": document})
    assert found.status_code == 201, found.text
    assert found.json()["settings"]["optimizer"] is False


def test_warning_comes_with_its_place(developer):
    text = HEAD + "contract W {\n    function f(uint256 unused) external { uint256 x; }\n}\n"
    found = compile_(developer.api, {"sources": {"W.sol": text}}).json()
    unused = next(w for w in found["warnings"] if "Unused function parameter" in w["message"])
    assert (unused["file"], unused["line"], unused["column"]) == ("W.sol", 4, 16)
    assert unused["severity"] == "warning"
    assert unused["excerpt"].endswith("^" * len("uint256 unused"))


def test_error_comes_with_file_line_column_and_the_marked_line(developer):
    text = HEAD + 'contract W {\n    /* ä */ uint256 x = "a";\n    bool y = 1;\n}\n'
    found = problem(developer.api, {"sources": {"W.sol": text}}, "compilation_failed")
    first, second = found["diagnostics"]
    assert (first["file"], first["line"], first["column"]) == ("W.sol", 4, 25)
    assert '    /* ä */ uint256 x = "a";' in first["excerpt"]
    assert second["line"] == 5
    assert found["detail"].startswith("W.sol:4:25: TypeError")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("@openzeppelin/contracts/security/ReentrancyGuard.sol",
         "@openzeppelin/contracts/utils/ReentrancyGuard.sol"),
        ("./Libary.sol", "src/Library.sol"),
    ],
)  # fmt: skip
def test_missing_import_names_the_nearest(developer, name, nearest):
    sources = {
        "src/A.sol": HEAD + f'import "{name}";\ncontract A {{}}',
        "src/Library.sol": HEAD + "contract B {}",
    }
    found = problem(developer.api, {"sources": sources}, "import_missing")
    assert nearest in found["next_step"]
    assert "src/A.sol, line 3" in found["detail"]


def test_tests_of_foundry_are_to_be_left_out(developer):
    sources = {
        "src/A.sol": HEAD + "contract A {}",
        "test/A.t.sol": HEAD
        + 'import {Test} from "forge-std/Test.sol";\ncontract ATest is Test {}',
    }
    found = problem(developer.api, {"sources": sources}, "import_missing")
    assert found["next_step"].startswith("Leave the tests and scripts of Foundry out")


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../../../../../../etc/passwd", "node_modules/solc/package.json",
     "@openzeppelin/contracts/../../solc/package.json", "file:///etc/passwd",
     "@openzeppelin/contracts/package.json"],
)  # fmt: skip
def test_import_reads_no_file_of_the_machine(developer, path):
    text = HEAD + f'import "{path}";\ncontract A {{}}'
    found = problem(developer.api, {"sources": {"A.sol": text}}, "import_missing")
    assert "root:" not in str(found)
    assert '"license"' not in str(found)


def test_pragma_that_no_installed_compiler_satisfies_names_those_there_are(developer):
    text = "pragma solidity ^0.7.6;\ncontract A {}"
    found = problem(developer.api, {"sources": {"A.sol": text}}, "compiler_version_missing")
    assert "^0.7.6" in found["detail"]
    assert "0.8.30" in found["detail"]


def test_source_without_a_contract_is_refused(developer):
    problem(developer.api, {"sources": {"A.sol": HEAD}}, "no_contract")


def test_stack_too_deep_says_what_to_do_and_compiles_through_ir(developer):
    lines = "".join(f"uint v{n} = a + {n};" for n in range(20))
    total = "+".join(f"v{n}" for n in range(20))
    text = HEAD + (
        f"contract D {{ function f(uint a) external pure returns (uint) "
        f"{{ {lines} return {total}; }} }}"
    )
    body = {"sources": {"D.sol": text}}
    found = problem(developer.api, body, "compilation_failed")
    assert "via_ir" in found["next_step"]
    assert compile_(developer.api, body | {"settings": {"via_ir": True}}).status_code == 201


def test_contract_that_should_be_abstract_names_what_has_no_body(developer):
    text = HEAD + "interface I { function one() external; }\ncontract A is I {}"
    found = problem(developer.api, {"sources": {"A.sol": text}}, "compilation_failed")
    (diagnostic,) = found["diagnostics"]
    assert "abstract" in diagnostic["message"]
    assert any("function one() external" in note for note in diagnostic["notes"])


def test_sources_that_import_one_another_compile_and_circular_inheritance_is_told(developer):
    a = HEAD + 'import {{B}} from "./B.sol";\ncontract A {} {{ B public b; }}'
    b = HEAD + 'import {{A}} from "./A.sol";\ncontract B {} {{ A public a; }}'
    files = {"A.sol": a.format(""), "B.sol": b.format("")}
    assert compile_(developer.api, {"sources": files}).status_code == 201
    circle = {"A.sol": a.format("is B"), "B.sol": b.format("is A")}
    problem(developer.api, {"sources": circle}, "compilation_failed")


def test_more_files_than_one_compilation_takes_are_refused(developer):
    files = {f"src/{n}.sol": HEAD for n in range(2000)}
    problem(developer.api, {"sources": files}, "sources_too_large", 413)
    problem(developer.api, {"zip": zipped(files)}, "sources_too_large", 413)
    standard = {"sources": {name: {"content": text} for name, text in files.items()}}
    problem(developer.api, {"standard_json": standard}, "sources_too_large", 413)


@pytest.mark.parametrize("files", [{}, {"README.md": "nothing"}, {"src/": ""}])
def test_archive_without_a_source_is_refused(developer, files):
    found = problem(developer.api, {"zip": zipped(files)}, "sources_invalid")
    assert ".sol" in found["next_step"]


def test_remapping_leads_to_no_file_of_the_machine(developer):
    targets = ["../../../../etc/", "/etc/", "node_modules/solc/", "file:///etc/"]
    imports = "".join(f'import "lib{n}/passwd";\n' for n in range(len(targets)))
    remappings = [f"lib{n}/={target}" for n, target in enumerate(targets)]
    standard = {
        "sources": {"A.sol": {"content": HEAD + imports + "contract A {}"}},
        "settings": {"remappings": remappings},
    }
    assert "root:" not in str(problem(developer.api, {"standard_json": standard}, "import_missing"))


@pytest.mark.slow
def test_others_are_served_quickly_while_a_compiler_bomb_goes_off(developer, join, zoo):
    work = "".join(f"x = (x * {n} + 1) % (x + {n + 7}); " for n in range(3000))
    body = "function f(uint256 x) external pure returns (uint256) { unchecked { %s } return x; }"
    bomb = {
        "sources": {"B.sol": HEAD + "contract B { " + body % work + " }"},
        "settings": {"via_ir": True},
    }
    bystander, answers = join(), []
    path, key = "/v1/contracts/compile", {"Idempotency-Key": str(uuid4())}

    def compile_bomb():  # on a busy machine, its processor time takes longer than clients wait
        answers.append(developer.api.post(path, json=bomb, headers=key, timeout=150))

    thread = threading.Thread(target=compile_bomb)
    thread.start()
    slowest, count = 0.0, 0
    while thread.is_alive():
        began = time.monotonic()
        assert bystander.api.get("/v1/contracts").status_code == 200
        assert bystander.api.write("/v1/faucet", {"amount": 1}).status_code == 200
        slowest, count = max(slowest, time.monotonic() - began), count + 1
    thread.join()
    assert answers[0].json()["code"] == "compilation_too_expensive"
    assert count > 100
    assert slowest < 2


def test_source_that_is_too_large_is_refused(developer):
    large = HEAD + "contract A {}" + "\n// x" * 400_000
    problem(developer.api, {"sources": {"A.sol": large}}, "body_too_large", 413)
    problem(developer.api, {"zip": zipped({"A.sol": large})}, "sources_too_large", 413)


def test_zip_bomb_is_refused_before_it_is_unpacked(developer):
    bomb = zipped({"A.sol": "\0" * 300_000_000})
    assert len(bomb) < 500_000
    problem(developer.api, {"zip": bomb}, "sources_too_large", 413)


@pytest.mark.parametrize(
    "name", ["../A.sol", "/A.sol", "a/../../A.sol", "C:/A.sol", "a\\A.sol", "a//A.sol", "./A.sol"]
)
def test_path_that_leads_outside_is_refused_in_every_form(developer, name):
    text = HEAD + "contract A {}"
    problem(developer.api, {"sources": {name: text}}, "sources_invalid")
    if "\\" not in name:  # which zipfile itself turns into /
        problem(developer.api, {"zip": zipped({name: text})}, "sources_invalid")
    standard = {"language": "Solidity", "sources": {name: {"content": text}}}
    problem(developer.api, {"standard_json": standard}, "sources_invalid")


def test_link_in_a_zip_is_refused(developer):
    link = zipped({"A.sol": "/etc/passwd"}, **{"A.sol": 0o120777 << 16})
    problem(developer.api, {"zip": link}, "sources_invalid")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sources": {"A.sol": HEAD}, "zip": "UEs="},
        {"sources": {}},
        {"sources": {"A.sol": 5}},
        {"zip": "not base64!"},
        {"zip": "UEsDBA=="},
        {"standard_json": {}},
        {"standard_json": {"sources": {"A.sol": {"urls": ["file:///etc/passwd"]}}}},
        {"standard_json": {"language": "Yul", "sources": {"A.yul": {"content": "{}"}}}},
        {"standard_json": {"sources": {"A.sol": {"content": HEAD}}, "settings": {"debug": {}}}},
        {"sources": {"A.sol": HEAD}, "settings": {"evm_version": "homestead"}},
        {"sources": {"A.sol": HEAD}, "settings": {"remappings": ["nothing"]}},
        {"sources": {"A.sol": HEAD}, "settings": {"optimizer_runs": -1}},
    ],
)  # fmt: skip
def test_request_that_is_no_compilation_is_refused(developer, body):
    answer = compile_(developer.api, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("invalid_input", "sources_invalid")


def test_compilations_are_seen_by_their_tenant_only(developer, join, compilation):
    stranger = join()
    path = f"/v1/contracts/compilations/{compilation['id']}"
    assert stranger.api.get(path).status_code == 404
    assert stranger.api.get("/v1/contracts/compilations").json()["data"] == []
    body = {"compilation": compilation["id"], "contract": "Token", "arguments": ["a", "b"]}
    assert stranger.api.write("/v1/contracts", body).status_code == 404


def test_another_tenant_with_the_same_sources_gets_a_compilation_of_its_own(join, compilation):
    other = compiled(join().api, "Zoo", "Token", "Parts")
    assert other["id"] != compilation["id"]
    assert other["contracts"] == compilation["contracts"]


def test_source_itself_is_never_shown(developer, compilation):
    assert source("Zoo")[:200] not in str(compilation)
