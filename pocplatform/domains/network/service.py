"""Reading the state of the chain and of the tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.network.schemas import ChainRead, ContractRead, EventRead
from pocplatform.events.log import of_types, visible_to
from pocplatform.events.models import Event
from pocplatform.indexer.models import Checkpoint
from pocplatform.kit.clock import iso
from pocplatform.kit.errors import InvalidInput, NotFound
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


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are asked for; None for no condition.

    Attributes:
        type: As :data:`~pocplatform.events.log.TYPE_PATTERN` says.
        resource: Id of the thing they are about, such as ``agr_…``.
        since: Not told before this moment.
        until: Told before this moment.
    """

    type: str | None = None
    resource: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def events(address: str | None, chosen: EventFilter) -> SelectOfScalar[Event]:
    """The events that an address may see, of those that are asked for; None sees all.

    An event is about a thing if the write it follows from was about it, or if it names it.
    Raises :class:`InvalidInput` for a time that ends before it begins.
    """
    statement = select(Event).where(visible_to(address))
    if chosen.type is not None:
        statement = statement.where(of_types([chosen.type]))
    if chosen.resource is not None:
        hashes = select(Transaction.hash).where(Transaction.resource_id == chosen.resource)
        named = cast(col(Event.data), String).contains(f'"{chosen.resource}"', autoescape=True)
        statement = statement.where(or_(col(Event.transaction_hash).in_(hashes), named))
    if chosen.since is not None and chosen.until is not None and chosen.until <= chosen.since:
        raise InvalidInput("{param} must be later than since.", param="until")
    if chosen.since is not None:
        statement = statement.where(col(Event.created_ms) >= _milliseconds(chosen.since))
    if chosen.until is not None:
        statement = statement.where(col(Event.created_ms) < _milliseconds(chosen.until))
    return statement


def event(session: Session, address: str | None, event_id: str) -> Event:
    """An event that an address may see; None sees all. Raises :class:`NotFound`."""
    found = session.exec(select(Event).where(visible_to(address), Event.id == event_id)).first()
    if found is None:
        raise NotFound("There is no event {event_id}.", event_id=event_id)
    return found


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


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
