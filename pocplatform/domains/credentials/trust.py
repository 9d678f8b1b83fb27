"""Whom to trust for which type of credential: the register of trusted issuers."""

from datetime import datetime
from typing import Any

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.credential_types.service import type_hash
from pocplatform.domains.credentials import repository
from pocplatform.domains.credentials.models import TrustedIssuer
from pocplatform.domains.credentials.schemas import TrustedIssuerRead
from pocplatform.domains.credentials.service import end_of_validity
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso_s, now_s
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.models import Transaction
from pocplatform.outbox.service import Outbox, Write


def accredit(
    session: Session,
    outbox: Outbox,
    *,
    operator: str,
    issuer: str,
    credential_type: str,
    valid_until: datetime | None,
) -> tuple[str, Write]:
    """Trust an issuer from now on; returns the entry's id and the write.

    Raises :class:`ValidityInvalid`, and :class:`ContractReverted` for one trusted already.
    """
    hash_ = type_hash(credential_type)
    entry_id = repository.trusted_issuer_id(issuer, "0x" + hash_.hex())
    call = outbox.contracts.call(
        "TrustedIssuers",
        "accredit",
        issuer=issuer,
        credentialType=hash_,
        since=0,
        until=end_of_validity(valid_until),
    )
    transaction = outbox.enqueue(session, call, sender=operator, resource_id=entry_id)
    repository.remember_type(session, "0x" + hash_.hex(), credential_type)
    return entry_id, transaction


def renew(
    session: Session,
    outbox: Outbox,
    *,
    operator: str,
    entry_id: str,
    valid_until: datetime | None,
) -> Write:
    """Move the end of the trust. Raises :class:`NotFound` and :class:`ValidityInvalid`."""
    entry = get(session, entry_id)
    call = outbox.contracts.call(
        "TrustedIssuers",
        "renew",
        issuer=entry.issuer,
        credentialType=bytes.fromhex(entry.type_hash[2:]),
        until=end_of_validity(valid_until),
    )
    return outbox.enqueue(session, call, sender=operator, resource_id=entry_id)


def withdraw(session: Session, outbox: Outbox, *, operator: str, entry_id: str) -> Write:
    """Trust no more: all credentials of this issuer and type stop counting, old ones included.

    Raises :class:`NotFound`, and :class:`ContractReverted` for trust that was withdrawn already.
    """
    entry = get(session, entry_id)
    call = outbox.contracts.call(
        "TrustedIssuers",
        "withdraw",
        issuer=entry.issuer,
        credentialType=bytes.fromhex(entry.type_hash[2:]),
    )
    return outbox.enqueue(session, call, sender=operator, resource_id=entry_id)


def entries(
    issuer: str | None = None, credential_type: str | None = None
) -> SelectOfScalar[TrustedIssuer]:
    """The register's entries, of one issuer (an address) or one type (its name)."""
    hash_ = None if credential_type is None else "0x" + type_hash(credential_type).hex()
    return repository.trusted_issuers(issuer, hash_)


def get(session: Session, entry_id: str) -> TrustedIssuer:
    """An entry of the register. Raises :class:`NotFound`."""
    entry = repository.trusted_issuer(session, entry_id)
    if entry is None:
        raise NotFound("There is no trusted issuer {id}.", id=entry_id)
    return entry


def read(
    session: Session,
    entry: TrustedIssuer,
    chain_id: int,
    transaction: Transaction | Write | None = None,
) -> TrustedIssuerRead:
    """An entry as it is shown, with the write that is being answered."""
    return TrustedIssuerRead(
        id=entry.id,
        issuer=entry.issuer,
        issuer_did=did_of(chain_id, entry.issuer),
        credential_type=repository.type_name(session, entry.type_hash),
        credential_type_hash=entry.type_hash,
        status=_status(entry),
        accreditor=entry.accreditor,
        since=_shown(entry.since),
        valid_until=_shown(entry.until),
        transaction=transactions.read(transaction) if transaction is not None else None,
    )


def read_after(
    session: Session, transaction_id: str, chain_id: int, credential_type: str | None = None
) -> TrustedIssuerRead:
    """The entry that a write is about; as it was asked for, while the chain does not have it."""
    transaction = transactions.get(session, None, transaction_id)
    asked = transaction.arguments
    entry = repository.trusted_issuer(session, str(transaction.resource_id))
    if entry is not None:
        return read(session, entry, chain_id, transaction)
    until = int(asked["until"])
    return TrustedIssuerRead(
        id=str(transaction.resource_id),
        issuer=asked["issuer"],
        issuer_did=did_of(chain_id, asked["issuer"]),
        credential_type=credential_type,
        credential_type_hash=asked["credentialType"],
        status="pending",
        accreditor=None,
        since=None,
        valid_until=iso_s(until) if until else None,
        transaction=transactions.read(transaction),
    )


def _status(entry: TrustedIssuer) -> Any:
    now = now_s()
    if entry.withdrawn_at is not None:
        return "withdrawn"
    if entry.since > now:
        return "not_yet"
    return "trusted" if entry.until is None or now <= entry.until else "ended"


def _shown(seconds: int | None) -> str | None:
    """A time, if it is one that can be written: the register takes any 48-bit number."""
    if seconds is None:
        return None
    return iso_s(seconds) if seconds < 253_402_300_800 else str(seconds)
