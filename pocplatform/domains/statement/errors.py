"""Errors of statements.

PlatformError
└── InvalidInput
    └── StatementTooLong  422  more lines than one file holds
"""

from pocplatform.kit.errors import InvalidInput


class StatementTooLong(InvalidInput):
    """More lines than one file holds; ``param`` names the beginning of the time."""

    code = "statement_too_long"
    title = "The statement is too long"
