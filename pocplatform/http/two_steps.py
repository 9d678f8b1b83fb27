"""Every write of a wallet, in two steps for those who keep their key: prepare it, submit it signed.

For each operation that says ``operation(by_wallet=True)`` there are two more, made here from its
route. ``…/prepare`` is the same endpoint over an outbox and signers that sign nothing for others
(:mod:`pocplatform.http.preparation`): it has the same body, the same checks and the same work, and
answers with what to sign. ``…/submit`` takes that. Where a write takes a signature over typed data
first, submitting it is preparing the rest of it, with that signature at hand.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pocplatform.chain.raw_transaction import NotATransaction, RawTransaction
from pocplatform.chain.signatures import signed_by
from pocplatform.http import prepared
from pocplatform.http.command import Accepted, Command
from pocplatform.http.dependencies import CommandDep, GatewayDep, Writer
from pocplatform.http.operations import BY_WALLET, PREPARE, STEP, SUBMIT
from pocplatform.http.preparation import SIGNED, Signed
from pocplatform.http.prepared import (
    PreparationOver,
    PreparedRead,
    PreparedWrite,
    SignatureWrong,
    Submission,
    SubmittedRead,
    SubmittedTransaction,
)
from pocplatform.http.routing import Router
from pocplatform.http.state import Gateway
from pocplatform.kit.clock import now_ms
from pocplatform.outbox import preparation
from pocplatform.outbox.errors import WalletCustodial, WalletIsContract
from pocplatform.outbox.models import Transaction, TransactionStatus


def in_two_steps(router: APIRouter) -> APIRouter:
    """The routes of the two steps, for those of a router that say so."""
    steps = Router()
    for route in router.routes:
        if not isinstance(route, APIRoute) or not (route.openapi_extra or {}).get(BY_WALLET):
            continue
        extra = {k: v for k, v in (route.openapi_extra or {}).items() if k != BY_WALLET}
        codes = extra.get("x-error-codes", [])
        summary = (route.summary or route.description.split("\n")[0].split(". ")[0]).rstrip(".:")
        steps.add_api_route(
            route.path + PREPARE,
            route.endpoint,
            methods=["POST"],
            response_model=PreparedRead | _result(route),
            status_code=200,
            tags=route.tags,
            summary=f"{summary}: what your own wallet is to sign",
            description=f"The first of two steps for a wallet of your own. {route.description}",
            openapi_extra={
                **extra,
                STEP: PREPARE,
                "x-events": [],
                "x-error-codes": [
                    *codes,
                    WalletCustodial.code,
                    WalletIsContract.code,
                    PreparationOver.code,
                ],
            },
        )
        steps.add_api_route(
            route.path + SUBMIT,
            _submit_to(route),
            methods=["POST"],
            response_model=SubmittedRead,
            status_code=202,
            responses={
                status: {
                    "model": SubmittedRead | PreparedRead | _result(route),
                    "description": "It is done, or there is more to sign.",
                }
                for status in {200, route.status_code or 200} - {202}
            },
            tags=route.tags,
            summary=f"{summary}: hand in what your own wallet has signed",
            description="The second of two steps for a wallet of your own. It answers with what "
            "else is to be signed, where that is so, or with the result where nothing goes on the "
            "chain.",
            openapi_extra={
                **extra,
                STEP: SUBMIT,
                "x-error-codes": [*codes, SignatureWrong.code, PreparationOver.code],
            },
        )
    return steps


class _Rest(Response):
    """Answers as …/prepare does to the first request, with what was signed since."""

    def __init__(self, request: Request, path: str, body: bytes, signed: Signed) -> None:
        super().__init__()
        self._request = request
        self._path = path
        self._body = body
        self._signed = signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on (ASGI 3)."""
        keep = {k: v for k, v in self._request.scope.items() if k not in ("route", "path_params")}
        headers = [(n, v) for n, v in keep["headers"] if n not in (b"content-length",)]
        inner = {
            **keep, "path": self._path, "raw_path": self._path.encode(), "headers": headers,
            "state": dict(keep.get("state", {})), SIGNED: self._signed,
        }  # fmt: skip

        async def receive_body() -> dict[str, Any]:
            return {"type": "http.request", "body": self._body, "more_body": False}

        await self._request.app.router(inner, receive_body, send)


def _result(route: APIRoute) -> Any:
    """What the write itself answers with: so do its steps, where nothing goes on the chain."""
    return route.response_model or dict[str, Any]


def _submit_to(route: APIRoute) -> Any:
    """The endpoint that takes what was signed for the write of a route."""

    async def submit(
        request: Request, body: Submission, actor: Writer, gateway: GatewayDep, command: CommandDep
    ) -> Response:
        command.check_key()
        write = request.url.path.removesuffix(SUBMIT)
        found = await run_in_threadpool(_look, gateway, actor.tenant, write, body.prepared)
        if found is None:
            return await _hand_in(command, write, body.prepared, [])
        if found.digest is not None:
            signatures = {**found.signatures, found.digest: body.signed[0]}
            if found.submitted_ms is None:
                await run_in_threadpool(_check_signature, gateway, found, body.signed)
            path = request.url.path
            signed = Signed(found.id, signatures, found.numbers, path, command.body)
            return _Rest(request, write + PREPARE, found.body.encode(), signed)
        transactions = await run_in_threadpool(_checked, gateway, found, body.signed)
        return await _hand_in(command, write, found.id, transactions)

    submit.__name__ = f"submit_{route.endpoint.__name__}"
    return submit


