"""The chain's JSON-RPC for everybody's clients: ``/rpc``, and ``/rpc/{key}`` with an API key.

The second is for wallets and tools that can be given an address only. It is the same by HTTP, with
what the key may do besides, and takes WebSockets. The key is taken out of the address before
anything else sees the request (:class:`_KeyOutOfPath`), so that no log and no error can show it.

Every answer names the chain's epoch (:mod:`pocplatform.chain.epoch`).
"""

from fastapi import FastAPI, Request, Response, WebSocket
from starlette.types import ASGIApp, Receive, Scope, Send

from pocplatform.http.headers import HEADROOM
from pocplatform.http.rpc.answers import as_json, told
from pocplatform.http.rpc.calls import Answer, Lanes, not_ready
from pocplatform.http.rpc.calls import Request as Calls
from pocplatform.http.rpc.methods import Caller
from pocplatform.http.rpc.shared import SharedChain
from pocplatform.http.rpc.sockets import AT_MOST, TRY_AGAIN_LATER, Connection, Connections
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import PlatformError, Unauthenticated
from pocplatform.kit.i18n import choose_language

PATH = "/rpc"
EPOCH = "Pocplatform-Chain-Epoch"
"""The header that names the chain's epoch."""

DEVNETS = PATH + "/devnets/"
"""Under it, teams' own chains are asked with the key in a header."""

_WITH_KEY = PATH + "/{key}"
_KEY = "rpc_key"
"""Where the state of a request holds the key of its address."""
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Expose-Headers": EPOCH,
}


def install(app: FastAPI) -> None:
    """Serve it."""
    app.add_middleware(_KeyOutOfPath)
    lanes, connections = Lanes(), Connections()

    @app.api_route(PATH, methods=["POST"], include_in_schema=False)
    async def call(request: Request) -> Response:
        gateway = gateway_of(request)
        if gateway is None:
            return _response(not_ready())
        answer = await Calls(gateway, Caller(), lanes).answer(await request.body())
        return _response(answer.body, gateway)

    @app.api_route(_WITH_KEY, methods=["POST"], include_in_schema=False)
    async def call_with_key(request: Request) -> Response:
        gateway = gateway_of(request)
        if gateway is None:
            return _response(not_ready())
        try:
            caller = await _caller(gateway, request)
        except PlatformError as problem:
            return _problem(gateway, problem, language_of(request))
        answer = await Calls(gateway, caller, lanes).answer(await request.body())
        setattr(request.state, HEADROOM, answer.headroom)
        return _limited(answer, gateway)

    @app.api_route(PATH, methods=["OPTIONS"], include_in_schema=False)
    @app.api_route(_WITH_KEY, methods=["OPTIONS"], include_in_schema=False)
    async def allow() -> Response:
        return Response(status_code=204, headers=_HEADERS)

    @app.websocket(PATH)
    async def connect(socket: WebSocket) -> None:
        problem = Unauthenticated(
            "A WebSocket of the chain needs a key in its address.",
            next_step="Connect to /rpc/ and your secret key; POST /v1/organizations gives you one.",
        )
        await deny(socket, problem, gateway_of(socket))

    @app.websocket(_WITH_KEY)
    async def connect_with_key(socket: WebSocket) -> None:
        gateway = gateway_of(socket)
        if gateway is None:
            await deny(socket, None)
            return
        try:
            caller = await _caller(gateway, socket)
        except PlatformError as problem:
            await deny(socket, problem, gateway)
            return

        async def present() -> Caller | None:
            # Not as when it was connected: the key may be revoked, its organization frozen.
            actor = await gateway.authentication.actor(key_in_address(socket))
            return None if actor is None else Caller(actor, caller.language)

        async def allowed() -> bool:
            return await present() is not None

        assert caller.actor is not None
        with connections.taken(caller.actor) as has_place:
            await socket.accept(headers=[(EPOCH.encode(), gateway.epoch.id.encode())])
            if not has_place:
                await socket.close(TRY_AGAIN_LATER, f"a key has at most {AT_MOST} connections")
                return
            chain = SharedChain(gateway, lanes, present)
            heartbeat_s = gateway.settings.stream_heartbeat_s
            await Connection(socket, chain, allowed, heartbeat_s).run()


class _KeyOutOfPath:
    """Stands before the application (ASGI 3), and takes a key out of a request's address.

    The server's own log reads the address from the same scope.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] in ("http", "websocket") and _may_hold_key(scope["path"]):
            key, _, rest = scope["path"].removeprefix(PATH).lstrip("/").partition("/")
            scope.setdefault("state", {})[_KEY] = key
            scope["path"] = _WITH_KEY + ("/" + rest if rest else "")
            scope["raw_path"] = scope["path"].encode()
        await self._app(scope, receive, send)


def gateway_of(request: Request | WebSocket) -> Gateway | None:
    """The running platform; None while it starts."""
    found: Gateway | None = getattr(request.app.state, "gateway", None)
    return found


def _may_hold_key(path: str) -> bool:
    return path.startswith(PATH + "/") and not path.startswith(DEVNETS)


def key_in_address(request: Request | WebSocket) -> str:
    """The key that stood in the address of a request."""
    return str(getattr(request.state, _KEY, ""))


def language_of(request: Request | WebSocket) -> str:
    """For sentences to this client."""
    return choose_language(request.headers.get("accept-language"))


async def deny(
    socket: WebSocket, problem: PlatformError | None, gateway: Gateway | None = None
) -> None:
    """Refuse a WebSocket: with the problem or, without one, since the platform is starting."""
    if problem is None:
        await socket.send_denial_response(_response(not_ready(), status=503))
    else:
        await socket.send_denial_response(_problem(gateway, problem, language_of(socket)))


async def actor_of(gateway: Gateway, request: Request | WebSocket, secret: str) -> Actor:
    """Who has this key. Raises :class:`Unauthenticated`, :class:`TooManyRequests`."""
    actor = await gateway.authentication.actor(secret)
    if actor is None:
        address = request.client.host if request.client else ""
        gateway.limits.take_stranger(address)  # who tries keys is slowed down
        raise Unauthenticated(
            "This secret key or session is not known here, was revoked or has expired.",
            next_step="POST /v1/organizations gives you a new one. After a reset of the sandbox, "
            "old keys are gone.",
        )
    return actor


async def _caller(gateway: Gateway, request: Request | WebSocket) -> Caller:
    """Who has the key of the address. Raises as :func:`actor_of`."""
    actor = await actor_of(gateway, request, key_in_address(request))
    return Caller(actor, language_of(request))


def _response(
    body: bytes,
    gateway: Gateway | None = None,
    *,
    status: int = 200,
    further: dict[str, str] | None = None,
) -> Response:
    epoch = {EPOCH: gateway.epoch.id} if gateway is not None else {}
    headers = {**_HEADERS, **epoch, **(further or {})}
    return Response(body, status, headers, "application/json")


def _problem(gateway: Gateway | None, problem: PlatformError, language: str) -> Response:
    """The answer for a request of which not even the calls are looked at."""
    content = {"jsonrpc": "2.0", "id": None, **told(problem, language)}
    return _response(as_json(content), gateway, status=problem.status)


def _limited(answer: Answer, gateway: Gateway) -> Response:
    if answer.refused is None:
        return _response(answer.body, gateway)
    headroom = answer.refused.headroom
    further = {name.decode(): value.decode() for name, value in headroom.headers}
    further["Retry-After"] = str(headroom.reset_s)
    return _response(answer.body, gateway, status=429, further=further)
