"""Held payments over HTTP."""

from typing import Annotated

from fastapi import Body
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.held_payments import service
from pocplatform.domains.held_payments.errors import HeldPaymentWithdrawn
from pocplatform.domains.held_payments.models import HeldPayment
from pocplatform.domains.held_payments.schemas import HeldPaymentRead, HeldPaymentWithdraw
from pocplatform.domains.held_payments.service import HeldPayments
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.errors import ContractReverted

router = Router(prefix="/v1/held_payments", tags=["Payments"])


def _involved(actor: Actor) -> str | None:
    """Whose money a caller sees; the organisers see all."""
    return None if actor.org_id is None else actor.address


@router.get("")
def list_held_payments(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[HeldPaymentRead]:
    """Money of yours that waits to be fetched, or was fetched, newest first.

    When a token refuses a payment, as tEUR does while it is paused, agreements, deposits and splits
    go on, and keep what is due to you.
    """
    rows, more = page(session, HeldPayment, service.visible_to(_involved(actor)), query)
    shown = [service.read(session, row, gateway.contracts) for row in rows]
    return ListPage(data=shown, has_more=more)


@router.get("/{held_payment_id}", **operation(raises=(NotFound,)))
def get_held_payment(
    held_payment_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> HeldPaymentRead:
    """Money of yours that is or was held in one place."""
    held = service.get(session, _involved(actor), held_payment_id)
    return service.read(session, held, gateway.contracts)


@router.post(
    "/{held_payment_id}/withdraw",
    status_code=202,
    response_model=HeldPaymentRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        raises=(NotFound, HeldPaymentWithdrawn, ContractReverted),
        events=("payment.held_withdrawn", "payment.received"),
    ),
)
async def withdraw_held_payment(
    held_payment_id: str,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    body: Annotated[HeldPaymentWithdraw | None, Body()] = None,
) -> JSONResponse:
    """Fetch all that is held for you in one place, into your wallet or to somebody else."""

    def work(session: Session) -> Accepted:
        payments = HeldPayments(
            session, gateway.outbox, gateway.signers, gateway.chain_id,
            org_id=actor.org_id, address=actor.address,
        )  # fmt: skip
        done = payments.withdraw(held_payment_id, body.to if body else None)
        return Accepted(done.resource, done.transactions, f"/v1/held_payments/{done.resource}")

    def render(session: Session, held_id: str) -> HeldPaymentRead:
        return service.read(session, service.get(session, None, held_id), gateway.contracts)

    return await command(work, render)
