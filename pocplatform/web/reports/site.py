"""Reports as pages and PDF, the programme's indicators, and the page for assessments."""

from collections.abc import Callable
from typing import Any

from fastapi import Path
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from pocplatform.client import Problem, SandboxError
from pocplatform.domains.assessments import service as assessments
from pocplatform.domains.indicators import service as indicators
from pocplatform.domains.indicators.counted import Counted
from pocplatform.domains.indicators.endpoints import CountedDep
from pocplatform.domains.pilot_runs import service as pilot_runs
from pocplatform.http.dependencies import Anonymous, GatewayDep
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.typesetting import at_the_typesetters
from pocplatform.pilots.stories import stories
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.desk.acts import SentDep
from pocplatform.web.forms import Form, new_attempt
from pocplatform.web.rendering import Page, PageDep
from pocplatform.web.reports import paper, pilot, programme
from pocplatform.web.reports.content import Report

router = Router(include_in_schema=False)

_WORDS = 20
"""Assessments whose words stand in the report of a year."""
_PDF = ".pdf"
QUESTIONS = (
    ("useful", Phrase("How useful was it?")),
    ("clear", Phrase("How clear was it?")),
    ("invest", Phrase("How likely are you to go on with it by your own money?")),
)
_MARKS = frozenset("12345")
_MISSING = Phrase("Answer each of the three questions with a number from 1 to 5.")


@router.get("/reports", dependencies=[Anonymous])
async def overview(page: PageDep, gateway: GatewayDep) -> HTMLResponse:
    """All reports: of the programme by year, and of each pilot's newest run."""
    years, runs = await run_in_threadpool(_overview, gateway)
    return page.html("reports/overview.html", years=years, runs=runs, areas=programme.AREAS)


@router.get("/reports/pilots/{id}", dependencies=[Anonymous])
async def pilot_report(id: str, page: PageDep, gateway: GatewayDep) -> Response:
    """The report of a pilot's run; with ``.pdf`` behind it as a PDF."""
    found = id.removesuffix(_PDF)

    def make() -> Report:
        with gateway.database.snapshot() as session:
            run = pilot_runs.get(session, found)
        return pilot.report(pilot_runs.evaluation_of(run), run.id, page.language)

    return await answered(page, make, f"/reports/pilots/{found}", as_pdf=id.endswith(_PDF),
                           data=f"/v1/pilot_runs/{found}")  # fmt: skip


@router.get("/reports/programme/{year}", dependencies=[Anonymous])
async def programme_report(
    page: PageDep,
    gateway: GatewayDep,
    counted: CountedDep,
    year: str = Path(pattern=r"^20\d\d(\.pdf)?$"),
) -> Response:
    """The report of a year of the programme; with ``.pdf`` behind it as a PDF."""
    number = int(year.removesuffix(_PDF))
    return await answered(
        page,
        lambda: _programme(gateway, counted, number, page.language),
        f"/reports/programme/{number}",
        as_pdf=year.endswith(_PDF),
        data=f"/v1/indicators/{number}",
    )


async def answered(
    page: Page, make: Callable[[], Report], path: str, *, as_pdf: bool, data: str
) -> Response:
    """A report as a page, or as a PDF.

    Args:
        page: Who asks.
        make: Makes the report; it may take a while.
        path: Of the report's page; the PDF is at the same with ``.pdf`` behind it.
        as_pdf: Which of the two.
        data: Where its numbers are as JSON.
    """
    report = await run_in_threadpool(make)
    if as_pdf:
        content = await at_the_typesetters(lambda: paper.pdf(report))
        name = f"pocplatform-{report.code}-{report.language}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return Response(content, media_type="application/pdf", headers=headers)
    pdf = f"{path}.pdf?lang={page.language}"
    return page.html("reports/report.html", report=report, pdf=pdf, data=data)


@router.get("/assess")
async def ask(acting: ActingDep) -> HTMLResponse:
    """Three questions, for whoever took part."""
    return _form(acting)


@router.post("/assess")
async def assess(sent: SentDep) -> Response:
    """Leave an assessment; a form that is sent twice leaves one."""
    acting, form = sent.acting, sent.form
    marks = [form.text(name) for name, _ in QUESTIONS]
    if not all(mark in _MARKS for mark in marks):
        return _form(acting, form, _MISSING.render(acting.page.language))
    useful, clear, invest = map(int, marks)
    try:
        await acting.sandbox().assessments.create(
            form.text("about") or assessments.PROGRAMME,
            useful=useful,
            clear=clear,
            invest=invest,
            text=form.text("text"),
            idempotency_key=form.attempt,
        )
    except SandboxError as error:
        status = error.status if isinstance(error, Problem) else 503
        return _form(acting, form, str(error), status)
    return acting.page.redirect("/assess?thanks=1")


def _form(
    acting: Acting, form: Form | None = None, error: str | None = None, status: int = 422
) -> HTMLResponse:
    return acting.html(
        "reports/assess.html",
        200 if form is None else status,
        questions=QUESTIONS,
        pilots=stories(),
        form=form,
        error=error,
        thanks=acting.page.request.query_params.get("thanks") == "1",
        attempt=form.attempt if form is not None else new_attempt(),
    )


def _overview(gateway: Gateway) -> tuple[list[int], list[Any]]:
    with gateway.database.snapshot() as session:
        years = list(indicators.years(session))
        rows = pilot_runs.newest(session)
    runs = [(row, pilot_runs.evaluation_of(row)) for row in rows]
    return years, sorted(runs, key=lambda one: (one[1].number or 99, one[0].pilot))


def _programme(gateway: Gateway, counted: Counted, year: int, language: str) -> Report:
    with gateway.database.snapshot() as session:
        since, until = indicators.span(year)
        numbers = counted.year(session, year)
        rows = pilot_runs.newest(session, until)
        said = assessments.words(session, since, until, _WORDS)
    of_year = [row for row in rows if row.ended_ms >= since]
    evaluations = [pilot_runs.evaluation_of(row) for row in of_year]
    return programme.report(numbers, evaluations, said, language)
