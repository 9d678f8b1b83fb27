"""Verbs of the command line about hackathons and workshops: ``pocplatform event …``."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pocplatform.kit.clock import ZONE
from pocplatform.kit.errors import PlatformError
from pocplatform.terminal import (
    Json,
    Language,
    NotConfirmed,
    confirmed,
    print_json,
    read_settings,
    running_url,
)

if TYPE_CHECKING:
    from pocplatform.client import HackathonQuota, Sandbox
    from pocplatform.client.hackathons import Hackathon, HackathonReport

event_app = typer.Typer(
    help="Hackathons and workshops: teams, freezing, resetting, reports.", no_args_is_help=True
)

Url = Annotated[str | None, typer.Option(help="Address of a running sandbox.")]
Key = Annotated[
    str | None, typer.Option(help="The organisers' key; without it, that of the data folder.")
]
Event = Annotated[str, typer.Argument(help="Id of the event.", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="The file to write.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class Kind(StrEnum):
    """What is held."""

    HACKATHON = "hackathon"
    WORKSHOP = "workshop"
    INFO_EVENT = "info_event"


class TimeUnreadable(PlatformError):
    """A time was given that is none."""

    code = "time_unreadable"
    title = "A time cannot be read"


class NothingChosen(PlatformError):
    """A verb was not told whom it is about."""

    code = "nothing_chosen"
    title = "Nothing was chosen"


class FileUnusable(PlatformError):
    """A file cannot be read or written."""

    code = "file_unusable"
    title = "A file cannot be used"


@event_app.callback()
def events() -> None:
    """Events, as the organisers hold them; docs/hackathons.md explains them."""


@event_app.command("list")
def list_events(
    kind: Annotated[Kind | None, typer.Option(help="Only those of a kind.")] = None,
    url: Url = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """List all events, newest first."""
    with _anybody(url, language) as sandbox:
        found = list(sandbox.hackathons.list(kind=kind))
    if json_output:
        print_json({"events": [one.model_dump(mode="json") for one in found]})
        return
    _table(
        _heads(language, "id", "name", "kind", "state", "starts", "ends", "teams"),
        [[one.id, one.name, one.kind, one.state, *_times(one), str(one.teams)] for one in found],
    )


@event_app.command()
def create(
    name: Annotated[str, typer.Argument(help="Its name.", show_default=False)],
    starts: Annotated[
        str, typer.Option(help="As 2026-11-27T09:00, in Finland's time unless it says otherwise.")
    ],
    ends: Annotated[str, typer.Option(help="The same; nobody joins afterwards.")],
    kind: Annotated[Kind, typer.Option(help="What it is.")] = Kind.HACKATHON,
    event_language: Annotated[
        str, typer.Option(help="fi or en: of what is printed and projected.")
    ] = "fi",
    code: Annotated[str | None, typer.Option(help="Code for joining; else one is made.")] = None,
    teams: Annotated[int | None, typer.Option(help="Teams at most.")] = None,
    members: Annotated[int | None, typer.Option(help="Members of a team at most.")] = None,
    funding: Annotated[
        int | None, typer.Option(help="Euro cents of test money for each team.")
    ] = None,
    requests_per_second: Annotated[int | None, typer.Option(help="Of a team.")] = None,
    own_devnet: Annotated[
        bool, typer.Option("--own-devnet", help="Give each team a chain of its own.")
    ] = False,
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Make an event, and show the code by which teams join it."""
    quota = _quota(teams, members, funding, requests_per_second, own_devnet)
    begin, end = _moment("--starts", starts), _moment("--ends", ends)
    with _sandbox(url, key, language) as sandbox:
        made = sandbox.hackathons.create(
            name, starts=begin, ends=end, kind=kind.value,
            language=event_language,  # type: ignore[arg-type]
            code=code, quota=quota,
        )  # fmt: skip
        shown = sandbox.hackathons.codes(made.id).code
    if json_output:
        print_json(made.model_dump(mode="json") | {"code": shown})
    elif language == "fi":
        _say(f"{made.name} on luotu: {made.id}. Tiimit liittyvät koodilla {shown}.")
    else:
        _say(f"{made.name} is made: {made.id}. Teams join with the code {shown}.")


