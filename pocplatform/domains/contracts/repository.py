"""Queries of the workbench."""

from collections.abc import Collection

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.bytecode import Match
from pocplatform.chain.codec import checksum, keccak256
from pocplatform.chain.signer import rlp_items, rlp_list
from pocplatform.domains.contracts.models import (
    Compilation,
    CompilerOutput,
    Contract,
    KnownCode,
    Verification,
)
from pocplatform.kit import tenants
from pocplatform.outbox.models import Transaction, TransactionStatus

_THERE = (TransactionStatus.MINED, TransactionStatus.CONFIRMED)


def compilation_of(session: Session, tenant: str, key: str) -> Compilation | None:
    """A tenant's compilation of the same sources and settings."""
    statement = select(Compilation).where(Compilation.tenant == tenant, Compilation.key == key)
    return session.exec(statement).first()


def compilations(org_id: str | None) -> SelectOfScalar[Compilation]:
    """The compilations of a tenant; the organisers see all."""
    return tenants.visible_to(Compilation, org_id)


def output(session: Session, key: str) -> CompilerOutput | None:
    """What solc made of the sources with this hash."""
    return session.get(CompilerOutput, key)


def contracts(org_id: str | None) -> SelectOfScalar[Contract]:
    """The contracts of a tenant; the organisers see all."""
    return tenants.visible_to(Contract, org_id)


def transaction(session: Session, transaction_id: str) -> Transaction:
    """The transaction of a deployment."""
    return session.exec(select(Transaction).where(Transaction.id == transaction_id)).one()


def address_of(contract: Contract, deployment: Transaction | None) -> str | None:
    """Where a contract stands; None while that is not known, and if it was never made.

    Without a salt the address follows from the sender and the nonce (Yellow Paper, section 7).
    """
    if deployment is None:
        return contract.address
    if deployment.status not in _THERE:
        return None
    if contract.address is not None:
        return contract.address
    assert deployment.nonce is not None
    encoded = rlp_list(rlp_items(bytes.fromhex(deployment.sender[2:]), deployment.nonce))
    return checksum("0x" + keccak256(encoded)[12:].hex())


def note_addresses(session: Session) -> None:
    """Write down the addresses of contracts that have been mined since the last time."""
    for contract, address in _new_addresses(session):
        contract.address = address
        session.add(contract)


def at_address(session: Session, address: str, *, attached: bool) -> Contract | None:
    """The newest contract at an address, with an ABI: one that was deployed here, or attached."""
    origins = ["attached"] if attached else ["compilation", "artifact"]
    statement = (
        select(Contract)
        .where(Contract.address == address, col(Contract.origin).in_(origins))
        .order_by(col(Contract.seq))
    )
    found = [row for row in session.exec(statement) if _is_there(session, row)]
    if not attached:
        found += [row for row, known in _new_addresses(session) if known == address]
    return found[-1] if found else None


def codes_of_length(session: Session, length: int, most: int = 200) -> list[KnownCode]:
    """Known codes of so many bytes, what was compiled here first, the newest first."""
    statement = (
        select(KnownCode)
        .where(KnownCode.length == length)
        .order_by(col(KnownCode.compiled).desc(), col(KnownCode.created_ms).desc())
        .limit(most)
    )
    return list(session.exec(statement))


def all_at(session: Session, addresses: Collection[str]) -> dict[str, list[Contract]]:
    """The contracts that anybody has at these addresses, the oldest first."""
    statement = select(Contract).where(col(Contract.address).in_(addresses))
    found: dict[str, list[Contract]] = {}
    for row in session.exec(statement.order_by(col(Contract.seq))):
        if _is_there(session, row):
            found.setdefault(str(row.address), []).append(row)
    for row, address in _new_addresses(session):
        if address in addresses:
            found.setdefault(address, []).append(row)
    return found


def newest(session: Session, org_id: str | None, count: int = 200) -> list[Contract]:
    """The newest contracts of a tenant, the newest first."""
    statement = contracts(org_id).order_by(col(Contract.seq).desc()).limit(count)
    return list(session.exec(statement))


def of_transaction(session: Session, transaction_id: str) -> Contract | None:
    """The contract that a transaction has deployed, or tried to."""
    statement = select(Contract).where(Contract.transaction_id == transaction_id)
    return session.exec(statement).first()


def output_of(session: Session, compilation_id: str) -> CompilerOutput | None:
    """What solc made of a compilation."""
    statement = (
        select(CompilerOutput)
        .join(Compilation, col(Compilation.key) == col(CompilerOutput.key))
        .where(Compilation.id == compilation_id)
    )
    return session.exec(statement).first()


def recent_outputs(session: Session, org_id: str | None, count: int) -> list[CompilerOutput]:
    """What solc made of a tenant's newest compilations."""
    newest_first = compilations(org_id).order_by(col(Compilation.seq).desc()).limit(count)
    keys = [row.key for row in session.exec(newest_first)]
    statement = select(CompilerOutput).where(col(CompilerOutput.key).in_(keys))
    return list(session.exec(statement))


def creation_at(session: Session, address: str) -> Transaction | None:
    """The transaction by which somebody has deployed, through the platform, what is there."""
    rows = all_at(session, [address]).get(address, ())
    made = next((row.transaction_id for row in rows if row.transaction_id is not None), None)
    return transaction(session, made) if made is not None else None


def verifications(session: Session, contract_ids: Collection[str]) -> dict[str, Verification]:
    """The best verification of each contract, the newest of those that are as good."""
    statement = select(Verification).where(col(Verification.contract_id).in_(contract_ids))
    best: dict[str, Verification] = {}
    for row in session.exec(statement.order_by(col(Verification.seq))):
        before = best.get(row.contract_id)
        if before is None or _grade(row) >= _grade(before):
            best[row.contract_id] = row
    return best


def verification_at(session: Session, address: str) -> Verification | None:
    """The best verification of what stands at an address, whoever's it is; of as good ones, the
    first."""
    statement = select(Verification).where(Verification.address == address)
    rows = session.exec(statement.order_by(col(Verification.seq)))
    return max(rows, key=_grade, default=None)


def _grade(row: Verification) -> int:
    return sum(grade == Match.EXACT for grade in (row.runtime_match, row.creation_match))


def _is_there(session: Session, contract: Contract) -> bool:
    if contract.transaction_id is None:
        return True
    return transaction(session, contract.transaction_id).status in _THERE


def _new_addresses(session: Session) -> list[tuple[Contract, str]]:
    statement = (
        select(Contract, Transaction)
        .join(Transaction, col(Transaction.id) == col(Contract.transaction_id))
        .where(col(Contract.address).is_(None), col(Transaction.status).in_(_THERE))
    )
    return [(row, str(address_of(row, deployment))) for row, deployment in session.exec(statement)]
