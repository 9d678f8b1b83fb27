"""Command line: see ``scripts/bench``."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.console import Console

from bench.outcome import Failed
from pocplatform.kit.errors import PlatformError
from pocplatform.terminal import print_error


def gas(options: argparse.Namespace) -> int:
    """Measure gas; 1 where a target or its exception is not kept."""
    from bench.gas.report import as_json, measure, show, write

    rows = measure()
    if options.write:
        write(rows)
    if options.json:
        json.dump(as_json(rows), sys.stdout, indent=2)
        print()
    else:
        show(rows, Console())
    return 0 if all(row.within_limit for row in rows) else 1


def throughput(options: argparse.Namespace) -> int:
    """Measure writes a second; 1 where a write was lost or the balances do not agree."""
    from bench.throughput import measure

    return _print(measure(options.writes), options)


def indexer(options: argparse.Namespace) -> int:
    """Measure events a second; 1 where the read models do not agree with the chain."""
    from bench.indexer import measure

    return _print(measure(options.events), options)


def workbench(options: argparse.Namespace) -> int:
    """Measure the workbench; 1 where an answer was wrong."""
    from bench.workbench import measure

    return _print(measure(), options)


def hackathon(options: argparse.Namespace) -> int:
    """Play a hackathon; 1 where a team met an error, or the noisy one slows the others too much."""
    from bench.hackathon import MOST, measure

    figures = measure()
    _print(figures, options)
    return 0 if not figures["errors"] and figures["noisy_team_effect"] <= MOST else 1


def pages(options: argparse.Namespace) -> int:
    """Measure the pages; 1 where one is slower than 50 ms or the first heavier than 100 KB."""
    from bench.pages import measure

    figures = measure()
    if options.json:
        _print(figures, options)
    else:
        for page in figures["pages"]:
            print(f"{page['path']:36} {page['p95_ms']:7} ms {page['kb']:7} KB")
    first, all_ = figures["pages"][0], figures["pages"]
    return 0 if first["kb"] <= 100 and all(page["p95_ms"] <= 50 for page in all_) else 1


def _print(figures: dict[str, Any], options: argparse.Namespace) -> int:
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
        print()
    else:
        for name, value in figures.items():
            print(f"{name:24} {value}")
    return 0


def main() -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure what things cost.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("gas", help="gas of the contracts, beside what others need")
    verb.add_argument("--json", action="store_true", help="print the figures as JSON")
    verb.add_argument(
        "--write", action="store_true", help="put the figures into docs/performance.md too"
    )
    verb.set_defaults(run=gas)
    verb = verbs.add_parser("throughput", help="writes a second, beside the node alone")
    verb.add_argument("--json", action="store_true", help="print the figures as JSON")
    verb.add_argument("--writes", type=int, default=20_000, help="transfers to send (20000)")
    verb.set_defaults(run=throughput)
    verb = verbs.add_parser("indexer", help="events a second, from the node to the read models")
    verb.add_argument("--json", action="store_true", help="print the figures as JSON")
    verb.add_argument("--events", type=int, default=200_000, help="events to record (200000)")
    verb.set_defaults(run=indexer)
    verb = verbs.add_parser("workbench", help="from a source to its API, and reading through it")
    verb.add_argument("--json", action="store_true", help="print the figures as JSON")
    verb.set_defaults(run=workbench)
    verb = verbs.add_parser("pages", help="how fast pages are, and how much they weigh")
    verb.add_argument("--json", action="store_true", help="print the figures as JSON")
    verb.set_defaults(run=pages)
    verb = verbs.add_parser("hackathon", help="30 teams of 5 at once, one of them noisy")
    verb.add_argument("--json", action="store_true", help="print the figures as JSON")
    verb.set_defaults(run=hackathon)
    options = parser.parse_args()
    try:
        return int(options.run(options))
    except Failed as failure:
        print(f"The run does not count: {failure}", file=sys.stderr)
        return 1
    except PlatformError as error:
        print_error(error, json_output=options.json, language="en")
        return 1


if __name__ == "__main__":
    sys.exit(main())
