"""Failures of pilots themselves: what went otherwise than the story says.

    SandboxError
    └── NotAsTold        code not_as_told
        ├── WentThrough  something that should be refused was not   (went_through)
        └── NotInTime    something that was to come has not come    (not_in_time)

They are errors of the SDK's kind, so that pages and runner tell them as they tell the sandbox's.
"""

from pocplatform.client import SandboxError


class NotAsTold(SandboxError):
    """What happened is not what the story says."""

    default_code = "not_as_told"


class WentThrough(NotAsTold):
    """Something that should have been refused was not, or was refused for another reason."""

    default_code = "went_through"


class NotInTime(NotAsTold):
    """Something that was to come with time has not come."""

    default_code = "not_in_time"
