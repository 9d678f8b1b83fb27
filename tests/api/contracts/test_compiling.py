"""Compiling what developers send."""

from __future__ import annotations

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