@event_app.command()
def teams(
    event: Event,
    add: Annotated[
        list[str] | None, typer.Option("--add", help="Name of a team to make; several times.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="CSV file with teams to make; - is the input.")
    ] = None,
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """List the teams of an event with the codes of their members, after making more of them."""
    content = None if file is None else _content(file)
    with _sandbox(url, key, language) as sandbox:
        if content is not None:
            sandbox.hackathons.add_teams_from_csv(event, content)
        if add:
            sandbox.hackathons.add_teams(event, add)
        found = list(sandbox.hackathons.teams(event))
        codes = {one.team: one.code for one in sandbox.hackathons.codes(event).teams}
    found.sort(key=lambda one: one.name.casefold())
    if json_output:
        rows = [one.model_dump(mode="json") | {"code": codes.get(one.id)} for one in found]
        print_json({"event": event, "teams": rows})
        return
    _table(
        _heads(language, "id", "name", "code", "members", "address"),
        [[one.id, one.name, codes.get(one.id, ""), str(one.keys), one.address] for one in found],
    )


@event_app.command()
def freeze(
    event: Event,
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Pause writing for all teams of an event; reading goes on."""
    with _sandbox(url, key, language) as sandbox:
        found = sandbox.hackathons.freeze(event)
    _tell_state(found, json_output, "paused", "keskeytetty", language)


@event_app.command()
def unfreeze(
    event: Event,
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Let all teams of an event write again."""
    with _sandbox(url, key, language) as sandbox:
        found = sandbox.hackathons.unfreeze(event)
    _tell_state(found, json_output, "going on", "käynnissä", language)


@event_app.command()
def reset(
    event: Event,
    team: Annotated[str | None, typer.Option(help="Id of the team.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All teams.")] = False,
    yes: Yes = False,
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Put one team, or all, back to the beginning. Keys and codes go on working."""
    if (team is None) == (not everybody):
        raise NothingChosen(
            "A reset is of one team, or of all.",
            next_step="Add --team TEAM, or --all; `pocplatform event teams {event}` lists them.",
            event=event,
        )
    question = (
        f"Nollataanko {team or 'kaikki tiimit'}?"
        if language == "fi"
        else f"Put {team or 'all teams'} back to the beginning?"
    )
    if not yes and not confirmed(question):
        raise NotConfirmed(
            "Nothing was reset: it was not confirmed.", next_step="Answer y, or add --yes."
        )
    with _sandbox(url, key, language) as sandbox:
        done = sandbox.hackathons.reset(event, team)
    if json_output:
        print_json(done.model_dump(mode="json"))
    elif language == "fi":
        _say(f"Nollattiin tiimejä: {len(done.teams)}. Irrotettuja sopimuksia: "
             f"{done.contracts_detached}, uudelleen aloitettuja testiketjuja: "
             f"{done.devnets_reset}.")  # fmt: skip
    else:
        _say(f"{len(done.teams)} teams are reset, {done.contracts_detached} contracts detached, "
             f"{done.devnets_reset} test chains begun anew.")  # fmt: skip


@event_app.command()
def export(
    event: Event,
    team: Annotated[str | None, typer.Option(help="Only this team, by its id.")] = None,
    out: Out = None,
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Write all that the teams of an event have made into a zip file."""
    path = out or Path(f"{team or event}.zip")
    with _sandbox(url, key, language) as sandbox:
        content = sandbox.hackathons.export(event, team)
    _write(path, content)
    if json_output:
        print_json({"event": event, "file": str(path), "bytes": len(content)})
    else:
        typer.echo(path)


@event_app.command()
def report(
    event: Event,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write it as a PDF, too.")] = None,
    url: Url = None,
    key: Key = None,
    json_output: Json = False,
    language: Language = "en",
) -> None:
    """Show the closing report of an event, as figures, as JSON or as a PDF."""
    with _sandbox(url, key, language) as sandbox:
        found = sandbox.hackathons.report(event)
    if pdf is not None:
        _write(pdf, _typeset(found, language))
    if json_output:
        print_json(found.model_dump(mode="json") | ({"pdf": str(pdf)} if pdf is not None else {}))
        return
    _show(found, language)
    if pdf is not None:
        typer.echo(pdf)


def _typeset(found: "HackathonReport", language: str) -> bytes:
    from pocplatform.web.reports import event, paper

    return paper.pdf(event.report(found, language))


def _show(found: "HackathonReport", language: str) -> None:
    """What a terminal has room for of a report."""
    from pocplatform.web.reports import event

    shown = event.report(found, language)
    console = Console(soft_wrap=True, highlight=False)
    console.print(Text(shown.title, style="bold"))
    console.print(Text(shown.lead))
    _table(
        _heads(language, "team", "entries", "contracts", "agreements", "milestones", "errors"),
        [
            [
                one.name or "",
                *map(str, (one.transactions, one.contracts, one.agreements, one.milestones)),
                str(one.errors),
            ]
            for one in found.teams
        ],
    )


def _tell_state(
    found: "Hackathon", json_output: bool, english: str, finnish: str, language: str
) -> None:
    if json_output:
        print_json(found.model_dump(mode="json"))
    else:
        _say(f"{found.name}: {finnish if language == 'fi' else english}")


def _quota(
    teams: int | None,
    members: int | None,
    funding: int | None,
    requests_per_second: int | None,
    own_devnet: bool,
) -> "HackathonQuota":
    from pocplatform.client import HackathonQuota

    given = {
        "teams": teams,
        "members": members,
        "funding": funding,
        "requests_per_second": requests_per_second,
    }
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return HackathonQuota(**chosen, own_devnet=own_devnet)


def _moment(option: str, text: str) -> datetime:
    """A time; in Finland where it names no zone. Raises :class:`TimeUnreadable`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise TimeUnreadable(
            "{option} is {text!r}, which is no time.",
            next_step="Write it as 2026-11-27T09:00.",
            option=option,
            text=text,
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=ZONE)


def _content(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise _unusable(file, error) from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> FileUnusable:
    return FileUnusable(
        "{path} cannot be used: {why}.",
        next_step="Name a file that you may read or write.",
        path=path,
        why=error.strerror or type(error).__name__,
    )


def _times(event: "Hackathon") -> list[str]:
    return [one.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") for one in (event.starts, event.ends)]


_FINNISH = {
    "id": "tunniste", "name": "nimi", "kind": "laji", "state": "tila", "starts": "alkaa",
    "ends": "päättyy", "teams": "tiimit", "code": "koodi", "members": "jäsenet",
    "address": "osoite", "team": "tiimi", "entries": "kirjaukset", "contracts": "älysopimukset",
    "agreements": "sopimukset", "milestones": "välitavoitteet", "errors": "virheet",
}  # fmt: skip
_NUMBERS = frozenset(
    {"teams", "members", "entries", "contracts", "agreements", "milestones", "errors"}
)


def _heads(language: str, *names: str) -> list[tuple[str, bool]]:
    """The heads of columns, and which of them hold numbers."""
    return [(_FINNISH[one] if language == "fi" else one, one in _NUMBERS) for one in names]


def _table(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name, numeric in heads:
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    # A pipe has no width that an id would have to fit into.
    (console if console.is_terminal else Console(width=200)).print(table)


def _say(text: str) -> None:
    Console(soft_wrap=True, highlight=False).print(Text(text))


@contextlib.contextmanager
def _sandbox(url: str | None, key: str | None, language: str) -> Iterator["Sandbox"]:
    """The SDK as the organisers."""
    from pocplatform.organisers import admin_secret

    with _anybody(url, language) as sandbox:
        yield sandbox.with_key(key or admin_secret(read_settings()))


@contextlib.contextmanager
def _anybody(url: str | None, language: str) -> Iterator["Sandbox"]:
    """The SDK without a key."""
    from pocplatform.client import Sandbox

    base_url = (url or running_url(read_settings())).rstrip("/")
    with Sandbox(base_url, language=language) as sandbox:
        yield sandbox
