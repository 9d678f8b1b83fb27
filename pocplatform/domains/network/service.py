"""Reading the state of the chain and of the tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.contracts import Contracts
from pocplatform.chain.epoch import Epoch
from pocplatform.domains.network.errors import TimeTravelOff
from pocplatform.domains.network.schemas import (
    ChainEpochRead,
    ChainRead,
    ContractRead,
    EventRead,
    TimeRead,
)
from pocplatform.domains.organizations.service import addresses_of
from pocplatform.events.log import of_types, visible_to
from pocplatform.events.models import Event
from pocplatform.indexer.models import Checkpoint
from pocplatform.kit import clock
from pocplatform.kit.clock import iso
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.outbox.models import UNSETTLED, Transaction


def chain(session: Session, contracts: Contracts, epoch: Epoch, *, managed: bool) -> ChainRead:
    """The chain with its contracts, and how far the tables are."""
    manifest = contracts.manifest
    recorded: int | None = session.exec(select(func.max(Checkpoint.block_number))).one()
    unsettled = select(func.count()).where(col(Transaction.status).in_(UNSETTLED))
    return ChainRead(
        chain_id=manifest.chain_id,
        genesis_hash=manifest.genesis_hash,
        managed=managed,
        epoch=ChainEpochRead(id=epoch.id, began=epoch.began, why=epoch.why),
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


def advance_time(seconds: int, *, allowed: bool, managed: bool) -> TimeRead:
    """Put the clock forward. Raises :class:`TimeTravelOff` where others rely on it."""
    if not (allowed and managed):
        raise TimeTravelOff(
            "Time goes its own way in this sandbox.",
            next_step="Start one of your own with POC_TIME_TRAVEL=true, on its own chain.",
        )
    clock.advance(seconds)
    return time()


def time() -> TimeRead:
    """What time it is."""
    return TimeRead(now=iso(clock.now_ms()))


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


def events(session: Session, org_id: str | None, chosen: EventFilter) -> SelectOfScalar[Event]:
    """The events that concern a tenant, of those that are asked for; the organisers see all.

    An event is about a thing if the write it follows from was about it, or if it names it.
    Raises :class:`InvalidInput` for a time that ends before it begins.
    """
    statement = select(Event).where(visible_to(addresses_of(session, org_id)))
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


def event(session: Session, org_id: str | None, event_id: str) -> Event:
    """An event that concerns a tenant; the organisers see all. Raises :class:`NotFound`."""
    own = visible_to(addresses_of(session, org_id))
    found = session.exec(select(Event).where(own, Event.id == event_id)).first()
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
