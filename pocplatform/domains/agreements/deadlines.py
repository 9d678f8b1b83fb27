"""What time decides: silence, the fallback share, the end of an agreement.

The contract lets anybody do these once their time has come. Whose money it is should not depend on
somebody remembering, so the sandbox does it by itself (:mod:`pocplatform.domains.agreements.jobs`).
"""

from pocplatform.domains.agreements import repository, versions
from pocplatform.domains.agreements.context import Caller, Ground
from pocplatform.domains.agreements.models import Agreement
from pocplatform.domains.agreements.service import milestone_step
from pocplatform.domains.agreements.terms import as_abi
from pocplatform.outbox.service import Write


def settle(ground: Ground, agreement: Agreement, milestone: int, by: Caller) -> Write:
    """Do what time has decided: silence accepts a delivery, the fallback ends a dispute.

    The contract refuses it before its time.
    """
    known = repository.milestones_of(ground.session, agreement.agreement_hash).get(milestone)
    disputed = known is not None and known.state == "disputed"
    function = "resolveByFallback" if disputed else "acceptBySilence"
    return milestone_step(ground, agreement, milestone, by, function)


def expire(ground: Ground, agreement: Agreement, by: Caller) -> Write:
    """End an agreement whose time has run out; what was not delivered goes back."""
    terms = versions.in_force(ground.session, agreement).terms
    return ground.enqueue(
        agreement,
        by,
        "expire",
        agreementId=bytes.fromhex(agreement.agreement_hash[2:]),
        terms=as_abi(terms),
    )
