"""Payments over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.organizations import service as organizations
from pocplatform.domains.payments import service
from pocplatform.domains.payments.errors import EtherNotGiven
from pocplatform.domains.payments.models import Payment
from pocplatform.domains.payments.schemas import (
    BalanceRead,
    EtherCreate,
    FaucetCreate,
    PaymentRead,
    TransferCreate,
)
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.schemas import TransactionRead
from pocplatform.http import quotas
from pocplatform.http.command import Accepted, Work
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.hot import HotRoute
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.quotas import QuotaExceeded
from pocplatform.http.routing import Router
from pocplatform.http.state import Actor, Gateway

router = Router(prefix="/v1", tags=["Payments"])


def _faucet(body: FaucetCreate, actor: Actor, gateway: Gateway) -> Work:
    def work(session: Session) -> Accepted:
        own = actor.limits.faucet_daily
        daily = gateway.settings.faucet_daily if own is None else own
        quotas.draw(session, actor.org_id, body.amount, daily)
        asked = service.faucet(
            session,
            gateway.outbox,
            org_id=actor.org_id,
            operator=gateway.signers.operator.address,
            recipient=actor.address,
            amount_cents=body.amount,
        )
        return _accepted(asked)

    return work


@router.post(
    "/faucet",
    status_code=202,
    response_model=PaymentRead,
    **operation(raises=(QuotaExceeded,), moves_value=True),
)
async def request_test_money(
    body: FaucetCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Get test money into your own wallet. It is worth nothing."""
    return await command(_faucet(body, actor, gateway), _render)


@router.post(
    "/faucet/ether",
    status_code=202,
    response_model=TransactionRead,
    **operation(raises=(QuotaExceeded, EtherNotGiven), moves_value=True),
)
async def request_test_ether(
    body: EtherCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Get test ether into your own wallet, to send along to payable functions.

    Gas needs none on the sandbox's own devnet, so wallets begin without. On other networks there is
    none to be had here.
    """
    wei = int(body.wei)

    def work(session: Session) -> Accepted:
        write = service.ether(
            session,
            gateway.outbox,
            org_id=actor.org_id,
            operator=gateway.signers.operator.address,
            recipient=actor.address,
            wei=wei,
        )
        quotas.draw_ether(session, actor.org_id, wei, gateway.settings.faucet_daily_ether)
        return Accepted(
            write.id,
            (write.id,),
            f"/v1/transactions/{write.id}",
            transactions.read(write),
            lambda outcome: transactions.read(write.settled(outcome)),
        )

    def render(session: Session, transaction_id: str) -> TransactionRead:
        return transactions.read(transactions.get(session, actor.org_id, transaction_id))

    return await command(work, render)


def _transfer(body: TransferCreate, actor: Actor, gateway: Gateway) -> Work:
    def work(session: Session) -> Accepted:
        asked = service.transfer(
            session,
            gateway.outbox,
            org_id=actor.org_id,
            sender=actor.address,
            recipient=organizations.resolve_address(session, body.to, gateway.chain_id, param="to"),
            amount_cents=body.amount,
        )
        return _accepted(asked)

    return work


@router.post(
    "/transfers",
    status_code=202,
    response_model=PaymentRead,
    **operation(moves_value=True, by_wallet=True),
)
async def create_transfer(
    body: TransferCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Pay somebody from your own wallet."""
    return await command(_transfer(body, actor, gateway), _render)


@router.get("/payments")
def list_payments(actor: Reader, session: ReadSession, query: PageDep) -> ListPage[PaymentRead]:
    """Your payments, newest first."""
    rows, more = page(session, Payment, service.visible_to(actor.org_id), query)
    return ListPage(data=[service.read(session, row) for row in rows], has_more=more)


@router.get("/payments/{payment_id}")
def get_payment(payment_id: str, actor: Reader, session: ReadSession) -> PaymentRead:
    """A payment of yours."""
    return service.read(session, service.get(session, actor.org_id, payment_id))


@router.get("/balance")
def get_own_balance(actor: Reader, gateway: GatewayDep) -> BalanceRead:
    """Your wallet's tEUR, read from the chain."""
    return service.balance(gateway.contracts, actor.address)


@router.get("/balances/{who}")
def get_balance(who: str, actor: Reader, session: ReadSession, gateway: GatewayDep) -> BalanceRead:
    """Anybody's tEUR by address, DID or organization id, read from the chain: it is public."""
    address = organizations.resolve_address(session, who, gateway.chain_id, param="who")
    return service.balance(gateway.contracts, address)


def _accepted(asked: service.Asked) -> Accepted:
    payment = asked.payment
    location = f"/v1/payments/{payment.id}"
    return Accepted(
        payment.id, (payment.transaction_id,), location, service.shown(*asked), asked.settled
    )


def _render(session: Session, payment_id: str) -> PaymentRead:
    return service.read(session, service.get(session, None, payment_id))


HOT_ROUTES = [
    HotRoute("POST", "/v1/transfers", TransferCreate, _transfer, _render),
    HotRoute("POST", "/v1/faucet", FaucetCreate, _faucet, _render),
]
"""Those that carry load."""
