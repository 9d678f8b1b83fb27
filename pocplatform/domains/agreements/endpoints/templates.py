"""Templates of agreements over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.agreements import drafting
from pocplatform.domains.agreements.answers import (
    AgreementRead,
    TemplateList,
    TemplatePreview,
    TemplateRead,
)
from pocplatform.domains.agreements.catalogue import Catalogue
from pocplatform.domains.agreements.endpoints.steps import context_of, render
from pocplatform.domains.agreements.errors import (
    AgreementTermsInvalid,
    TemplateParametersInvalid,
)
from pocplatform.domains.agreements.schemas import (
    FromTemplateCreate,
)
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    CommandDep,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router

router = Router(prefix="/v1", tags=["Agreements"])

_RAISES = (AgreementTermsInvalid, TemplateParametersInvalid)


@router.get("/agreement_templates")
def list_agreement_templates(actor: Reader, language: LanguageDep) -> TemplateList:
    """Templates of agreements, all on one page, with their texts in your language."""
    templates = Catalogue.of_package().all()
    return TemplateList(data=[template.shown(language) for template in templates])


@router.get("/agreement_templates/{template_id}")
def get_agreement_template(template_id: str, actor: Reader, language: LanguageDep) -> TemplateRead:
    """A template: its parties, its parameters as a JSON Schema, its milestones."""
    return Catalogue.of_package().get(template_id).shown(language)


@router.post("/agreement_templates/preview", **operation(raises=_RAISES))
def preview_agreement(
    body: FromTemplateCreate, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> TemplatePreview:
    """The text and the milestones that a template gives. Nothing is stored."""
    return drafting.preview(context_of(session, gateway), body)


@router.post(
    "/agreements/from_template",
    status_code=201,
    response_model=AgreementRead,
    **operation(raises=_RAISES, events=("agreement.drafted",)),
)
async def create_agreement_from_template(
    body: FromTemplateCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Draft an agreement from a template, for its parties to sign.

    The same template, parameters and parties always give the same text. One language governs; the
    other follows as a translation that says so.
    """

    def work(session: Session) -> Accepted:
        agreement = drafting.from_template(context_of(session, gateway), actor.org_id, body)
        return Accepted(agreement.id, location=f"/v1/agreements/{agreement.id}")

    return await command(work, render(gateway), created=True)
