"""The first page of the desk: who we are, what we have, what waits for us."""

import asyncio

from fastapi.responses import HTMLResponse

from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.kit.did import did_of
from pocplatform.web.acting import ActingDep
from pocplatform.web.desk import tasks
from pocplatform.web.desk.acts import first, known
from pocplatform.web.desk.words import Words

router = Router(include_in_schema=False)

_LOOKED_AT = 100
"""Agreements and invoices that are looked through, the newest."""


@router.get("/desk")
async def overview(acting: ActingDep, gateway: GatewayDep) -> HTMLResponse:
    """Who the company is, what it has, and what waits for it."""
    sandbox = acting.sandbox()
    address = acting.organization.address
    balance, identity, agreements, received, credentials = await asyncio.gather(
        sandbox.payments.balance(),
        known(sandbox.identities.get(did_of(gateway.chain_id, address))),
        first(sandbox.agreements.list(), _LOOKED_AT),
        first(sandbox.invoices.list(direction="received"), _LOOKED_AT),
        first(sandbox.credentials.list(), _LOOKED_AT),
    )
    return acting.html(
        "desk/overview.html",
        balance=balance.amount,
        registered=identity is not None and identity.status == "active",
        proved=any(one.type == "BusinessIdCredential" for one in credentials),
        tasks=tasks.waiting(address, agreements, received),
        agreements=agreements[:5],
        words=Words(acting.page.language),
    )
