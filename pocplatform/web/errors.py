"""Errors of pages.

PlatformError
├── Forbidden
│   ├── FormExpired      403  a form that is not one of this browser's
│   └── NotAnOrganiser   403  a page that is for the organisers
└── Unauthenticated
    └── ActsForNobody    401  a page of an organization, for a browser that acts for none
"""

from collections.abc import Iterator

from pocplatform.kit.errors import Forbidden, PlatformError, Unauthenticated


class FormExpired(Forbidden):
    """A form that does not carry the token of the browser that sends it."""

    code = "form_expired"
    title = "The form is no longer valid"


class NotAnOrganiser(Forbidden):
    """A page of the organisers, in a browser that is not theirs."""

    code = "not_an_organiser"
    title = "For the organisers"


class ActsForNobody(Unauthenticated):
    """A page that acts for an organization, asked for by a browser that does not act for it."""

    code = "acts_for_nobody"
    title = "Choose a company first"


def error_classes() -> list[type[PlatformError]]:
    """Every error that the gateway can answer with, one a code."""

    def below(kind: type[PlatformError]) -> Iterator[type[PlatformError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    kinds: list[type[PlatformError]] = [*below(PlatformError), PlatformError]
    return list({kind.code: kind for kind in kinds}.values())
