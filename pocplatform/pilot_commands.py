"""Verbs of the command line about pilots: ``pocplatform pilot list``, ``new``, ``run`` and so on.

DBOS is one in a process, and the gateway has its own: whoever runs pilots beside a gateway does it
in a process of their own (:func:`run_all_beside`).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text as Words

from pocplatform.kit.settings import Settings
from pocplatform.terminal import Json, print_json, read_settings, running_url

if TYPE_CHECKING:
    from pocplatform.pilots.evaluation import Evaluation
    from pocplatform.pilots.running import Progress
    from pocplatform.pilots.story import Story

pilot_app = typer.Typer(
    help="Pilots: what companies try out, played step by step and evaluated.",
    no_args_is_help=True,
)

Lang = Annotated[Literal["fi", "en"], typer.Option("--lang", "--language", envvar="POC_LANGUAGE")]
Names = Annotated[list[str] | None, typer.Argument(help="Names of pilots, or their folders.")]
Url = Annotated[str | None, typer.Option(help="Address of a running sandbox.")]
PricesFile = Annotated[
    Path | None, typer.Option("--prices", help="Another table of prices than the package's.")
]


@pilot_app.callback()
def pilots() -> None:
    """Pilots, each a folder with pilot.yaml and scenario.py."""


@pilot_app.command("list")
def list_pilots(json_output: Json = False, language: Lang = "en") -> None:
    """List all pilots of the package."""
    from pocplatform.pilots.stories import stories

    rows = [
        {
            "number": story.number,
            "name": story.name,
            "area": story.area,
            "sector": story.sector.render(language),
            "title": story.title.render(language),
            "steps": len(story.steps),
        }
        for story in stories()
    ]
    if json_output:
        print_json({"pilots": rows})
        return
    _table(rows)


@pilot_app.command("new")
def new_pilot(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    parent: Annotated[
        Path | None, typer.Option("--in", help="Folder to make it in; without it, with the others.")
    ] = None,
    json_output: Json = False,
    language: Lang = "en",
) -> None:
    """Make a small pilot that can be played at once, to be changed into one's own."""
    from pocplatform.pilots.making import make
    from pocplatform.pilots.stories import ROOT

    folder = make(name, parent or ROOT)
    shown = name if parent is None else str(folder)
    if json_output:
        print_json({"name": name, "folder": str(folder)})
        return
    _say(
        f"{folder} on tehty. Tarkista: pocplatform pilot check {shown}. "
        f"Aja: pocplatform pilot run {shown}."
        if language == "fi"
        else f"{folder} is made. Check it with pocplatform pilot check {shown}, run it with "
        f"pocplatform pilot run {shown}."
    )


@pilot_app.command()
def check(names: Names = None, json_output: Json = False, language: Lang = "en") -> None:
    """Say what is wrong with pilots, by file, line and field; without names, with any."""
    from pocplatform.pilots.loading import PilotInvalid
    from pocplatform.pilots.stories import find, folders

    rows: list[dict[str, Any]] = []
    for name in names or [folder.name.replace("_", "-") for folder in folders()]:
        try:
            found = find(name)
        except PilotInvalid as error:
            faults = [
                {"file": str(one.file), "line": one.line, "field": one.field, "what": one.what}
                for one in error.faults
            ]
            rows.append({"name": name, "ok": False, "faults": faults})
            if not json_output:
                for fault in error.faults:
                    _say(f"✗ {fault}", style="red")
        else:
            rows.append({"name": found.name, "ok": True, "faults": []})
            if not json_output:
                _say(f"✓ {found.name}")
    if json_output:
        print_json({"pilots": rows})
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


