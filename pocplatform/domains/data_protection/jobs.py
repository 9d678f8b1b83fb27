"""Forgetting, by the clock, what nobody needs any more."""

from sqlmodel import Session, col, or_, select

from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

KEEP_ANSWERS_MS = 30 * 24 * 3600 * 1000
"""How long a verifier can look at what wallets have shown it: thirty days."""
_AT_ONCE = 500


def forget(session: Session, outbox: Outbox, now_ms: int) -> int:
    """Empty the claims of offers that no wallet fetched in time, and old answers of wallets.

    Returns how many there were; what is left beyond a few hundred is for the next run.
    """
    offers = session.exec(
        select(CredentialOffer)
        .where(
            col(CredentialOffer.credential_id).is_(None),
            col(CredentialOffer.forgotten).is_(False),
            CredentialOffer.expires_ms < now_ms,
            or_(
                col(CredentialOffer.token_expires_ms).is_(None),
                col(CredentialOffer.token_expires_ms) < now_ms,
            ),
        )
        .limit(_AT_ONCE)
    ).all()
    for offer in offers:
        offer.claims, offer.forgotten = {}, True
        session.add(offer)
    answers = session.exec(
        select(PresentationRequest)
        .where(
            col(PresentationRequest.answered_ms) < now_ms - KEEP_ANSWERS_MS,
            col(PresentationRequest.forgotten).is_(False),
        )
        .limit(_AT_ONCE)
    ).all()
    for answer in answers:
        answer.results = [
            {**one, "verification": {**one["verification"], "claims": None}}
            for one in answer.results
        ]
        answer.forgotten = True
        session.add(answer)
    return len(offers) + len(answers)


JOBS = [Job("data_protection.forget", "17 * * * *", forget)]
