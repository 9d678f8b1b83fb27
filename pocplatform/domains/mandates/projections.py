"""Read models of mandates from the events of Mandates."""

from pocplatform.domains.mandates import repository
from pocplatform.domains.mandates.models import MandateCollection, MandateState
from pocplatform.domains.mandates.signed import CONTRACT
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.money import CURRENCY, to_cents

projections = Projections(tables=[MandateState, MandateCollection])


def _hash(event: Projected) -> str:
    mandate_id: bytes = event.args["mandateId"]
    return "0x" + mandate_id.hex()


def _tell(event: Projected, type_: str, **more: object) -> None:
    mandate = repository.by_hash(event.session, _hash(event))
    known = [mandate.payer, mandate.payee] if mandate else []
    named = [event.args[name] for name in ("payer", "payee", "by") if name in event.args]
    data = {"mandate": mandate.id if mandate else None, "mandate_hash": _hash(event), **more}
    event.emit(type_, data, audience={*known, *named})


def _set_state(event: Projected, state: str) -> None:
    key = _hash(event)
    row = event.session.get(MandateState, key) or MandateState(mandate_hash=key, state=state)
    row.state = state
    event.session.add(row)
    event.session.flush()


@projections.on(CONTRACT, "MandateRegistered")
def registered(event: Projected) -> None:
    """It can be collected from now on."""
    _set_state(event, "active")
    _tell(
        event,
        "mandate.activated",
        cap=to_cents(event.args["cap"]),
        currency=CURRENCY,
        period_s=event.args["period"],
    )


@projections.on(CONTRACT, "MandatePaused")
def paused(event: Projected) -> None:
    """The payer stopped it for the time being."""
    _set_state(event, "paused")
    _tell(event, "mandate.paused")


@projections.on(CONTRACT, "MandateResumed")
def resumed(event: Projected) -> None:
    """The payer lets it be collected again."""
    _set_state(event, "active")
    _tell(event, "mandate.resumed")


@projections.on(CONTRACT, "MandateCancelled")
def cancelled(event: Projected) -> None:
    """Payer or payee ended it."""
    _set_state(event, "cancelled")
    _tell(event, "mandate.cancelled", by=event.args["by"])


@projections.on(CONTRACT, "MandateCollected")
def collected(event: Projected) -> None:
    """The payee collected."""
    args, units = event.args, event.args["amount"]
    row = event.session.get_one(MandateState, _hash(event))
    row.period_index = args["periodIndex"]
    row.collected_units = str(args["collected"])
    row.total_units = str(int(row.total_units) + units)
    event.session.add(row)
    event.session.add(
        MandateCollection(
            transaction_hash=event.log.transaction_hash,
            log_index=event.log.log_index,
            mandate_hash=row.mandate_hash,
            payer=args["payer"],
            payee=args["payee"],
            units=str(units),
            period_index=args["periodIndex"],
            timestamp=event.timestamp,
        )
    )
    event.session.flush()
    _tell(
        event,
        "mandate.collected",
        amount=to_cents(units),
        currency=CURRENCY,
        period=args["periodIndex"],
    )
