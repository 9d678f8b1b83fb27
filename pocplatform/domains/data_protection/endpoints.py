"""Data protection over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.credentials.errors import CredentialErased
from pocplatform.domains.data_protection import service
from pocplatform.domains.data_protection.errors import (
    AlreadyErased,
    ErasureTooEarly,
    NotTheDrafter,
)
from pocplatform.domains.data_protection.models import Erasure
from pocplatform.domains.data_protection.schemas import (
    ErasureCreate,
    ErasureRead,
    OnchainEntry,
    OnchainSummary,
)
from pocplatform.domains.recordings import service as recordings
from pocplatform.events.models import Event
from pocplatform.http import idempotency, prepared
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
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit import typesetting
from pocplatform.kit.errors import NotFound

router = Router(prefix="/v1/data_protection", tags=["Data protection"])


@router.get("/onchain")
def list_onchain(
    actor: Reader, session: ReadSession, language: LanguageDep, query: PageDep
) -> ListPage[OnchainEntry]:
    """What is on the chain about you: every record, explained in plain words, newest first."""
    address = None if actor.org_id is None else actor.address
    rows, more = page(session, Event, service.concerning(address), query)
    return ListPage(data=[service.read_entry(row, language) for row in rows], has_more=more)


@router.get("/onchain/summary")
def get_onchain_summary(
    actor: Reader, session: ReadSession, gateway: GatewayDep, language: LanguageDep
) -> OnchainSummary:
    """What is on the chain about you, in short: how much of what, and what it means."""
    return service.summary(session, actor.address, gateway.chain_id, language)


@router.post(
    "/erasure",
    status_code=201,
    response_model=ErasureRead,
    **operation(raises=(CredentialErased, AlreadyErased, NotTheDrafter, ErasureTooEarly)),
)
async def erase(
    body: ErasureCreate, actor: Writer, language: LanguageDep, command: CommandDep
) -> JSONResponse:
    """Destroy a credential's content, an agreement's documents or an invoice's text **for ever**.

    Claims, texts, signatures and salts are destroyed in this sandbox, and what was answered about
    them before; the hashes that stay on the chain then tell nothing, and nobody can compute them
    again. What others were given before is out of its reach. A credential is not revoked by it.
    """

    def work(session: Session) -> Accepted:
        if body.credential is not None:
            erased = service.erase_credential(
                session, org_id=actor.org_id, actor=actor.address, credential_id=body.credential
            )
            thing = f"/v1/credentials/{body.credential}"
        elif body.invoice is not None:
            erased = service.erase_invoice(
                session, org_id=actor.org_id, address=actor.address, invoice_id=body.invoice
            )
            thing = f"/v1/invoices/{body.invoice}"
        else:
            agreement_id = str(body.agreement)
            erased = service.erase_agreement(
                session, org_id=actor.org_id, address=actor.address, agreement_id=agreement_id
            )
            thing = f"/v1/agreements/{agreement_id}"
        idempotency.blank(session, thing)
        prepared.blank(session, thing)
        recordings.blank(session, [erased.resource_id, *service.also_about(session, erased)])
        return Accepted(erased.id, location=f"/v1/data_protection/erasures/{erased.id}")

    def render(session: Session, erasure_id: str) -> ErasureRead:
        return service.read(session, service.get(session, None, erasure_id), language)

    answer = await command(work, render, created=True)
    typesetting.forget()
    return answer


@router.get("/erasures")
def list_erasures(
    actor: Reader, session: ReadSession, language: LanguageDep, query: PageDep
) -> ListPage[ErasureRead]:
    """Your erasures, newest first."""
    rows, more = page(session, Erasure, service.erasures(actor.org_id), query)
    return ListPage(data=[service.read(session, row, language) for row in rows], has_more=more)


@router.get("/erasures/{id}", **operation(raises=(NotFound,)))
def get_erasure(id: str, actor: Reader, session: ReadSession, language: LanguageDep) -> ErasureRead:
    """An erasure, with what remains on the chain."""
    return service.read(session, service.get(session, actor.org_id, id), language)
