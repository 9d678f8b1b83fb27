"""Which compiler a pragma asks for."""

from __future__ import annotations

import json

import pytest

from pocplatform.chain.solc_versions import chosen, pragmas
from pocplatform.chain.toolchain import SOLCX_VARIABLE, installed_versions

VERSIONS = ["0.5.16", "0.7.6", "0.8.4", "0.8.26", "0.8.30", "1.2.3"]


@pytest.mark.parametrize(
    ("ranges", "version"),
    [
        (["^0.8.20"], "0.8.30"),
        (["0.8.26"], "0.8.26"),
        (["=0.8.26"], "0.8.26"),
        (["^0.8.0", "<0.8.30"], "0.8.26"),
        ([">=0.4.22 <0.8.0"], "0.7.6"),
        (["^0.7.0 || ^0.5.0"], "0.7.6"),
        ([">= 0.5.0"], "0.8.30"),
        (["^0.5.0", ">=0.5.16"], "0.5.16"),
        (["~0.8.4"], "0.8.30"),
        (["0.7"], "0.7.6"),
        (["0.8.x"], "0.8.30"),
        (["0.5.0 - 0.7.6"], "0.7.6"),
        ([">0.7.6 <=0.8.4"], "0.8.4"),
        (["^1"], "1.2.3"),
        (["*"], "0.8.30"),
        ([], "0.8.30"),
        (["^0.6.0"], None),
        (["^0.8.26", "^0.7.0"], None),
        (["0.8.31"], None),
    ],
)
def test_pragmas_choose_the_pinned_version_or_else_the_newest_that_satisfies_them(ranges, version):
    assert chosen(ranges, VERSIONS, "0.8.30") == version


def test_pragmas_are_read_from_all_sources_but_not_from_comments():
    sources = {
        "A.sol": "// pragma solidity 0.4.0;\npragma solidity ^0.8.0 ;\npragma abicoder v2;",
        "B.sol": "/* pragma solidity 0.4.1; */ contract B {}",
        "C.sol": "  pragma   solidity\n>=0.8.4\n<0.9.0;",
    }
    assert [" ".join(text.split()) for text in pragmas(sources)] == ["^0.8.0", ">=0.8.4 <0.9.0"]


def test_only_releases_count_as_installed(tmp_path, monkeypatch):
    monkeypatch.setenv(SOLCX_VARIABLE, str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("solc-v0.8.26", "solc-v0.8.27.part", "solc-v0.8.31-nightly.2026.1.1"):
        (tmp_path / name).touch()
    for folder, version in (("solc", "0.8.30"), ("solc-next", "0.8.31-pre.1")):
        package = tmp_path / "node_modules" / folder / "package.json"
        package.parent.mkdir(parents=True)
        package.write_text(json.dumps({"name": "solc", "version": version}))
    assert installed_versions(tmp_path) == ("0.8.26", "0.8.30")
