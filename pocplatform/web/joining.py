"""Join an event by its code: a team, and a key to begin with, at once."""

from fastapi import Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.domains.hackathons import service as hackathons
from pocplatform.domains.hackathons import teams
from pocplatform.domains.hackathons.models import Hackathon, Team
from pocplatform.domains.hackathons.schemas import JoinCreate
from pocplatform.domains.hackathons.teams import Means, Member
from pocplatform.domains.hackathons.teams_file import tidy, wrong_name
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.visits import service as visits
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import PlatformError
from pocplatform.kit.i18n import Phrase
from pocplatform.web import showing, snippets
from pocplatform.web.forms import FormDep, new_attempt
from pocplatform.web.rendering import Page, PageDep, base_url

router = Router(include_in_schema=False)

_NO_EVENT = Phrase("No event here has the code {code}.")
_LONGEST = 40


@router.get("/join", dependencies=[Anonymous])
async def join(
    page: PageDep, gateway: GatewayDep, code: str = Query(default="", max_length=200)
) -> HTMLResponse:
    """Ask for the code of an event or a team, and then for what it takes to join."""
    return await _ask(page, gateway, code.strip())


@router.post("/join", dependencies=[Anonymous])
async def joined(page: PageDep, gateway: GatewayDep, form: FormDep) -> HTMLResponse:
    """Make or join a team. The key is shown here and nowhere else.

    The same form sent again shows the same key.
    """
    attempt, code, name = form.attempt, form.text("code")[:_LONGEST], tidy(form.text("team"))
    problem = wrong_name(name) if name else None
    if not code or problem is not None:
        said = "" if problem is None else problem.render(page.language)
        return await _ask(page, gateway, code, name, said[:1].upper() + said[1:])

    def work(session: Session) -> tuple[str, str, Hackathon, Team, bool]:
        secret, fresh = visits.shown_key(session, page.secret, attempt)
        known = teams.member(session, secret)
        if known is not None:
            return fresh, secret, *_kept(session, known)
        means = Means(gateway.outbox, gateway.signers)
        request = JoinCreate(code=code, team=name or None)
        member = teams.join(session, means, request, secret)
        visit, fresh = visits.renew(session, page.secret, attempt)
        organization = organizations.get(session, member.team.org_id)
        visits.take_seat(session, visit, fresh, organization)
        return fresh, secret, *_kept(session, member)

    try:
        page.secret, secret, event, team, made = await gateway.writes.do(work)
    except PlatformError as error:
        said = f"{error.detail(page.language)} {error.next_step(page.language)}".strip()
        return await _ask(page, gateway, code, name, said, error.status)
    address = base_url(page, gateway)
    answer = page.html(
        "hackathons/joined.html",
        headers={"Cache-Control": "no-store"},
        event=event,
        team=team,
        made=made,
        key=secret,
        link=f"{address}/join?code={team.code}",
        qr=showing.qr(f"{address}/join?code={team.code}"),
        snippets=snippets.first_steps(address, secret),
    )
    page.keep_visit(answer)
    return answer


def _kept(session: Session, member: Member) -> tuple[Hackathon, Team, bool]:
    """What the page shows, to be read when the session is over."""
    session.flush()
    event = Hackathon.model_validate(member.hackathon.model_dump())
    return event, Team.model_validate(member.team.model_dump()), member.made


async def _ask(
    page: Page,
    gateway: Gateway,
    code: str,
    name: str = "",
    error: str = "",
    status: int = 422,
) -> HTMLResponse:
    def find() -> tuple[str, str | None, str | None] | None:
        with gateway.database.snapshot() as session:
            found = teams.found_by_code(session, code)
            if found is None:
                return None
            event, team = found
            told = hackathons.read(session, event)
            return told.name, None if team is None else team.name, told.state

    found = await run_in_threadpool(find) if code else None
    unknown = ""
    if code and found is None:
        unknown = _NO_EVENT.with_values(code=code[:_LONGEST]).render(page.language)
    return page.html(
        "join.html",
        404 if unknown else status if error else 200,
        code=code,
        error=unknown or None,
        event=found[0] if found else None,
        team=found[1] if found else None,
        name=name,
        name_error=None if unknown else error or None,
        attempt=new_attempt(),
    )
