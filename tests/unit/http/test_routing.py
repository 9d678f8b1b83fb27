"""How a request finds its operation, and how many threads that takes."""

import inspect
import re

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Match, Route

from pocplatform.http.finding import Finder
from pocplatform.http.routing import Router, of_request
from pocplatform.main import create_app

APP = create_app()
FINDER = Finder(APP.router.app, APP.router)
ROUTES = [route for route in APP.routes if isinstance(route, Route)]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = sorted({re.sub(r"{\w+(:\w+)?}", "x1", route.path) for route in ROUTES})
ODD = (
    "", "/", "//", "/v1", "/v1/", "/v1//", "/v1/x1", "/v1/x1/x1", "/v1/wallets/",
    "/v1/wallets/a/b/c/d", "/V1/wallets", "/wallets/v1", "/x1", "/x1/x1", "/x1/x1/x1", "/static",
    "/static/swagger-ui", "/static/swagger-ui/x.js", "/static/x1", "/static/x1/x2/x3", "/\u00e4/x1",
    "/1.0/identifiers/did:ethr:0x7a69:0x0", "/1.0/identifiers/a/b", "/.well-known/x1/y/z",
)  # fmt: skip


def first_that_matches(routes, scope):
    for route in routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return route, found
    return None, None


@pytest.mark.parametrize("method", METHODS)
def test_route_is_the_one_that_comes_first_of_all_that_match(method):
    others = []
    for path in [*PATHS, *ODD]:
        scope = {"type": "http", "method": method, "path": path}
        expected = first_that_matches(APP.router.routes, scope)
        if first_that_matches(FINDER.candidates(path), scope) != expected:
            others.append(path)
    assert others == []


def test_path_with_an_end_of_line_is_left_to_the_framework():
    assert FINDER.candidates("/v1/wallets\n") == ()


def test_few_routes_are_tried_for_a_request():
    assert len(ROUTES) > 400
    assert max(len(FINDER.candidates(path)) for path in PATHS) <= 60
    assert len(FINDER.candidates("/v1/wallets")) <= 12


def test_sockets_of_the_same_address_are_in_nobodys_way():
    for path in ("/rpc", "/rpc/x1"):
        assert FINDER.candidates(path) != ()
        assert all(isinstance(route, Route) for route in FINDER.candidates(path))


def test_names_that_no_route_has_are_remembered_once():
    finder = Finder(APP.router.app, APP.router)
    assert len({id(finder.candidates(f"/v1/{number}/{number}")) for number in range(99)}) == 1


def test_route_that_is_added_later_is_found():
    app = FastAPI()
    app.router.middleware_stack = Finder(app.router.app, app.router)
    app.add_api_route("/a/{b}", lambda b: b)
    client = TestClient(app)
    assert client.get("/a/1").json() == "1"
    app.add_api_route("/c/{b}", lambda b: b)
    assert client.get("/c/2").json() == "2"


def test_answers_to_what_is_nowhere_and_to_other_methods_stay_those_of_the_framework():
    def answers(found):
        app = FastAPI()
        if found:
            app.router.middleware_stack = Finder(app.router.app, app.router)
        app.add_api_route("/a/{b}", lambda b: b)
        client = TestClient(app, follow_redirects=False)
        asked = [("GET", "/a"), ("POST", "/a/1"), ("GET", "/a/1/"), ("GET", "/a/1%2F2"),
                 ("OPTIONS", "/a/1"), ("GET", "/z")]  # fmt: skip
        given = [client.request(method, path) for method, path in asked]
        return [(one.status_code, one.text, one.headers.get("location"), one.headers.get("allow"))
                for one in given]  # fmt: skip

    assert answers(found=True) == answers(found=False)


def dependencies(dependant):
    for each in dependant.dependencies:
        yield each.call
        yield from dependencies(each)


def waits(call):
    call = call if inspect.isroutine(call) else type(call).__call__
    return not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))


def test_operation_takes_one_thread_at_the_most():
    """What is no coroutine takes a thread of its own: each dependency, and the function's check."""
    operations = [route for route in ROUTES if isinstance(route, APIRoute)]
    assert [one.path for one in operations if waits(one.endpoint)] == []
    called = {call for one in operations for call in dependencies(one.dependant)}
    assert [call for call in called if waits(call)] == []


def test_function_that_waits_runs_beside_the_event_loop_and_is_documented_as_it_stands():
    class Parts:
        def __init__(self, name: str) -> None:
            self.name = name

    def hello(parts: Parts = Depends(of_request(Parts))) -> dict[str, bool]:  # noqa: B008
        """Say hello."""
        with pytest.raises(RuntimeError):
            __import__("asyncio").get_running_loop()
        return {parts.name: True}

    router = Router()
    router.get("/hello")(hello)
    app = FastAPI()
    app.router.routes += router.routes
    assert TestClient(app).get("/hello?name=Aino").json() == {"Aino": True}
    operation = app.openapi()["paths"]["/hello"]["get"]
    assert operation["description"] == "Say hello."
    assert [one["name"] for one in operation["parameters"]] == ["name"]
