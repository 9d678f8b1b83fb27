"""Batch payouts over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.payouts import service
from pocplatform.domains.payouts.models import Payout
from pocplatform.domains.payouts.schemas import PayoutCreate, PayoutRead
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    CommandDep,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound

router = Router(prefix="/v1/payouts", tags=["Payouts"])


@router.post(
    "",
    status_code=202,
    response_model=PayoutRead,
    **operation(events=("payment.received",), moves_value=True, by_wallet=True),
)
async def create_payout(
    body: PayoutCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    language: LanguageDep,
) -> JSONResponse:
    """Pay up to 500 recipients from your wallet in one request.

    The whole is refused only where the request is not valid. An item that the contract refuses,
    for want of money for one, is `failed` with the contract's error and leaves the others as they
    are; so the answer says of each item what became of it.
    """

    def work(session: Session) -> Accepted:
        payout, transactions = service.pay_out(
            session,
            gateway.outbox,
            org_id=actor.org_id,
            sender=actor.address,
            chain_id=gateway.chain_id,
            body=body,
        )
        return Accepted(payout.id, tuple(transactions), f"/v1/payouts/{payout.id}")

    def render(session: Session, payout_id: str) -> PayoutRead:
        return service.read(session, service.get(session, None, payout_id), language)

    return await command(work, render, one_by_one=True)


@router.get("")
def list_payouts(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[PayoutRead]:
    """Your payouts without their items, newest first."""
    rows, more = page(session, Payout, service.visible_to(actor.org_id), query)
    return ListPage(data=service.read_page(session, rows), has_more=more)


@router.get("/{payout_id}", **operation(raises=(NotFound,)))
def get_payout(
    payout_id: str, actor: Reader, session: ReadSession, language: LanguageDep
) -> PayoutRead:
    """A payout of yours, with what became of each item."""
    return service.read(session, service.get(session, actor.org_id, payout_id), language)
