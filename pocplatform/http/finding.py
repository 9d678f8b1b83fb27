"""Finds the route of a request without trying one route after another.

The framework tries all of them in their order, and there are several hundred: for the last ones
that takes as long as all the rest of a request. Here only those are tried that could match, by how
many segments a path has and by the first two of them, in the same order. What none of them takes as
it stands (an unknown address, another method, a slash too many) is left to the framework.
"""

from functools import lru_cache

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

_BEGINNING = 2
"""Segments by which routes are told apart."""


class Finder:
    """Stands before a router (ASGI 3), as its innermost middleware.

    Args:
        app: The router's own search.
        router: Whose routes are looked for; also those that are added later.
    """

    def __init__(self, app: ASGIApp, router: APIRouter) -> None:
        self._app = app
        self._router = router
        self._routes: list[BaseRoute] = []
        self._of_http: list[BaseRoute] = []
        self._known: frozenset[str] = frozenset()
        self._those = lru_cache(maxsize=4096)(self._find)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http" and not scope.get("root_path"):
            for route in self.candidates(scope["path"]):
                if not isinstance(route, Route):
                    break
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.setdefault("router", self._router)
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def candidates(self, path: str) -> tuple[BaseRoute, ...]:
        """The routes that a path of HTTP may belong to, in the router's order."""
        if len(self._routes) != len(self._router.routes):
            self._learn()
        if "\n" in path:  # which the pattern of a path takes for its end
            return ()
        segments = path.split("/")[1:]
        # Names that no route has are one name here, so that nobody can fill the memory with them.
        beginning = (name if name in self._known else "" for name in segments[:_BEGINNING])
        return self._those(len(segments), *beginning)

    def _learn(self) -> None:
        self._routes = list(self._router.routes)
        self._of_http = [one for one in self._routes if not isinstance(one, WebSocketRoute)]
        self._known = frozenset(
            segment
            for route in self._routes
            for segment in _segments(route)[:_BEGINNING]
            if "{" not in segment
        )
        self._those.cache_clear()

    def _find(self, count: int, *beginning: str) -> tuple[BaseRoute, ...]:
        return tuple(route for route in self._of_http if _may_match(route, count, beginning))


def _segments(route: BaseRoute) -> list[str]:
    path: str = getattr(route, "path", "")
    return path.split("/")[1:]


def _may_match(route: BaseRoute, count: int, beginning: tuple[str, ...]) -> bool:
    segments = _segments(route)
    # What takes a path of any length; another kind of route may take whatever begins like it.
    endless = next((i for i, segment in enumerate(segments) if ":path}" in segment), None)
    if endless is None and isinstance(route, Route) and len(segments) != count:
        return False
    return all(
        "{" in expected or expected == found
        for expected, found in zip(segments[:endless], beginning, strict=False)
    )
