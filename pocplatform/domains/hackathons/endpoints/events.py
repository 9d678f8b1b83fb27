"""Events: held by the organisers, and seen by everybody."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.devnets.endpoints.devnets import in_new_epoch
from pocplatform.domains.hackathons import resetting, service
from pocplatform.domains.hackathons.errors import JoinCodeTaken
from pocplatform.domains.hackathons.models import Announcement, Hackathon
from pocplatform.domains.hackathons.schemas import (
    AnnouncementCreate,
    AnnouncementRead,
    CodesRead,
    HackathonCreate,
    HackathonRead,
    HackathonUpdate,
    Kind,
    ResetCreate,
    ResetRead,
)
from pocplatform.domains.hackathons.teams import Means
from pocplatform.http.command import Accepted, Work
from pocplatform.http.dependencies import Admin, Anonymous, CommandDep, GatewayDep, ReadSession
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway

router = Router(prefix="/v1/hackathons", tags=["Hackathons and workshops"])


@router.post(
    "", status_code=201, response_model=HackathonRead, **operation(raises=(JoinCodeTaken,))
)
async def create_hackathon(
    body: HackathonCreate, actor: Admin, command: CommandDep
) -> JSONResponse:
    """Make an event: a hackathon, a workshop or an info event. Organisers only.

    Its quota says what each team gets and may take. Teams are made by you, or by whoever has the
    event's code.
    """

    def work(session: Session) -> Accepted:
        made = service.create(session, body)
        return Accepted(made.id, location=f"/v1/hackathons/{made.id}")

    return await command(work, _render, created=True)


@router.get("", dependencies=[Anonymous])
def list_hackathons(
    session: ReadSession,
    query: PageDep,
    kind: Annotated[Kind | None, Query(description="Only those of a kind.")] = None,
) -> ListPage[HackathonRead]:
    """All events, newest first. No key is needed."""
    rows, more = page(session, Hackathon, service.hackathons(kind), query)
    return ListPage(data=[service.read(session, row) for row in rows], has_more=more)


@router.get("/{hackathon_id}", dependencies=[Anonymous])
def get_hackathon(hackathon_id: str, session: ReadSession) -> HackathonRead:
    """An event. No key is needed."""
    return service.read(session, service.get(session, hackathon_id))


@router.post("/{hackathon_id}", response_model=HackathonRead, **operation(raises=(JoinCodeTaken,)))
async def update_hackathon(
    hackathon_id: str, body: HackathonUpdate, actor: Admin, command: CommandDep
) -> JSONResponse:
    """Change an event. A new quota holds for teams that are there within a second, but gives them
    neither money nor a devnet. Organisers only.
    """

    def work(session: Session) -> Accepted:
        return Accepted(service.update(session, hackathon_id, body).id)

    return await command(work, _render)


@router.get("/{hackathon_id}/codes")
def get_hackathon_codes(hackathon_id: str, actor: Admin, session: ReadSession) -> CodesRead:
    """The codes by which teams are made and joined. Organisers only."""
    return service.codes_of(session, hackathon_id)


@router.post(
    "/{hackathon_id}/freeze",
    response_model=HackathonRead,
    **operation(events=(service.FROZEN,)),
)
async def freeze_hackathon(hackathon_id: str, actor: Admin, command: CommandDep) -> JSONResponse:
    """Pause writing for all teams of an event, within a second. Organisers only.

    Their writes are answered with `writes_frozen`, also on connections that were open before, and
    nobody joins; reading goes on, as does what was accepted before. Freezing again changes nothing.

    What it does not stop: a wallet whose key somebody holds themselves can still send signed
    transactions to `/rpc` without a key, as on any chain that is open to all, and spend what it has
    there. Where that matters, have a proxy before the sandbox refuse `POST /rpc` for the while;
    `/rpc/{key}` obeys the pause and can stay open.
    """
    return await command(_freezing(hackathon_id, frozen=True), _render)


@router.post(
    "/{hackathon_id}/unfreeze",
    response_model=HackathonRead,
    **operation(events=(service.FROZEN,)),
)
async def unfreeze_hackathon(hackathon_id: str, actor: Admin, command: CommandDep) -> JSONResponse:
    """Let all teams write again, within a second. Organisers only."""
    return await command(_freezing(hackathon_id, frozen=False), _render)


@router.post(
    "/{hackathon_id}/reset",
    status_code=202,
    response_model=ResetRead,
    **operation(events=(service.TEAM_RESET,), moves_value=True),
)
async def reset_hackathon_teams(
    hackathon_id: str,
    body: ResetCreate,
    actor: Admin,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Put one team, or all, back to the beginning, as far as a shared chain allows. Organisers
    only.

    A team's first wallet has the money of the beginning again, its contracts are its own no more,
    its devnets begin anew, and so does counting. Its keys and codes go on working. What is on the
    chain stays there: agreements go on, and whoever knows a contract's address can call it.
    """
    command.check_key()
    had = await run_in_threadpool(_balances, gateway, hackathon_id, body.team)
    anew: list[str] = []

    def work(session: Session) -> Accepted:
        means = Means(gateway.outbox, gateway.signers)
        done, transactions, devnets = resetting.reset(session, means, hackathon_id, body.team, had)
        anew[:] = devnets
        return Accepted(done.model_dump_json(), tuple(transactions), shown=done)

    def render(session: Session, done: str) -> ResetRead:
        return ResetRead.model_validate_json(done)

    answer = await command(work, render, one_by_one=True)
    for devnet_id in anew:
        await in_new_epoch(gateway, devnet_id, answer)
    return answer


@router.post(
    "/{hackathon_id}/announcements",
    status_code=201,
    response_model=AnnouncementRead,
    **operation(events=(service.ANNOUNCED,)),
)
async def announce(
    hackathon_id: str, body: AnnouncementCreate, actor: Admin, command: CommandDep
) -> JSONResponse:
    """Tell everybody at an event something: on its board, and to its teams as an event.
    Organisers only.
    """

    def work(session: Session) -> Accepted:
        row = service.announce(session, hackathon_id, body.text)
        return Accepted(row.id, shown=service.read_announcement(row))

    def render(session: Session, announcement_id: str) -> AnnouncementRead:
        return service.read_announcement(service.announcement(session, announcement_id))

    return await command(work, render, created=True)


@router.get("/{hackathon_id}/announcements", dependencies=[Anonymous])
def list_announcements(
    hackathon_id: str, session: ReadSession, query: PageDep
) -> ListPage[AnnouncementRead]:
    """What the organisers have told at an event, newest first. No key is needed."""
    service.get(session, hackathon_id)
    rows, more = page(session, Announcement, service.announcements_of(hackathon_id), query)
    return ListPage(data=[service.read_announcement(row) for row in rows], has_more=more)


def _freezing(hackathon_id: str, *, frozen: bool) -> Work:
    def work(session: Session) -> Accepted:
        return Accepted(service.freeze(session, hackathon_id, frozen=frozen).id)

    return work


def _balances(gateway: Gateway, hackathon_id: str, team_id: str | None) -> dict[str, int]:
    with gateway.database.snapshot() as session:
        rows = resetting.chosen(session, hackathon_id, team_id)
        addresses = [row.address for row in rows]
    return resetting.balances(gateway.contracts, addresses)


def _render(session: Session, hackathon_id: str) -> HackathonRead:
    return service.read(session, service.get(session, hackathon_id))
