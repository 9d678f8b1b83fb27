"""What a caller may not do, and why: for want of a scope, or since its writes are frozen."""

from pocplatform.http.state import Actor, Scope
from pocplatform.kit.errors import Conflict, Forbidden, PlatformError


class WritesFrozen(Conflict):
    """A write of an organization whose writes the organisers have frozen for now."""

    code = "writes_frozen"
    title = "Writing is paused"


def lacking(actor: Actor, scope: Scope) -> PlatformError | None:
    """The error for a caller who may not do what takes this scope; None for one who may."""
    if scope in actor.scopes:
        return None
    if actor.limits.frozen and scope in ("write", "manage"):
        return WritesFrozen(
            "The organisers have paused writing for your team; reading goes on.",
            next_step="Wait until they let the teams go on, then send the request again.",
        )
    return Forbidden(
        "This needs a key with the scope {scope}; yours has: {scopes}.",
        next_step="Use a key that has it.",
        scope=scope,
        scopes=", ".join(sorted(actor.scopes)),
    )
