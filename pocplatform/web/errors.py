"""Errors of pages.

PlatformError
├── Forbidden
│   └── FormExpired      403  a form that is not one of this browser's
└── Unauthenticated
    └── ActsForNobody    401  a page of an organization, for a browser that acts for none
"""

from pocplatform.kit.errors import Forbidden, Unauthenticated


class FormExpired(Forbidden):
    """A form that does not carry the token of the browser that sends it."""

    code = "form_expired"
    title = "The form is no longer valid"


class ActsForNobody(Unauthenticated):
    """A page that acts for an organization, asked for by a browser that does not act for it."""

    code = "acts_for_nobody"
    title = "Choose a company first"
