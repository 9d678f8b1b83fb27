"""What every function and every event of the platform's contracts says, in both languages."""

from collections.abc import Mapping
from typing import Any

from pocplatform.domains.explorer.sentences import (
    agreements,
    assets,
    identity,
    payments,
    spaces,
    strangers,
)
from pocplatform.domains.explorer.sentences.said import Said, Table

SENTENCES: Table = {
    **identity.SENTENCES,
    **payments.SENTENCES,
    **agreements.SENTENCES,
    **assets.SENTENCES,
    **spaces.SENTENCES,
}
"""By contract and name of the function or event."""


def of_ours(contract: str, name: str, arguments: Mapping[str, Any]) -> Said | None:
    """What a function or an event of a contract of the platform's says; None for others'."""
    found = SENTENCES.get((contract, name)) or SENTENCES.get(("*", name))
    return found(arguments) if callable(found) else found


__all__ = ["SENTENCES", "of_ours", "strangers"]
