"""Taking assessments."""

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.assessments import repository
from pocplatform.domains.assessments.models import Assessment
from pocplatform.domains.assessments.schemas import AssessmentCreate, AssessmentRead
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id

PROGRAMME = "programme"


def leave(session: Session, org_id: str | None, request: AssessmentCreate) -> Assessment:
    """Note what an organization thinks."""
    row = Assessment(
        id=new_id("asm"),
        org_id=org_id,
        about=request.about,
        useful=request.useful,
        clear=request.clear,
        invest=request.invest,
        text=request.text.strip(),
        created_ms=now_ms(),
    )
    session.add(row)
    session.flush()
    return row


def visible_to(org_id: str | None) -> SelectOfScalar[Assessment]:
    """Those of a tenant; the organisers see all."""
    return repository.visible_to(org_id)


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
    )
