"""Comparing code: metadata, immutables and libraries aside."""

from __future__ import annotations

from pocplatform.chain.bytecode import (
    Match,
    compare_creation,
    compare_runtime,
    metadata_areas,
    metadata_start,
)

IPFS = "a2646970667358221220" + "11" * 32 + "64736f6c634300081e0033"
OTHER = IPFS.replace("11" * 32, "22" * 32)
BZZR = "a265627a7a72315820" + "33" * 32 + "64736f6c63430005110032"
NO_HASH = "a164736f6c634300081e000a"
EXPERIMENTAL = (
    "a3646970667358221220" + "44" * 32 + ("6c6578706572696d656e74616cf564736f6c634300081e0041")
)


def entry(runtime, *, creation="", links=None, immutables=None, kind="contract"):
    return {
        "kind": kind,
        "bytecode": creation or runtime,
        "deployed_bytecode": runtime,
        "link_references": links or {},
        "deployed_link_references": links or {},
        "immutable_references": immutables or {},
    }


def compared(compiled, found):
    return compare_runtime(compiled, bytes.fromhex(found))


def test_metadata_is_found_in_the_forms_that_compilers_have_written():
    for metadata in (IPFS, BZZR, NO_HASH, EXPERIMENTAL):
        code = bytes.fromhex("6001" * 9 + metadata)
        assert metadata_start(code) == 18
        assert [tuple(area) for area in metadata_areas(code)] == [(18, len(metadata) // 2)]
    for code in ("", "60", "6001600160010003", "6001" * 20):
        assert metadata_start(bytes.fromhex(code)) == len(code) // 2


def test_same_code_is_exact_only_with_the_same_hash():
    assert compared(entry("6001" + IPFS), "6001" + IPFS).match is Match.EXACT
    assert compared(entry("6001" + IPFS), "6001" + OTHER).match is Match.MATCH
    assert compared(entry("6001" + IPFS), "6001" + NO_HASH).match is Match.MATCH
    assert compared(entry("6001" + NO_HASH), "6001" + NO_HASH).match is Match.MATCH
    assert compared(entry("6001"), "6001").match is Match.MATCH


def test_metadata_of_contracts_within_makes_it_a_match():
    inner = "6001" + IPFS + "6002"
    assert compared(entry(inner + IPFS), inner + IPFS).match is Match.EXACT
    assert compared(entry(inner + IPFS), "6001" + OTHER + "6002" + IPFS).match is Match.MATCH


def test_first_difference_is_told_with_lengths_without_metadata():
    found = compared(entry("600160026003" + IPFS), "600160ff6003" + IPFS)
    assert found.match is None
    assert found.difference is not None
    difference = found.difference
    assert (difference.offset, difference.expected, difference.found) == (3, "0x026003", "0xff6003")
    longer = compared(entry("6001" + IPFS), "60016002" + IPFS).difference
    assert longer is not None
    assert (longer.offset, longer.expected_length, longer.found_length) == (2, 2, 4)
    empty = compared(entry("6001" + IPFS), "").difference
    assert empty is not None
    assert empty.offset == 0


def test_immutables_and_libraries_are_read_from_the_code_and_must_agree():
    places = {"5": [{"start": 1, "length": 2}, {"start": 4, "length": 2}]}
    compiled = entry("600000600000" + IPFS, immutables=places)
    found = compared(compiled, "601234601234" + IPFS)
    assert (found.match, found.immutables) == (Match.EXACT, {"5": "0x1234"})
    assert compared(compiled, "601234601235" + IPFS).match is None
    mark = "__$" + "a" * 34 + "$__"
    links = {"A.sol": {"L": [{"start": 1, "length": 20}]}}
    found = compared(entry("73" + mark + "00" + IPFS, links=links), "73" + "ab" * 20 + "00" + IPFS)
    assert found.match is Match.EXACT
    assert {name: a.lower() for name, a in found.libraries.items()} == {"A.sol:L": "0x" + "ab" * 20}


def test_library_carries_its_own_address():
    code = "73" + "00" * 20 + "3014" + IPFS
    there = "73" + "cd" * 20 + "3014" + IPFS
    assert compared(entry(code, kind="library"), there).match is Match.EXACT
    assert compared(entry(code), there).match is None


def test_creation_code_is_told_from_the_arguments_behind_it():
    compiled = entry("", creation="6001" + IPFS)
    found, rest = compare_creation(compiled, bytes.fromhex("6001" + OTHER + "00ff"))
    assert (found.match, rest.hex()) == (Match.MATCH, "00ff")
    assert compare_creation(compiled, bytes.fromhex("6002" + IPFS))[0].match is None
    assert compare_creation(compiled, b"\x60")[0].match is None
