"""Forgetting, by the clock, what nobody needs any more."""

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

KEEP_ANSWERS_MS = 30 * 24 * 3600 * 1000
"""How long a verifier can look at what wallets have shown it: thirty days."""
_AT_ONCE = 500


def forget(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Empty the claims of offers that no wallet fetched in time, and old answers of wallets.

    Returns how many there were.
    """
    offers = session.exec(offers_over(now_ms)).all()
    for offer in offers:
        offer.claims, offer.forgotten = {}, True
        session.add(offer)
    answers = session.exec(answers_over(now_ms - KEEP_ANSWERS_MS)).all()
    for answer in answers:
        answer.results = [
            {**one, "verification": {**one["verification"], "claims": None}}
            for one in answer.results
        ]
        answer.forgotten = True
        session.add(answer)
    return len(offers) + len(answers)


def offers_over(now_ms: int) -> SelectOfScalar[CredentialOffer]:
    """Offers that no wallet fetched in time, and none can any more, the oldest first."""
    ends = col(CredentialOffer.token_expires_ms)
    return (
        select(CredentialOffer)
        .where(
            col(CredentialOffer.forgotten).is_(False),
            col(CredentialOffer.expires_ms) < now_ms,
            col(CredentialOffer.credential_id).is_(None),
            or_(ends.is_(None), ends < now_ms),
        )
        .order_by(col(CredentialOffer.expires_ms))
        .limit(_AT_ONCE)
    )


def answers_over(before_ms: int) -> SelectOfScalar[PresentationRequest]:
    """Presentation requests that were answered before a moment, the oldest first."""
    return (
        select(PresentationRequest)
        .where(
            col(PresentationRequest.forgotten).is_(False),
            col(PresentationRequest.answered_ms) < before_ms,
        )
        .order_by(col(PresentationRequest.answered_ms))
        .limit(_AT_ONCE)
    )


JOBS = [Job("data_protection.forget", "17 * * * *", forget, portion=_AT_ONCE)]
