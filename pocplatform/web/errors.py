"""Errors of pages.

PlatformError
└── Forbidden
    └── FormExpired    403  a form that is not one of this browser's
"""

from pocplatform.kit.errors import Forbidden


class FormExpired(Forbidden):
    """A form that does not carry the token of the browser that sends it."""

    code = "form_expired"
    title = "The form is no longer valid"
