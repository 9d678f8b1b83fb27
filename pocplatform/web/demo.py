"""The guided demo: pick a story, play both sides, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from pocplatform.client import Problem, SandboxError
from pocplatform.domains.demos import service as demos
from pocplatform.domains.demos.errors import NoSuchDemo, StepTooEarly
from pocplatform.domains.demos.models import DemoRun
from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.organizations.errors import SignUpCodeWrong
from pocplatform.domains.receipts import service as receipts
from pocplatform.domains.receipts.paper import check_url
from pocplatform.domains.visits import service as visits
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.pilots.evaluation import judged
from pocplatform.pilots.stories import stories
from pocplatform.pilots.stories import story as story_by_name
from pocplatform.pilots.story import Player, Scene, Shown, Step, Story
from pocplatform.web import inside, showing
from pocplatform.web.forms import FormDep, new_attempt
from pocplatform.web.helping import help_with
from pocplatform.web.rendering import Page, PageDep, base_url

router = Router(include_in_schema=False)

_RECEIPT = "receipt"
"""What comes after the last step, as if it were one."""


@dataclass
class Run:
    """A run of a story as its pages need it.

    Attributes:
        row: As it is stored.
        story: What is played.
        players: Who plays, by role.
        shown: What the steps that are done have shown, by their names.
    """

    row: DemoRun
    story: Story
    players: Mapping[str, Player]
    shown: Mapping[str, Shown]

    @cached_property
    def present(self) -> str:
        """The first step that is not done; at the end, the receipt."""
        return next((s.name for s in self.story.steps if s.name not in self.shown), _RECEIPT)

    def path(self, step: str) -> str:
        """The address of a step."""
        return f"/demo/runs/{self.row.id}/{step}"

    def named(self, address: str) -> str | None:
        """Which of the players an account is of."""
        return next((one.name for one in self.players.values() if one.address == address), None)

    def before(self, step: Step | None) -> list[Shown]:
        """What the steps before a step have shown; all of them, for what comes after the last."""
        names = [one.name for one in self.story.steps]
        earlier = names if step is None else names[: names.index(step.name)]
        return [self.shown[name] for name in earlier if name in self.shown]

    @property
    def measures(self) -> dict[str, int]:
        """What was measured, the last word on each."""
        return {name: value for one in self.before(None) for name, value in one.measures.items()}

    def scene(self, page: Page, gateway: Gateway, step: Step | None) -> Scene:
        """What a step is played in, or what comes after the last."""
        return Scene(
            run=self.row.id,
            language=self.row.language,
            players=self.players,
            sandbox=lambda role: inside.sandbox(page, self.players[role].org_id),
            organisers=inside.organisers(page, gateway),
            before=self.before(step),
        )


@router.get("/demo")
async def choose(page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """The stories, and the runs that were begun with this browser."""
    runs = await run_in_threadpool(_runs, gateway, page) if page.known else []
    return page.html(
        "demo/choose.html",
        stories=await run_in_threadpool(stories),
        runs=runs,
        attempt=new_attempt(),
        needs_code=gateway.settings.wanted_sign_up_code is not None,
        code_error=None,
    )


@router.post("/demo/{name}", dependencies=[Anonymous])
async def begin(name: str, page: PageDep, gateway: GatewayDep, form: FormDep) -> Response:
    """Begin a story with guest companies; a form that is sent twice begins it once."""
    story = await run_in_threadpool(story_by_name, name)
    if story is None:
        raise NotFound(
            "There is no story {name}.", next_step="Choose one of those at /demo.", name=name
        )
    try:
        organizations.check_sign_up_code(
            gateway.settings.wanted_sign_up_code, form.text("sign_up_code") or None
        )
    except SignUpCodeWrong as error:
        return page.html(
            "demo/choose.html", error.status, stories=stories(), runs=[], attempt=form.attempt,
            needs_code=True, code_error=error.detail(page.language),
        )  # fmt: skip
    attempt = form.attempt

    def work(session: Session) -> str:
        return demos.begin(
            session,
            gateway.signers,
            page.secret,
            attempt,
            story=story.name,
            language=page.language,
            companies={role.name: role.company for role in story.roles},
        ).id

    run_id = await gateway.writes.do(work)
    answer = page.redirect(f"/demo/runs/{run_id}")
    page.keep_visit(answer)
    return answer


@router.get("/demo/runs/{run_id}")
async def resume(run_id: str, page: PageDep, gateway: GatewayDep) -> Response:
    """Go on where the run is."""
    run = await run_in_threadpool(load, gateway, page, run_id)
    return page.redirect(run.path(run.present))


@router.get("/demo/runs/{run_id}/receipt")
async def take_receipt(run_id: str, page: PageDep, gateway: GatewayDep) -> Response:
    """The receipt of a run that is at its end; given when it is first asked for."""
    run = await run_in_threadpool(load, gateway, page, run_id)
    if run.present != _RECEIPT:
        raise _too_early(run)
    content = showing.receipt(run.story, run.row.language, gateway.chain_id, run.players, run.shown)

    def known() -> str | None:
        with gateway.database.snapshot() as session:
            given = receipts.of(session, run.row.id)
            return None if given is None else given.code

    def work(session: Session) -> str:
        return receipts.give(session, run.row.id, content).code

    code = await run_in_threadpool(known)
    if code is None:
        code = await gateway.writes.do(work)
    claims, problem = [], None
    try:
        claims = await run.story.claims(run.scene(page, gateway, None))
    except SandboxError as error:
        problem = help_with(error, page.language, run.named)
    return page.html(
        "demo/receipt.html",
        run=run,
        content=content,
        code=receipts.shown(code),
        qr=showing.qr(check_url(base_url(page, gateway), code)),
        claims=claims,
        problem=problem,
        criteria=judged(run.story.criteria, run.measures),
        costs=showing.costs(sum(one.gas_used for one in content.transactions)),
        words=showing.Words(page.language),
        attempt=new_attempt(),
    )


@router.get("/demo/runs/{run_id}/{name}")
async def look(run_id: str, name: str, page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """A step: what it is about, or what it has shown. Steps that are done stay to be looked at."""
    run = await run_in_threadpool(load, gateway, page, run_id)
    return _step_page(page, run, _step(run, name))


@router.post("/demo/runs/{run_id}/{name}")
async def play(
    run_id: str, name: str, page: PageDep, gateway: GatewayDep, form: FormDep
) -> Response:
    """Play a step. Played again, it shows what it has shown."""
    run = await run_in_threadpool(load, gateway, page, run_id)
    step = _step(run, name)
    if step.name not in run.shown:
        try:
            shown = await step.play(run.scene(page, gateway, step))
        except SandboxError as error:
            return _step_page(page, run, step, error)

        def work(session: Session) -> None:
            row = demos.get(session, visits.find(session, page.secret), run_id)
            demos.note(session, row, step.name, shown.model_dump(mode="json"))

        await gateway.writes.do(work)
    return page.redirect(f"{run.path(step.name)}#done")


def load(gateway: Gateway, page: Page, run_id: str) -> Run:
    """A run of this browser's. Raises :class:`NoSuchDemo`."""
    with gateway.database.snapshot() as session:
        row = demos.get(session, visits.find(session, page.secret), run_id)
        return _loaded(session, row, gateway.chain_id)


