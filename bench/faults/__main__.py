"""Command line: see ``scripts/faults``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import sys

from bench.faults.kinds import KINDS, impossible
from bench.faults.rounds import plan, possible, run, together
from pocplatform.kit.errors import PlatformError
from pocplatform.terminal import print_error


def main() -> int:
    """Answers the exit code: 1 where anything was lost, doubled, divergent or not conserved."""
    parser = argparse.ArgumentParser(
        prog="scripts/faults",
        description="Break the running platform at random while clients write, and count what "
        "became of every write by the chain alone.",
    )
    parser.add_argument("--rounds", type=int, help="one fault each, or two; without it, all kinds")
    parser.add_argument("--seed", type=int, help="of everything random; without it, a new one")
    parser.add_argument("--only", choices=KINDS, nargs="+", default=[], help="kinds to choose from")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    chosen = possible(options.only)
    rounds = (
        together(chosen)
        if options.rounds is None
        else plan(options.rounds, random.Random(seed), chosen)
    )
    progress = sys.stderr if options.json else sys.stdout
    try:
        outcome = run(rounds, seed, lambda line: print(line, file=progress, flush=True))
    except PlatformError as error:
        print_error(error, json_output=options.json, language="en")
        return 1
    outcome.skipped = {kind: why for kind, why in impossible().items() if kind not in chosen}
    document = dataclasses.asdict(outcome)
    if options.json:
        json.dump(document, sys.stdout, indent=2)
        print()
    else:
        for name, value in document.items():
            print(f"{name:24} {value}")
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main())
