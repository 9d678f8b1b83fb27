"""From a place in bytecode to a line of Solidity."""

from __future__ import annotations

from pocplatform.chain.source_maps import SourceMap

TEXT = """contract Ä {
    function f(uint a) public returns (uint) {
        require(a > 1, "ä");
        return a / 0;
    }
}
"""


def entry(text, number=0):
    data = TEXT.encode()
    return f"{data.index(text.encode())}:{len(text.encode())}:{number}"


def mapped(code, *entries):
    return SourceMap(code, ";".join(entries), {0: ("A.sol", TEXT)})


def test_place_of_the_last_instruction_is_told_by_line_column_and_text():
    found = mapped("6001600201", entry("return a / 0"), "", entry("a / 0")).place([0, 2, 4])
    assert found is not None
    assert (found.file, found.line, found.column, found.code) == ("A.sol", 4, 16, "a / 0")


def test_lines_are_counted_by_bytes_and_columns_by_characters():
    found = mapped("00", entry('"ä"')).place([0])
    assert found is not None
    assert (found.line, found.column, found.code) == (3, 24, '"ä"')


def test_what_an_entry_leaves_out_is_as_before_it():
    start, length, _ = entry("a / 0").split(":")
    found = mapped("000000", f"{start}:1:0", f":{length}", ";").place([0, 1, 2])
    assert found is not None
    assert found.code == "a / 0"


def test_generated_code_and_whole_functions_are_passed_over():
    whole = entry(TEXT[TEXT.index("function") : TEXT.index("    }\n}") + 5])
    steps = mapped("00000000", entry("a / 0"), whole, "5:1:7", "-1:-1:-1")
    found = steps.place([0, 1, 2, 3])
    assert found is not None
    assert found.code == "a / 0"
    only = steps.place([1, 2, 3])
    assert only is not None
    assert only.line == 2
    assert steps.place([2, 3]) is None
    assert steps.place([]) is None


def test_end_that_several_reverts_have_in_common_is_passed_over():
    # MSTORE JUMP | JUMPDEST MLOAD REVERT, which the optimizer took from another statement.
    steps = mapped("52565b51fd", entry("a / 0"), "", entry("require"), "", "")
    found = steps.place([0, 1, 2, 3, 4])
    assert found is not None
    assert found.code == "a / 0"
    # What is come to by not jumping is a revert of its own: JUMPDEST CALL ISZERO JUMPI | REVERT.
    own = mapped("5bf11557fd", entry("require"), "", "", entry("a / 0"), "").place([0, 1, 2, 3, 4])
    assert own is not None
    assert own.code == "a / 0"
    # What writes to memory first is one too.
    own = mapped("565b52fd", entry("a / 0"), entry("require"), "", "").place([0, 1, 2, 3])
    assert own is not None
    assert own.code == "require"


def test_what_is_pushed_is_no_instruction_and_may_be_a_librarys_mark():
    code = "61ffff" + "73" + "__$" + "a" * 34 + "$__" + "00"
    found = mapped(code, entry("contract"), entry("require"), entry("a / 0"))
    assert found.place([1]) is None
    last = found.place([24])
    assert last is not None
    assert last.code == "a / 0"
