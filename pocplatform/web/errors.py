"""Errors of pages.

PlatformError
└── Forbidden
    ├── FormExpired       403  a form that is not one of this browser's
    └── NotAnOrganiser    403  a page that is for the organisers
"""

from pocplatform.kit.errors import Forbidden


class FormExpired(Forbidden):
    """A form that does not carry the token of the browser that sends it."""

    code = "form_expired"
    title = "The form is no longer valid"


class NotAnOrganiser(Forbidden):
    """A page of the organisers, in a browser that is not theirs."""

    code = "not_an_organiser"
    title = "For the organisers"