def _look(gateway: Gateway, tenant: str, path: str, id_: str) -> PreparedWrite | None:
    """What was prepared, submitted or not: a request that comes again gets its first answer."""
    statement = select(PreparedWrite).where(
        PreparedWrite.id == id_, PreparedWrite.tenant == tenant, PreparedWrite.path == path
    )
    with gateway.database.snapshot() as session:
        return session.exec(statement).first()


def _check_number(signed: Sequence[str], expected: int) -> None:
    if len(signed) != expected:
        raise SignatureWrong(
            "There are {expected} things to sign, and {given} were sent.",
            param="signed",
            expected=expected,
            given=len(signed),
        )


def _check_signature(gateway: Gateway, row: PreparedWrite, signed: Sequence[str]) -> None:
    _check_number(signed, 1)
    digest = bytes.fromhex((row.digest or "")[2:])
    if not signed_by(row.address, digest, bytes.fromhex(signed[0][2:]), gateway.client):
        raise SignatureWrong(
            "The signature is not one of {address} over this typed data.",
            next_step="Sign to_sign[0].typed_data as it is, with eth_signTypedData_v4.",
            param="signed[0]",
            address=row.address,
        )


def _checked(gateway: Gateway, row: PreparedWrite, signed: Sequence[str]) -> list[RawTransaction]:
    """The signed transactions, each of them doing what was prepared in the account's order."""
    _check_number(signed, len(row.transactions))
    with gateway.database.snapshot() as session:
        rows = _in_order(session, row.transactions)
    if any(TransactionStatus(one.status) is not TransactionStatus.PREPARED for one in rows):
        rows = []  # they were handed in, or called back: the command knows
    parsed: list[RawTransaction] = []
    for place, raw in enumerate(signed):
        try:
            parsed.append(RawTransaction.parse(bytes.fromhex(raw[2:])))
        except NotATransaction:
            raise SignatureWrong(
                "This is not a signed transaction.",
                next_step="Sign to_sign[{place}].transaction and send the raw bytes in hex.",
                param=f"signed[{place}]",
                place=place,
            ) from None
        if rows and not preparation.is_of(parsed[place], rows[place], gateway.chain_id):
            raise SignatureWrong(
                "The signed transaction is not the one that was prepared, or not of its wallet.",
                next_step="Sign to_sign[{place}].transaction as it is.",
                param=f"signed[{place}]",
                place=place,
            )
    if rows:
        expected = gateway.client.nonce(row.address)
        for place, transaction in enumerate(parsed):
            # With a later one it would wait, perhaps for ever, and writes of others behind it.
            if transaction.nonce != expected + place:
                raise SignatureWrong(
                    "The transaction has the nonce {given}; the account's next is {expected}.",
                    next_step="Sign it with that nonce.",
                    param=f"signed[{place}]",
                    given=transaction.nonce,
                    expected=expected + place,
                )
    return parsed


async def _hand_in(
    command: Command, path: str, prepared_id: str, transactions: Sequence[RawTransaction]
) -> JSONResponse:
    """Keep what was signed, and send it as everything that arrives signed."""

    def work(session: Session) -> Accepted:
        row = prepared.find(session, command.tenant, path, prepared_id)
        for place, (target, transaction) in enumerate(
            zip(_in_order(session, row.transactions), transactions, strict=True)
        ):
            if target.status != TransactionStatus.PREPARED:
                raise PreparationOver(
                    "{id} was called back.",
                    next_step="Prepare it again where it is still wanted.",
                    id=row.id,
                )
            if preparation.is_known(session, transaction):
                raise SignatureWrong(
                    "Another transaction of the account has the nonce {nonce}.",
                    next_step="Sign it with the account's next nonce.",
                    param=f"signed[{place}]",
                    nonce=transaction.nonce,
                )
            preparation.take(session, target, transaction)
        row.submitted_ms = now_ms()
        row.body = ""  # is not needed any more
        session.add(row)
        return Accepted(row.id, tuple(row.transactions), row.location)

    def render(session: Session, id_: str) -> BaseModel:
        row = session.exec(select(PreparedWrite).where(PreparedWrite.id == id_)).one()
        return SubmittedRead(
            id=row.id,
            location=row.location,
            transactions=[
                SubmittedTransaction(id=one.id, status=one.status, hash=one.hash)
                for one in _in_order(session, row.transactions)
            ],
        )

    return await command(work, render)


def _in_order(session: Session, ids: Sequence[str]) -> list[Transaction]:
    statement = select(Transaction).where(col(Transaction.id).in_(ids))
    rows = {row.id: row for row in session.exec(statement)}
    return [rows[id_] for id_ in ids]
