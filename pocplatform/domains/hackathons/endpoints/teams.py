"""Teams: made, joined, given their keys."""

import base64
import binascii

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.hackathons import service, teams, teams_file
from pocplatform.domains.hackathons.errors import (
    HackathonFrozen,
    HackathonFull,
    HackathonOver,
    JoinCodeUnknown,
    TeamNameTaken,
    TeamsFileInvalid,
    TeamsHaveKeys,
)
from pocplatform.domains.hackathons.models import Team
from pocplatform.domains.hackathons.schemas import (
    JoinCreate,
    Joined,
    KeysCreate,
    KeysCreated,
    TeamRead,
    TeamsCreate,
    TeamsCreated,
)
from pocplatform.domains.hackathons.teams import Means
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import Admin, Anonymous, CommandDep, GatewayDep, ReadSession
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import InvalidInput

_REPLAYED = "Idempotent-Replayed"

router = Router(prefix="/v1/hackathons", tags=["Hackathons and workshops"])


@router.post(
    "/join",
    status_code=201,
    dependencies=[Anonymous],
    response_model=Joined,
    **operation(
        raises=(JoinCodeUnknown, HackathonOver, HackathonFrozen, HackathonFull, TeamNameTaken),
        secret=True,
    ),
)
async def join_hackathon(body: JoinCreate, gateway: GatewayDep) -> JSONResponse:
    """Make a team by an event's code, or join one by its own. The answer holds a key.

    The key is shown only this once and acts for the team's organization; the answer also has the
    team's code, by which further members join. Because of the secret, an `Idempotency-Key` has no
    effect here.
    """

    def work(session: Session) -> Joined:
        member = teams.join(session, Means(gateway.outbox, gateway.signers), body)
        return Joined(
            hackathon=service.read(session, member.hackathon),
            team=service.read_team(member.team, gateway.chain_id),
            made=member.made,
            code=member.team.code,
            secret_key=member.secret,
        )

    joined = await gateway.writes.do(work)
    return _with_secret(joined)


@router.post(
    "/{hackathon_id}/teams",
    status_code=201,
    response_model=TeamsCreated,
    **operation(raises=(TeamsFileInvalid, HackathonFull, TeamNameTaken)),
)
async def create_teams(
    hackathon_id: str, body: TeamsCreate, actor: Admin, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Make teams, all or none, each with its organization, wallet and money. Organisers only.

    Lines of a CSV file that are no teams are refused with their numbers. The answer says how the
    file was read. Their keys are made by `/keys`, their codes are at `/codes`.
    """
    names, lines, encoding, delimiter = await run_in_threadpool(_wanted, body)

    def work(session: Session) -> Accepted:
        means = Means(gateway.outbox, gateway.signers)
        rows = teams.create(session, means, hackathon_id, names, lines)
        made = TeamsCreated(
            hackathon=hackathon_id,
            encoding=encoding,
            delimiter=delimiter,
            teams=[service.read_team(row, gateway.chain_id) for row in rows],
        )
        return Accepted(hackathon_id, location=f"/v1/hackathons/{hackathon_id}/teams", shown=made)

    def render(session: Session, id_: str) -> BaseModel:
        return service.read(session, service.get(session, id_))

    return await command(work, render, created=True)


@router.get("/{hackathon_id}/teams", dependencies=[Anonymous])
def list_teams(
    hackathon_id: str, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[TeamRead]:
    """The teams of an event, newest first: whom to deal with. No key is needed."""
    service.get(session, hackathon_id)
    rows, more = page(session, Team, service.teams_of(hackathon_id), query)
    shown = [service.read_team(row, gateway.chain_id) for row in rows]
    return ListPage(data=shown, has_more=more)


@router.get("/{hackathon_id}/teams/{team_id}", dependencies=[Anonymous])
def get_team(
    hackathon_id: str, team_id: str, session: ReadSession, gateway: GatewayDep
) -> TeamRead:
    """A team of an event. No key is needed."""
    return service.read_team(service.team(session, hackathon_id, team_id), gateway.chain_id)


@router.post(
    "/{hackathon_id}/keys",
    status_code=201,
    response_model=KeysCreated,
    **operation(raises=(TeamsHaveKeys,), secret=True),
)
async def create_team_keys(
    hackathon_id: str, body: KeysCreate, actor: Admin, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Make a key for each team, to be handed out. The answer holds them, shown only in it.
    Organisers only.

    Teams that have such a key get none, so that nobody's stops working by mistake; with `replace`
    they get a new one. Send an `Idempotency-Key`: should the answer get lost, the same request
    gives the same keys again.
    """
    vault = gateway.signers.vault

    def work(session: Session) -> Accepted:
        made = teams.give_keys(session, hackathon_id, body.teams, replace=body.replace)
        sealed = [key.sealed(vault) for key in made]
        return Accepted(hackathon_id, shown=KeysCreated(hackathon=hackathon_id, keys=sealed))

    def render(session: Session, id_: str) -> BaseModel:
        return service.read(session, service.get(session, id_))

    answer = await command(work, render, created=True)
    stored = KeysCreated.model_validate_json(bytes(answer.body))
    shown = KeysCreated(hackathon=hackathon_id, keys=[key.opened(vault) for key in stored.keys])
    return _with_secret(shown, answer)


def _wanted(body: TeamsCreate) -> tuple[list[str], list[int] | None, str | None, str | None]:
    """Names, their lines, and how the file was read. Raises :class:`TeamsFileInvalid`."""
    if (body.teams is None) == (body.csv is None):
        raise InvalidInput("Give either teams or csv.", param="teams")
    if body.teams is not None:
        return [one.name for one in body.teams], None, None, None
    try:
        data = base64.b64decode("".join((body.csv or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(
            "The file is not in base64.", next_step="Encode its bytes in base64.", param="csv"
        ) from None
    read = teams_file.read(data)
    return read.names, read.lines, read.encoding, read.delimiter


def _with_secret(shown: BaseModel, answer: JSONResponse | None = None) -> JSONResponse:
    """An answer that holds a secret, kept by nobody on its way; with what a command said of it."""
    headers = {"Cache-Control": "no-store"}
    if answer is not None and (replayed := answer.headers.get(_REPLAYED)) is not None:
        headers[_REPLAYED] = replayed
    return JSONResponse(shown.model_dump(mode="json"), status_code=201, headers=headers)
