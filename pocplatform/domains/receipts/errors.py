"""Errors of receipts.

PlatformError
└── NotFound
    └── NoSuchReceipt    404  no receipt has this code
"""

from pocplatform.kit.errors import NotFound


class NoSuchReceipt(NotFound):
    """A code that no receipt has."""

    code = "no_such_receipt"
    title = "No receipt has this code"
