"""Status lists over HTTP, for everybody."""

import hashlib

from fastapi import Response

from pocplatform.domains.identities.errors import (
    IdentityDeactivated,
    IdentityKeyElsewhere,
    IdentityNotRegistered,
)
from pocplatform.domains.status_lists import service
from pocplatform.http.dependencies import Anonymous, BaseUrlDep, GatewayDep, ReadSession
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound

router = Router(prefix="/v1/status_lists", tags=["Status lists"])

_TOKEN = "application/statuslist+jwt"
_CREDENTIAL = "application/vc+jwt"
_RAISES = operation(
    raises=(NotFound, IdentityNotRegistered, IdentityDeactivated, IdentityKeyElsewhere)
)


@router.get(
    "/{id}",
    response_class=Response,
    responses={200: {"content": {_TOKEN: {}}}},
    dependencies=[Anonymous],
    **_RAISES,
)
def get_status_list(
    id: str, session: ReadSession, gateway: GatewayDep, base_url: BaseUrlDep
) -> Response:
    """A status list as an IETF Status List Token. No key is needed.

    Two bits for each credential, from its status on the chain: 0 valid, 1 revoked, 2 suspended.
    """
    text = service.token(session, gateway.signers, id, gateway.chain_id, base_url)
    return _answer(text, _TOKEN)


@router.get(
    "/{id}/{purpose}",
    response_class=Response,
    responses={200: {"content": {_CREDENTIAL: {}}}},
    dependencies=[Anonymous],
    **_RAISES,
)
def get_status_list_credential(
    id: str,
    purpose: service.Purpose,
    session: ReadSession,
    gateway: GatewayDep,
    base_url: BaseUrlDep,
) -> Response:
    """A status list as a W3C BitstringStatusListCredential, for one purpose. No key is needed."""
    text = service.credential(session, gateway.signers, id, purpose, gateway.chain_id, base_url)
    return _answer(text, _CREDENTIAL)


def _answer(text: str, media_type: str) -> Response:
    return Response(
        text,
        media_type=media_type,
        headers={
            "Cache-Control": f"public, max-age={service.TTL_S}",
            "ETag": f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"',
            "Access-Control-Allow-Origin": "*",
        },
    )
