"""Redemptions over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.redemptions import service
from pocplatform.domains.redemptions.models import Redemption
from pocplatform.domains.redemptions.schemas import RedemptionCreate, RedemptionRead
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound
from pocplatform.outbox.errors import ContractReverted

router = Router(prefix="/v1/redemptions", tags=["Redemptions"])


def _render(session: Session, redemption_id: str) -> RedemptionRead:
    return service.read(session, service.get(session, None, redemption_id))


@router.post(
    "",
    status_code=202,
    response_model=RedemptionRead,
    **operation(
        raises=(ContractReverted,),
        events=("redemption.paid_out", "payment.received"),
        moves_value=True,
        by_wallet=True,
    ),
)
async def create_redemption(
    body: RedemptionCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Give test euros back at par: they are destroyed, and count as paid out in the simulation."""

    def work(session: Session) -> Accepted:
        redemption = service.redeem(
            session, gateway.outbox, org_id=actor.org_id, holder=actor.address, body=body
        )
        location = f"/v1/redemptions/{redemption.id}"
        return Accepted(redemption.id, (redemption.transaction_id,), location)

    return await command(work, _render)


@router.get("")
def list_redemptions(
    actor: Reader, session: ReadSession, query: PageDep
) -> ListPage[RedemptionRead]:
    """Your redemptions, newest first."""
    rows, more = page(session, Redemption, service.visible_to(actor.org_id), query)
    return ListPage(data=[service.read(session, row) for row in rows], has_more=more)


@router.get("/{redemption_id}", **operation(raises=(NotFound,)))
def get_redemption(redemption_id: str, actor: Reader, session: ReadSession) -> RedemptionRead:
    """A redemption of yours."""
    return service.read(session, service.get(session, actor.org_id, redemption_id))
