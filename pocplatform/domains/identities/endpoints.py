"""Identities over HTTP, and DID resolution as W3C's HTTP(S) binding has it."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.identities import service
from pocplatform.domains.identities.errors import RepresentationNotSupported, ResolutionError
from pocplatform.domains.identities.identifier import shown
from pocplatform.domains.identities.schemas import IdentityRead, ServiceCreate
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    CommandDep,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.outbox.models import TransactionStatus

router = APIRouter(tags=["Identities"])

RESULT_TYPE = "application/did-resolution"
_RESULT_TYPES = (RESULT_TYPE, "application/json", "*/*", "application/*", "application/ld+json")
_DOCUMENT_TYPES = ("application/did+ld+json", "application/did+json", "application/did")


@router.post("/v1/identities", status_code=202, response_model=IdentityRead)
async def register_identity(
    actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Register the DID of your own wallet: puts its public key into the registry on the chain.

    Asking again is harmless: the answer is the same identity with its first transaction, 200 once
    it is recorded.
    """

    def work(session: Session) -> Accepted:
        identity, transaction = service.register(
            session,
            gateway.outbox,
            gateway.signers,
            org_id=actor.org_id,
            address=actor.address,
            chain_id=gateway.chain_id,
        )
        settled = TransactionStatus(transaction.status).settled
        waits_for = () if settled else (transaction.id,)
        return Accepted(identity.id, waits_for, _location(identity.id))

    def render(session: Session, did: str) -> IdentityRead:
        return service.read(session, did, gateway.chain_id, org_id=actor.org_id)

    return await command(work, render)


@router.get("/v1/identities/{did}")
def get_identity(
    did: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> IdentityRead:
    """Anybody's identity: what the registry on the chain says is public."""
    return service.read(session, did, gateway.chain_id, org_id=actor.org_id)


@router.post("/v1/identities/{did}/services", status_code=202, response_model=IdentityRead)
async def add_service(
    did: str, body: ServiceCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Publish a service of yours (a shop, a space) in your DID document."""

    def work(session: Session) -> Accepted:
        transaction = service.add_service(
            session,
            gateway.outbox,
            org_id=actor.org_id,
            sender=actor.address,
            did=did,
            chain_id=gateway.chain_id,
            type_=body.type,
            endpoint=body.endpoint,
        )
        return Accepted(transaction.id, (transaction.id,), _location(did))

    return await command(work, _after_change(did, gateway.chain_id, actor.org_id))


@router.post("/v1/identities/{did}/deactivate", status_code=202, response_model=IdentityRead)
async def deactivate_identity(
    did: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Give your DID up **for ever**: nothing can be signed or changed in its name any more."""

    def work(session: Session) -> Accepted:
        transaction = service.deactivate(
            session,
            gateway.outbox,
            org_id=actor.org_id,
            sender=actor.address,
            did=did,
            chain_id=gateway.chain_id,
        )
        return Accepted(transaction.id, (transaction.id,), _location(did))

    return await command(work, _after_change(did, gateway.chain_id, actor.org_id))


@router.get(
    "/1.0/identifiers/{did:path}",
    response_class=Response,
    responses={
        200: {"content": {RESULT_TYPE: {}, "application/did+ld+json": {}}},
        400: {"description": "invalidDid", "content": {RESULT_TYPE: {}}},
        404: {"description": "notFound", "content": {RESULT_TYPE: {}}},
        406: {"description": "representationNotSupported", "content": {RESULT_TYPE: {}}},
        410: {"description": "The DID was deactivated", "content": {RESULT_TYPE: {}}},
        501: {"description": "methodNotSupported", "content": {RESULT_TYPE: {}}},
    },
)
def resolve_did(
    did: str,
    session: ReadSession,
    gateway: GatewayDep,
    language: LanguageDep,
    accept: Annotated[str, Header()] = "*/*",
    version_id: Annotated[
        str | None, Query(alias="versionId", description="The state at this block.")
    ] = None,
) -> Response:
    """Resolve a DID (W3C DID Resolution). No key is needed.

    The answer is the resolution result, or, for `Accept: application/did+ld+json` or
    `application/did+json`, the bare DID document. The document is the same as the npm package
    `ethr-did-resolver` makes for this chain. A deactivated DID answers 410 with its document.
    """
    try:
        media_type, representation = _negotiate(accept)
        found = service.resolve(session, did, gateway.chain_id, version_id)
    except ResolutionError as error:
        result = _result(None, {"error": error.did_error, "message": error.detail(language)}, {})
        return _json(result, error.status, RESULT_TYPE)
    status = 410 if found.deactivated else 200
    document = dict(found.document)
    if representation == "application/did+json":
        del document["@context"]
    if media_type in _DOCUMENT_TYPES:
        return _json(document, status, media_type)
    result = _result(document, {"contentType": representation}, found.document_metadata)
    return _json(result, status, media_type)


def _negotiate(accept: str) -> tuple[str, str]:
    """The answer's media type and the document's, for an ``Accept`` header (RFC 9110, 12.5.1)."""
    wanted: list[tuple[float, str]] = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            wanted.append((float(weight), name))
        except ValueError:
            continue
    # The sort is stable: of types that are wanted equally the first named is taken.
    for quality, name in sorted(wanted, key=lambda item: -item[0]):
        if quality <= 0:
            continue
        if name in _DOCUMENT_TYPES:
            return name, name if name == "application/did+json" else service.CONTENT_TYPE
        if name in _RESULT_TYPES:
            given = name if name in ("application/json", "application/ld+json") else RESULT_TYPE
            return given, service.CONTENT_TYPE
    raise RepresentationNotSupported(
        "None of the accepted media types ({accept}) can be given.",
        next_step="Accept application/did-resolution or application/did+ld+json.",
        accept=shown(accept),
    )


def _result(document: Any, resolution: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "didDocument": document,
        "didResolutionMetadata": resolution,
        "didDocumentMetadata": metadata,
    }


def _json(content: Any, status: int, media_type: str) -> Response:
    headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    return JSONResponse(content, status, media_type=media_type, headers=headers)


def _location(did: str) -> str:
    return f"/v1/identities/{did}"


def _after_change(did: str, chain_id: int, org_id: str | None) -> Any:
    def render(session: Session, transaction_id: str) -> IdentityRead:
        return service.read(session, did, chain_id, org_id=org_id, transaction_id=transaction_id)

    return render
