"""Identities over HTTP, and DID resolution as W3C's HTTP(S) binding has it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body, Depends, Header, Query, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.identities import service
from pocplatform.domains.identities.changes import Changes, attribute_value
from pocplatform.domains.identities.errors import (
    IdentityDeactivated,
    RepresentationNotSupported,
    ResolutionError,
)
from pocplatform.domains.identities.identifier import shown
from pocplatform.domains.identities.schemas import (
    AttributeCreate,
    AttributeRevoke,
    DelegateCreate,
    DelegateRevoke,
    IdentityCreate,
    IdentityRead,
    OwnerChange,
    ServiceCreate,
    ServiceRevoke,
)
from pocplatform.domains.organizations import service as organizations
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    Anonymous,
    CommandDep,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router, of_request
from pocplatform.kit.personal_data import PersonalDataRefused
from pocplatform.outbox.models import TransactionStatus
from pocplatform.outbox.service import Write

router = Router(tags=["Identities"])

RESULT_TYPE = "application/did-resolution"
_RESULT_TYPES = (RESULT_TYPE, "application/json", "*/*", "application/*", "application/ld+json")
_DOCUMENT_TYPES = ("application/did+ld+json", "application/did+json", "application/did")


@router.post(
    "/v1/identities",
    status_code=202,
    response_model=IdentityRead,
    **operation(
        by_wallet=True, raises=(IdentityDeactivated,), events=("identity.attribute_changed",)
    ),
)
async def register_identity(
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    body: Annotated[IdentityCreate | None, Body()] = None,
) -> JSONResponse:
    """Register the DID of your own wallet: puts its public key into the registry on the chain.

    A wallet whose key is your own signs typed data first, which tells its public key, unless you
    give that; then the transaction. Asking again is harmless: the answer is the same identity with
    its first transaction, 200 once it is recorded.
    """

    def work(session: Session) -> Accepted:
        identity, transaction = service.register(
            session,
            gateway.outbox,
            gateway.signers,
            org_id=actor.org_id,
            address=actor.address,
            chain_id=gateway.chain_id,
            public_key=body.public_key if body else None,
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


class Change:
    """A change of one identity that the caller asks for."""

    def __init__(self, did: str, actor: Writer, gateway: GatewayDep, command: CommandDep) -> None:
        self._did = did
        self._actor = actor
        self._gateway = gateway
        self._command = command

    async def __call__(self, act: Callable[[Changes], Write]) -> JSONResponse:
        """Make it, and answer with the identity as it is then."""
        actor, chain_id = self._actor, self._gateway.chain_id

        def work(session: Session) -> Accepted:
            changes = Changes(
                session, self._gateway.outbox, actor.org_id, actor.address, self._did, chain_id
            )
            transaction = act(changes)
            return Accepted(transaction.id, (transaction.id,), _location(self._did))

        def render(session: Session, transaction_id: str) -> IdentityRead:
            return service.read(
                session, self._did, chain_id, org_id=actor.org_id, transaction_id=transaction_id
            )

        return await self._command(work, render)

    def address(self, changes: Changes, who: str, param: str) -> str:
        """The address of somebody who is named in the request."""
        chain_id = self._gateway.chain_id
        return organizations.resolve_address(changes.session, who, chain_id, param=param)


ChangeDep = Annotated[Change, Depends(of_request(Change))]
_ANSWER: dict[str, Any] = {"status_code": 202, "response_model": IdentityRead}
_ATTRIBUTE = operation(
    by_wallet=True, raises=(PersonalDataRefused,), events=("identity.attribute_changed",)
)
_REVOKED = operation(by_wallet=True, events=("identity.attribute_changed",))
_DELEGATE = operation(by_wallet=True, events=("identity.delegate_changed",))
_OWNER = operation(by_wallet=True, events=("identity.owner_changed",))


@router.post("/v1/identities/{did}/services", **_ANSWER, **_ATTRIBUTE)
async def add_service(body: ServiceCreate, change: ChangeDep) -> JSONResponse:
    """Publish a service of yours (a shop, a space) in your DID document."""
    return await change(lambda changes: changes.add_service(body.type, body.endpoint))


@router.post("/v1/identities/{did}/services/revoke", **_ANSWER, **_REVOKED)
async def revoke_service(body: ServiceRevoke, change: ChangeDep) -> JSONResponse:
    """Take a service out of your DID document; the chain's history still tells of it."""
    return await change(lambda changes: changes.revoke_service(body.type, body.endpoint))


@router.post("/v1/identities/{did}/delegates", **_ANSWER, **_DELEGATE)
async def add_delegate(body: DelegateCreate, change: ChangeDep) -> JSONResponse:
    """Let another account sign in the name of your DID for a time."""
    return await change(
        lambda changes: changes.add_delegate(
            body.type, change.address(changes, body.delegate, "delegate"), body.valid_for_s
        )
    )


@router.post("/v1/identities/{did}/delegates/revoke", **_ANSWER, **_DELEGATE)
async def revoke_delegate(body: DelegateRevoke, change: ChangeDep) -> JSONResponse:
    """Let an account no longer sign in the name of your DID."""
    return await change(
        lambda changes: changes.revoke_delegate(
            body.type, change.address(changes, body.delegate, "delegate")
        )
    )


@router.post("/v1/identities/{did}/attributes", **_ANSWER, **_ATTRIBUTE)
async def set_attribute(body: AttributeCreate, change: ChangeDep) -> JSONResponse:
    """Set an attribute of your DID, such as a further key; it is public for ever.

    What looks personal is refused. To say something about a person, issue a credential.
    """
    value = attribute_value(body.value, body.encoding)
    return await change(lambda changes: changes.set_attribute(body.name, value, body.valid_for_s))


@router.post("/v1/identities/{did}/attributes/revoke", **_ANSWER, **_REVOKED)
async def revoke_attribute(body: AttributeRevoke, change: ChangeDep) -> JSONResponse:
    """Take an attribute of your DID back; the chain's history still tells of it."""
    value = attribute_value(body.value, body.encoding)
    return await change(lambda changes: changes.revoke_attribute(body.name, value))


@router.post("/v1/identities/{did}/owner", **_ANSWER, **_OWNER)
async def change_owner(body: OwnerChange, change: ChangeDep) -> JSONResponse:
    """Give your DID to another account **for good**: only that one can change it from now on."""
    return await change(
        lambda changes: changes.change_owner(change.address(changes, body.new_owner, "new_owner"))
    )


@router.post("/v1/identities/{did}/deactivate", **_ANSWER, **_OWNER)
async def deactivate_identity(change: ChangeDep) -> JSONResponse:
    """Give your DID up **for ever**: nothing can be signed or changed in its name any more."""
    return await change(Changes.deactivate)


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
    dependencies=[Anonymous],
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
