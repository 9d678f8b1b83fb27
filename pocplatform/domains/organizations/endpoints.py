"""Organizations over HTTP."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.organizations import service
from pocplatform.domains.organizations.schemas import (
    OrganizationCreate,
    OrganizationCreated,
    OrganizationRead,
)
from pocplatform.http.dependencies import GatewayDep, Reader, ReadSession
from pocplatform.kit.errors import NotFound

router = APIRouter(prefix="/v1/organizations", tags=["Organizations"])


@router.post("", status_code=201, response_model=OrganizationCreated)
async def create_organization(body: OrganizationCreate, gateway: GatewayDep) -> JSONResponse:
    """Sign up. The answer holds the secret key, which is shown only this once.

    Because of the secret, an `Idempotency-Key` has no effect here: signing up again makes another
    organization.
    """

    def work(session: Session) -> OrganizationCreated:
        organization, secret = service.sign_up(session, gateway.signers, body)
        shown = service.read(organization, gateway.chain_id)
        return OrganizationCreated(**shown.model_dump(), secret_key=secret)

    created = await gateway.writes.do(work)
    return JSONResponse(
        created.model_dump(mode="json"),
        status_code=201,
        headers={"Location": "/v1/organizations/me", "Cache-Control": "no-store"},
    )


@router.get("/me", response_model=OrganizationRead)
def get_own_organization(
    actor: Reader, session: ReadSession, gateway: GatewayDep
) -> OrganizationRead:
    """The organization whose key is used."""
    if actor.org_id is None:
        raise NotFound("The organisers' key belongs to no organization.")
    return service.read(service.get(session, actor.org_id), gateway.chain_id)
