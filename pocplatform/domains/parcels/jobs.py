"""Work by the clock: deposits that go back to their users.

The operator sends it; the contract lets anybody do so. What was refused is not tried again for an
hour.
"""

from collections.abc import Iterator

from sqlmodel import Session

from pocplatform.domains.parcels import repository
from pocplatform.domains.parcels.models import ParcelState
from pocplatform.domains.parcels.service import name_of
from pocplatform.outbox.errors import ContractReverted, QueueFull
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox
from pocplatform.outbox.signers import operator_address

_HOUR_MS = 3_600_000
_AT_ONCE = 200
"""Releases of one run, and parcels that are looked at together: others may write between."""


def release_deposits(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Pay back the deposits that were not claimed in time, or whose claim was not decided."""
    operator, done = operator_address(session), 0
    for parcel in _due(session, now_ms // 1000):
        resource = name_of(session, parcel.token_id)
        # Of the operator's own: others could hold it off without end.
        if repository.is_being_released(session, resource, operator, now_ms - _HOUR_MS):
            continue
        call = outbox.contracts.call("Parcels", "releaseDeposit", tokenId=int(parcel.token_id))
        try:
            outbox.enqueue(session, call, sender=operator, resource_id=resource)
        except ContractReverted:
            continue
        except QueueFull:
            break  # a later run goes on
        done += 1
        if done == _AT_ONCE:
            break
    return done


def _due(session: Session, now: int) -> Iterator[ParcelState]:
    after = (0, "")
    while parcels := session.exec(repository.deposits_due(now, after, _AT_ONCE)).all():
        yield from parcels
        after = (parcels[-1].release_after or 0, parcels[-1].token_id)


JOBS = [Job("parcels.release_deposits", "*/10 * * * *", release_deposits)]
