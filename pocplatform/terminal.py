"""What the command line shows: steps with their times, errors, the demo, the addresses."""

import json
import logging
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pocplatform.kit.errors import PlatformError
from pocplatform.kit.lock import lock_holder
from pocplatform.kit.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Language = Annotated[Literal["fi", "en"], typer.Option(envvar="POC_LANGUAGE")]


class SettingsInvalid(PlatformError):
    """A setting has a value that it cannot have."""

    code = "settings_invalid"
    title = "A setting does not fit"


class NotRunning(PlatformError):
    """No running sandbox was found."""

    code = "not_running"
    title = "The sandbox is not running"


class NotConfirmed(PlatformError):
    """A question was not answered with yes."""

    code = "not_confirmed"
    title = "Nothing was done"


def confirmed(question: str) -> bool:
    """Ask; whether the answer was yes."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:  # nobody is there to answer
        return False


def read_settings(**changes: Any) -> Settings:
    """The settings, with changes from the command line. Raises :class:`SettingsInvalid`."""
    try:
        return Settings(**changes)
    except ValidationError as error:
        raise settings_invalid(error) from error


def running_url(settings: Settings) -> str:
    """The address of the sandbox that uses our data folder. Raises :class:`NotRunning`."""
    holder = (lock_holder(settings.data_dir) or "").split()
    if not holder or "://" not in holder[-1]:
        raise NotRunning(
            "No sandbox runs with the data in {data_dir}.",
            next_step="Start it with scripts/sandbox, or name another one with --url.",
            data_dir=settings.data_dir,
        )
    return holder[-1]


def print_json_line(value: Any) -> None:
    """One of several results for programs, on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """A result for programs."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def settings_invalid(error: ValidationError) -> SettingsInvalid:
    """What is wrong with the settings, each by the name of its variable."""
    problems = {
        f"POC_{'_'.join(map(str, one['loc'])).upper()}": f"{one['input']!r} ({one['msg']})"
        for one in error.errors()
    }
    return SettingsInvalid(
        "The settings do not fit: {problems}.",
        next_step="Correct {names}, or unset it, and start again.",
        problems="; ".join(f"{name} is {what}" for name, what in problems.items()),
        names=", ".join(problems),
    )


class Steps:
    """Prints each step when it begins and its time when the next one does.

    Args:
        console: Where to print; standard error, so that standard output holds only results.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._title = ""
        self._began = time.monotonic()

    def __call__(self, title: str) -> None:
        """Begin a step."""
        self.done()
        self._title, self._began = title, time.monotonic()
        if self._console.is_terminal:
            self._console.print(f"  [dim]…[/dim] {title}", end="\r")

    def done(self) -> None:
        """End the present step."""
        if self._title:
            seconds = time.monotonic() - self._began
            self._console.print(f"  [green]✓[/green] {self._title} [dim]{seconds:.1f} s[/dim]")
        self._title = ""


def print_error(error: Exception, *, json_output: bool, language: str) -> None:
    """A failure in plain words, with the next step."""
    if isinstance(error, PlatformError):
        code, detail, next_step = error.code, error.detail(language), error.next_step(language)
    elif is_expected(error):
        code, detail, next_step = (getattr(error, name) for name in ("code", "detail", "next_step"))
    else:
        code, detail, next_step = "internal_error", f"Unexpected: {error!r}.", _see_log()
    if json_output:
        problem = {"code": code, "detail": detail, "next_step": next_step or None}
        sys.stdout.write(json.dumps({"error": problem}, indent=2, ensure_ascii=False) + "\n")
    # Not wrapped: paths and commands are there to be copied.
    console = Console(stderr=True, soft_wrap=True)
    console.print(Text("✗ ", style="red bold") + Text(detail))
    if next_step:
        console.print(Text("  → ", style="bold") + Text(next_step))


def is_expected(error: Exception) -> bool:
    """Whether an error is one of ours or of the SDK's: a sentence and a next step."""
    return hasattr(error, "next_step")


def _see_log() -> str:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            return f"The log has the details: {handler.baseFilename}."
    return ""


def print_ready(console: Console, facts: dict[str, Any], language: str) -> None:
    """Where everything is."""
    finnish = language == "fi"
    table = Table(box=None, show_header=False, pad_edge=False)
    for label, value in (
        ("Aloitussivu" if finnish else "Start page", facts["pages"]["start"]),
        ("API:n ohjeet" if finnish else "API reference", facts["pages"]["api_reference"]),
        ("API", facts["api"]),
        ("Ketju" if finnish else "Chain", f"{facts['chain_id']} · {facts['json_rpc']}"),
        ("Tiedot" if finnish else "Data", facts["data_dir"]),
    ):
        table.add_row(f"[dim]{label}[/dim]", str(value))
    title = "Hiekkalaatikko on käynnissä" if finnish else "The sandbox is running"
    footer = "Ctrl-C lopettaa; kaikki säilyy" if finnish else "Ctrl-C stops it; everything is kept"
    console.print(
        Panel(table, title=title, subtitle=footer, border_style="green", expand=False, padding=1)
    )


def print_demo(
    console: Console, base_url: str, admin_key: str, language: str, state_path: Path
) -> dict[str, Any]:
    """Run the demo pilot, tell each step as it happens, and give its result as JSON values.

    A run that was killed goes on from ``state_path`` with the same idempotency keys.
    """
    from pocplatform.pilots.demo import StepLine, run

    def tell(line: StepLine) -> None:
        console.print(Text("● ", style="cyan") + Text(line.title, style="bold"))
        if line.detail:
            console.print(Padding(line.detail, (0, 0, 0, 2)))
        facts = Table(box=None, show_header=False, pad_edge=False)
        for label, value in line.facts:
            facts.add_row(f"[dim]{label}[/dim]", Text(str(value), overflow="fold"))
        if line.facts:
            console.print(Padding(facts, (0, 0, 0, 2)))

    outcome = run(base_url, admin_key, tell, language, state_path=state_path)
    for sentence in outcome.problems:
        console.print(Text("✗ ", style="red bold") + Text(sentence))
    result: dict[str, Any] = outcome.model_dump(mode="json")
    return result
