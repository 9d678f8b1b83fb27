"""Reading the state of the chain and of the tables."""

from sqlmodel import Session, col, func, select

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.network.schemas import ChainRead, ContractRead, EventRead
from pocplatform.events.models import Event
from pocplatform.indexer.models import Checkpoint
from pocplatform.kit.clock import iso
from pocplatform.outbox.models import UNSETTLED, Transaction


def chain(session: Session, contracts: Contracts, *, managed: bool) -> ChainRead:
    """The chain with its contracts, and how far the tables are."""
    manifest = contracts.manifest
    recorded: int | None = session.exec(select(func.max(Checkpoint.block_number))).one()
    unsettled = select(func.count()).where(col(Transaction.status).in_(UNSETTLED))
    return ChainRead(
        chain_id=manifest.chain_id,
        genesis_hash=manifest.genesis_hash,
        managed=managed,
        block=contracts.client.block_number(),
        recorded_block=-1 if recorded is None else recorded,
        unsettled_transactions=session.exec(unsettled).one(),
        contracts=[
            ContractRead(
                name=contract.name,
                address=contract.address,
                start_block=contract.start_block,
                code_hash=contract.code_hash,
                source=contract.source,
                package=contract.package,
                version=contract.version,
                license=contract.license,
            )
            for contract in manifest.contracts.values()
        ],
    )


def read_event(event: Event) -> EventRead:
    """An event as it is shown."""
    return EventRead(
        id=event.id,
        type=event.type,
        data=event.data,
        block=event.block_number,
        transaction_hash=event.transaction_hash,
        created=iso(event.created_ms),
    )
