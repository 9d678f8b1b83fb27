"""Errors of splits.

PlatformError
└── InvalidInput
    └── SplitSharesInvalid  422  shares that do not make a whole
"""

from pocplatform.kit.errors import InvalidInput


class SplitSharesInvalid(InvalidInput):
    """Shares that do not make a whole: not 100 %, or somebody named twice."""

    code = "split_shares_invalid"
    title = "The shares do not make a whole"
