"""Errors of data protection.

PlatformError
├── Forbidden
│   └── NotTheDrafter       403  only who has drafted an agreement, or written an invoice, erases it
└── Conflict
    ├── ErasureTooEarly     409  an agreement that is in force
    └── AlreadyErased       409  there is nothing left to erase
"""

from pocplatform.kit.errors import Conflict, Forbidden


class NotTheDrafter(Forbidden):
    """Another party than the one that has drafted an agreement, or written an invoice."""

    code = "not_the_drafter"
    title = "Only who has written it may erase it"


class ErasureTooEarly(Conflict):
    """Something whose parties may still need it."""

    code = "erasure_too_early"
    title = "It is too early to erase this"


class AlreadyErased(Conflict):
    """Something that was erased before."""

    code = "already_erased"
    title = "This was erased before"
