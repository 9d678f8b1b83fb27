"""Transactions over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.transactions import service
from pocplatform.domains.transactions.schemas import TransactionDetail, TransactionRead
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    CommandDep,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.watch import Settled

router = Router(prefix="/v1/transactions", tags=["Transactions"])


@router.get("")
def list_transactions(
    actor: Reader, session: ReadSession, query: PageDep, language: LanguageDep
) -> ListPage[TransactionRead]:
    """Your transactions, newest first."""
    rows, more = page(session, Transaction, service.visible_to(actor.org_id), query)
    return ListPage(data=[service.read(row, language) for row in rows], has_more=more)


@router.get("/{id_or_hash}")
def get_transaction(
    id_or_hash: str, actor: Reader, session: ReadSession, language: LanguageDep
) -> TransactionDetail:
    """A transaction by its id or its hash, with its history."""
    found = service.get(session, actor.org_id, id_or_hash)
    return service.read_detail(session, found, language)


@router.post("/{id_or_hash}/cancel", status_code=202, response_model=TransactionDetail)
async def cancel_transaction(
    id_or_hash: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Call a transaction back before it is mined.

    200 with the status cancelled if it had not been sent yet. On a network with fees one that has
    been sent is replaced by an empty one: 202, and its status becomes cancelled when that one is
    mined, or mined if the first was faster; with `?wait` the answer says which. What is settled is
    409 `already_settled`; what nothing can overtake is 409 `not_cancellable`.
    """
    settled: list[Settled] = []

    def work(session: Session) -> Accepted:
        settled.clear()  # of a first run that was undone
        row = service.cancel(session, gateway.replacements, actor.org_id, id_or_hash)
        if TransactionStatus(row.status).settled:
            settled.append(Settled(row.id, TransactionStatus.CANCELLED))
        waits_for = () if settled else (row.id,)
        return Accepted(row.id, waits_for, f"/v1/transactions/{row.id}")

    def render(session: Session, transaction_id: str) -> TransactionDetail:
        return service.read_detail(session, service.get(session, actor.org_id, transaction_id))

    answer = await command(work, render)
    gateway.watch.settled(settled)  # requests that wait for it
    return answer
