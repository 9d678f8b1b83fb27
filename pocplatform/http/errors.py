"""Every error leaves as RFC 9457 problem details, from one place.

Members beside the standard's: ``code`` (stable), ``param`` (the field at fault), ``next_step``,
``request_id`` and ``docs``.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from pocplatform.http.guard import RequestGuard, RequestRefused
from pocplatform.http.limits import TooManyRequests
from pocplatform.http.operations import IN_BATCH
from pocplatform.http.request_log import ERROR_CODE
from pocplatform.http.validation import invalid_input
from pocplatform.kit.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    PlatformError,
    Unauthenticated,
)
from pocplatform.kit.i18n import choose_language, translate

logger = logging.getLogger(__name__)

_HELD_BACK_S = 0.2
"""How long a refusal for too many requests is held back."""

MEDIA_TYPE = "application/problem+json"
DOCS_PATH = "/docs/errors"


class InternalError(PlatformError):
    """Something that should not have happened; the log has it under the request id."""

    code = "internal_error"


class MethodNotAllowed(PlatformError):
    """The path exists, but not with this method."""

    code = "method_not_allowed"
    status = 405
    title = "Method not allowed"


class NotReady(PlatformError):
    """The gateway is starting."""

    code = "not_ready"
    status = 503
    title = "The sandbox is starting"


class IdempotencyKeyReused(PlatformError):
    """An idempotency key came again with another request."""

    code = "idempotency_key_reused"
    status = 422
    title = "The idempotency key was used for another request"


class IdempotencyKeyMissing(InvalidInput):
    """A request that moves value came without an idempotency key."""

    code = "idempotency_key_missing"
    title = "An idempotency key is needed"


class NotInBatch(InvalidInput):
    """A write within a batch whose answer would hold a secret: answers of batches are stored."""

    code = "not_in_batch"
    title = "This cannot be done within a batch"


class Problem(BaseModel):
    """Problem details (RFC 9457). Some kinds of problem have further members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Where this kind of problem is explained.")
    title: str = Field(description="The kind of problem, in the caller's language.")
    status: int
    detail: str = Field(description="What happened, in the caller's language.")
    code: str = Field(description="The kind of problem, for programs; stable.")
    param: str = Field(default="", description="The part of the request at fault.")
    next_step: str = Field(default="", description="What to do about it.")
    request_id: str
    docs: str


_CONTENT = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request is not possible; `code` says why.", "content": _CONTENT},
    "5XX": {"description": "Something is wrong on our side.", "content": _CONTENT},
}

_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    413: {"Connection": "close"},  # the rest of the body is not read
    429: {"Retry-After": "2"},
    503: {"Retry-After": "1"},
}


def problem(request: Request, error: PlatformError) -> JSONResponse:
    """The answer for an error, in the caller's language."""
    setattr(request.state, ERROR_CODE, error.code)
    language = choose_language(request.headers.get("accept-language"))
    docs = f"{str(request.base_url).rstrip('/')}{DOCS_PATH}#{error.code}"
    body: dict[str, Any] = {
        "type": docs,
        "title": translate(error.title, language),
        "status": error.status,
        "detail": error.detail(language),
        "code": error.code,
        "param": error.param,
        "next_step": error.next_step(language) or None,
        "request_id": getattr(request.state, "request_id", None),
        "docs": docs,
        **error.extensions(language),
    }
    return JSONResponse(
        {name: value for name, value in body.items() if value is not None},
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Language": language,
            **_HEADERS.get(error.status, {}),
            **_of_limit(error),
        },
    )


async def answer_to(request: Request, error: PlatformError) -> JSONResponse:
    """As :func:`problem`; whoever asks too much is answered a moment later.

    A program that does not wait when it is told to would else take the time of everybody's gateway
    with refusals. What comes within a batch is no request of its own and is answered at once.
    """
    if isinstance(error, TooManyRequests) and IN_BATCH not in request.scope:
        await asyncio.sleep(_HELD_BACK_S)
    return problem(request, error)


def _of_limit(error: PlatformError) -> dict[str, str]:
    if not isinstance(error, TooManyRequests):
        return {}
    told = {name.decode(): value.decode() for name, value in error.headroom.headers}
    return {**told, "Retry-After": str(error.headroom.reset_s)}


def install(app: FastAPI) -> None:
    """Answer every failure with :func:`problem`, unreadable requests included."""
    app.add_middleware(RequestGuard, answer=problem)
    app.router.responses.update(_RESPONSES)

    @app.exception_handler(PlatformError)
    async def _ours(request: Request, error: PlatformError) -> JSONResponse:
        return await answer_to(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(request, _from_validation(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(request, _from_http(request, error))
        answer.headers.update(error.headers or {})
        if error.status_code == 405 and (methods := _methods(request)):
            answer.headers["Allow"] = ", ".join(methods)
        return answer

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        return unexpected(request, error)


def _methods(request: Request) -> list[str]:
    """All methods of an address: each is another route, and the framework names those of one."""
    routes: Sequence[APIRoute] = getattr(request.app.state, "api_routes", ())
    fitting = [route for route in routes if route.path_regex.match(request.url.path)]
    fewest = min((len(route.param_convertors) for route in fitting), default=0)
    # Of /payouts/prepare and /payouts/{payout_id}, the first is what is meant (OpenAPI 3.1, Paths).
    meant = (route for route in fitting if len(route.param_convertors) == fewest)
    return sorted({method for route in meant for method in route.methods or ()})


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """The answer for what should not have happened, which goes to the log.

    It leaves from outside the middleware that writes the request's id on all others.
    """
    request_id = str(getattr(request.state, "request_id", ""))
    logger.error("unexpected error in request %s", request_id, exc_info=error)
    answer = problem(
        request,
        InternalError(
            "An unexpected error occurred; it is in the log under this request id.",
            next_step="Try again; if it stays, tell the organisers the request id.",
        ),
    )
    answer.headers["Request-Id"] = request_id
    return answer


def _from_validation(error: RequestValidationError) -> PlatformError:
    found = error.errors()
    if found[0]["type"] == "json_invalid":
        return RequestRefused("The request body is not valid JSON.")
    return invalid_input(found, error.body)


def _from_http(request: Request, error: HTTPException) -> PlatformError:
    if error.status_code == 401:
        return Unauthenticated("This needs a secret key.")
    if error.status_code == 403:
        return Forbidden("This is not allowed.")
    if error.status_code == 404:
        return NotFound(
            "There is nothing at {path}.",
            next_step="The operations are listed at /docs.",
            path=request.url.path,
        )
    if error.status_code == 405:
        return MethodNotAllowed(
            "{method} is not possible at {path}.",
            next_step="The operations are listed at /docs.",
            method=request.method,
            path=request.url.path,
        )
    return RequestRefused("The request cannot be read: {reason}.", reason=str(error.detail))
