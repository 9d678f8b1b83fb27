"""The first step of a write that its owner signs: as far as it goes without the signature."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from pocplatform.http import idempotency, prepared
from pocplatform.http.command import Accepted, Command, Render, Rendered, Work
from pocplatform.http.operations import PREPARE, STEP, SUBMIT
from pocplatform.http.prepared import PreparedRead, PreparedWrite, ToSign, UnsignedTransaction
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.bulk import Json
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.ids import new_id
from pocplatform.outbox.errors import WalletCustodial
from pocplatform.outbox.models import SignerAccount
from pocplatform.outbox.preparation import PreparingOutbox, PreparingSigners, SignatureNeeded
from pocplatform.outbox.service import Write, has_accepted
from pocplatform.outbox.simulation import refuse_without_effect

SIGNED = "signed typed data"
"""Where a request's ASGI scope holds its :class:`Signed`."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed for a write before: it goes with the request that prepares the rest.

    Attributes:
        prepared: Id of the prepared write that is submitted with it.
        signatures: By digest, both as 0x-hex.
        numbers: That went into it; see :meth:`~pocplatform.outbox.signers.Signers.fixed`.
        path: Of the request that brought it.
        body: Of that request.
    """

    prepared: str
    signatures: dict[str, str]
    numbers: dict[str, int]
    path: str
    body: bytes


def prepares(request: Request) -> bool:
    """Whether this request is to prepare a write only."""
    route = request.scope.get("route")
    return bool((getattr(route, "openapi_extra", None) or {}).get(STEP) == PREPARE)


def preparing(gateway: Gateway, request: Request) -> Gateway:
    """The gateway for such a request."""
    signed: Signed | None = request.scope.get(SIGNED)
    return replace(
        gateway,
        outbox=PreparingOutbox(gateway.outbox),
        signers=PreparingSigners(
            gateway.signers,
            signed.signatures if signed else {},
            signed.numbers if signed else {},
        ),
    )


@dataclass(slots=True)
class Preparation(Command):
    """Runs a write as far as it goes without its owner's signature.

    Attributes:
        address: Whose signature that is.
        signed: What they have signed before.
    """

    address: str = ""
    signed: Signed | None = None

    @classmethod
    def of(cls, command: Command, actor: Actor, request: Request) -> "Preparation":
        """The same command, to be prepared.

        Raises :class:`~pocplatform.outbox.simulation.SimulationInvalid`: what its owner signs and
        sends cannot go wrong on purpose.
        """
        if command.simulate is not None:
            refuse_without_effect(command.simulate)
        signed: Signed | None = request.scope.get(SIGNED)
        path, body = (signed.path, signed.body) if signed else (command.path, command.body)
        return cls(
            gateway=command.gateway, tenant=command.tenant, method=command.method, path=path,
            body=body, key=command.key, wait_s=0.0, moves_value=command.moves_value,
            address=actor.address, signed=signed,
        )  # fmt: skip

    async def __call__(
        self,
        work: Work,
        render: Render,
        *,
        created: bool = False,
        one_by_one: bool = False,
    ) -> JSONResponse:
        """Do what can be done, and answer with what is to be signed."""
        self.check_key()
        return await run_in_threadpool(self._prepare, work, render, created)

    def _prepare(self, work: Work, render: Render, created: bool) -> JSONResponse:
        database, client = self.gateway.database, self.gateway.client
        nonce = client.nonce(self.address)
        free = self.gateway.settings.managed_devnet or client.gas_is_free()
        gas_price = 0 if free else int(client.request("eth_gasPrice"), 16)
        try:
            with database.transaction() as session:
                answer = self._replayed(session)
                if answer is None:
                    self._use_up(session)
                    self.count_storage(session)
                    accepted = work(session)
                    # Only now, so that what is wrong otherwise is told first; it undoes the work.
                    if session.get(SignerAccount, self.address) is not None:
                        raise WalletCustodial(self.address)
                    answer = self._done(session, accepted, render, created, nonce, gas_price)
                    self._store(session, answer)
            if has_accepted(session):
                self.gateway.wake()
        except SignatureNeeded as needed:
            with database.transaction() as session:
                self._use_up(session)
                self.count_storage(session)
                answer = self._to_be_signed(session, needed)
                self._store(session, answer)
        headers = {"Location": answer.location} if answer.location else {}
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Rendered(answer.body, answer.status, headers)

    @property
    def _scope(self) -> str:
        return f"{self.tenant} {self.method} {self.path}"

    def _replayed(self, session: Session) -> "_Answer | None":
        if self.key is None:
            return None
        print_ = idempotency.fingerprint(self.body)
        stored = idempotency.find(session, self._scope, self.key, print_)
        if stored is None:
            return None
        return _Answer(stored.status, stored.body, stored.location, replayed=True)

    def _store(self, session: Session, answer: "_Answer") -> None:
        if self.key is not None and not answer.replayed:
            print_ = idempotency.fingerprint(self.body)
            first = idempotency.Stored(
                print_, answer.status, answer.body, answer.location, self.address, ()
            )
            idempotency.store(session, self._scope, self.key, first)

    def _use_up(self, session: Session) -> None:
        """What was submitted with this request cannot be submitted again."""
        if self.signed is not None:
            write = self.path.removesuffix(SUBMIT)
            row = prepared.find(session, self.tenant, write, self.signed.prepared)
            row.submitted_ms = now_ms()
            session.add(row)

    def _done(
        self,
        session: Session,
        accepted: Accepted,
        render: Render,
        created: bool,
        nonce: int,
        gas_price: int,
    ) -> "_Answer":
        outbox = self.gateway.outbox
        assert isinstance(outbox, PreparingOutbox)
        if not outbox.prepared:  # all it took was typed data, or it was done before
            shown = accepted.shown or render(session, accepted.resource)
            status = 201 if created else 202 if accepted.transactions else 200
            return _Answer(status, Json(shown.model_dump_json()), accepted.location)
        ids = [write.id for write, _ in outbox.prepared]
        row = self._row(location=accepted.location, transactions=ids)
        session.add(row)
        to_sign = [
            ToSign(
                kind="transaction",
                transaction=_unsigned(write, gas, nonce + place, gas_price, self.gateway.chain_id),
            )
            for place, (write, gas) in enumerate(outbox.prepared)
        ]
        return _Answer(200, self._shown(row, to_sign), accepted.location)

    def _to_be_signed(self, session: Session, needed: SignatureNeeded) -> "_Answer":
        row = self._row(digest=needed.digest, typed_data=needed.typed_data)
        session.add(row)
        to_sign = ToSign(
            kind="typed_data", typed_data=_readable(needed.typed_data), digest=needed.digest
        )
        row.typed_data = to_sign.typed_data
        return _Answer(200, self._shown(row, [to_sign]), None)

    def _row(self, **columns: Any) -> PreparedWrite:
        signers = self.gateway.signers
        assert isinstance(signers, PreparingSigners)
        now = now_ms()
        body = self.body.decode()
        if self.signed is not None:
            with self.gateway.database.snapshot() as session:
                first = select(PreparedWrite.body).where(PreparedWrite.id == self.signed.prepared)
                body = session.exec(first).one()
        return PreparedWrite(
            id=new_id("prp"),
            tenant=self.tenant,
            address=self.address,
            path=self.path.removesuffix(SUBMIT).removesuffix(PREPARE),
            body=body,
            signatures=self.signed.signatures if self.signed else {},
            numbers=signers.numbers,
            expires_ms=now + prepared.HOLDS_S * 1000,
            created_ms=now,
            **columns,
        )

    def _shown(self, row: PreparedWrite, to_sign: Sequence[ToSign]) -> Json:
        shown = PreparedRead(
            id=row.id,
            address=row.address,
            to_sign=list(to_sign),
            submit_to=row.path + SUBMIT,
            location=row.location,
            expires=iso(row.expires_ms),
        )
        return Json(shown.model_dump_json(by_alias=True, exclude_none=True))


@dataclass(slots=True)
class _Answer:
    """What is answered to a request that prepares a write."""

    status: int
    body: Json
    location: str | None
    replayed: bool = False


def _unsigned(
    write: Write, gas: int, nonce: int, gas_price: int, chain_id: int
) -> UnsignedTransaction:
    return UnsignedTransaction(
        chain_id=hex(chain_id),
        sender=write.sender,
        to=write.to or "",
        data="0x" + write.data.hex(),
        value=hex(int(write.value)),
        nonce=hex(nonce),
        gas=hex(gas),
        gas_price=hex(gas_price),
    )


def _readable(value: Any) -> Any:
    """Typed data as JSON: bytes as 0x-hex, and numbers that JSON's readers might round as text."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {name: _readable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    return value
