"""Failures as callers of the SDK meet them: one class for each stable ``code`` of the API.

    SandboxError
    ├── Unreachable             no answer, although tried again     (code sandbox_unreachable)
    ├── UnexpectedAnswer        not an answer of a sandbox           (unexpected_answer)
    ├── StillPending            not recorded within the wait         (still_pending)
    └── Problem                 the sandbox refused: RFC 9457 problem details
        ├── BadRequest          400
        ├── Unauthenticated     401
        ├── Forbidden           403
        ├── NotFound            404
        ├── MethodNotAllowed    405
        ├── Conflict            409
        │   └── IdempotencyKeyInUse
        ├── InvalidInput        422
        │   ├── BusinessIdInvalid
        │   ├── IdempotencyKeyMissing
        │   └── IdempotencyKeyReused
        ├── ContractReverted    422  the contract refuses; see ``contract_error``
        ├── ChainError          424  the node refused
        │   └── ChainUnreachable     the node does not answer
        ├── RateLimited         429  see ``retry_after``
        ├── NotReady            503  the sandbox is starting
        └── ServerError         5xx

A code that this version does not know becomes the class of its HTTP status.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx

from pocplatform.client.models import ContractError
from pocplatform.client.texts import text


class SandboxError(Exception):
    """Anything that went wrong.

    Attributes:
        code: Stable name of the kind of failure.
        detail: What happened, in one sentence in the client's language.
        next_step: What to do about it; may be empty.
        request_id: The id under which the sandbox's log has the request, if it answered.
    """

    default_code: ClassVar[str] = "sandbox_error"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        next_step: str = "",
        request_id: str | None = None,
    ) -> None:
        self.code = code or self.default_code
        self.detail = detail
        self.next_step = next_step
        self.request_id = request_id
        super().__init__(f"{detail} {next_step}".strip())


class Unreachable(SandboxError):
    """The sandbox did not answer; whether a write was accepted is unknown.

    Repeating the write with the same ``idempotency_key`` does it once in any case.
    """

    default_code = "sandbox_unreachable"


class UnexpectedAnswer(SandboxError):
    """What answered is no sandbox, or one that this version of the SDK does not understand."""

    default_code = "unexpected_answer"


class StillPending(SandboxError):
    """The write was accepted, but is not recorded on the chain yet.

    Attributes:
        transaction: Id of the transaction, for ``transactions.wait``.
    """

    default_code = "still_pending"

    def __init__(self, transaction: str, seconds: float, language: str) -> None:
        self.transaction = transaction
        super().__init__(
            text("still_pending", language).format(transaction=transaction, seconds=seconds),
            next_step=text("still_pending_next", language).format(transaction=transaction),
        )


class Problem(SandboxError):
    """The sandbox answered with problem details (RFC 9457).

    Attributes:
        status: The HTTP status.
        title: The kind of failure in words.
        param: The field at fault, such as ``milestones[0].amount``.
        contract_error: The contract's error, if a contract refused.
        transaction: Id of the transaction, if it was accepted before it failed.
        retry_after: Seconds after which to try again, if the sandbox says so.
        body: The whole problem document.
    """

    status: int
    title: str
    param: str | None
    contract_error: ContractError | None
    transaction: str | None
    retry_after: float | None
    body: dict[str, Any]

    def __init__(
        self, body: Mapping[str, Any], status: int, *, retry_after: float | None = None
    ) -> None:
        self.body = dict(body)
        self.status = status
        self.title = str(body.get("title", ""))
        self.param = body.get("param")
        self.transaction = body.get("transaction")
        self.retry_after = retry_after
        error = body.get("contract_error")
        self.contract_error = ContractError.model_validate(error) if error else None
        super().__init__(
            str(body.get("detail") or self.title),
            code=body.get("code"),
            next_step=body.get("next_step") or "",
            request_id=body.get("request_id"),
        )


class BadRequest(Problem):
    """The request could not be read."""


class Unauthenticated(Problem):
    """No secret key, or one that is not known."""


class Forbidden(Problem):
    """The key may not do this."""


class NotFound(Problem):
    """No such thing for this caller."""


class MethodNotAllowed(Problem):
    """The path does not know this method."""


class Conflict(Problem):
    """The thing is in a state that does not allow this."""


class IdempotencyKeyInUse(Conflict):
    """A request with the same idempotency key is still being worked on."""


class InvalidInput(Problem):
    """The request's content is not acceptable; see ``param``."""


