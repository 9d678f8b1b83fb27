"""What is counted of an event, and all that its teams have made."""

from collections.abc import Iterator
from typing import IO, Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

from pocplatform.domains.hackathons import counting, service
from pocplatform.domains.hackathons.board_schemas import BoardRead, ReportRead
from pocplatform.domains.hackathons.boards import Boards
from pocplatform.http.dependencies import (
    Admin,
    Anonymous,
    GatewayDep,
    LanguageDep,
    ReadSession,
)
from pocplatform.http.routing import Router
from pocplatform.kit.fields import Handle

router = Router(prefix="/v1/hackathons/{hackathon_id}", tags=["Hackathons and workshops"])

_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
_BOARDS = "hackathon_boards"
_PIECE = 64 * 1024


async def _boards(request: Request) -> Boards:
    """Those of the running application."""
    state = request.app.state
    if not hasattr(state, _BOARDS):
        setattr(state, _BOARDS, Boards())
    found: Boards = getattr(state, _BOARDS)
    return found


@router.get("/board", dependencies=[Anonymous])
def get_board(
    hackathon_id: str,
    session: ReadSession,
    language: LanguageDep,
    boards: Annotated[Boards, Depends(_boards)],
) -> BoardRead:
    """How an event stands: what its teams have done, and the errors that they ran into most. No
    key is needed.

    It is counted once a second for all who look at it; what the organisers do shows at once.
    """
    return boards.read(session, hackathon_id, language)


@router.get("/report")
def get_report(
    hackathon_id: str,
    actor: Admin,
    session: ReadSession,
    gateway: GatewayDep,
    language: LanguageDep,
) -> ReportRead:
    """An event in figures, for its closing report. Organisers only.

    Errors and the time to the first success are counted from the request log, which keeps a week:
    ask within a week of the event.
    """
    gateway.requests.write()
    return counting.report(session, hackathon_id, language)


@router.get("/export", response_class=StreamingResponse, responses=_ZIP)
def export_teams(
    hackathon_id: str,
    actor: Admin,
    session: ReadSession,
    gateway: GatewayDep,
    team: Annotated[Handle | None, Query(description="Only this team, by its id.")] = None,
) -> StreamingResponse:
    """All that the teams of an event have made, as a zip file with a folder for each. Organisers
    only.

    Requests, transactions, contracts with their sources, agreements, events and recordings; nothing
    of others.
    """
    # Here, since recordings bring the SDK along, which a start can do without.
    from pocplatform.domains.hackathons.export import export

    gateway.requests.write()
    chosen = service.team_ids(session, hackathon_id, team)
    made = export(session, hackathon_id, chosen, gateway.chain_id)
    name = f"{team or hackathon_id}.zip"
    return StreamingResponse(
        _pieces(made),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _pieces(made: IO[bytes]) -> Iterator[bytes]:
    with made:
        while piece := made.read(_PIECE):
            yield piece
