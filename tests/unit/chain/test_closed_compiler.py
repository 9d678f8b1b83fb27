"""The compiler for strangers' sources: apart, with limits, and without files."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pocplatform.chain.closed_compiler import (
    ClosedCompiler,
    CompilationTooExpensive,
    ImportMissing,
)
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.solc_process import Limits, SolcProcess
from pocplatform.chain.source_forms import from_files
from pocplatform.chain.sources import imported
from pocplatform.chain.submitted import (
    MAX_BYTES,
    SolcSettings,
    SourcesInvalid,
    SourcesTooLarge,
    Submitted,
)
from pocplatform.chain.toolchain import SolcBinary, installed_versions
from pocplatform.cli import app
from pocplatform.domains.contracts.compiling import Turns
from pocplatform.domains.contracts.errors import CompilerBusy
from pocplatform.kit.settings import PROJECT_ROOT
from tests.processes import until

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
SMALL = Submitted({"A.sol": HEAD + "contract A { uint256 public a; }"})


def test_compilation_that_takes_too_long_is_stopped():
    compiler = ClosedCompiler(PROJECT_ROOT, Limits(seconds=0.05))
    began = time.monotonic()
    with pytest.raises(CompilationTooExpensive):
        compiler.compile(SMALL)
    assert time.monotonic() - began < 20  # finding the compiler included


def test_compiler_that_has_ended_by_itself_is_not_ended_again(monkeypatch):
    """Its number may be another process's by then."""
    ended: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda number, _: ended.append(number))
    waiting = SolcProcess(SolcBinary("native", Path("/bin/true"), ""), PROJECT_ROOT, Limits())
    waiting.start_early()
    until(lambda: not waiting.waits, what="it has ended")
    waiting.close()
    assert ended == []


def test_compiler_bomb_ends_by_its_processor_time():
    # Each function has twice the work of the optimizer: minutes through the intermediate language.
    body = "".join(f"x = (x * {n} + 1) % (x + {n + 7}); " for n in range(3000))
    bomb = Submitted(
        {"B.sol": HEAD + f"contract B {{ function f(uint256 x) external pure returns (uint256) "
         f"{{ unchecked {{ {body} }} return x; }} }}"},
        SolcSettings(via_ir=True),
    )  # fmt: skip
    with pytest.raises(CompilationTooExpensive):
        ClosedCompiler(PROJECT_ROOT, Limits(cpu_seconds=3, seconds=120)).compile(bomb)


@pytest.mark.parametrize("version", installed_versions(PROJECT_ROOT))
def test_pragma_gets_the_very_version_that_it_asks_for(version):
    text = f"pragma solidity {version}; contract A {{ uint256 public a; }}"
    compiled = ClosedCompiler(PROJECT_ROOT).compile(Submitted({"A.sol": text}))
    assert compiled.solc.startswith(f"{version}+commit.")
    (contract,) = compiled.contracts
    assert f'"compiler":{{"version":"{version}+' in contract["metadata"]
    # solc ends the code with its own version, in CBOR: what runs on the chain says it too.
    major_minor_patch = bytes(int(part) for part in version.split(".")).hex()
    assert contract["deployed_bytecode"].endswith(f"64736f6c6343{major_minor_patch}0033")


def test_answer_that_is_too_large_is_not_read():
    with pytest.raises(CompilationTooExpensive):
        ClosedCompiler(PROJECT_ROOT, Limits(output_bytes=1024)).compile(SMALL)


def test_source_that_is_nested_deeper_than_parsers_go_is_refused():
    deep = "1" + " + 1" * 20_000
    with pytest.raises(CompilationTooExpensive):
        ClosedCompiler(PROJECT_ROOT).compile(
            Submitted({"A.sol": HEAD + f"contract A {{ uint256 public a = {deep}; }}"})
        )


def test_bytecode_is_the_one_that_the_platforms_own_compilation_gives():
    artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
    units = [u for u in artifacts.values() if u.source_id.startswith("contracts/identity/")]
    names = {u.source_id for u in units}
    sources = {name: (PROJECT_ROOT / name).read_text() for name in names}
    found = ClosedCompiler(PROJECT_ROOT).compile(Submitted(sources)).contracts
    ours = {u.name: u for u in units}
    assert {c["name"] for c in found} == set(ours)
    for contract in found:
        # The metadata's hash, the last 53 bytes, is of the names of imports too, which differ.
        assert contract["bytecode"][:-106] == ours[contract["name"]].bytecode.hex()[:-106]


