"""The business register over HTTP."""

import asyncio
from typing import Annotated

from fastapi import Body
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from pocplatform.domains.business_register import service
from pocplatform.domains.business_register.errors import NoBusinessId, RegisterClosed
from pocplatform.domains.credentials import service as credentials
from pocplatform.domains.credentials.schemas import CredentialFormat, CredentialRead
from pocplatform.domains.organizations import service as organizations
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import BaseUrlDep, CommandDep, GatewayDep, Writer
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.errors import NotFound

router = Router(prefix="/v1/business_register", tags=["Credentials"])

_OPENS_WITHIN_S = 30.0


class VerificationCreate(BaseModel):
    """In which form the register is to vouch."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"format": "jwt_vc"}]}
    )

    format: CredentialFormat = "jwt_vc"


@router.post(
    "/verifications",
    status_code=202,
    response_model=CredentialRead,
    **operation(raises=(NoBusinessId, RegisterClosed), events=("credential.anchored",)),
)
async def verify_company(
    actor: Writer,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
    command: CommandDep,
    body: Annotated[VerificationCreate | None, Body()] = None,
) -> JSONResponse:
    """Have the sandbox's business register vouch for your company.

    It compares your name and test business ID with its own books, and issues a
    `BusinessIdCredential` to your DID, which anybody can check with `POST /v1/credentials/verify`.
    Asking again gives the same credential while it is good.
    """
    format_ = body.format if body else "jwt_vc"

    def work(session: Session) -> Accepted:
        if actor.org_id is None:
            raise NotFound("The organisers' key belongs to no organization.")
        company = organizations.get(session, actor.org_id)
        credential, new = service.vouch(
            session,
            gateway.outbox,
            gateway.signers,
            company,
            format_=format_,
            chain_id=gateway.chain_id,
            base_url=base_url,
        )
        transactions = (credential.transaction_id,) if new else ()
        return Accepted(credential.id, transactions, f"/v1/credentials/{credential.id}")

    def render(session: Session, credential_id: str) -> CredentialRead:
        credential = credentials.get(session, None, actor.address, credential_id)
        return credentials.read(session, credential, gateway.chain_id, base_url)

    await _open_register(gateway)
    return await command(work, render)


async def _open_register(gateway: Gateway) -> None:
    """Return once the register can vouch."""
    loop = asyncio.get_running_loop()
    waiting = []

    def work(session: Session) -> None:
        for id_ in service.open_register(
            session, gateway.outbox, gateway.signers, gateway.chain_id
        ):
            waiting.append((id_, gateway.watch.register(id_, loop)))

    try:
        await gateway.writes.do(work)
        if waiting:
            await asyncio.wait([future for _, future in waiting], timeout=_OPENS_WITHIN_S)
    finally:
        for id_, future in waiting:
            gateway.watch.forget(id_, future)
