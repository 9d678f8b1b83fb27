"""How failures reach callers of the SDK: the kinds that there are, and what makes one of an answer.

Codes that have a class of their own are listed in :mod:`pocplatform.client.errors`, where all of
these can be imported from.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

import httpx

from pocplatform.client.models import ContractError
from pocplatform.client.texts import text

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


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


class NodeRefused(SandboxError):
    """The chain's node answered a read with an error, such as that of a contract that refuses.

    Attributes:
        number: Of JSON-RPC.
        data: What came with it, such as the contract's error in hex.
    """

    default_code = "node_refused"

    def __init__(self, method: str, error: Mapping[str, Any], language: str) -> None:
        self.number = int(error.get("code") or 0)
        self.data = error.get("data")
        super().__init__(
            text("node_refused", language).format(method=method, why=error.get("message", ""))
        )


class WalletRefused(SandboxError):
    """What a wallet has asked for or shown was refused; ``code`` is OAuth's (RFC 6749)."""

    default_code = "wallet_refused"


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


class InvalidInput(Problem):
    """The request's content is not acceptable; see ``param``."""


class ContractReverted(Problem):
    """The contract refuses this write; ``contract_error`` says why."""


class ChainError(Problem):
    """The blockchain node refused the request."""


class RateLimited(Problem):
    """Too many requests; ``retry_after`` says when to go on."""


class NotReady(Problem):
    """The sandbox is starting."""


class ServerError(Problem):
    """Something went wrong in the sandbox; tell the organisers the ``request_id``."""

    default_code = "internal_error"


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
"""The class of a code that has none of its own."""


@cache
def by_code() -> Mapping[str, type[Problem]]:
    """The class of each code that has one of its own: its name in snake case, unless it says so."""

    def below(kind: type[Problem]) -> Iterator[type[Problem]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    ours = [kind for kind in below(Problem) if kind.__module__.startswith(__package__)]
    return {
        kind.__dict__.get("default_code") or _CAPITAL.sub("_", kind.__name__).lower(): kind
        for kind in ours
    }


def problem(body: Mapping[str, Any], status: int, *, retry_after: float | None = None) -> Problem:
    """The error for a problem document."""
    kind = by_code().get(str(body.get("code"))) or BY_STATUS.get(status)
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
