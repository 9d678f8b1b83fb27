"""Errors of transactions.

PlatformError
└── Conflict               409
    ├── AlreadySettled     409  what is on the chain, or will never be, cannot be cancelled
    └── NotCancellable     409  it is on its way and nothing can overtake it
"""

from pocplatform.kit.errors import Conflict


class AlreadySettled(Conflict):
    """The transaction is on the chain, or certain never to be."""

    code = "already_settled"
    title = "The transaction is settled already"


class NotCancellable(Conflict):
    """The transaction is with the node, and there is no way to put another in its place."""

    code = "not_cancellable"
    title = "The transaction can no longer be called back"
