"""Transactions over HTTP."""

from fastapi import APIRouter

from pocplatform.domains.transactions import service
from pocplatform.domains.transactions.schemas import TransactionDetail, TransactionRead
from pocplatform.http.dependencies import LanguageDep, Reader, ReadSession
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.outbox.models import Transaction

router = APIRouter(prefix="/v1/transactions", tags=["Transactions"])


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
