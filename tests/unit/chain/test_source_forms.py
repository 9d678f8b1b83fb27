"""Sources in the forms that developers have them in, and imports as their tools resolve them."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from pocplatform.chain.closed_compiler import ClosedCompiler, ImportMissing
from pocplatform.chain.remappings import Remappings, remapping
from pocplatform.chain.source_forms import from_standard_json, from_zip
from pocplatform.chain.submitted import (
    MAX_REMAPPINGS,
    SolcSettings,
    SourcesInvalid,
    Submitted,
    nearest_source,
)
from pocplatform.kit.settings import PROJECT_ROOT

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"


def archive(files: dict[str, bytes]) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return base64.b64encode(buffer.getvalue()).decode()


def standard(settings: object, **sources: str) -> dict:
    contents = {name: {"content": text} for name, text in (sources or {"A.sol": HEAD}).items()}
    return {"language": "Solidity", "sources": contents, "settings": settings}


def test_archive_as_macos_makes_it_has_its_sources_alone():
    attributes = b"\x00\x05\x16\x07\x00\x02\xff\xfe"
    files = {
        "contracts/A.sol": HEAD.encode(),
        "__MACOSX/contracts/._A.sol": attributes,
        "contracts/._A.sol": attributes,
        "__MACOSX/._contracts": attributes,
    }
    assert from_zip(archive(files), SolcSettings()).sources == {"contracts/A.sol": HEAD}


def test_mark_of_the_byte_order_is_no_part_of_a_source():
    marked = "\ufeff" + HEAD
    for submitted in (
        Submitted({"A.sol": marked}),
        from_standard_json(standard({}, **{"A.sol": marked})),
        from_zip(archive({"A.sol": marked.encode()}), SolcSettings()),
    ):
        assert submitted.sources == {"A.sol": HEAD}


@pytest.mark.parametrize("name", ["Vault.vy", "interfaces/IVault.vyi"])
def test_vyper_is_told_how_it_comes_here(name):
    with pytest.raises(SourcesInvalid, match=f"^{name} is Vyper") as refused:
        Submitted({name: "# pragma version 0.4.0"})
    assert "artifact" in refused.value.next_step()


def test_archive_of_a_foundry_project_resolves_imports_by_its_own_remappings():
    sources = {
        "shop-main/src/A.sol": HEAD + 'import {B} from "parts/B.sol";\ncontract A is B {}',
        "shop-main/lib/parts/src/B.sol": HEAD
        + 'import {C} from "solid/C.sol";\ncontract B is C {}',
        "shop-main/lib/parts/lib/solid/src/C.sol": HEAD + "contract C {}",
    }
    files = {name: text.encode() for name, text in sources.items()} | {
        "shop-main/remappings.txt": b"\xef\xbb\xbfparts/=lib/parts/src/\r\n\r\n",
        "shop-main/lib/parts/remappings.txt": b"solid/=./lib/solid/src/\n",
    }
    submitted = from_zip(archive(files), SolcSettings())
    assert submitted.sources == sources
    assert submitted.settings.remappings == (
        "shop-main/:parts/=shop-main/lib/parts/src/",
        "shop-main/lib/parts/:solid/=shop-main/lib/parts/lib/solid/src/",
    )
    names = {one["name"] for one in ClosedCompiler(PROJECT_ROOT).compile(submitted).contracts}
    assert names == {"A", "B", "C"}


def test_remappings_in_the_root_of_an_archive_are_as_they_stand_there():
    files = {"src/A.sol": HEAD.encode(), "remappings.txt": b"parts/=lib/parts/src/\n"}
    assert from_zip(archive(files), SolcSettings()).settings.remappings == (
        "parts/=lib/parts/src/",
    )


def test_remappings_of_the_request_win_over_those_of_an_archive():
    files = {"A.sol": HEAD.encode(), "remappings.txt": b"x/=y/"}
    submitted = from_zip(archive(files), SolcSettings(remappings=("x/=z/",)))
    assert submitted.settings.remappings == ("x/=y/", "x/=z/")


@pytest.mark.parametrize("line", ["nonsense", "=lib/"])
def test_line_of_an_archives_remappings_that_is_none_is_refused(line):
    files = {"src/A.sol": HEAD.encode(), "remappings.txt": line.encode()}
    with pytest.raises(SourcesInvalid, match=f"^{line} is no remapping") as refused:
        from_zip(archive(files), SolcSettings())
    assert refused.value.param == "zip"


@pytest.mark.parametrize("target", ["../../etc/", "/etc/"])
def test_remapping_of_an_archive_that_leads_outside_leads_nowhere(target):
    text = HEAD + 'import "x/passwd";\ncontract A {}'
    files = {"src/A.sol": text.encode(), "remappings.txt": f"x/={target}".encode()}
    with pytest.raises(ImportMissing):
        ClosedCompiler(PROJECT_ROOT).compile(from_zip(archive(files), SolcSettings()))


def test_build_info_of_a_tool_is_taken_by_the_input_in_it():
    document = standard({"viaIR": True}, **{"A.sol": HEAD})
    for form in ("hh-sol-build-info-1", "hh3-sol-build-info-1", "ethers-rs-sol-build-info-1"):
        whole = {"_format": form, "id": "9f", "solcVersion": "0.8.30", "input": document}
        assert from_standard_json(whole) == from_standard_json(document)


def test_build_info_without_its_input_is_refused():
    with pytest.raises(SourcesInvalid) as refusal:
        from_standard_json({"_format": "hh3-sol-build-info-output-1", "id": "9f", "output": {}})
    assert '"input"' in refusal.value.next_step()


def test_settings_of_the_optimizer_reach_the_compiler():
    given = {"enabled": True, "runs": 5, "details": {"yul": False}}
    document = from_standard_json(standard({"optimizer": given})).input_json(PROJECT_ROOT)
    assert document["settings"]["optimizer"] == given


def test_settings_that_are_left_out_are_those_of_solc():
    document = from_standard_json(standard(None)).input_json(PROJECT_ROOT)
    assert document["settings"]["optimizer"] == {"enabled": False, "runs": 200}


@pytest.mark.parametrize(
    ("settings", "param"),
    [
        ([], ""),
        ({"optimizer": []}, ".optimizer"),
        ({"optimizer": {"enabled": "yes"}}, ".optimizer.enabled"),
        ({"optimizer": {"runs": "many"}}, ".optimizer.runs"),
        ({"optimizer": {"runs": True}}, ".optimizer.runs"),
        ({"optimizer": {"steps": ""}}, ".optimizer.steps"),
        ({"viaIR": "yes"}, ".viaIR"),
        ({"evmVersion": 5}, ".evmVersion"),
        ({"remappings": "a=b"}, ".remappings"),
        ({"metadata": []}, ".metadata"),
        ({"libraries": []}, ".libraries"),
        ({"stopAfter": "parsing"}, ".stopAfter"),
    ],
)
def test_setting_that_is_not_taken_or_of_another_type_is_refused_by_name(settings, param):
    with pytest.raises(SourcesInvalid) as refused:
        from_standard_json(standard(settings))
    assert refused.value.param == "standard_json.settings" + param


def test_more_remappings_than_a_project_has_are_refused():
    settings = SolcSettings(remappings=("a=b",) * (MAX_REMAPPINGS + 1))
    with pytest.raises(SourcesInvalid, match="more than 100 remappings"):
        Submitted({"A.sol": HEAD}, settings).input_json(PROJECT_ROOT)


def resolved(given: list[str], sources: list[str], importer: str, name: str) -> str:
    return Remappings([remapping(one) for one in given], sources).resolve(importer, name)


def test_closest_context_wins_and_then_the_longest_prefix_and_then_the_last():
    sources = ["x/B.sol", "y/B.sol", "z/B.sol"]
    assert resolved(["lib/=x/", "a/:lib/=y/"], sources, "a/A.sol", "lib/B.sol") == "y/B.sol"
    assert resolved(["lib/=x/", "a/:lib/=y/"], sources, "b/A.sol", "lib/B.sol") == "x/B.sol"
    assert resolved(["lib/sub/=x/", "a/:lib/=y/sub/"], sources, "a/A.sol", "lib/sub/B.sol") == (
        "x/B.sol"
    )
    assert resolved(["lib/=x/", "lib/sub/=y/"], sources, "A.sol", "lib/sub/B.sol") == "y/B.sol"
    assert resolved(["lib/=x/", "lib/=z/"], sources, "A.sol", "lib/B.sol") == "z/B.sol"
    assert resolved(["lib/=x/"], sources, "A.sol", "other/B.sol") == "other/B.sol"


def test_remapping_to_what_was_not_brought_is_left_out_only_where_it_is_asked_for():
    given = ["forge-std/=lib/forge-std/src/", "@openzeppelin/=lib/oz/", "lib/=vendor/"]
    found = Remappings([remapping(one) for one in given], ["src/A.sol", "vendor/B.sol"])
    assert found.resolve("src/A.sol", "lib/B.sol") == "vendor/B.sol"
    assert found.kept == given
    assert found.resolve("src/A.sol", "@openzeppelin/contracts/C.sol") == (
        "@openzeppelin/contracts/C.sol"
    )
    assert found.kept == [given[0], given[2]]


def test_packages_of_one_name_in_two_versions_are_kept_apart_by_context():
    """As Hardhat 3 writes it, whose remappings all have a context."""
    sources = {
        "project/contracts/A.sol": HEAD + 'import {X} from "lib/X.sol";\n'
        'import {Y} from "other/Y.sol";\ncontract A is X, Y {}',
        "npm/lib@1/X.sol": HEAD + "contract X {}",
        "npm/other@1/Y.sol": HEAD + 'import {Z} from "lib/X.sol";\ncontract Y is Z {}',
        "npm/lib@2/X.sol": HEAD + "contract Z {}",
    }
    remappings = [
        "project/:lib/=npm/lib@1/", "project/:other/=npm/other@1/", "npm/other@1/:lib/=npm/lib@2/",
    ]  # fmt: skip
    submitted = from_standard_json(standard({"remappings": remappings}, **sources))
    compiled = ClosedCompiler(PROJECT_ROOT).compile(submitted)
    (metadata,) = [c["metadata"] for c in compiled.contracts if c["name"] == "A"]
    # solc notes them in the metadata, whose hash an exact verification is about.
    assert all(f'"{one}"' in metadata for one in remappings)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("hardhat/consol.sol", "hardhat/console.sol"), ("forge-std/Test.sol", None),
     ("B.sol", None), ("./Libary.sol", "src/Library.sol"),
     ("https://example.org/contracts/token/ERC20/ERC20.sol",
      "@openzeppelin/contracts/token/ERC20/ERC20.sol")],
)  # fmt: skip
def test_import_that_is_nowhere_is_told_what_is_near_and_nothing_else(name, nearest):
    known = {"src/A.sol": HEAD, "src/Library.sol": HEAD}
    assert nearest_source(name, "src/A.sol", known, PROJECT_ROOT) == nearest
