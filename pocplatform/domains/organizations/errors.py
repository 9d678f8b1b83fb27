"""Errors of organizations.

PlatformError
└── InvalidInput
    └── BusinessIdInvalid   422  no test business ID
"""

from pocplatform.kit.errors import InvalidInput


class BusinessIdInvalid(InvalidInput):
    """A business ID that is malformed, has a wrong check digit, or could be a real one."""

    code = "business_id_invalid"
    title = "The business ID is not a test business ID"
