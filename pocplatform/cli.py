"""The command line: ``pocplatform up | demo | compile | deploy | status | doctor | …``."""

import contextlib
import functools
import itertools
import logging
import logging.handlers
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pocplatform import __version__
from pocplatform.ape_commands import ape_config
from pocplatform.command_groups import devnet_app, keys_app
from pocplatform.event_commands import listen, trigger
from pocplatform.hackathon_commands import event_app
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.loading import loading
from pocplatform.kit.lock import DataFolderUnusable
from pocplatform.kit.settings import PROJECT_ROOT, Settings
from pocplatform.new_project import new
from pocplatform.pilot_commands import pilot_app, run_all_beside
from pocplatform.terminal import (
    Json,
    Language,
    NotConfirmed,
    NotRunning,
    Steps,
    confirmed,
    is_expected,
    print_demo,
    print_error,
    print_json,
    print_ready,
    read_settings,
    running_url,
)

app = typer.Typer(
    help="A sandbox for blockchain-backed identity, agreements and payments.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(keys_app, name="keys")
app.add_typer(devnet_app, name="devnet")
app.add_typer(pilot_app, name="pilot")
app.add_typer(event_app, name="event")

DEMO_STATE = "demo-run.json"
"""Where a demo that was killed goes on from, in the data folder."""


_PIPED_WIDTH = 200
"""Columns of a table that no terminal limits."""


class _Terminated(BaseException):
    """SIGTERM: end in order, as on Ctrl-C."""


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Run the demo pilot first.")] = False,
    demo_only: Annotated[
        bool, typer.Option("--demo-only", help="Run the demo pilot and end.")
    ] = False,
    pilots: Annotated[
        bool, typer.Option("--pilots", help="Run all numbered pilots instead, and end.")
    ] = False,
    json_output: Json = False,
    port: Annotated[
        int | None, typer.Option(help="Port of the gateway; 0 takes a free one.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    language: Language = "en",
) -> None:
    """Start the sandbox: chain, contracts, gateway. Stays up until Ctrl-C."""
    changes: dict[str, Any] = {"port": port, "host": host}
    settings = read_settings(
        **{name: value for name, value in changes.items() if value is not None}
    )
    _log_to(settings)
    steps = Steps(Console(stderr=True))
    with _ending_in_order(), contextlib.ExitStack() as stack:
        with loading():
            from pocplatform.serving import Serving

        serving = stack.enter_context(Serving(settings, steps))
        steps.done()
        outcome = threading.Event()
        if pilots:
            threading.Thread(
                target=_run_pilots_beside,
                args=(serving, outcome, json_output, language),
                daemon=True,
            ).start()
        elif demo or demo_only:
            threading.Thread(
                target=_run_demo_beside,
                args=(serving, outcome, json_output, language, demo_only),
                daemon=True,
            ).start()
        elif json_output:
            print_json(serving.facts())
        else:
            print_ready(Console(), serving.facts(), language)
        serving.run()
        if (demo_only or pilots) and not outcome.is_set():
            raise typer.Exit(1)


def _run_pilots_beside(
    serving: Any, outcome: threading.Event, json_output: bool, language: str
) -> None:
    """All pilots, as clients of the gateway that runs in the main thread."""
    try:
        serving.wait_started()
        good, result = run_all_beside(
            serving.settings, serving.base_url, json_output=json_output, language=language
        )
        if json_output and result:
            print_json(result)
        if good:
            outcome.set()
    except Exception as error:
        print_error(error, json_output=json_output, language=language)
    finally:
        serving.stop()


def _run_demo_beside(
    serving: Any, outcome: threading.Event, json_output: bool, language: str, demo_only: bool
) -> None:
    """The demo pilot, as a client of the gateway that runs in the main thread."""
    try:
        serving.wait_started()
        out = Console(stderr=json_output)
        state = serving.settings.data_dir / DEMO_STATE
        result = print_demo(out, serving.base_url, serving.admin_key, language, state)
        if json_output:
            print_json(serving.facts() | result)
        if result["ok"]:
            outcome.set()
    except Exception as error:
        print_error(error, json_output=json_output, language=language)
    finally:
        if demo_only:
            serving.stop()
        elif not json_output:
            print_ready(Console(), serving.facts(), language)


@app.command()
def demo(
    url: Annotated[str | None, typer.Option(help="Address of a running sandbox.")] = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Run the demo pilot against a running sandbox, through its public HTTP API only."""
    from pocplatform.organisers import admin_secret

    settings = read_settings()
    base_url = url or running_url(settings)
    with _ending_in_order():
        out = Console(stderr=json_output)
        state = settings.data_dir / DEMO_STATE
        result = print_demo(out, base_url, admin_secret(settings), language, state)
        if json_output:
            print_json(result)
        if not result["ok"]:
            raise typer.Exit(1)


@app.command("compile")
def compile_contracts(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help=".sol files, folders, a .zip, or a .json with solc's standard JSON input."
        ),
    ] = None,
    json_output: Json = False,
) -> None:
    """Compile contracts of your own; without files, the platform's, as far as they changed."""
    from pocplatform.chain.compiler import SOLC_VERSION, compile_project

    if files:
        _compile_files(files, json_output)
        return
    began = time.monotonic()
    steps = Steps(Console(stderr=True))
    artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts", steps)
    steps.done()
    rows = [
        {
            "name": artifact.name,
            "source": artifact.source_id,
            "bytes": len(artifact.deployed_bytecode),
            "functions": sum(1 for entry in artifact.abi if entry["type"] == "function"),
        }
        for artifact in artifacts.deployable().values()
    ]
    seconds = round(time.monotonic() - began, 3)
    if json_output:
        print_json({"solc": SOLC_VERSION, "seconds": seconds, "contracts": rows})
        return
    _print_rows(rows, f"Compiled with solc {SOLC_VERSION} in {seconds} s")


def _compile_files(files: list[Path], json_output: bool) -> None:
    """As ``POST /v1/contracts/compile`` does; with ``--json`` with ABI and bytecode."""
    from pocplatform.chain.closed_compiler import ClosedCompiler
    from pocplatform.chain.source_forms import from_files

    compiled = ClosedCompiler(PROJECT_ROOT).compile(from_files(files))
    if json_output:
        warnings = [str(warning) for warning in compiled.warnings]
        print_json({"solc": compiled.solc, "contracts": compiled.contracts, "warnings": warnings})
        return
    for warning in compiled.warnings:
        typer.echo(str(warning), err=True)
    rows = [
        {
            "name": contract["name"],
            "source": contract["source"],
            "kind": contract["kind"],
            "bytes": len(contract["deployed_bytecode"]) // 2,
        }
        for contract in compiled.contracts
    ]
    _print_rows(rows, f"Compiled with solc {compiled.solc}")


@app.command()
def deploy(json_output: Json = False) -> None:
    """Deploy what is new or changed, say so, and end. The sandbox must not be running."""
    from pocplatform.startup import open_platform

    settings = read_settings()
    _log_to(settings)
    steps = Steps(Console(stderr=True))
    with _ending_in_order():
        platform = open_platform(settings, steps)
        steps.done()
        manifest = platform.gateway.contracts.manifest
        platform.close()
    rows = [
        {
            "name": contract.name,
            "address": contract.address,
            "block": contract.start_block,
            "deployed_now": contract.name in platform.deployed,
        }
        for contract in manifest.contracts.values()
    ]
    if json_output:
        print_json({"chain_id": manifest.chain_id, "contracts": rows})
        return
    _print_rows(rows, f"Contracts on chain {manifest.chain_id}: {len(platform.deployed)} deployed")


@app.command()
def status(
    url: Annotated[str | None, typer.Option(help="Address of a running sandbox.")] = None,
    json_output: Json = False,
) -> None:
    """Say whether the sandbox runs, and what is on its chain."""
    import httpx

    base_url = (url or running_url(read_settings())).rstrip("/")
    try:
        answer = httpx.get(f"{base_url}/v1/chain", timeout=10, trust_env=False)
        facts = {"url": base_url} | answer.json()
        if ("detail" if answer.is_error else "contracts") not in facts or answer.status_code == 404:
            raise ValueError("not what a sandbox answers")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError) as error:
        raise NotRunning(
            "No sandbox answers at {url} ({why}).",
            next_step="Wait a moment if it is just starting; else start it with scripts/sandbox.",
            url=base_url,
            why=type(error).__name__,
        ) from error
    if answer.is_error:
        raise NotWell(
            "The sandbox at {url} runs, but: {why}",
            next_step=facts.get("next_step") or "`pocplatform doctor` says what is wrong.",
            url=base_url,
            why=facts["detail"],
        )
    if json_output:
        print_json(facts)
        return
    console = Console()
    console.print(f"[green]Running[/green] at {base_url}")
    console.print(
        f"Chain {facts['chain_id']}, block {facts['block']} "
        f"(recorded: {facts['recorded_block']}), "
        f"{facts['unsettled_transactions']} transactions on their way"
    )
    rows = [
        {
            "name": contract["name"],
            "address": contract["address"],
            "from": f"{contract.get('package', '')} {contract.get('version', '')}",
            "license": contract.get("license", ""),
        }
        for contract in facts["contracts"]
    ]
    _print_rows(rows, "")


@app.command()
def doctor(json_output: Json = False) -> None:
    """Check every prerequisite, version and port, and name the command that mends it."""
    from pocplatform.doctor import doctor_command

    raise typer.Exit(doctor_command(json_output))


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json_output: Json = False,
) -> None:
    """Begin afresh. The old data is moved aside, not deleted; the next start makes a new chain."""
    from pocplatform.reset import set_aside

    settings = read_settings()
    if not yes and not confirmed(f"Move all data in {settings.data_dir} aside?"):
        raise NotConfirmed(
            "Nothing was reset: it was not confirmed.",
            next_step="Answer y, or run `pocplatform reset --yes`.",
        )
    backup = set_aside(settings)
    if json_output:
        print_json({"backup": str(backup) if backup else None})
    elif backup is None:
        Console().print("There was nothing to reset.")
    else:
        Console().print(f"The old data is in {backup}. Start afresh with scripts/sandbox.")


devnet_app.command("reset")(reset)


@app.command("listen")
@functools.wraps(listen)
def _listen(**options: Any) -> None:
    with _ending_in_order("Stopped."):
        listen(**options)


app.command()(trigger)
app.command()(new)
app.command("ape-config")(ape_config)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


class NotWell(PlatformError):
    """A running sandbox says that it has a problem."""

    code = "not_well"
    title = "The sandbox has a problem"


def _log_to(settings: Settings) -> None:
    path = settings.data_dir / "gateway.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=10_000_000, backupCount=2)
    except OSError as error:
        raise DataFolderUnusable.because(settings.data_dir, error) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)


