"""Errors of the business register.

PlatformError
└── Conflict
    ├── NoBusinessId      409  only companies are in the register
    └── RegisterClosed    409  the organisers no longer trust it
"""

from pocplatform.kit.errors import Conflict


class NoBusinessId(Conflict):
    """Whoever asks has no business ID that could be vouched for."""

    code = "no_business_id"
    title = "There is no business ID to vouch for"


class RegisterClosed(Conflict):
    """What the register issues would not count: the organisers have withdrawn their trust."""

    code = "business_register_closed"
    title = "The business register is closed"
