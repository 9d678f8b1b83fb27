"""Credential types over HTTP, and their SD-JWT VC type metadata."""

from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.credential_types import service
from pocplatform.domains.credential_types.errors import CredentialTypeTaken, SchemaInvalid
from pocplatform.domains.credential_types.models import TypeDefinition
from pocplatform.domains.credential_types.schemas import CredentialTypeCreate, CredentialTypeRead
from pocplatform.domains.organizations import service as organizations
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    Anonymous,
    BaseUrlDep,
    CommandDep,
    GatewayDep,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound

router = Router(tags=["Credential types"])


@router.post(
    "/v1/credential_types",
    status_code=201,
    response_model=CredentialTypeRead,
    **operation(raises=(SchemaInvalid, CredentialTypeTaken)),
)
async def create_credential_type(
    body: CredentialTypeCreate,
    actor: Writer,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    command: CommandDep,
) -> JSONResponse:
    """Lay down a type of credential, with a JSON Schema that its claims are held against.

    A type is public and never changes, since its credentials are out there: for another schema,
    make another type.
    """

    def work(session: Session) -> Accepted:
        made = service.create(session, body, org_id=actor.org_id, owner=actor.address)
        return Accepted(made.id, location=f"/v1/credential_types/{made.name}")

    def render(session: Session, id_: str) -> CredentialTypeRead:
        return service.read(service.get(session, id_), gateway.chain_id, base_url)

    return await command(work, render, created=True)


@router.get("/v1/credential_types", dependencies=[Anonymous])
def list_credential_types(
    session: ReadSession,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    query: PageDep,
    owner: Annotated[str | None, Query(description="Address, DID or organization id.")] = None,
    built_in: Annotated[
        bool | None, Query(description="Only those of the sandbox, or none of them.")
    ] = None,
) -> ListPage[CredentialTypeRead]:
    """All credential types, newest first. No key is needed."""
    address = None
    if owner is not None:
        address = organizations.resolve_address(session, owner, gateway.chain_id, param="owner")
    rows, more = page(session, TypeDefinition, service.entries(address, built_in), query)
    data = [service.read(row, gateway.chain_id, base_url) for row in rows]
    return ListPage(data=data, has_more=more)


@router.get("/v1/credential_types/{id}", dependencies=[Anonymous], **operation(raises=(NotFound,)))
def get_credential_type(
    id: str, session: ReadSession, gateway: GatewayDep, base_url: BaseUrlDep
) -> CredentialTypeRead:
    """A credential type, by its name or its id. No key is needed."""
    return service.read(service.get(session, id), gateway.chain_id, base_url)


@router.get("/vct/{name}", dependencies=[Anonymous], **operation(raises=(NotFound,)))
def get_type_metadata(
    name: str, session: ReadSession, base_url: BaseUrlDep, response: Response
) -> dict[str, Any]:
    """The SD-JWT VC type metadata of a credential type, at its `vct`. No key is needed."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return service.metadata(service.get(session, name), base_url)
