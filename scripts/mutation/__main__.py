"""Put small faults into the contracts, and see whether the tests find them.

Everything that was found out is kept in .build/mutation, by the bytecode of the mutant and the
content of the tests: a run that was stopped goes on where it was, and after a change only what it
concerns is run again. The results go into docs/mutation.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from checks import APE_VARIABLES, BINARIES

from pocplatform.chain.files import write_atomically
from pocplatform.kit.errors import PlatformError

from . import document
from .compiling import Code, MutantCompiler
from .document import Row, Survivor
from .operators import Mutant, sample
from .plugin import ORIGINAL, VARIABLE, Job
from .targets import ROOT, TARGETS, Target

FOLDER = ROOT / ".build" / "mutation"
HERE = Path(__file__).resolve().parent
MUTANT_SECONDS = 240.0
SPARE = 1.2
"""So many more are compiled than are wanted: some do not compile, some are no different."""


@dataclass(frozen=True)
class Stage:
    """A runner with its tests."""

    name: str
    command: list[str]
    files: list[str]
    env: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the tests and of what they import of their folder."""
        tests = [ROOT / file for file in self.files]
        folder = tests[0].parent
        used = {*tests, folder / "conftest.py"}
        while True:
            text = "\n".join(path.read_text(encoding="utf-8") for path in used)
            shared = {p for p in folder.glob("*/*.py") if f"{p.parent.name}.{p.stem} " in text}
            if shared <= used:
                return digest_of(used)
            used |= shared


def digest_of(paths: Iterable[Path]) -> str:
    """SHA-256 (hex) over names and contents."""
    total = hashlib.sha256()
    for path in sorted(set(paths)):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def stages(target: Target) -> list[Stage]:
    """The quick one first."""
    pytest = [str(BINARIES / "pytest"), "-p", "no:ape_test"]
    ape = [str(BINARIES / "ape"), "test", "--network", "ethereum:local:test", "-m", "not slow"]
    ape += ["-p", "ape_test"]
    return [
        stage
        for stage in (
            Stage("properties", pytest, target.properties, {}),
            Stage("behaviour", ape, target.behaviour, APE_VARIABLES),
        )
        if stage.files
    ]


def compiled(target: Target) -> tuple[list[Mutant], dict[str, Code]]:
    """The sampled mutants, each with code that no other has, and the code by id and `original`."""
    compiler = MutantCompiler(ROOT, target.sources[0], target.contract)
    chosen = sample(compiler.mutants(target.sources), round(target.mutants * SPARE))
    cache = FOLDER / f"{target.contract}.codes.json"
    key = compiler.digest + digest_of([HERE / "operators.py", HERE / "compiling.py"])
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if known.get("key") != key:
        known = {"key": key, "codes": {ORIGINAL: asdict(compiler.original())}}
    new = [mutant for mutant in chosen if mutant.id not in known["codes"]]
    if new:
        made = compiler.compile(new)
        known["codes"] |= {m.id: asdict(made[m.id]) if m.id in made else None for m in new}
        write_atomically(cache, json.dumps(known))
    codes = {name: Code(**code) for name, code in known["codes"].items() if code}
    seen = {codes[ORIGINAL]}
    distinct: list[Mutant] = []
    for mutant in chosen:
        code = codes.get(mutant.id)
        if code is not None and code not in seen and len(distinct) < target.mutants:
            seen.add(code)
            distinct.append(mutant)
    return distinct, codes


def verdicts(target: Target) -> dict[str, str]:
    """By key, the test that failed, or nothing."""
    path = FOLDER / f"{target.contract}.jsonl"
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {entry["id"]: entry["by"] for entry in map(json.loads, filter(None, lines))}


def run(target: Target, say: Path) -> Row:
    """All of one contract; raises RuntimeError where the tests fail on the contract as it is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    mutants, codes = compiled(target)
    alive = mutants
    for stage in stages(target):
        digest = stage.digest
        keys = {
            m.id: hashlib.sha256((digest + codes[m.id].creation).encode()).hexdigest()
            for m in alive
        }
        known = verdicts(target)
        pending = {keys[m.id]: codes[m.id] for m in alive if keys[m.id] not in known}
        if pending:
            _run_stage(target, stage, {ORIGINAL: codes[ORIGINAL], **pending}, say)
            known = verdicts(target)
        missing = [m.id for m in alive if keys[m.id] not in known]
        if missing:
            raise RuntimeError(f"{target.contract}: {stage.name} ended early; see {say}")
        alive = [m for m in alive if not known[keys[m.id]]]
    reasons = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))
    survivors = tuple(_survivor(mutant, reasons.get(mutant.id, "")) for mutant in alive)
    sources = digest_of(ROOT / unit for unit in target.sources)[:12]
    return Row(target.contract, len(mutants), sources, survivors)


def _run_stage(target: Target, stage: Stage, codes: dict[str, Code], log: Path) -> None:
    job = FOLDER / f"{target.contract}.job.json"
    pairs = {key: (code.creation, code.runtime) for key, code in codes.items()}
    Job(target.contract, pairs, str(FOLDER / f"{target.contract}.jsonl"), MUTANT_SECONDS).save(job)
    env = {**os.environ, **stage.env, VARIABLE: str(job), "PYTHONPATH": str(HERE.parent)}
    arguments = ["-p", "mutation.plugin", "-p", "no:cacheprovider", "-q"]
    with log.open("ab") as output:
        subprocess.run(
            [*stage.command, *arguments, *stage.files],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )


def _survivor(mutant: Mutant, reason: str) -> Survivor:
    place = f"{mutant.unit}:{mutant.line} in {mutant.function}"
    fault = f"{mutant.operator}: `{mutant.original}` becomes `{mutant.replacement or 'nothing'}`"
    return Survivor(mutant.id, place, " ".join(fault.split()), reason)


def main() -> int:
    """Command line: see scripts/mutate. Answers 1 where too many survive, or one without reason."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    names = [target.contract for target in TARGETS]
    parser.add_argument("contract", nargs="*", help=f"all by default; of {', '.join(names)}")
    parser.add_argument("--json", action="store_true", help="the result on standard output as JSON")
    options = parser.parse_args()
    unknown = [name for name in options.contract if name not in names]
    if unknown:
        parser.error(f"no such contract: {', '.join(unknown)}; there are {', '.join(names)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    new = []
    for target in TARGETS:
        if options.contract and target.contract not in options.contract:
            continue
        try:
            row = run(target, FOLDER / f"{target.contract}.log")
        except (PlatformError, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 1
        new.append(row)
        known = document.PATH.read_text(encoding="utf-8") if document.PATH.exists() else ""
        rows = {**document.read(known), row.contract: row}
        write_atomically(document.PATH, document.write(rows))
        print(f"{row.contract}: {row.killed} of {row.mutants} killed", file=sys.stderr, flush=True)
        for survivor in row.survivors:
            print(f"    {survivor.id} {survivor.place}: {survivor.fault}", file=sys.stderr)
    if options.json:
        print(
            json.dumps({"rows": [{**asdict(row), "killed": row.killed} for row in new]}, indent=2)
        )
    killed, mutants = sum(row.killed for row in new), sum(row.mutants for row in new)
    unexplained = [s.id for row in new for s in row.survivors if not s.reason]
    if unexplained:
        print(
            f"Write a test that finds them, or a reason into scripts/mutation/survivors.toml: "
            f"{', '.join(unexplained)}",
            file=sys.stderr,
        )
    return 1 if unexplained or killed < document.LEAST * mutants else 0


if __name__ == "__main__":
    sys.exit(main())
