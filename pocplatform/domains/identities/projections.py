"""Read models of identities from the events of DidRegistry."""

from typing import Any

from pocplatform.domains.identities.document import Change
from pocplatform.domains.identities.history import EVENTS, change_of
from pocplatform.domains.identities.models import IdentityChange
from pocplatform.indexer.registry import Projected, Projections

projections = Projections(tables=[IdentityChange])

_SHOWN_BYTES = 1024
"""A longer attribute value is left out of the event: it can be as long as a transaction."""


@projections.on("DidRegistry", *EVENTS)
def changed(event: Projected) -> None:
    """Add to the identity's history (ERC-1056)."""
    change = change_of(event.log, event.timestamp)
    identity = event.args["identity"]
    event.session.add(
        IdentityChange(
            address=identity,
            kind=change.kind,
            name=change.name,
            value=change.value,
            valid_to=str(change.valid_to),
            transaction_hash=event.log.transaction_hash,
            log_index=event.log.log_index,
            block_number=change.block,
            timestamp=change.timestamp,
        )
    )
    event.emit(
        f"identity.{change.kind}_changed",
        {"identity": identity, **_told(event, change)},
        audience=[identity],
    )


def _told(event: Projected, change: Change) -> dict[str, Any]:
    match event.log.event:
        case "DIDOwnerChanged":
            return {"owner": event.args["owner"]}
        case "DIDDelegateChanged":
            return {
                "delegate_type": _text(change),
                "delegate": event.args["delegate"],
                "valid_to": str(change.valid_to),
            }
        case _:
            shown = len(change.value) <= _SHOWN_BYTES
            return {
                "name": _text(change),
                "value": "0x" + change.value.hex() if shown else None,
                "valid_to": str(change.valid_to),
            }


def _text(change: Change) -> str:
    text = change.text
    if text is None or not (text.isascii() and text.isprintable()):
        return "0x" + change.name.hex()
    return text
