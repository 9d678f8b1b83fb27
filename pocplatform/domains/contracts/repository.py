"""Queries of the workbench."""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.codec import checksum, keccak256
from pocplatform.chain.signer import rlp_items, rlp_list
from pocplatform.domains.contracts.models import Compilation, CompilerOutput, Contract
from pocplatform.outbox.models import Transaction, TransactionStatus

_THERE = (TransactionStatus.MINED, TransactionStatus.CONFIRMED)


def compilation_of(session: Session, tenant: str, key: str) -> Compilation | None:
    """A tenant's compilation of the same sources and settings."""
    statement = select(Compilation).where(Compilation.tenant == tenant, Compilation.key == key)
    return session.exec(statement).first()


def compilations(org_id: str | None) -> SelectOfScalar[Compilation]:
    """The compilations of a tenant; the organisers see all."""
    statement = select(Compilation)
    return statement if org_id is None else statement.where(Compilation.org_id == org_id)


def output(session: Session, key: str) -> CompilerOutput | None:
    """What solc made of the sources with this hash."""
    return session.get(CompilerOutput, key)


def contracts(org_id: str | None) -> SelectOfScalar[Contract]:
    """The contracts of a tenant; the organisers see all."""
    statement = select(Contract)
    return statement if org_id is None else statement.where(Contract.org_id == org_id)


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


def at_address(session: Session, address: str) -> Contract | None:
    """The newest contract that anybody has at an address, with an ABI."""
    statement = select(Contract).where(Contract.address == address).order_by(col(Contract.seq))
    found = [row for row in session.exec(statement) if _is_there(session, row)]
    found += [row for row, known in _new_addresses(session) if known == address]
    return found[-1] if found else None


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
