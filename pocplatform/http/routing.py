"""Routers whose operations take one thread at the most.

A function that is no coroutine is run in a thread, so that it may wait for the database. Handing
something to a thread and getting its answer back takes longer than most of what is asked, so here
it is done once for a request: FastAPI checks the answer of such a function in a second thread, and
runs each dependency that is no coroutine in another.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import iscoroutinefunction, signature
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

_Made = TypeVar("_Made")


class Router(APIRouter):
    """A router as FastAPI's, with operations of the kind :class:`Operation`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=Operation, **options)


class Operation(APIRoute):
    """An operation; its function runs in a thread, unless it is a coroutine."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_one_thread(endpoint), **options)


def of_request(made: Callable[..., _Made]) -> Callable[..., Awaitable[_Made]]:
    """A dependency that makes something of a request's parts without waiting for anything.

    Args:
        made: A class, or a function, whose parameters are the parts.
    """

    async def make(**parts: Any) -> _Made:
        return made(**parts)

    make.__signature__ = signature(made)  # type: ignore[attr-defined]
    return make


def _in_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    if iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def run(**parameters: Any) -> Any:
        return await run_in_threadpool(endpoint, **parameters)

    return run
