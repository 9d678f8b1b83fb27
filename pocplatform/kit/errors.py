"""The root of the platform's error tree.

Every failure that a user can meet is a :class:`PlatformError`. Each class carries a stable ``code``
and the HTTP status it is answered with; each instance carries one sentence that says what happened
with the offending value, and the next step. Sentences are templates in English whose translations
stand in the message catalogue (:mod:`pocplatform.kit.i18n`).

    PlatformError
    ├── InvalidInput            422  the request is well formed but its content is not acceptable
    ├── NotFound                404  no such thing for this caller
    ├── Unauthenticated         401  no key, or a key that is not valid
    ├── Forbidden               403  the key may not do this
    ├── Conflict                409  the thing is in a state that does not allow this
    ├── RateLimited             429  too much in too short a time
    ├── UnsafeSettings          500  the configuration is not one to start with
    ├── DatabaseUnreadable      500  the database cannot be used
    └── AlreadyRunning          500  another process uses the same data folder
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from pocplatform.kit.i18n import DEFAULT_LANGUAGE, Phrase, translate


class PlatformError(Exception):
    """A failure with a stable code, a sentence for people and the next step.

    Args:
        detail: One sentence in English; with ``context`` it is a ``str.format`` template.
        next_step: What to do about it, likewise.
        param: The request field at fault, as a path such as ``milestones[0].amount``.
        context: Values for the templates; a :class:`~pocplatform.kit.i18n.Phrase` among them is
            translated too.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self, detail: str, *, next_step: str = "", param: str | None = None, **context: Any
    ) -> None:
        self.detail_template = detail
        self.next_step_template = next_step
        self.param = param
        self.context = context
        super().__init__(self.detail())

    def detail(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What happened, in ``language``."""
        return self._render(self.detail_template, language)

    def next_step(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What to do about it, in ``language``; empty if there is nothing to do."""
        return self._render(self.next_step_template, language)

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Further members of the problem document (RFC 9457, section 3.2)."""
        return {}

    def _render(self, template: str, language: str) -> str:
        if not template:
            return ""
        text = translate(template, language)
        # A sentence without values is taken as it is: it may hold braces that mean themselves.
        if not self.context:
            return text if self.param is None else text.replace("{param}", self.param)
        values = {
            name: value.render(language) if isinstance(value, Phrase) else value
            for name, value in self.context.items()
        }
        return text.format(**{"param": self.param, **values})


def param_path(parts: Iterable[str | int]) -> str:
    """A field of a request as ``param`` names it: ``milestones``, 0, ``amount`` is
    ``milestones[0].amount``."""
    found = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return found.removeprefix(".")


class InvalidInput(PlatformError):
    """The request's content is not acceptable; ``param`` names the field."""

    code = "invalid_input"
    status = 422
    title = "The request is not valid"


class NotFound(PlatformError):
    """No such thing exists for this caller (other tenants' things included)."""

    code = "not_found"
    status = 404
    title = "Not found"


class Unauthenticated(PlatformError):
    """No credentials, or credentials that are not valid."""

    code = "unauthenticated"
    status = 401
    title = "Sign in first"


class Forbidden(PlatformError):
    """The caller is known but may not do this."""

    code = "forbidden"
    status = 403
    title = "Not allowed"


class Conflict(PlatformError):
    """The thing is in a state that does not allow what was asked."""

    code = "conflict"
    status = 409
    title = "Not possible in the present state"


class RateLimited(PlatformError):
    """More requests than this caller may make in the time."""

    code = "rate_limited"
    status = 429
    title = "Too many requests"


class UnsafeSettings(PlatformError):
    """The configuration is not one that the platform may start with."""

    code = "unsafe_settings"
    title = "The settings are not safe to start with"


class DatabaseUnreadable(PlatformError):
    """The database cannot be opened, read or migrated."""

    code = "database_unreadable"
    title = "The database cannot be used"


class AlreadyRunning(PlatformError):
    """Another process of the platform uses the same data folder."""

    code = "already_running"
    title = "The sandbox is already running"