@pilot_app.command()
def run(
    names: Names = None,
    everything: Annotated[bool, typer.Option("--all", help="All numbered pilots.")] = False,
    url: Url = None,
    prices: PricesFile = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, max=16, help="Runs that go on at a time.")
    ] = None,
    json_output: Json = False,
    language: Lang = "en",
) -> None:
    """Run pilots against a running sandbox and evaluate them; goes on with what was cut off."""
    from pocplatform.organisers import admin_secret
    from pocplatform.pilots.network_costs import TABLE, read_prices

    chosen = _chosen(names or [], everything)
    table = read_prices(prices or TABLE)
    # Takes a second: after what can be said at once.
    from pocplatform.pilots.comparing import FOLDER
    from pocplatform.pilots.running import AT_ONCE, Options
    from pocplatform.pilots.running import run as run_pilots

    settings = read_settings()
    began = time.monotonic()
    evaluations = run_pilots(
        chosen,
        Options(
            base_url=(url or running_url(settings)).rstrip("/"),
            organisers_key=admin_secret(settings),
            folder=settings.data_dir / FOLDER,
            prices=table,
            language=language,
            sign_up_code=settings.wanted_sign_up_code,
            at_once=at_once or AT_ONCE,
            tell=_Telling(chosen, language),
        ),
    )
    seconds = round(time.monotonic() - began, 3)
    for one in evaluations:
        _tell_failure(one, language)
    if json_output and (everything or len(evaluations) > 1):
        print_json({"pilots": [_summary(one) for one in evaluations], "seconds": seconds})
    elif json_output:
        print_json(evaluations[0].model_dump(mode="json"))
    else:
        from pocplatform.pilot_tables import show

        for one in evaluations:
            show(Console(), one, language)
    if not all(one.ok for one in evaluations):
        raise typer.Exit(1)


@pilot_app.command()
def compare(
    names: Annotated[list[str], typer.Argument(help="Names of pilots that were run.")],
    json_output: Json = False,
    language: Lang = "en",
) -> None:
    """Set the evaluations of several pilots side by side, each of its newest run."""
    from pocplatform.pilot_tables import show_beside
    from pocplatform.pilots.comparing import FOLDER, beside, kept

    folder = read_settings().data_dir / FOLDER
    evaluations = [kept(folder, name) for name in names]
    if json_output:
        print_json(beside(evaluations))
        return
    show_beside(Console(), evaluations, language)


@pilot_app.command()
def pack(
    name: Annotated[str, typer.Argument(help="Name of a pilot that was run.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The zip to write.")] = Path(
        "evidence.zip"
    ),
) -> None:
    """Write the evidence of a pilot's newest run: reports, documents, receipts, statements."""
    from pocplatform.pilots.comparing import FOLDER
    from pocplatform.pilots.errors import NotRunYet
    from pocplatform.pilots.running import state_unusable

    kept_at = read_settings().data_dir / FOLDER / f"{name}.zip"
    try:
        content = kept_at.read_bytes()
    except OSError as error:
        raise NotRunYet(
            f"There is no evidence of {name}.",
            next_step=f"Run it first: `pocplatform pilot run {name}`.",
        ) from error
    try:
        out.write_bytes(content)
    except OSError as error:
        raise state_unusable(out, error) from error
    print(out)


@pilot_app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A zip that `pilot pack` has written.")],
    node: Annotated[
        str | None, typer.Option(help="JSON-RPC of a node of the chain, to ask it too.")
    ] = None,
    json_output: Json = False,
    language: Lang = "en",
) -> None:
    """Check evidence: that nothing in it was changed and, by a node, that the chain has it."""
    from pocplatform.pilots.evidence_check import check as check_pack
    from pocplatform.pilots.evidence_check import word_of_the_runner

    findings, unproven = check_pack(file, node), word_of_the_runner(node)
    holds = all(one.ok for one in findings)
    if json_output:
        rows = [one._asdict() | {"text": one.text._asdict()} for one in findings]
        word = [one._asdict() for one in unproven]
        print_json({"holds": holds, "checks": rows, "word_of_the_runner": word})
    else:
        console = Console(soft_wrap=True)
        for one in findings:
            mark = Words("✓ ", style="green") if one.ok else Words("✗ ", style="red")
            detail = f" ({one.detail})" if one.detail else ""
            console.print(mark + Words(f"{one.text.render(language)}{detail}"))
        finnish = "Vain ajajan oman sanan varassa:"
        console.print(finnish if language == "fi" else "Only the runner's word:")
        for text in unproven:
            console.print(Words(f"· {text.render(language)}"))
    if not holds:
        raise typer.Exit(1)


