"""The overview: where the API is, who one is there, what there is and what happened lately."""

from fastapi.responses import HTMLResponse, Response

from pocplatform.client.models import Event
from pocplatform.client.recordings import LoggedRequest
from pocplatform.http.routing import Router
from pocplatform.web.call_snippets import Call, snippets
from pocplatform.web.developers.desk import ROOT, DeskDep, rows
from pocplatform.web.forms import FormDep, new_attempt

router = Router(include_in_schema=False)

_LATELY = 6
_GIFT_CENTS = 100_000


@router.get(ROOT)
async def overview(desk: DeskDep) -> HTMLResponse:
    """What a developer looks for first."""
    async with desk.sandbox as sandbox:
        events = await rows(sandbox, "/v1/events", Event, limit=_LATELY)
        requests = await rows(sandbox, "/v1/requests", LoggedRequest, limit=_LATELY)
        call = Call("GET", "/v1/balance", "payments.balance", [], "result.amount")
        return desk.html(
            "overview",
            balance=await sandbox.payments.balance(),
            chain_id=desk.gateway.chain_id,
            quotas=await sandbox.organizations.quotas(),
            events=events.items,
            requests=requests.items,
            base_url=desk.base_url,
            snippets=snippets(call, desk.base_url),
            attempt=new_attempt(),
            gift=_GIFT_CENTS,
        )


@router.post(f"{ROOT}/money")
async def take_money(form: FormDep, desk: DeskDep) -> Response:
    """Test money into the organization's wallet; a form that is sent twice gives it once."""
    async with desk.sandbox as sandbox:
        await sandbox.payments.faucet(_GIFT_CENTS, idempotency_key=f"desk-{form.attempt}")
    return desk.page.redirect(ROOT)
