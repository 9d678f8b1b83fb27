"""Reminders: what is due soon, and what is overdue, is told once each."""

from sqlmodel import Session

from pocplatform.domains.invoices import repository
from pocplatform.domains.invoices.service import event_of
from pocplatform.events import log as event_log
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.service import Outbox

DUE_SOON_S = 3 * 86_400
"""So long before the due time its payer is reminded."""
_AT_ONCE = 500


def remind(session: Session, outbox: Outbox, at_ms: int) -> int:
    """Tell payees and payers of unpaid invoices; says how many reminders there were.

    An invoice that was issued for less than three days is due soon from the beginning. One that
    is overdue already when it is looked at for the first time is not told to be due soon.
    """
    now = at_ms // 1000
    repository.close_settled(session, before_s=now + DUE_SOON_S, at_ms=at_ms, at_most=_AT_ONCE)
    overdue = repository.unpaid_due(session, before_s=now, overdue=True, at_most=_AT_ONCE)
    for invoice in overdue:
        invoice.overdue_told_ms = at_ms
        invoice.due_soon_told_ms = invoice.due_soon_told_ms or at_ms
    soon = repository.unpaid_due(
        session, since_s=now, before_s=now + DUE_SOON_S, overdue=False, at_most=_AT_ONCE
    )
    for invoice in soon:
        invoice.due_soon_told_ms = at_ms
    session.add_all([*overdue, *soon])
    session.flush()
    event_log.append(
        session,
        [
            *(event_of("invoice.overdue", invoice) for invoice in overdue),
            *(event_of("invoice.due_soon", invoice) for invoice in soon),
        ],
    )
    return len(overdue) + len(soon)


JOBS = [Job("invoices.remind", "*/5 * * * *", remind, portion=_AT_ONCE)]
