"""Queries of data protection."""

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.data_protection.models import Erasure
from pocplatform.domains.openid4vci.models import CredentialOffer
from pocplatform.events.log import visible_to
from pocplatform.events.models import Event
from pocplatform.kit import tenants
from pocplatform.outbox.models import Transaction


def concerning(address: str | None) -> SelectOfScalar[Event]:
    """What was recorded from the chain about an address; the organisers see all."""
    return select(Event).where(visible_to(_only(address)), col(Event.transaction_hash).is_not(None))


def _only(address: str | None) -> list[str] | None:
    return None if address is None else [address]


def by_type(session: Session, address: str | None) -> dict[str, int]:
    """How many of each type there are."""
    statement = (
        select(Event.type, func.count())
        .where(visible_to(_only(address)), col(Event.transaction_hash).is_not(None))
        .group_by(Event.type)
        .order_by(Event.type)
    )
    return {type_: int(count) for type_, count in session.exec(statement)}


def sent(session: Session, address: str) -> dict[str, int]:
    """How many transactions an address has sent, by their status."""
    statement = (
        select(Transaction.status, func.count())
        .where(Transaction.sender == address)
        .group_by(Transaction.status)
    )
    return {str(status): int(count) for status, count in session.exec(statement)}


def offers_of(session: Session, credential_id: str) -> list[str]:
    """Ids of the offers by which a credential was fetched."""
    statement = select(CredentialOffer.id).where(CredentialOffer.credential_id == credential_id)
    return list(session.exec(statement))


def transaction_hashes(session: Session, resource_id: str) -> list[str]:
    """Hashes of the transactions about a thing, oldest first."""
    statement = (
        select(Transaction.hash)
        .where(Transaction.resource_id == resource_id, col(Transaction.block_number).is_not(None))
        .order_by(col(Transaction.seq))
    )
    return [hash_ for hash_ in session.exec(statement) if hash_ is not None]


def erasures(org_id: str | None) -> SelectOfScalar[Erasure]:
    """The erasures of a tenant; the organisers see all."""
    return tenants.visible_to(Erasure, org_id)
