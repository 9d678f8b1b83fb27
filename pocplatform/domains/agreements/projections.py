"""Read models of agreements from the events of ServiceAgreements."""

from typing import Any

from pocplatform.domains.agreements import repository, versions
from pocplatform.domains.agreements.models import (
    AgreementRevision,
    AgreementState,
    MilestoneState,
)
from pocplatform.domains.agreements.terms import SETTLED
from pocplatform.indexer.registry import Projected, Projections
from pocplatform.kit.money import to_cents

projections = Projections(tables=[AgreementState, AgreementRevision, MilestoneState])

_CONTRACT = "ServiceAgreements"


def _hash(event: Projected) -> str:
    agreement_id: bytes = event.args["agreementId"]
    return "0x" + agreement_id.hex()


def _audience(event: Projected) -> list[str]:
    return repository.addresses_of_hash(event.session, _hash(event))


def _terms(event: Projected) -> dict[str, Any] | None:
    """The terms in force; None where they are not known here."""
    agreement = repository.by_hash(event.session, _hash(event))
    return None if agreement is None else versions.in_force(event.session, agreement).terms


def _set_state(event: Projected, state: str) -> None:
    row = event.session.get_one(AgreementState, _hash(event))
    row.state = state
    event.session.add(row)
    event.session.flush()
    event.emit(f"agreement.{state}", {"agreement_hash": _hash(event)}, audience=_audience(event))


def _milestone(event: Projected, state: str, **facts: Any) -> None:
    index = event.args["milestone"]
    key = (_hash(event), index)
    row = event.session.get(MilestoneState, key) or MilestoneState(
        agreement_hash=key[0], index=index, state=state
    )
    row.state = state
    for name, value in facts.items():
        setattr(row, name, value)
    terms = _terms(event)
    row.due_at = None if terms is None else versions.due_at(terms, row)
    event.session.add(row)
    event.session.flush()
    data: dict[str, Any] = {"agreement_hash": key[0], "milestone": index, "state": state}
    for name in ("funded", "payee", "payer"):
        if f"{name}_units" in facts:
            data[f"{name}_amount"] = to_cents(int(facts[f"{name}_units"]))
    event.emit(f"milestone.{state}", data, audience=_audience(event))
    if state in SETTLED:
        _complete_if_settled(event)


def _complete_if_settled(event: Projected) -> None:
    """An agreement in force is completed when its last milestone is settled."""
    state = repository.state_of(event.session, _hash(event))
    agreement = repository.by_hash(event.session, _hash(event))
    if state is None or state.state != "active" or agreement is None:
        return  # or its terms are not known here
    count = len(versions.in_force(event.session, agreement).terms["milestones"])
    states = repository.milestones_of(event.session, _hash(event)).values()
    if sum(row.state in SETTLED for row in states) == count:
        _set_state(event, "completed")


@projections.on(_CONTRACT, "AgreementActivated")
def activated(event: Projected) -> None:
    """The agreement is in force."""
    terms = _terms(event)
    event.session.add(
        AgreementState(
            agreement_hash=_hash(event),
            state="active",
            ends_at=None if terms is None else terms["deal"]["expiresAt"],
            activated_block=event.log.block_number,
        )
    )
    event.session.flush()
    event.emit("agreement.activated", {"agreement_hash": _hash(event)}, audience=_audience(event))


@projections.on(_CONTRACT, "AgreementAmended")
def amended(event: Projected) -> None:
    """All parties changed the terms."""
    row = event.session.get_one(AgreementState, _hash(event))
    row.revision = event.args["revision"]
    event.session.add(row)
    event.session.add(
        AgreementRevision(
            agreement_hash=_hash(event),
            revision=row.revision,
            terms_hash="0x" + event.args["termsHash"].hex(),
            document_hash="0x" + event.args["documentHash"].hex(),
            block=event.log.block_number,
        )
    )
    if row.state == "completed":
        row.state = "active"  # there may be new milestones
    event.session.flush()
    _reckon_anew(event, row)
    event.emit(
        "agreement.amended",
        {"agreement_hash": _hash(event), "revision": row.revision},
        audience=_audience(event),
    )
    _complete_if_settled(event)


def _reckon_anew(event: Projected, row: AgreementState) -> None:
    """Other terms may have other deadlines."""
    terms = _terms(event)
    if terms is None:
        return
    row.ends_at = terms["deal"]["expiresAt"]
    milestones = repository.milestones_of(event.session, row.agreement_hash).values()
    for milestone in milestones:
        milestone.due_at = versions.due_at(terms, milestone)
    event.session.add_all([row, *milestones])
    event.session.flush()


@projections.on(_CONTRACT, "AgreementTerminated")
def terminated(event: Projected) -> None:
    """All parties ended it together."""
    _set_state(event, "terminated")


@projections.on(_CONTRACT, "AgreementExpired")
def expired(event: Projected) -> None:
    """Its time ran out."""
    _set_state(event, "expired")


@projections.on(_CONTRACT, "MilestoneFunded")
def funded(event: Projected) -> None:
    """Its amount came into escrow."""
    _milestone(event, "funded", funded_units=str(event.args["amount"]))


@projections.on(_CONTRACT, "MilestoneDelivered")
def delivered(event: Projected) -> None:
    """The provider delivered."""
    _milestone(
        event,
        "delivered",
        evidence_hash="0x" + event.args["evidenceHash"].hex(),
        penalty_bps=event.args["penaltyBps"],
        since=event.timestamp,
    )


@projections.on(_CONTRACT, "MilestoneDisputed")
def disputed(event: Projected) -> None:
    """The delivery is disputed."""
    _milestone(event, "disputed", since=event.timestamp)


@projections.on(_CONTRACT, "MilestonePaid")
def paid(event: Projected) -> None:
    """Accepted and paid."""
    _milestone(
        event,
        "paid",
        payee_units=str(event.args["payeeAmount"]),
        payer_units=str(event.args["payerAmount"]),
        by_silence=event.args["bySilence"],
    )


@projections.on(_CONTRACT, "MilestoneResolved")
def resolved(event: Projected) -> None:
    """Divided by the arbiter, the fallback share or a termination."""
    _milestone(
        event,
        "resolved",
        payee_units=str(event.args["payeeAmount"]),
        payer_units=str(event.args["payerAmount"]),
    )


@projections.on(_CONTRACT, "MilestoneRefunded")
def refunded(event: Projected) -> None:
    """Given back whole."""
    _milestone(event, "refunded", payer_units=str(event.args["amount"]))


@projections.on(_CONTRACT, "MilestoneCancelled")
def cancelled(event: Projected) -> None:
    """Ended without ever being funded."""
    _milestone(event, "cancelled")