def run_all_beside(
    settings: Settings, base_url: str, *, json_output: bool, language: str
) -> tuple[bool, dict[str, Any]]:
    """Run all pilots against the gateway of this process, in a process of their own.

    Whether all is well, and what it has printed as JSON (empty without ``json_output``).
    """
    command = [
        *(sys.executable, "-m", "pocplatform.cli", "pilot", "run", "--all"),
        *("--url", base_url, "--language", language),
        *(("--json",) if json_output else ()),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE if json_output else None,
        env=_environment(settings),
        text=True,
    ) as process:
        try:
            printed, _ = process.communicate()
        except BaseException:
            process.terminate()
            raise
    try:
        result = json.loads(printed) if printed else {}
    except ValueError:
        result = {}
    return process.returncode == 0, result


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, "POC_DATA_DIR": str(settings.data_dir.absolute())}


def _chosen(names: Sequence[str], everything: bool) -> "list[Story]":
    from pocplatform.pilots.errors import NothingToRun
    from pocplatform.pilots.stories import find, folders

    if everything:
        # Each by itself, so that a faulty one is told and not left out.
        found = [find(folder.name.replace("_", "-")) for folder in folders()]
        return sorted(
            (one for one in found if one.number is not None), key=lambda one: one.number or 0
        )
    if not names:
        raise NothingToRun(
            "No pilot was named.",
            next_step="Name one or several, or add --all; `pocplatform pilot list` lists them.",
        )
    return [find(name) for name in dict.fromkeys(names)]


class _Telling:
    """Prints each step of each run as it is played."""

    def __init__(self, chosen: "Sequence[Story]", language: str) -> None:
        self._stories = {story.name: story for story in chosen}
        self._language = language
        self._console = Console(stderr=True, soft_wrap=True)

    def __call__(self, progress: "Progress") -> None:
        """One thing that has happened."""
        finnish = self._language == "fi"
        story = self._stories.get(progress.pilot)
        step = story.step(progress.step) if story is not None else None
        title = step.title.render(self._language) if step is not None else progress.step
        said = {
            "going_on": "jatkuu siitä, mihin jäi" if finnish else "goes on where it stopped",
            "step": title,
            "failed": title,
            "unwound": "purettu" if finnish else "unwound",
            "evaluated": "arvioitu" if finnish else "evaluated",
        }.get(progress.state)
        if said is not None:
            mark, style = ("✗ ", "red") if progress.state == "failed" else ("✓ ", "green")
            self._console.print(
                Words(mark, style=style) + Words(f"{progress.pilot}: ", style="dim") + Words(said)
            )


def _tell_failure(one: "Evaluation", language: str) -> None:
    """Which step has failed, why, and what was ended after it."""
    step, finnish = one.failed_step, language == "fi"
    if step is None or step.failure is None:
        return
    done = f"{one.steps_done}/{len(one.steps)}"
    _say(
        f"✗ {one.pilot}: vaihe {step.name} epäonnistui, tehty {done}"
        if finnish
        else f"✗ {one.pilot}: the step {step.name} failed, {done} are done",
        style="red",
        stderr=True,
    )
    _say(f"  {step.failure.code}: {step.failure.sentence}", stderr=True)
    if step.failure.next_step:
        _say(f"  → {step.failure.next_step}", stderr=True)
    if one.unwound is not None:
        for text in one.unwound.done:
            _say(f"  ↩ {text.render(language)}", stderr=True)
        for text in one.unwound.left:
            _say(f"  ✗ {text.render(language)}", style="red", stderr=True)


def _summary(one: "Evaluation") -> dict[str, Any]:
    return {
        "name": one.pilot,
        "area": one.area,
        "steps": one.steps_done,
        "transactions": len(one.transactions),
        "criteria_met": one.criteria_met,
        "seconds": one.seconds,
    }


def _say(text: str, *, style: str = "", stderr: bool = False) -> None:
    Console(stderr=stderr, soft_wrap=True, highlight=False).print(Words(text, style=style))


def _table(rows: Sequence[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in rows[0] if rows else ():
        table.add_column(name, justify="right" if name in ("number", "steps") else "left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console().print(table)