def test_files_of_the_command_line_are_named_from_where_it_runs(tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    one, two = tmp_path / "src" / "A.sol", tmp_path / "B.sol"
    one.write_text(HEAD + 'import "../B.sol"; contract A is B {}')
    two.write_text(HEAD + "contract B {}")
    assert set(from_files([one, two]).sources) == {"src/A.sol", "B.sol"}
    monkeypatch.chdir(tmp_path)
    assert set(from_files([one]).sources) == {"src/A.sol"}
    with pytest.raises(ImportMissing, match=r"B\.sol"):
        ClosedCompiler(PROJECT_ROOT).compile(from_files([one]))


def project_of_foundry(folder):
    """A source that imports by the project's root and by a remapping, and what tools have made."""
    for name, text in {
        "src/Shop.sol": 'import "src/Base.sol"; import "maths/Sum.sol"; contract Shop is Base {}',
        "src/Base.sol": "contract Base {}",
        "lib/maths/contracts/Sum.sol": "library Sum {}",
        "node_modules/other/Other.sol": "this is no contract",
        "out/Shop.sol/Shop.sol": "nor is this",
        ".cache/Old.sol": "nor this",
        "src/._Shop.sol": "nor this",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(HEAD + text)
    (folder / "remappings.txt").write_text("maths/=lib/maths/contracts/\n")


def test_folder_stands_for_the_project_in_it(tmp_path, monkeypatch):
    project_of_foundry(tmp_path)
    given = from_files([tmp_path])
    assert set(given.sources) == {"src/Shop.sol", "src/Base.sol", "lib/maths/contracts/Sum.sol"}
    assert given.settings.remappings == ("maths/=lib/maths/contracts/",)
    found = ClosedCompiler(PROJECT_ROOT).compile(given).contracts
    assert {one["name"] for one in found} == {"Shop", "Base", "Sum"}
    monkeypatch.chdir(tmp_path)
    assert from_files([Path()]) == given
    assert from_files([Path("src"), Path("lib"), Path("remappings.txt")]) == given


def test_line_that_is_no_remapping_is_told_with_its_file(tmp_path):
    (tmp_path / "A.sol").write_text(HEAD + "contract A {}")
    (tmp_path / "remappings.txt").write_text("nonsense\n")
    with pytest.raises(SourcesInvalid, match="nonsense is no remapping") as refused:
        from_files([tmp_path])
    assert refused.value.param == "remappings.txt"


def test_folder_without_sources_is_told(tmp_path):
    with pytest.raises(SourcesInvalid):
        from_files([tmp_path])


def test_folder_is_compiled_by_the_command_and_a_warning_about_a_file_names_just_that(
    tmp_path, monkeypatch
):
    (tmp_path / "A.sol").write_text("pragma solidity ^0.8.20; contract A {}")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["compile", "."])
    assert done.exit_code == 0
    assert re.search(r"^A.sol: Warning: SPDX license identifier not provided", done.output, re.M)
    assert re.search(r"^Compiled with solc 0\.8\.30\S*$", done.output, re.M), "one line"


@pytest.mark.parametrize(
    "piece",
    ["\n", " ", "import\n", "import ", 'import "', "/*", "//", "pragma solidity ", "{", ";import"],
)
def test_text_of_a_stranger_is_looked_through_in_no_time(piece):
    """Before any limit of the compiler holds: as patterns that look again and again would not."""
    text = piece * (MAX_BYTES // len(piece))
    began = time.process_time()
    Submitted({"A.sol": text}).digest(PROJECT_ROOT)
    assert time.process_time() - began < 5


def test_imports_are_found_wherever_they_may_stand():
    text = """import "a.sol"; import {B} from "b.sol";
    import * as c from 'c.sol';
    import {
        D,
        E as F
    } from "d.sol";
    /* import of nothing; it's in a comment
       import what is not */ contract A { string s = "import"; }
    import "e.sol";"""
    assert {"a.sol", "b.sol", "c.sol", "d.sol", "e.sol"} <= set(imported(text))


def test_too_many_files_are_refused():
    with pytest.raises(SourcesTooLarge):
        Submitted({f"{n}.sol": "" for n in range(501)})


def test_a_tenant_cannot_fill_the_queue_and_others_get_their_turn():
    turns = Turns(at_a_time=1, a_tenant=1, altogether=2)
    waiting, done = threading.Event(), []

    def other():
        waiting.set()
        with turns.turn("other"):
            done.append("other")

    with turns.turn("one"):
        with pytest.raises(CompilerBusy), turns.turn("one"):
            pass
        thread = threading.Thread(target=other)
        thread.start()
        waiting.wait(10)
        assert done == []
    thread.join(10)
    assert done == ["other"]
    with turns.turn("one"):
        done.append("one")
    assert done == ["other", "one"]


def test_no_more_than_so_many_wait_altogether():
    turns = Turns(at_a_time=2, a_tenant=2, altogether=2)
    with turns.turn("a"), turns.turn("b"), pytest.raises(CompilerBusy), turns.turn("c"):
        pass


def test_command_line_compiles_files_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "A.sol").write_text(HEAD + "contract A { uint256 public a; }")
    done = CliRunner().invoke(app, ["compile", "A.sol", "--json"])
    assert done.exit_code == 0, done.output
    (contract,) = json.loads(done.stdout)["contracts"]
    assert (contract["name"], contract["source"]) == ("A", "A.sol")
    missing = CliRunner().invoke(app, ["compile", "B.sol"])
    assert isinstance(missing.exception, SourcesInvalid)
