"""Pages of events: held by their organisers, and shown on a wall."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fastapi import Query
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from pocplatform.client import HackathonBoard, HackathonQuota, Problem, SandboxError
from pocplatform.delivery import stream
from pocplatform.domains.hackathons import paper
from pocplatform.events.log import last_seq
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.clock import ZONE, now_ms
from pocplatform.kit.errors import InvalidInput
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.typesetting import at_the_typesetters
from pocplatform.kit.waker import Waker
from pocplatform.web import inside, public_live, showing, shown
from pocplatform.web.forms import Form, FormDep, new_attempt
from pocplatform.web.live import CHANGED, Since
from pocplatform.web.organising import Organiser, OrganiserDep, organiser_of
from pocplatform.web.rendering import Page, PageDep, base_url

logger = logging.getLogger(__name__)

router = Router(include_in_schema=False)

KINDS = {
    "hackathon": Phrase("Hackathon"),
    "workshop": Phrase("Workshop"),
    "info_event": Phrase("Info event"),
}
STATES = {
    "announced": (Phrase("Coming"), ""),
    "open": (Phrase("Open"), "good"),
    "frozen": (Phrase("Paused"), "wait"),
    "over": (Phrase("Over"), ""),
}
NUMBERS = {
    "teams": Phrase("Teams at most"),
    "members": Phrase("Members of a team at most"),
    "funding": Phrase("Test euros in a team's wallet at the beginning"),
    "faucet_daily": Phrase("Test euros that a team may ask for in a day"),
    "requests_per_second": Phrase("Requests of a team in a second"),
    "devnets": Phrase("Test chains of its own that a team may have"),
}
"""Fields of the quota as organisers fill them in; amounts of money in whole euros."""
_EUROS = ("funding", "faucet_daily")
_AT_MOST_EVERY_S, _AT_LEAST_EVERY_S = 2.0, 10.0
"""How often a board looks anew: not with each of hundreds of transactions, but also for errors,
which no event tells of."""


class Unprinted(NamedTuple):
    """A form whose keys are made, and whose sheets could not be set.

    Attributes:
        attempt: By which the same keys are given again.
        team: For which it was; empty for all.
        language: Of the sheets.
    """

    attempt: str
    team: str
    language: str


@router.get("/hackathons")
async def events(page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """All events; the organisers can make a new one."""
    return await _events_page(page, await organiser_of(page, gateway))


@router.post("/hackathons")
async def make_event(form: FormDep, organiser: OrganiserDep) -> Response:
    """Make an event; a form that is sent twice makes one."""
    page = organiser.page
    try:
        starts, ends = _time(page, form, "starts"), _time(page, form, "ends")
        made = await organiser.sandbox().hackathons.create(
            form.text("name"),
            starts=starts,
            ends=ends,
            kind=form.text("kind") or "hackathon",  # type: ignore[arg-type]
            language="en" if form.text("language") == "en" else "fi",
            code=form.text("code") or None,
            quota=_quota(page, form),
            idempotency_key=form.attempt,
        )
    except (SandboxError, InvalidInput) as error:
        return await _events_page(page, organiser, form, error)
    return page.redirect(f"/hackathons/{made.id}")


@router.get("/hackathons/{hackathon_id}")
async def manage(
    hackathon_id: str, page: PageDep, gateway: GatewayDep, done: str = Query("", max_length=20)
) -> Response:
    """What the organisers do at an event; everybody else is shown its board."""
    organiser = await organiser_of(page, gateway)
    if organiser is None:
        return page.redirect(f"/hackathons/{hackathon_id}/board")
    return await _manage_page(organiser, gateway, hackathon_id, done=done)


@router.post("/hackathons/{hackathon_id}/teams")
async def add_teams(
    hackathon_id: str, form: FormDep, organiser: OrganiserDep, gateway: GatewayDep
) -> Response:
    """Make teams of a file, or of names that were typed."""
    file = await _file(organiser.page)
    names = [line.strip() for line in form.text("names").splitlines() if line.strip()]
    api = organiser.sandbox().hackathons
    made = (
        api.add_teams_from_csv(hackathon_id, file, idempotency_key=form.attempt)
        if file
        else api.add_teams(hackathon_id, names, idempotency_key=form.attempt)
    )
    return await _done(organiser, gateway, hackathon_id, made, "teams", "#teams")


@router.post("/hackathons/{hackathon_id}/announce")
async def announce(
    hackathon_id: str, form: FormDep, organiser: OrganiserDep, gateway: GatewayDep
) -> Response:
    """Tell everybody something."""
    told = organiser.sandbox().hackathons.announce(
        hackathon_id, form.text("text"), idempotency_key=form.attempt
    )
    return await _done(organiser, gateway, hackathon_id, told, "announced")


@router.post("/hackathons/{hackathon_id}/freeze")
async def freeze(
    hackathon_id: str, form: FormDep, organiser: OrganiserDep, gateway: GatewayDep
) -> Response:
    """Pause writing, or let it go on."""
    api = organiser.sandbox().hackathons
    frozen = form.text("frozen") == "yes"
    act = api.freeze(hackathon_id) if frozen else api.unfreeze(hackathon_id)
    done = "frozen" if frozen else "unfrozen"
    return await _done(organiser, gateway, hackathon_id, act, done)


@router.post("/hackathons/{hackathon_id}/reset")
async def reset(
    hackathon_id: str, form: FormDep, organiser: OrganiserDep, gateway: GatewayDep
) -> Response:
    """Put a team, or all, back to the beginning; all only for who says so twice."""
    if not form.text("team") and form.text("sure") != "yes":
        return organiser.page.redirect(f"/hackathons/{hackathon_id}")
    act = organiser.sandbox().hackathons.reset(
        hackathon_id, form.text("team") or None, idempotency_key=form.attempt
    )
    return await _done(organiser, gateway, hackathon_id, act, "reset")


@router.get("/hackathons/{hackathon_id}/export")
async def export(
    hackathon_id: str, organiser: OrganiserDep, team: str = Query("", max_length=40)
) -> Response:
    """All that the teams, or one, have made, to take away."""
    content = await organiser.sandbox().hackathons.export(hackathon_id, team or None)
    return _file_answer(content, "application/zip", f"{team or hackathon_id}.zip")


@router.post("/hackathons/{hackathon_id}/handout")
async def print_handout(
    hackathon_id: str, form: FormDep, organiser: OrganiserDep, gateway: GatewayDep
) -> Response:
    """A sheet for each team with its key and its code; for one team, with a new key.

    The same form sent again prints the same keys.
    """
    api = organiser.sandbox().hackathons
    team = form.text("team")
    try:
        event = await api.get(hackathon_id)
        given = await api.give_keys(
            hackathon_id,
            [team] if team else None,
            replace=bool(team),
            idempotency_key=form.attempt,
        )
        devnets = {one.id: one.devnet async for one in api.teams(hackathon_id)}
    except SandboxError as error:
        return await _manage_page(organiser, gateway, hackathon_id, error)
    address = base_url(organiser.page, gateway)
    language = "en" if form.text("language") == "en" else "fi"
    stamp = now_ms() // 1000
    about = paper.Event(
        id=event.id,
        name=event.name,
        when=_days(event.starts, event.ends, language),
        funding=event.quota["funding"],
        faucet_daily=event.quota["faucet_daily"],
        requests_per_second=event.quota["requests_per_second"],
    )
    sheets = [
        paper.Sheet(one.name, one.code, one.secret_key, one.address, devnets.get(one.team))
        for one in given.keys
    ]
    try:
        content = await at_the_typesetters(
            lambda: paper.handout(about, sheets, address, language, stamp)
        )
    except Exception:
        logger.exception("the hand-outs of %s could not be set", hackathon_id)
        unprinted = Unprinted(form.attempt, team, language)
        return await _manage_page(organiser, gateway, hackathon_id, unprinted=unprinted)
    return _file_answer(content, "application/pdf", f"{hackathon_id}.pdf")


@router.get("/hackathons/{hackathon_id}/board")
async def board(hackathon_id: str, page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """How the event stands, to be read from afar."""
    found = await inside.sandbox(page).hackathons.board(hackathon_id)
    return page.html(
        "hackathons/board.html",
        board=found,
        state=STATES[found.hackathon.state],
        numbers=_of_board(found),
        join=f"{base_url(page, gateway)}/join",
        qr=showing.qr(f"{base_url(page, gateway)}/join"),
    )


@router.get("/hackathons/{hackathon_id}/live")
async def live(
    hackathon_id: str, page: PageDep, gateway: GatewayDep, since: Since = None
) -> Response:
    """Tells a board when to look anew."""
    from sse_starlette import EventSourceResponse

    await inside.sandbox(page).hackathons.get(hackathon_id)
    owner = public_live.counted(page.request, gateway)
    return EventSourceResponse(
        _ticks(gateway, owner, since),
        ping=int(gateway.settings.stream_heartbeat_s) or 1,
        send_timeout=stream.STUCK_S,
    )


async def _ticks(gateway: Gateway, owner: str, since: int | None) -> AsyncIterator[dict[str, str]]:
    waker = Waker()

    def missed() -> bool:
        """Whether something has happened between the page and its stream."""
        with gateway.database.snapshot() as session:
            last = last_seq(session)
        return since is not None and last > stream.position_at(gateway, since)

    subscription = await run_in_threadpool(gateway.feed.subscribe, None, waker.wake, owner)
    try:
        if await run_in_threadpool(missed):
            waker.wake()
        while not subscription.ended:
            await waker.wait(_AT_LEAST_EVERY_S)
            yield {"event": CHANGED, "data": "board"}
            await asyncio.sleep(_AT_MOST_EVERY_S)
    finally:
        subscription.end()


def _of_board(found: HackathonBoard) -> list[tuple[Phrase, int]]:
    totals = found.totals
    return [
        (Phrase("Entries in the blockchain"), totals.transactions),
        (Phrase("Smart contracts"), totals.contracts),
        (Phrase("Agreements in force"), totals.agreements),
        (Phrase("Milestones paid"), totals.milestones),
        (Phrase("Errors met"), totals.errors),
    ]


async def _events_page(
    page: Page,
    organiser: Organiser | None,
    form: Form | None = None,
    error: SandboxError | InvalidInput | None = None,
) -> HTMLResponse:
    found = [one async for one in inside.sandbox(page).hackathons.list()]
    tomorrow = datetime.now(ZONE) + timedelta(days=1)
    usual = HackathonQuota()
    values: dict[str, Any] = {
        "name": "",
        "code": "",
        "kind": "hackathon",
        "language": page.language,
        "starts": tomorrow.strftime("%Y-%m-%dT09:00"),
        "ends": tomorrow.strftime("%Y-%m-%dT17:00"),
    }
    values |= {n: getattr(usual, n) // (100 if n in _EUROS else 1) for n in NUMBERS}
    if form is not None:
        values |= {name: form.text(name) for name in values}
    return page.html(
        "hackathons/events.html",
        200 if error is None else _status(error),
        events=found,
        kinds=KINDS,
        states=STATES,
        fields=NUMBERS,
        organiser=organiser is not None,
        values=values,
        own_devnet=form is not None and form.text("own_devnet") == "yes",
        attempt=form.attempt if form is not None else new_attempt(),
        error=_said(page, error),
    )


async def _manage_page(
    organiser: Organiser,
    gateway: Gateway,
    hackathon_id: str,
    error: SandboxError | None = None,
    done: str = "",
    unprinted: Unprinted | None = None,
) -> HTMLResponse:
    api, page = organiser.sandbox().hackathons, organiser.page
    found = await api.board(hackathon_id)
    codes = await api.codes(hackathon_id)
    teams = [one async for one in api.teams(hackathon_id)]
    counts = {one.team: one for one in found.teams}
    return page.html(
        "hackathons/manage.html",
        500 if unprinted else 200 if error is None else _status(error),
        event=found.hackathon,
        board=found,
        code=codes.code,
        codes={one.team: one.code for one in codes.teams},
        teams=sorted(teams, key=lambda one: one.name.casefold()),
        counts=counts,
        kinds=KINDS,
        state=STATES[found.hackathon.state],
        join=f"{base_url(page, gateway)}/join",
        attempt=new_attempt,
        done=done,
        unprinted=unprinted,
        error=_said(page, error),
        lines=_lines(error),
    )


async def _done(
    organiser: Organiser,
    gateway: Gateway,
    hackathon_id: str,
    act: Awaitable[object],
    done: str,
    place: str = "",
) -> Response:
    try:
        await act
    except SandboxError as error:
        return await _manage_page(organiser, gateway, hackathon_id, error)
    return organiser.page.redirect(f"/hackathons/{hackathon_id}?done={done}{place}")


async def _file(page: Page) -> bytes:
    uploaded = (await page.request.form()).get("file")
    return await uploaded.read() if isinstance(uploaded, UploadFile) else b""


def _file_answer(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(content, media_type=media_type, headers=headers)


def _time(page: Page, form: Form, name: str) -> datetime:
    """A day and time as the browser gives it, in Finland's zone."""
    try:
        return datetime.fromisoformat(form.text(name)).replace(tzinfo=ZONE)
    except ValueError:
        raise InvalidInput("Give the start and the end as day and time.", param=name) from None


def _quota(page: Page, form: Form) -> HackathonQuota:
    found: dict[str, Any] = {}
    for name, label in NUMBERS.items():
        text = form.text(name)
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise InvalidInput("{label} must be a whole number.", param=name, label=label)
        found[name] = int(text) * (100 if name in _EUROS else 1)
    return HackathonQuota(**found, own_devnet=form.text("own_devnet") == "yes")


def _days(starts: datetime, ends: datetime, language: str) -> str:
    first, last = shown.day(starts, language), shown.day(ends, language)
    return first if first == last else f"{first} – {last}"


def _said(page: Page, error: SandboxError | InvalidInput | None) -> str | None:
    if error is None:
        return None
    return error.detail(page.language) if isinstance(error, InvalidInput) else str(error)


def _status(error: SandboxError | InvalidInput) -> int:
    return error.status if isinstance(error, Problem | InvalidInput) else 503


def _lines(error: SandboxError | None) -> list[dict[str, Any]]:
    found = error.body.get("lines") if isinstance(error, Problem) else None
    return [one for one in found or [] if isinstance(one, dict)]
