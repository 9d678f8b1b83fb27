"""The compiler, with the real solc behind the launcher."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pocplatform.chain.artifacts import DuplicateContractName
from pocplatform.chain.compiler import (
    CompilationFailed,
    Compiler,
    CompilerBroken,
    NodeMissing,
    NpmPartMissing,
    ape_environment,
    compile_project,
    solcx_binary_dir,
)

LAUNCHER = Path("pocplatform/chain/solc/solc-v0.8.30")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def cache(shared_cache: Path, tmp_path: Path) -> Path:
    """A cache that holds the project as it is: only what a test changes goes to solc."""
    return Path(shutil.copytree(shared_cache, tmp_path / "cache"))


def test_artifacts_carry_all_that_deploying_and_explaining_need(project: Path, cache: Path) -> None:
    artifacts = compile_project(project, cache)
    counter = artifacts["Counter"]
    assert counter.source_id == "contracts/base/Counter.sol"
    assert counter.deployable
    assert not artifacts["ICounter"].deployable
    assert {entry["name"] for entry in counter.abi if entry["type"] == "error"} == {
        "CounterStepTooLarge",
        "CounterUndocumentedForPeople",
    }
    places = [place for places in counter.immutable_references.values() for place in places]
    assert places
    for place in places:
        zeros = counter.deployed_bytecode[place["start"] : place["start"] + place["length"]]
        assert zeros == bytes(32)
    notices = counter.userdoc["errors"]["CounterStepTooLarge(uint256,uint256)"]
    assert notices[0]["notice"] == "The step is larger than allowed."
    assert json.loads(counter.metadata)["settings"]["optimizer"] == {"enabled": True, "runs": 200}
    assert counter.storage_layout["storage"][0]["label"] == "total"
    assert counter.source_map


def test_harnesses_are_left_out_unless_asked_for(project: Path, cache: Path) -> None:
    assert "Hostile" not in compile_project(project, cache)
    assert "Hostile" in compile_project(project, cache, include_tests=True)
    names = set(compile_project(project, cache).deployable())
    assert names == {"Counter", "Reader", "Lonely"}


def test_a_warm_call_needs_no_compiler_and_at_most_50_ms(
    project: Path, cache: Path, said: list[str]
) -> None:
    shutil.rmtree(project / "node_modules")
    times = []
    for _ in range(5):
        began = time.perf_counter()
        warm = compile_project(project, cache, said.append)
        times.append(time.perf_counter() - began)
    assert set(warm) == {"ICounter", "Counter", "Reader", "Lonely"}
    assert said == []
    assert min(times) <= 0.05


def test_a_change_recompiles_the_source_and_what_imports_it_only(
    project: Path, cache: Path, said: list[str]
) -> None:
    before = compile_project(project, cache)
    interface = project / "contracts/base/ICounter.sol"
    interface.write_text(interface.read_text().replace("larger", "greater"))
    after = compile_project(project, cache, said.append)
    assert said[0].startswith("compiling 3 of 4 sources")
    assert before["Lonely"] == after["Lonely"]
    assert before["Counter"].source_hash != after["Counter"].source_hash


def test_the_bytecode_does_not_depend_on_what_else_is_compiled(
    project: Path, cache: Path, tmp_path: Path
) -> None:
    together = compile_project(project, cache)
    (project / "contracts/user/Lonely.sol").unlink()
    (project / "contracts/user/Reader.sol").unlink()
    alone = compile_project(project, tmp_path / "another cache")
    assert alone["Counter"].bytecode == together["Counter"].bytecode


DAMAGES = (
    lambda data: data[: len(data) // 2],
    lambda data: b"",
    lambda data: data.replace(b'"bytecode": "', b'"bytecode": "5b', 1),
    lambda data: b"\xff\xfe" + data,
)


def test_damaged_cache_entries_are_compiled_again_not_trusted(
    project: Path, cache: Path, said: list[str]
) -> None:
    """Each damaged in another way: cut off, empty, with another bytecode, no text."""
    good = compile_project(project, cache)
    for entry, damage in zip(cache.glob("*.json"), DAMAGES, strict=True):
        data = entry.read_bytes()
        entry.write_bytes(damage(data))
        assert entry.read_bytes() != data
    mended = compile_project(project, cache, said.append)
    assert said[0].startswith("compiling 4 of 4 sources")
    assert dict(mended) == dict(good)
    said.clear()
    compile_project(project, cache, said.append)
    assert said == []


def test_an_error_names_file_line_column_and_marks_the_place(project: Path, cache: Path) -> None:
    source = project / "contracts/user/Lonely.sol"
    source.write_text(source.read_text() + "/* äö */ contract Broken { uint8 x = 300; }\n")
    with pytest.raises(CompilationFailed) as failure:
        compile_project(project, cache)
    error = failure.value
    assert (error.file, error.line, error.column) == ("contracts/user/Lonely.sol", 5, 38)
    assert "uint8" in error.message
    sentence, marker = str(error).splitlines()[-2:]
    assert sentence == "5 | /* äö */ contract Broken { uint8 x = 300; }"
    assert sentence[marker.index("^") :].startswith("300")
    assert error.next_step()


def test_all_errors_are_reported_and_the_first_is_told(project: Path, cache: Path) -> None:
    (project / "contracts/user/Lonely.sol").write_text(
        "contract A { uint8 x = 300; uint8 y = 301; }"
    )
    with pytest.raises(CompilationFailed) as failure:
        compile_project(project, cache)
    assert len(failure.value.errors) == 2
    assert "(1 more)" in str(failure.value)


def test_an_import_of_a_missing_file_is_told_with_its_name(project: Path, cache: Path) -> None:
    (project / "contracts/user/Lonely.sol").write_text('import {X} from "./Nowhere.sol";\n')
    with pytest.raises(CompilationFailed, match=r"contracts/user/Nowhere\.sol"):
        compile_project(project, cache)


def test_two_contracts_of_one_name_are_refused_with_both_places(project: Path, cache: Path) -> None:
    (project / "contracts/Other.sol").write_text("contract Counter {}")
    with pytest.raises(DuplicateContractName, match=r"contracts/Other\.sol"):
        compile_project(project, cache)


def test_missing_npm_solc_is_told_with_the_command(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.rmtree(project / "node_modules")
    with pytest.raises(NpmPartMissing, match=r"solc 0\.8\.30") as failure:
        compile_project(project, tmp_path / "cache")
    assert "npm ci" in failure.value.next_step()


def test_npm_solc_of_another_version_is_refused(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (project / "node_modules/solc/package.json").write_text('{"name": "solc", "version": "0.8.29"}')
    with pytest.raises(NpmPartMissing, match=r"there is 0\.8\.29"):
        Compiler(project).locate()


def test_missing_openzeppelin_is_told_as_such_and_not_as_a_source_error(
    project: Path, tmp_path: Path
) -> None:
    source = "@openzeppelin/contracts/token/ERC20/ERC20.sol"
    (project / "contracts/Token.sol").write_text(f'import {{ERC20}} from "{source}";\n')
    with pytest.raises(NpmPartMissing, match="@openzeppelin/contracts"):
        compile_project(project, tmp_path / "cache")


def test_missing_node_is_told_with_the_next_step(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(NodeMissing) as failure:
        compile_project(project, tmp_path / "cache")
    assert "scripts/sandbox" in failure.value.next_step()


def change(source: Path) -> None:
    """So that solc has to run, for one small contract."""
    source.write_text(source.read_text() + "// changed\n")


def test_node_of_the_virtual_environment_is_found_though_it_is_not_activated(
    project: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    node = shutil.which("node")
    assert node
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/node").symlink_to(node)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    change(project / "contracts/user/Lonely.sol")
    assert "Lonely" in compile_project(project, cache, said.append)
    assert said[0].startswith("compiling 1 of 4 sources")


def _solc_script(folder: Path, body: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "solc-v0.8.30"
    script.write_text("#!/bin/sh\n" + body)
    script.chmod(0o755)


@pytest.mark.parametrize(
    "body",
    ["echo 'Version: 0.8.29+commit.ab55807c'", "exit 1", "echo nonsense"],
    ids=["another version", "does not run", "no version"],
)
def test_an_unusable_native_solc_is_passed_over(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    _solc_script(tmp_path / ".solcx", body + "\n")
    assert Compiler(project).locate().kind == "launcher"


def test_an_installed_native_solc_is_preferred_and_named_to_ape(
    project: Path,
    project_root: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: list[str],
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    _solc_script(project / ".build/solc", f'exec "{project_root / LAUNCHER}" "$@"\n')
    solc = Compiler(project).locate()
    assert (solc.kind, solc.path.parent) == ("native", project / ".build/solc")
    assert solcx_binary_dir(project) == project / ".build/solc"
    change(project / "contracts/user/Lonely.sol")
    assert "Lonely" in compile_project(project, cache, said.append)
    assert said[0].endswith("(native)")


def test_a_solc_that_dies_is_told_as_such(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    version = 'if [ "$1" = --version ]; then echo "Version: 0.8.30+commit.73712a01"; exit; fi'
    _solc_script(project / ".build/solc", version + "\necho 'out of memory' >&2; exit 3\n")
    with pytest.raises(CompilerBroken, match="out of memory"):
        compile_project(project, tmp_path / "cache")


def test_provisioning_keeps_its_deadline_never_raises_and_is_recorded(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    began = time.monotonic()
    outcome = Compiler(project).provision(timeout=0.05)
    assert time.monotonic() - began < 5
    assert not outcome.ok
    assert outcome.detail
    recorded = json.loads((project / ".build/solc/provision.json").read_text())
    assert recorded["ok"] is False
    assert recorded["detail"] == outcome.detail
    assert [p.name for p in (project / ".build/solc").iterdir()] == ["provision.json"]


def test_the_launcher_takes_a_large_input_through_a_pipe(project_root: Path) -> None:
    # Several times what a pipe holds.
    filler = "// " + "x" * 300_000
    document = {
        "language": "Solidity",
        "sources": {"a.sol": {"content": f"{filler}\ncontract A {{}}"}},
        "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }
    answer = subprocess.run(
        [project_root / LAUNCHER, "--standard-json", "-"],
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(answer.stdout)["contracts"]["a.sol"]["A"]["evm"]["bytecode"]["object"]


def test_the_launcher_reads_nothing_outside_of_the_allowed_folders(
    project_root: Path, tmp_path: Path
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/Secret.sol").write_text("contract Secret {}")
    document = {
        "language": "Solidity",
        "sources": {"a.sol": {"content": 'import "../outside/Secret.sol"; contract A {}'}},
        "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
    }

    def run(*extra: str) -> str:
        command = [project_root / LAUNCHER, "--standard-json", "--base-path", tmp_path / "base"]
        answer = subprocess.run(
            [*command, *extra],
            input=json.dumps(document),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return answer.stdout

    assert "not found" in run() or "outside" in run()


def test_the_launcher_says_what_it_does_not_know(project_root: Path) -> None:
    answer = subprocess.run(
        [project_root / LAUNCHER, "--gas"], capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode != 0
    assert "unrecognised option '--gas'" in answer.stderr


def test_apes_environment_finds_solc_and_anvil(project_root: Path) -> None:
    environment = ape_environment(project_root)
    assert (Path(environment["SOLCX_BINARY_PATH"]) / "solc-v0.8.30").is_file()
    anvil = shutil.which("anvil", path=environment["PATH"])
    assert anvil
    answer = subprocess.run([anvil, "--version"], capture_output=True, text=True, check=True)
    assert "anvil" in answer.stdout


@pytest.mark.slow
def test_ape_makes_the_same_bytecode(project_root: Path, tmp_path: Path) -> None:
    # A copy, so that ape's own cache in the checkout decides nothing.
    root = tmp_path / "copy"
    shutil.copytree(project_root / "contracts", root / "contracts")
    shutil.copytree(
        project_root / "node_modules/@openzeppelin/contracts",
        root / "node_modules/@openzeppelin/contracts",
    )
    (root / "node_modules/solc").symlink_to(project_root / "node_modules/solc")
    shutil.copy(project_root / "ape-config.yaml", root)
    ape = subprocess.run(
        [Path(sys.executable).parent / "ape", "compile", "--force"],
        cwd=root,
        env={**ape_environment(project_root), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ape.returncode == 0, ape.stderr
    types = json.loads((root / ".build/__local__.json").read_text())["contractTypes"]
    ours = compile_project(root, tmp_path / "cache", include_tests=True)
    assert set(ours.deployable()) <= set(types)
    for name, artifact in ours.deployable().items():
        assert types[name]["deploymentBytecode"]["bytecode"] == "0x" + artifact.bytecode.hex(), name
