"""The gateway: the whole ASGI application.

``create_app()`` gives the application and its OpenAPI document without a node or a database being
up; they are started with it (its lifespan), or given as a running :class:`Platform`.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from pocplatform import __version__
from pocplatform.delivery.webhooks import document as webhooks
from pocplatform.http import errors, links, operations, rpc
from pocplatform.http.cors import ConfiguredCors
from pocplatform.http.finding import Finder
from pocplatform.http.headers import AnswerHeaders
from pocplatform.http.hot import HotRoutes
from pocplatform.http.hot_reads import HotReads
from pocplatform.http.request_log import Noting
from pocplatform.http.two_steps import in_two_steps
from pocplatform.kit.settings import Settings
from pocplatform.routers import HOT_READS, HOT_ROUTES, ROUTERS
from pocplatform.startup import Platform, open_platform
from pocplatform.web import pages

DESCRIPTION = """
Try blockchain-backed identity, agreements and payments before you invest.

Everything here is test data and test money. Sign up with `POST /v1/organizations`, use the secret
key it gives you as `Authorization: Bearer sk_test_…`, and add `?wait=10` to a write to get its
answer when it is recorded on the chain.
"""


class Application(FastAPI):
    """The gateway as an ASGI 3 application."""

    hot: HotRoutes | None = None
    """Serves the endpoints that carry load, and leaves the rest to the framework."""
    noting: Noting | None = None
    """Notes what is asked and answered."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            operations.complete(document)
            links.add(document)
            webhooks.add(document)
        assert self.openapi_schema is not None
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        await (self.noting or super().__call__)(scope, receive, send)


def create_app(platform: Platform | None = None, *, hot: bool = True) -> FastAPI:
    """The application.

    Args:
        platform: A running platform; without it, one is started with the application.
        hot: Whether the endpoints that carry load are served ahead of the framework.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if platform is not None:
            app.state.gateway = platform.gateway
            yield
            return
        own = await run_in_threadpool(open_platform, Settings())
        app.state.gateway = own.gateway
        own.background.start()
        try:
            yield
        finally:
            await run_in_threadpool(own.close)

    app = Application(
        title="pocplatform",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    errors.install(app)
    app.state.api_routes = []
    for router in ROUTERS:
        _summarize(router)
        for each in (router, in_two_steps(router)):
            # As they are: `include_router` makes each of them a second time, with the first request
            # or the document, which takes a second of a processor while nobody else is answered.
            app.router.routes += each.routes
            app.state.api_routes += [r for r in each.routes if isinstance(r, APIRoute)]
    for route in app.state.api_routes:
        route.responses = {**app.router.responses, **route.responses}
    rpc.install(app)
    pages.install(app)
    app.router.middleware_stack = Finder(app.router.app, app.router)
    app.add_middleware(ConfiguredCors, state=app.state)
    app.add_middleware(AnswerHeaders)
    if hot:
        reads = HotReads(super(Application, app).__call__, app.state, HOT_READS)
        app.hot = HotRoutes(reads, app.state, HOT_ROUTES)
    app.noting = Noting(app.hot or super(Application, app).__call__, app.state)
    return app


def _summarize(router: APIRouter) -> None:
    """Let each operation's summary be the first sentence of its description."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.summary is None:
            route.summary = route.description.split("\n")[0].split(". ")[0].rstrip(".:")
