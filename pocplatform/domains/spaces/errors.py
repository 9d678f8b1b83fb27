"""Errors of spaces. What the contract itself refuses is told as ``contract_reverted``.

PlatformError
├── InvalidInput
│   └── EntryRuleInvalid    422  an entry rule whose parts do not fit together
└── Conflict
    └── InvitationMissing   409  no invitation that is valid now
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class EntryRuleInvalid(InvalidInput):
    """An entry rule whose parts do not fit together; ``param`` names the one at fault."""

    code = "entry_rule_invalid"
    title = "The entry rule does not fit together"


class InvitationMissing(Conflict):
    """The visitor has no invitation that is valid now."""

    code = "invitation_missing"
    title = "An invitation is needed"
