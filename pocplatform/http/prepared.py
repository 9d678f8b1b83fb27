"""Writes that wait for a signature of the caller's own wallet: their table and their schemas."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as ApiField
from sqlalchemy import JSON, BigInteger, Column, delete, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from pocplatform.http import idempotency
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import Conflict, InvalidInput
from pocplatform.outbox.jobs import Job
from pocplatform.outbox.preparation import give_up
from pocplatform.outbox.service import Outbox

HOLDS_S = 3600
"""How long there is to sign."""
_AT_ONCE = 500
_MOST_SIGNED = 500
"""As many as any write takes: a payout of the most items."""


class SignatureWrong(InvalidInput):
    """A signature or signed transaction that is not of what was prepared, or not of its wallet."""

    code = "signature_wrong"
    title = "The signature does not fit"


class PreparationOver(Conflict):
    """A prepared write that was submitted already, or has expired."""

    code = "preparation_over"
    title = "The prepared write is over"


class PreparedWrite(SQLModel, table=True):
    """A write that waits for a signature of the caller's own wallet."""

    __tablename__ = "prepared_writes"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    tenant: str
    address: str
    """Who must sign (EIP-55)."""
    path: str
    """Of the write, without /prepare."""
    body: str
    """Of the request; empty once its transactions were submitted."""
    digest: str | None = None
    """What is to be signed of typed data (EIP-712), as 0x-hex; None for transactions."""
    typed_data: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    signatures: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What was signed for the same write before, by digest."""
    numbers: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What of that was counted from the moment of the first request, such as a deadline."""
    transactions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Ids of the transactions that are to be signed."""
    location: str | None = None
    submitted_ms: int | None = Field(default=None, sa_type=BigInteger)
    expires_ms: int = Field(sa_type=BigInteger, index=True)
    created_ms: int = Field(sa_type=BigInteger)


class UnsignedTransaction(BaseModel):
    """A transaction to be signed, its fields as those of ``eth_signTransaction``."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    chain_id: str = ApiField(alias="chainId")
    sender: str = ApiField(alias="from")
    to: str
    data: str
    value: str
    nonce: str = ApiField(description="The account's next; of several, one after the other.")
    gas: str
    gas_price: str = ApiField(alias="gasPrice")


class ToSign(BaseModel):
    """One thing to be signed."""

    kind: Literal["transaction", "typed_data"]
    transaction: UnsignedTransaction | None = None
    typed_data: dict[str, Any] | None = ApiField(
        default=None, description="For `eth_signTypedData_v4` (EIP-712)."
    )
    digest: str | None = ApiField(default=None, description="The hash of the typed data.")


class PreparedRead(BaseModel):
    """A write that waits for its owner's signature. Nothing of it is on its way yet."""

    object: Literal["prepared_write"] = "prepared_write"
    id: str
    address: str = ApiField(description="Whose signature it takes.")
    to_sign: list[ToSign]
    submit_to: str = ApiField(description="Where to send what was signed.")
    location: str | None = ApiField(description="What it is about, where there is such a thing.")
    expires: str


class SubmittedTransaction(BaseModel):
    """A transaction that was handed in signed."""

    id: str
    status: str
    hash: str | None


class SubmittedRead(BaseModel):
    """A write whose signed transactions are on their way, or on the chain."""

    object: Literal["submitted_write"] = "submitted_write"
    id: str
    location: str | None = ApiField(description="What it is about, where there is such a thing.")
    transactions: list[SubmittedTransaction]


class Submission(BaseModel):
    """What was signed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"prepared": "prp_019ab2c3d4e5f60718293a4b", "signed": ["0x" + "11" * 64 + "1b"]}
            ]
        },
    )

    prepared: Annotated[str, StringConstraints(max_length=100)] = ApiField(
        description="The id that …/prepare gave."
    )
    signed: list[
        Annotated[str, StringConstraints(pattern=r"^0x([0-9a-fA-F]{2})*$", max_length=300_000)]
    ] = ApiField(
        min_length=1,
        max_length=_MOST_SIGNED,
        description="For each thing to sign, in that order: the signature of typed data, or the "
        "whole signed transaction.",
    )


def find(session: Session, tenant: str, path: str, id_: str) -> PreparedWrite:
    """A prepared write that can still be submitted; nobody else changes it until the commit.

    Raises :class:`InvalidInput` where this tenant has none at this address, and
    :class:`PreparationOver`.
    """
    statement = select(PreparedWrite).where(
        PreparedWrite.id == id_, PreparedWrite.tenant == tenant, PreparedWrite.path == path
    )
    row = session.exec(statement.with_for_update()).first()
    if row is None:
        raise InvalidInput(
            "Nothing was prepared here as {id!r}.",
            next_step="Send the request to its address with /prepare behind it.",
            param="prepared",
            id=id_,
        )
    if row.submitted_ms is not None or row.expires_ms <= now_ms():
        raise PreparationOver(
            "{id} was submitted already."
            if row.submitted_ms is not None
            else "There was an hour to sign {id}, and it is over.",
            next_step="Prepare it again where it is still wanted.",
            param="prepared",
            id=id_,
        )
    return row


def blank(session: Session, thing: str) -> None:
    """Forget what was asked about a thing that was erased.

    What is prepared already can still be handed in signed; a signature over typed data leads to
    another preparation, of what is left to say.

    Args:
        session: Of a database transaction.
        thing: Its path, such as ``/v1/agreements/agr_…``.
    """
    path, location = col(PreparedWrite.path), col(PreparedWrite.location)
    about = or_(
        *(
            one
            for where in (path, location)
            for one in (where == thing, where.startswith(thing + "/", autoescape=True))
        )
    )
    session.connection().execute(update(PreparedWrite).where(about).values(body="{}"))


def _expire(session: Session, _outbox: Outbox, at_ms: int) -> int:
    """Call back what nobody has signed in time; how many writes and transactions there were."""
    statement = (
        select(PreparedWrite)
        .where(PreparedWrite.expires_ms <= at_ms, col(PreparedWrite.submitted_ms).is_(None))
        .order_by(col(PreparedWrite.expires_ms))
        .limit(_AT_ONCE)
    )
    count = 0
    for row in session.exec(statement.with_for_update()).all():
        # One by one: a payout has hundreds, and databases take only so many values at a time.
        count += 1 + give_up(session, row.transactions)
        session.delete(row)
        if count >= _AT_ONCE:
            break
    return count


def _forget(session: Session, _outbox: Outbox, at_ms: int) -> int:
    """Delete what was submitted, when no request can come again that would ask for it."""
    old = session.exec(
        select(PreparedWrite.seq)
        .where(
            PreparedWrite.expires_ms <= at_ms - idempotency.KEPT_DAYS * 86_400_000,
            col(PreparedWrite.submitted_ms).is_not(None),
        )
        .order_by(col(PreparedWrite.expires_ms))
        .limit(_AT_ONCE)
    ).all()
    session.connection().execute(delete(PreparedWrite).where(col(PreparedWrite.seq).in_(old)))
    return len(old)


FORGETTING = Job("prepared_writes.forget", "41 * * * *", _forget, portion=_AT_ONCE)
"""Work by the clock: submitted writes are kept as long as idempotency keys."""

EXPIRY = Job(name="prepared_writes.expire", cron="*/5 * * * *", run=_expire, portion=_AT_ONCE)
"""Work by the clock: prepared writes end after :data:`HOLDS_S` seconds."""
