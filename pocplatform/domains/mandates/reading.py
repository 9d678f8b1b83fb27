"""Showing mandates."""

from sqlmodel import Session

from pocplatform.domains.mandates import repository
from pocplatform.domains.mandates.models import Mandate
from pocplatform.domains.mandates.schemas import CollectionFailure, MandateRead
from pocplatform.domains.mandates.service import available_units, status_of
from pocplatform.domains.mandates.signed import period_at
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.schemas import ContractErrorRead
from pocplatform.kit.clock import iso, iso_s, now_s
from pocplatform.kit.i18n import DEFAULT_LANGUAGE
from pocplatform.kit.money import to_cents
from pocplatform.outbox.explanations import localized

visible_to = repository.visible_to


def read(
    session: Session, mandate: Mandate, org_id: str | None, language: str = DEFAULT_LANGUAGE
) -> MandateRead:
    """A mandate with what was collected, as an organization sees it.

    Errors are explained in ``language``.
    """
    state, request, now = (
        repository.state_of(session, mandate.mandate_hash), mandate.request, now_s(),
    )  # fmt: skip
    return MandateRead(
        id=mandate.id,
        status=status_of(mandate, state, now),
        payer=mandate.payer,
        payee=mandate.payee,
        cap=mandate.cap_cents,
        period_s=request["period"],
        start_at=iso_s(request["startAt"]),
        end_at=iso_s(request["endAt"]) if request["endAt"] else None,
        description=mandate.description,
        document_hash=request["documentHash"],
        salt=mandate.salt,
        mandate_hash=mandate.mandate_hash,
        period=period_at(request, now),
        available=to_cents(available_units(mandate, state, now)),
        collected=to_cents(int(state.total_units)) if state else 0,
        schedule=mandate.schedule_cents,
        last_failure=_last_failure(session, mandate, language),
        transactions=transactions.of_resource(session, mandate.id),
        metadata=mandate.metadata_ if org_id == mandate.org_id else {},
        created=iso(mandate.created_ms),
    )


def _last_failure(session: Session, mandate: Mandate, language: str) -> CollectionFailure | None:
    last = repository.last_scheduled(session, mandate.id)
    if last is None:
        return None
    collection, transaction = last
    error = transaction.error if transaction else collection.error
    if error is None:
        return None
    return CollectionFailure(
        period=collection.period_index, error=ContractErrorRead(**localized(error, language))
    )
