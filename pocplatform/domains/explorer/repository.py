"""Queries of the explorer. Each reads a page at most, or a bounded stretch of the newest rows."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, Row, and_, literal, or_, union
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from pocplatform.domains.agreements.models import AgreementState
from pocplatform.domains.assets.models import Holding, Item, ItemState
from pocplatform.domains.credential_types import built_in
from pocplatform.domains.credential_types.models import TypeDefinition
from pocplatform.domains.credentials.models import CredentialType, TrustedIssuer
from pocplatform.domains.invoices.models import Invoice, InvoicePayment
from pocplatform.domains.organizations.models import Organization
from pocplatform.domains.parcels.models import Parcel, ParcelState
from pocplatform.domains.profiles.models import Profile
from pocplatform.domains.spaces.models import Space, SpaceState
from pocplatform.events.models import Event, EventAudience
from pocplatform.indexer.models import Block
from pocplatform.outbox.models import Transaction, TransactionStatus

_IN_A_BLOCK = (
    TransactionStatus.MINED,
    TransactionStatus.CONFIRMED,
    TransactionStatus.REVERTED,
)
_RECEIVED_AMONG = 20_000
"""Of so many of the newest transactions those to an account are found: none is kept by that."""
_MENTIONED = 5_000
"""As many of the newest events that concern an account are looked at."""


class Place(NamedTuple):
    """Where a transaction stands: its block and its order there."""

    block: int
    position: int


_COLUMNS: list[Any] = [
    Transaction.hash, Transaction.block_number, Transaction.position, Transaction.sender,
    Transaction.to, Transaction.data, Transaction.value, Transaction.nonce, Transaction.gas_used,
    Transaction.status, Transaction.error, Block.timestamp,
]  # fmt: skip


def blocks(
    session: Session,
    *,
    first: int,
    last: int | None,
    older_than: int | None,
    newer_than: int | None,
    limit: int,
) -> list[Block]:
    """Blocks of a stretch, newest first; oldest first where those after one are asked for."""
    number = col(Block.number)
    statement = select(Block).where(number >= first)
    for bound, condition in (
        (last, number <= (last or 0)),
        (older_than, number < (older_than or 0)),
        (newer_than, number > (newer_than if newer_than is not None else 0)),
    ):
        if bound is not None:
            statement = statement.where(condition)
    ordered = statement.order_by(number if newer_than is not None else number.desc())
    return list(session.exec(ordered.limit(limit)))


def block(session: Session, number: int) -> Block | None:
    """A recorded block."""
    return session.get(Block, number)


def tip(session: Session) -> int:
    """The number of the newest recorded block; -1 for none."""
    newest: int | None = session.exec(select(func.max(Block.number))).one()
    return -1 if newest is None else newest


def times(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """Timestamps of blocks, in seconds."""
    found = session.exec(
        select(Block.number, Block.timestamp).where(col(Block.number).in_(numbers))
    )
    return dict(found.all())


def transaction(session: Session, hash_: str) -> Row[Any] | None:
    """A recorded transaction that is in a block, by its hash."""
    return session.execute(_recorded().where(col(Transaction.hash) == hash_)).first()


def transactions(
    session: Session,
    *,
    block: int | None,
    address: str | None,
    before: Place | None,
    after: Place | None,
    limit: int,
) -> list[Row[Any]]:
    """Transactions in blocks, newest first; oldest first where those after one are asked for.

    Those of an address are what it has sent, what went to it, and what events say concerns it.
    """
    number, position = col(Transaction.block_number), col(Transaction.position)
    statement = _recorded()
    if block is not None:
        statement = statement.where(number == block)
    if address is not None:
        statement = statement.where(col(Transaction.seq).in_(_of_address(session, address)))
    if before is not None:
        same = and_(number == before.block, position < before.position)
        statement = statement.where(or_(number < before.block, same))
    if after is not None:
        same = and_(number == after.block, position > after.position)
        statement = statement.where(or_(number > after.block, same))
    ordered = (
        statement.order_by(number, position)
        if after is not None
        else statement.order_by(number.desc(), position.desc())
    )
    return list(session.execute(ordered.limit(limit)))


def _recorded() -> Any:
    return (
        sa_select(*_COLUMNS)
        .join(Block, col(Block.number) == col(Transaction.block_number))
        .where(col(Transaction.status).in_(_IN_A_BLOCK), col(Transaction.position).is_not(None))
    )


def _of_address(session: Session, address: str) -> Any:
    newest = session.exec(select(func.max(Transaction.seq))).one() or 0
    last_event = session.exec(select(func.max(Event.seq))).one() or 0
    seq = col(Transaction.seq)
    sent = sa_select(seq).where(col(Transaction.sender) == address)
    received = sa_select(seq).where(col(Transaction.to) == address, seq > newest - _RECEIVED_AMONG)
    # Whom an agreement concerns is known to the sandbox before the chain says it.
    on_chain = or_(col(Event.type).not_like("agreement.%"), _names(session, address))
    hashes = (
        sa_select(col(Event.transaction_hash))
        .join(EventAudience, col(EventAudience.event_seq) == col(Event.seq))
        .join(Transaction, col(Transaction.hash) == col(Event.transaction_hash))
        .where(
            on_chain,
            col(EventAudience.address) == address,
            col(EventAudience.event_seq) > last_event - 10 * _MENTIONED,
            col(Event.transaction_hash).is_not(None),
        )
        .order_by(col(Event.seq).desc())
        .limit(_MENTIONED)
    )
    mentioned = sa_select(seq).where(col(Transaction.hash).in_(hashes))
    return union(sent, received, mentioned)


def _names(session: Session, address: str) -> Any:
    """Whether the calldata of a transaction has an address in it."""
    data, wanted = col(Transaction.data), literal(bytes.fromhex(address[2:]), LargeBinary)
    if session.get_bind().dialect.name == "postgresql":
        return func.position(wanted.op("IN")(data)) > 0
    return func.instr(data, wanted) > 0


def published(session: Session, addresses: Collection[str]) -> dict[str, tuple[str, bool]]:
    """Names that organizations have published, by address, and whether each is a person's."""
    statement = (
        select(Profile.address, Organization.name, Organization.business_id)
        .join(Organization, col(Organization.id) == col(Profile.org_id))
        .where(col(Profile.published), col(Profile.address).in_(addresses))
    )
    return {address: (name, number is None) for address, name, number in session.exec(statement)}