@contextlib.contextmanager
def _ending_in_order(
    said: str = "Stopped. Everything is kept for the next start.",
) -> Iterator[None]:
    """Turn SIGTERM and Ctrl-C into an orderly end: everything that was started is stopped."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except (_Terminated, KeyboardInterrupt):
        Console(stderr=True).print(f"\n{said}")
        raise typer.Exit(0) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _print_rows(rows: list[dict[str, Any]], title: str) -> None:
    table = Table(box=None, pad_edge=False)
    for name in rows[0] if rows else ():
        right = isinstance(rows[0][name], int) and not isinstance(rows[0][name], bool)
        # An address is to be copied: it is shown whole or the line gets longer.
        table.add_column(
            name.replace("_", " "),
            justify="right" if right else "left",
            no_wrap=name == "address",
            min_width=42 if name == "address" else None,
        )
    for row in rows:
        shown = ["yes" if v is True else "" if v is False else str(v) for v in row.values()]
        table.add_row(*shown)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED_WIDTH)
    if title:
        console.print(title, style="italic", highlight=False)
    console.print(table)


def main(run: Callable[[], Any] = app) -> None:
    """Entry point: a failure is a sentence and a next step; the traceback is for the log."""
    try:
        run()
    except Exception as error:
        if not is_expected(error):
            logging.getLogger(__name__).critical("unexpected", exc_info=error)
        print_error(error, json_output="--json" in sys.argv[1:], language=_language())
        sys.exit(1)


def _language() -> str:
    """The language of failures that come before or after a verb has read its own options."""
    arguments = sys.argv[1:]
    for name, value in itertools.pairwise(arguments):
        if name in ("--language", "--lang"):
            return value
    return os.environ.get("POC_LANGUAGE", "en")


if __name__ == "__main__":
    main()
