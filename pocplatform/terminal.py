"""What the command line shows: steps with their times, errors, the demo, the addresses."""

import json
import sys
import time
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pocplatform.kit.errors import PlatformError


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
    code = getattr(error, "code", "internal_error")
    detail = error.detail(language) if isinstance(error, PlatformError) else str(error)
    next_step = getattr(error, "next_step", "")
    if callable(next_step):
        next_step = next_step(language)
    if json_output:
        problem = {"code": code, "detail": detail, "next_step": next_step or None}
        sys.stdout.write(json.dumps({"error": problem}, indent=2, ensure_ascii=False) + "\n")
    console = Console(stderr=True)
    console.print(Text("✗ ", style="red bold") + Text(detail or type(error).__name__))
    if next_step:
        console.print(Text("  → ", style="bold") + Text(str(next_step)))


def print_ready(console: Console, facts: dict[str, Any], language: str) -> None:
    """Where everything is."""
    finnish = language == "fi"
    table = Table(box=None, show_header=False, pad_edge=False)
    for label, value in (
        ("Aloitussivu" if finnish else "Start page", facts["pages"]["start"]),
        ("API:n ohjeet" if finnish else "API reference", facts["pages"]["api_reference"]),
        ("API", facts["api"]),
        ("Ketju" if finnish else "Chain", f"{facts['chain_id']} · {facts['rpc_url']}"),
        ("Tiedot" if finnish else "Data", facts["data_dir"]),
    ):
        table.add_row(f"[dim]{label}[/dim]", str(value))
    title = "Hiekkalaatikko on käynnissä" if finnish else "The sandbox is running"
    footer = "Ctrl-C lopettaa; kaikki säilyy" if finnish else "Ctrl-C stops it; everything is kept"
    console.print(
        Panel(table, title=title, subtitle=footer, border_style="green", expand=False, padding=1)
    )


def print_demo(console: Console, base_url: str, admin_key: str, language: str) -> dict[str, Any]:
    """Run the demo pilot, tell each step as it happens, and give its result as JSON values."""
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

    result: dict[str, Any] = run(base_url, admin_key, tell, language).model_dump(mode="json")
    return result