def published_like(session: Session, text: str, limit: int) -> Sequence[tuple[str, str]]:
    """Address and name of organizations that have published a name with a text in it."""
    statement = (
        select(Profile.address, Organization.name)
        .join(Organization, col(Organization.id) == col(Profile.org_id))
        .where(col(Profile.published), col(Organization.name).icontains(text, autoescape=True))
        .order_by(col(Organization.seq).desc())
        .limit(limit)
    )
    return list(session.exec(statement))


def named(
    session: Session, kind: str, keys: Collection[str], language: str
) -> dict[str, tuple[str | None, str | None]]:
    """Id and name of items, parcels, spaces or types of credentials, by number or hash."""
    statement: Any
    if kind == "credential_type":
        return _credential_types(session, keys, language)
    if kind == "item":
        statement = select(Item.token_id, Item.id, Item.name).where(col(Item.token_id).in_(keys))
    elif kind == "parcel":
        statement = select(Parcel.token_id, Parcel.id, Parcel.name)
        statement = statement.where(col(Parcel.token_id).in_(keys))
    else:
        statement = select(Space.number, Space.id, Space.name).where(col(Space.number).in_(keys))
    return {key: (id_, name) for key, id_, name in session.exec(statement)}


def _credential_types(
    session: Session, hashes: Collection[str], language: str
) -> dict[str, tuple[str | None, str | None]]:
    """Of types that everybody may know: in the catalogue, or of a trusted issuer.

    Those of the catalogue are called as it says for people.
    """
    statement = select(CredentialType.hash, CredentialType.name).where(
        col(CredentialType.hash).in_(hashes)
    )
    found = dict(session.exec(statement).all())
    displays = {name: content["display"] for name, content in built_in.BUILT_IN.items()}
    displays |= dict(
        session.exec(
            select(TypeDefinition.name, TypeDefinition.display).where(
                col(TypeDefinition.name).in_(found.values())
            )
        ).all()
    )
    trusted = set(
        session.exec(select(TrustedIssuer.type_hash).where(col(TrustedIssuer.type_hash).in_(found)))
    )
    return {
        hash_: (None, displays.get(name, {}).get(language, {}).get("name", name))
        for hash_, name in found.items()
        if name in displays or hash_ in trusted
    }


def spaces_like(session: Session, text: str, limit: int) -> Sequence[tuple[str, str]]:
    """Id and name of spaces on the chain with a text in their name."""
    statement = (
        select(Space.id, Space.name)
        .join(SpaceState, col(SpaceState.number) == Space.number)
        .where(col(Space.name).icontains(text, autoescape=True))
        .order_by(col(Space.seq).desc())
        .limit(limit)
    )
    return list(session.exec(statement))


def name_of_id(session: Session, kind: str, id_: str) -> str | None:
    """The name of an item, a parcel or a space that is on the chain; None if there is none."""
    statement: Any
    if kind == "item":
        on_chain = col(ItemState.token_id) == Item.token_id
        statement = select(Item.name).join(ItemState, on_chain).where(Item.id == id_)
    elif kind == "parcel":
        on_chain = col(ParcelState.token_id) == Parcel.token_id
        statement = select(Parcel.name).join(ParcelState, on_chain).where(Parcel.id == id_)
    else:
        on_chain = col(SpaceState.number) == Space.number
        statement = select(Space.name).join(SpaceState, on_chain).where(Space.id == id_)
    found: str | None = session.exec(statement).first()
    return found


def holdings(session: Session, owner: str, limit: int) -> list[Holding]:
    """What an account holds, the newest first."""
    statement = select(Holding).where(Holding.owner == owner).order_by(col(Holding.seq).desc())
    return list(session.exec(statement.limit(limit)))


def payments_by_reference(session: Session, reference: str, limit: int) -> list[str]:
    """Hashes of the transactions that paid on invoices with a reference, the newest first.

    The reference stands on the chain with each of these payments, and only these are told.
    """
    statement = (
        select(InvoicePayment.transaction_hash)
        .join(Invoice, col(Invoice.invoice_hash) == InvoicePayment.invoice_hash)
        .where(Invoice.reference == reference)
        .order_by(col(InvoicePayment.seq).desc())
        .limit(limit)
    )
    return list(dict.fromkeys(session.exec(statement)))


def has_agreement(session: Session, agreement_hash: str) -> bool:
    """Whether the chain has an agreement of this hash."""
    return session.get(AgreementState, agreement_hash) is not None
