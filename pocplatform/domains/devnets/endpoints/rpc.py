"""The JSON-RPC of devnets, at ``/rpc/devnets/{id}`` and, for clients that know addresses only, at
``/rpc/{key}/devnets/{id}``.

Every answer names the chain's epoch in the header ``Pocplatform-Chain-Epoch``: after it has
changed, nonces and blocks from before mean nothing. The same by WebSocket is in
:mod:`pocplatform.domains.devnets.endpoints.sockets`.
"""

from typing import Annotated

from fastapi import Depends, Request, Response

from pocplatform.domains.devnets.endpoints import calls
from pocplatform.http.dependencies import GatewayDep, Reader, stranger
from pocplatform.http.headers import HEADROOM
from pocplatform.http.routing import Router
from pocplatform.http.rpc import EPOCH, key_in_address
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import Forbidden, Unauthenticated

router = Router(include_in_schema=False)

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Expose-Headers": EPOCH,
}


@router.post("/rpc/devnets/{devnet_id}")
async def ask_devnet(
    devnet_id: str, request: Request, actor: Reader, gateway: GatewayDep
) -> Response:
    """Ask the node of a devnet of yours, with your key as bearer."""
    return await _answer(gateway, actor, devnet_id, request)


async def actor_in_address(request: Request, gateway: GatewayDep) -> Actor:
    """The caller by the key in the address, counted as any other.

    Raises:
        Unauthenticated: Nobody has this key.
        Forbidden: It may not read.
        TooManyRequests: The key's, or the organization's, limit is reached.
    """
    actor = await gateway.authentication.actor(key_in_address(request))
    if actor is None:
        await stranger(request, gateway)
        raise Unauthenticated(
            "The secret key in the address is not known here, was revoked or has expired.",
            next_step="Take the address from rpc_path, with a key of yours after /rpc.",
        )
    setattr(request.state, HEADROOM, gateway.limits.take(actor))
    if "read" not in actor.scopes:
        raise Forbidden("This needs a key with the scope {scope}.", scope="read")
    return actor


@router.post("/rpc/{key}/devnets/{devnet_id}")
async def ask_devnet_by_address(
    devnet_id: str,
    request: Request,
    actor: Annotated[Actor, Depends(actor_in_address)],
    gateway: GatewayDep,
) -> Response:
    """Ask the node of a devnet of yours, with your key in the address."""
    return await _answer(gateway, actor, devnet_id, request)


@router.options("/rpc/devnets/{devnet_id}")
@router.options("/rpc/{key}/devnets/{devnet_id}")
async def allow() -> Response:
    """Tell browsers that pages may ask."""
    return Response(status_code=204, headers=_HEADERS)


async def _answer(gateway: Gateway, actor: Actor, devnet_id: str, request: Request) -> Response:
    answer = await calls.answer(gateway, actor, devnet_id, await request.body())
    if answer.headroom is not None:
        setattr(request.state, HEADROOM, answer.headroom)
    headers = _HEADERS if answer.epoch is None else {**_HEADERS, EPOCH: str(answer.epoch)}
    return Response(answer.body, media_type="application/json", headers=headers)
