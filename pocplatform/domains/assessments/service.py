"""Taking assessments."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assessments import repository
from pocplatform.domains.assessments.errors import SubjectUnknown
from pocplatform.domains.assessments.models import Assessment
from pocplatform.domains.assessments.schemas import AssessmentCreate, AssessmentRead
from pocplatform.domains.hackathons.models import Hackathon
from pocplatform.domains.pilot_runs import service as pilot_runs
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id
from pocplatform.pilots.stories import story

PROGRAMME = "programme"


def leave(session: Session, org_id: str | None, request: AssessmentCreate) -> Assessment:
    """Note what an organization thinks, in place of what it thought of the same before.

    Raises :class:`SubjectUnknown`.
    """
    if not _known(session, request.about):
        raise SubjectUnknown(
            "{about!r} is neither the programme, nor a pilot, nor an event.",
            next_step="Send `programme`, a name from GET /v1/pilot_runs or the id of an event.",
            param="about",
            about=request.about,
        )
    now = now_ms()
    before = repository.holding(session, org_id, request.about)
    if before is not None:
        before.replaced_ms = now
        session.add(before)
    row = Assessment(
        id=new_id("asm"),
        org_id=org_id,
        about=request.about,
        useful=request.useful,
        clear=request.clear,
        invest=request.invest,
        text=request.text.strip(),
        created_ms=now,
    )
    session.add(row)
    session.flush()
    return row


def _known(session: Session, about: str) -> bool:
    return (
        about == PROGRAMME
        or story(about) is not None
        or session.exec(pilot_runs.runs(about).limit(1)).first() is not None
        or session.exec(select(Hackathon.id).where(Hackathon.id == about)).first() is not None
    )


def visible_to(org_id: str | None) -> SelectOfScalar[Assessment]:
    """Those of a tenant, replaced ones too; the organisers see all."""
    return repository.visible_to(org_id)


def holding(org_id: str | None) -> SelectOfScalar[Assessment]:
    """Those of a tenant that hold; the organisers see everybody's."""
    return visible_to(org_id).where(col(Assessment.replaced_ms).is_(None))


def get(session: Session, org_id: str | None, id_: str) -> Assessment:
    """An assessment of a tenant's. Raises :class:`NotFound`."""
    found = session.exec(visible_to(org_id).where(Assessment.id == id_)).first()
    if found is None:
        raise NotFound("There is no assessment {id}.", id=id_)
    return found


def means(session: Session, since_ms: int, until_ms: int) -> tuple[int, list[float]]:
    """How many there are of a time, and the means of useful, clear and invest; empty for none."""
    return repository.means(session, since_ms, until_ms)


def words(session: Session, since_ms: int, until_ms: int, at_most: int) -> list[str]:
    """What the newest of a time say."""
    return [row.text for row in repository.words(session, since_ms, until_ms, at_most)]


def read(row: Assessment) -> AssessmentRead:
    """An assessment as the API shows it."""
    return AssessmentRead(
        id=row.id,
        about=row.about,
        useful=row.useful,
        clear=row.clear,
        invest=row.invest,
        text=row.text,
        created=iso(row.created_ms),
        replaced=None if row.replaced_ms is None else iso(row.replaced_ms),
    )
