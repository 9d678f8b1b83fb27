"""Read models of splits from the events of Splits."""

from typing import Any

from pocplatform.domains.splits import repository
from pocplatform.domains.splits.models import SplitState
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.money import CURRENCY, to_cents

CONTRACT = "Splits"
_FULL_BPS = 10_000

projections = Projections(tables=[SplitState])


def _recipients(shares: list[dict[str, Any]]) -> list[str]:
    return [share["recipient"] for share in shares]


@projections.on(CONTRACT, "SplitCreated")
def created(event: Projected) -> None:
    """Its shares are known to all."""
    account = event.args["split"]
    shares = [
        {"recipient": share["recipient"], "bps": share["bps"]} for share in event.args["shares"]
    ]
    row = event.session.get(SplitState, account) or SplitState(account=account, shares=shares)
    row.shares = shares
    event.session.add(row)
    event.session.flush()
    event.emit(
        "split.created", {"account": account, "shares": shares}, audience=_recipients(shares)
    )


@projections.on(CONTRACT, "SplitDistributed")
def distributed(event: Projected) -> None:
    """What lay on its account was divided: told to each recipient with its part.

    The contract rounds each part down to the token's units; the last recipient gets the rest.
    """
    account, units = event.args["split"], event.args["amount"]
    row = event.session.get(SplitState, account) or SplitState(account=account, shares=[])
    row.distributed_units = str(int(row.distributed_units) + units)
    row.distributions += 1
    event.session.add(row)
    event.session.flush()
    shares = repository.shares_of(event.session, account) or []
    rest = units
    for part, share in enumerate(shares):
        own = rest if part == len(shares) - 1 else units * int(share["bps"]) // _FULL_BPS
        rest -= own
        data = {
            "account": account,
            "recipient": share["recipient"],
            "amount": to_cents(own),
            "raw": str(own),
            "of": to_cents(units),
            "bps": share["bps"],
            "currency": CURRENCY,
        }
        event.emit("split.distributed", data, audience=[str(share["recipient"])], part=part)


@projections.on(CONTRACT, "SplitPaymentHeld")
def held(event: Projected) -> None:
    """The token refused a payment to a recipient; it waits on the account."""
    recipient, units = event.args["recipient"], event.args["amount"]
    data = {
        "account": event.args["split"],
        "recipient": recipient,
        "amount": to_cents(units),
        "raw": str(units),
        "currency": CURRENCY,
    }
    event.emit("split.held", data, audience=[recipient])