class BusinessIdInvalid(InvalidInput):
    """Not a test business ID."""


class IdempotencyKeyMissing(InvalidInput):
    """A write that moves value came without a key; the SDK always sends one."""


class IdempotencyKeyReused(InvalidInput):
    """The idempotency key was used before for another request."""


class ContractReverted(Problem):
    """The contract refuses this write; ``contract_error`` says why."""


class ChainError(Problem):
    """The blockchain node refused the request."""


class ChainUnreachable(ChainError):
    """The blockchain node does not answer."""


class RateLimited(Problem):
    """Too many requests; ``retry_after`` says when to go on."""


class NotReady(Problem):
    """The sandbox is starting."""


class ServerError(Problem):
    """Something went wrong in the sandbox; tell the organisers the ``request_id``."""


BY_CODE: dict[str, type[Problem]] = {
    "bad_request": BadRequest,
    "unauthenticated": Unauthenticated,
    "forbidden": Forbidden,
    "not_found": NotFound,
    "method_not_allowed": MethodNotAllowed,
    "conflict": Conflict,
    "idempotency_key_in_use": IdempotencyKeyInUse,
    "invalid_input": InvalidInput,
    "business_id_invalid": BusinessIdInvalid,
    "idempotency_key_missing": IdempotencyKeyMissing,
    "idempotency_key_reused": IdempotencyKeyReused,
    "contract_reverted": ContractReverted,
    "chain_error": ChainError,
    "chain_unreachable": ChainUnreachable,
    "not_ready": NotReady,
    "internal_error": ServerError,
}
"""The class of each code that has one of its own."""

BY_STATUS: dict[int, type[Problem]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    410: NotFound,
    422: InvalidInput,
    424: ChainError,
    429: RateLimited,
    503: NotReady,
}
"""The class of any other code."""


def problem(body: Mapping[str, Any], status: int, *, retry_after: float | None = None) -> Problem:
    """The error for a problem document."""
    kind = BY_CODE.get(str(body.get("code"))) or BY_STATUS.get(status)
    if kind is None:
        kind = ServerError if status >= 500 else Problem
    return kind(body, status, retry_after=retry_after)


def of_transaction(id_: str, error: ContractError | None, language: str) -> Problem:
    """The error for an accepted write that the contract refused in the end."""
    explanation = error.explanation if error else ""
    body: dict[str, Any] = {
        "code": "contract_reverted",
        "title": text("contract_reverted", language),
        "detail": explanation or text("no_reason", language),
        "transaction": id_,
        "contract_error": error.model_dump() if error else None,
    }
    return problem(body, 422)


def unreachable(cause: httpx.TransportError, base_url: str, language: str) -> Unreachable:
    """The error for a sandbox that does not answer."""
    return Unreachable(
        text("unreachable", language).format(url=base_url, cause=_cause(cause)),
        next_step=text("unreachable_next", language),
    )


def _cause(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__


def unexpected(response: httpx.Response, language: str, why: str = "") -> UnexpectedAnswer:
    """The error for an answer that no sandbox of this version gives."""
    shown = why or " ".join(response.text[:200].split())
    return UnexpectedAnswer(
        text("unexpected", language).format(
            url=response.request.url, status=response.status_code, shown=shown
        ),
        next_step=text("unexpected_next", language),
        request_id=response.headers.get("request-id"),
    )