def _loaded(session: Session, row: DemoRun, chain_id: int) -> Run:
    story = story_by_name(row.story)
    if story is None:
        raise NoSuchDemo(
            "The story {story} is no longer told here.", next_step="Begin another one at /demo.",
            story=row.story,
        )  # fmt: skip
    players = {
        role: Player(
            role=role,
            org_id=one.id,
            name=one.name,
            business_id=one.business_id or "",
            address=one.address,
            did=did_of(chain_id, one.address),
        )
        for role, one in demos.players(session, row).items()
    }
    done = demos.done(session, row)
    shown = {name: Shown.model_validate(step.shown) for name, step in done.items()}
    return Run(row, story, players, shown)


def _runs(gateway: Gateway, page: Page) -> list[Run]:
    with gateway.database.snapshot() as session:
        rows = demos.of_visit(session, visits.find(session, page.secret))
        known = [row for row in rows if story_by_name(row.story) is not None]
        return [_loaded(session, row, gateway.chain_id) for row in known[:5]]


def _step(run: Run, name: str) -> Step:
    """A step whose turn it is, or was. Raises :class:`NoSuchDemo` and :class:`StepTooEarly`."""
    step = run.story.step(name)
    if step is None:
        raise NoSuchDemo(
            "The demo has no step {name}.", next_step="Go on at /demo/runs/{run}.", name=name,
            run=run.row.id,
        )  # fmt: skip
    if name not in run.shown and name != run.present:
        raise _too_early(run)
    return step


def _too_early(run: Run) -> StepTooEarly:
    return StepTooEarly(
        "The steps before this one have not been played.",
        next_step="Go on at /demo/runs/{run}.",
        run=run.row.id,
    )


def _step_page(page: Page, run: Run, step: Step, error: SandboxError | None = None) -> HTMLResponse:
    steps: Sequence[Step] = run.story.steps
    place = steps.index(step)
    shown = run.shown.get(step.name)
    status = 200
    if error is not None:
        status = error.status if isinstance(error, Problem) else 503
    values: dict[str, Any] = {
        "run": run,
        "step": step,
        "place": place,
        "following": steps[place + 1].name if place + 1 < len(steps) else _RECEIPT,
        "previous": steps[place - 1].name if place else None,
        "shown": shown,
        "latest": showing.state(run.before(step) + ([shown] if shown else [])),
        "names": {role: player.name for role, player in run.players.items()},
        "costs": showing.costs(sum(one.gas_used for one in shown.entries)) if shown else [],
        "words": showing.Words(page.language),
        "error": error,
        "help": help_with(error, page.language, run.named) if error is not None else None,
    }
    return page.html("demo/step.html", status, **values)
