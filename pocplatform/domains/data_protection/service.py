"""Telling what is on the chain about somebody, and destroying what its hashes are of."""

import re
from collections.abc import Iterator
from typing import Any, Literal, cast

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.agreements import erasing as agreements
from pocplatform.domains.credentials import erasing as credentials
from pocplatform.domains.data_protection import repository, wording
from pocplatform.domains.data_protection.models import Erasure
from pocplatform.domains.data_protection.schemas import (
    ErasureRead,
    OnchainEntry,
    OnchainSummary,
    RemainRead,
)
from pocplatform.domains.invoices import erasing as invoices
from pocplatform.events.models import Event
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id

_HASH = re.compile(r"0x[0-9a-f]{64}")


def concerning(address: str | None) -> SelectOfScalar[Event]:
    """What was recorded from the chain about an address; None for everybody."""
    return repository.concerning(address)


def read_entry(event: Event, language: str) -> OnchainEntry:
    """An entry, explained."""
    return OnchainEntry(
        id=event.id,
        type=event.type,
        explanation=wording.explanation(event.type, language),
        hashes=sorted(set(_hashes(event.data))),
        transaction_hash=event.transaction_hash,
        block=event.block_number,
        recorded=event.data,
        created=iso(event.created_ms),
    )


def summary(session: Session, address: str, chain_id: int, language: str) -> OnchainSummary:
    """What is on the chain about an address, in short."""
    by_type = repository.by_type(session, address)
    return OnchainSummary(
        address=address,
        did=did_of(chain_id, address),
        explanation=wording.SUMMARY.render(language),
        entries=sum(by_type.values()),
        by_type=by_type,
        transactions=repository.sent(session, address),
    )


def erase_credential(
    session: Session, *, org_id: str | None, actor: str, credential_id: str
) -> Erasure:
    """Destroy a credential's content; see :func:`credentials.erasing.erase`."""
    credential = credentials.erase(session, org_id=org_id, actor=actor, credential_id=credential_id)
    remains = [{"what": "credential", "hash": credential.digest}]
    return _note(session, org_id, "credential", credential.id, remains)


def erase_agreement(
    session: Session, *, org_id: str | None, address: str, agreement_id: str
) -> Erasure:
    """Destroy an agreement's texts; see :func:`agreements.erasing.erase`."""
    erased = agreements.erase(session, org_id=org_id, address=address, agreement_id=agreement_id)
    remains = [{"what": what, "hash": hash_} for what, hash_ in erased.hashes()]
    return _note(session, org_id, "agreement", erased.agreement.id, remains)


def erase_invoice(
    session: Session, *, org_id: str | None, address: str, invoice_id: str
) -> Erasure:
    """Destroy an invoice's text; see :func:`invoices.erasing.erase`."""
    erased = invoices.erase(session, org_id=org_id, address=address, invoice_id=invoice_id)
    remains = [
        {"what": "invoice", "hash": erased.invoice_hash},
        {"what": "invoice_document", "hash": erased.request["documentHash"]},
    ]
    return _note(session, org_id, "invoice", erased.id, remains)


def also_about(session: Session, erasure: Erasure) -> list[str]:
    """Ids of other things that held the same content: offers of a credential."""
    return repository.offers_of(session, erasure.resource_id)


def erasures(org_id: str | None) -> SelectOfScalar[Erasure]:
    """The erasures of a tenant; the organisers see all."""
    return repository.erasures(org_id)


def get(session: Session, org_id: str | None, erasure_id: str) -> Erasure:
    """An erasure of a tenant. Raises :class:`NotFound`."""
    statement = repository.erasures(org_id).where(Erasure.id == erasure_id)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound("There is no erasure {id}.", id=erasure_id)
    return found


def read(session: Session, erasure: Erasure, language: str) -> ErasureRead:
    """An erasure as it is shown."""
    return ErasureRead(
        id=erasure.id,
        kind=cast(Literal["credential", "agreement", "invoice"], erasure.kind),
        resource=erasure.resource_id,
        explanation=wording.ERASED.render(language),
        remains=[
            RemainRead(**one, explanation=wording.REMAINS[one["what"]].render(language))
            for one in erasure.remains
        ],
        transactions=repository.transaction_hashes(session, erasure.resource_id),
        created=iso(erasure.created_ms),
    )


def _note(
    session: Session,
    org_id: str | None,
    kind: str,
    resource_id: str,
    remains: list[dict[str, Any]],
) -> Erasure:
    erasure = Erasure(
        id=new_id("era"),
        org_id=org_id,
        kind=kind,
        resource_id=resource_id,
        remains=remains,
        created_ms=now_ms(),
    )
    session.add(erasure)
    session.flush()
    return erasure


def _hashes(value: Any) -> Iterator[str]:
    if isinstance(value, str) and _HASH.fullmatch(value):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _hashes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _hashes(item)
