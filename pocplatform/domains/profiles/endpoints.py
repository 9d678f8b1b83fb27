"""Profiles over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.profiles import service
from pocplatform.domains.profiles.schemas import PublicProfileRead, PublicProfileUpdate
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    Anonymous,
    BaseUrlDep,
    CommandDep,
    GatewayDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router
from pocplatform.kit.errors import InvalidInput, NotFound

router = Router(prefix="/v1/profiles", tags=["Profiles"])


@router.get("/me", **operation(raises=(NotFound,)))
def get_own_profile(
    actor: Reader, session: ReadSession, gateway: GatewayDep, base_url: BaseUrlDep
) -> PublicProfileRead:
    """Your own profile, published or not."""
    return service.own(session, actor.org_id, gateway.chain_id, base_url)


@router.post("/me", response_model=PublicProfileRead, **operation(raises=(NotFound, InvalidInput)))
async def update_profile(
    body: PublicProfileUpdate,
    actor: Writer,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    command: CommandDep,
) -> JSONResponse:
    """Say what everybody may see of you: your name and business ID, and what you add to it.

    It is public in this sandbox until you take it back with `"published": false`; nothing of it
    goes on the chain.
    """

    def work(session: Session) -> Accepted:
        organization = service.update(session, actor.org_id, body)
        return Accepted(organization.id, location="/v1/profiles/me")

    def render(session: Session, org_id: str) -> PublicProfileRead:
        return service.own(session, org_id, gateway.chain_id, base_url)

    return await command(work, render)


@router.get("/{did}", dependencies=[Anonymous], **operation(raises=(NotFound,)))
def get_profile(
    did: str, session: ReadSession, gateway: GatewayDep, base_url: BaseUrlDep
) -> PublicProfileRead:
    """What the owner of a DID has chosen to tell everybody. No key is needed."""
    return service.public(session, did, gateway.chain_id, base_url)
