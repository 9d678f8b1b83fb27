"""Agreements of a company: read, sign, bring into force, pay, deliver, accept, dispute."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.responses import HTMLResponse, Response

from pocplatform.client import AsyncSandbox, SandboxError
from pocplatform.client.models import Agreement
from pocplatform.domains.agreements.paper import pieces
from pocplatform.http.dependencies import GatewayDep
from pocplatform.http.routing import Router
from pocplatform.kit.errors import NotFound
from pocplatform.web import showing
from pocplatform.web.acting import Acting, ActingDep
from pocplatform.web.desk import tasks
from pocplatform.web.desk.acts import SentDep, Sheet, first
from pocplatform.web.desk.words import Words
from pocplatform.web.rendering import base_url

router = Router(include_in_schema=False)

_PATH = "/desk/agreements"
_SHOWN = 50

_Act = Callable[[AsyncSandbox, str, str], Awaitable[Any]]

_ACTS: dict[str, _Act] = {
    "sign": lambda api, id_, key: api.agreements.sign(id_, idempotency_key=key),
    "activate": lambda api, id_, key: api.agreements.activate(id_, idempotency_key=key),
    "fund": lambda api, id_, key: api.agreements.fund(id_, idempotency_key=key),
    "withdraw": lambda api, id_, key: api.agreements.withdraw(id_, idempotency_key=key),
}
"""What is done with a button, by the last part of its address."""


@router.get(_PATH)
async def listed(acting: ActingDep) -> HTMLResponse:
    """The agreements of the company, newest first."""
    found = await first(acting.sandbox().agreements.list(), _SHOWN)
    address = acting.organization.address
    return acting.html(
        "desk/agreements.html",
        agreements=[
            (
                one,
                [party.name or "–" for party in one.parties if party.address != address],
                tasks.waiting(address, [one], []),
            )
            for one in found
        ],
        words=Words(acting.page.language),
    )


@router.get(f"{_PATH}/{{agreement_id}}")
async def agreement(agreement_id: str, acting: ActingDep) -> HTMLResponse:
    """An agreement: how it stands, what can be done, its document, what has happened."""
    return await _shown(acting, agreement_id)


@router.get(f"{_PATH}/{{agreement_id}}/document.pdf")
async def as_pdf(agreement_id: str, acting: ActingDep) -> Response:
    """The agreement as a PDF."""
    made = await acting.sandbox().agreements.pdf(agreement_id)
    headers = {"Content-Disposition": f'inline; filename="{agreement_id}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


@router.post(f"{_PATH}/{{agreement_id}}/invite/{{party}}")
async def invite(agreement_id: str, party: int, sent: SentDep, gateway: GatewayDep) -> Response:
    """A link for whoever is to take a party's place; asked for again, it is the same one."""
    try:
        got = await sent.acting.sandbox().agreement_invitations.create(
            agreement_id, party, idempotency_key=sent.key
        )
    except SandboxError as error:
        return await _shown(sent.acting, agreement_id, sent.refused(error))
    url = f"{base_url(sent.acting.page, gateway)}/desk/join/{got.code}"
    return sent.acting.html("desk/invitation.html", invitation=got, url=url, qr=showing.qr(url))


@router.post(f"{_PATH}/{{agreement_id}}/{{act}}")
async def do(agreement_id: str, act: str, sent: SentDep) -> Response:
    """Sign, bring into force, pay into escrow or withdraw."""
    if act not in _ACTS:
        raise NotFound("There is no such page.", next_step="Go back to your agreements.")
    try:
        await _ACTS[act](sent.acting.sandbox(), agreement_id, sent.key)
    except SandboxError as error:
        return await _shown(sent.acting, agreement_id, sent.refused(error))
    return sent.acting.page.redirect(f"{_PATH}/{agreement_id}")


@router.get(f"{_PATH}/{{agreement_id}}/milestones/{{number}}/{{act}}")
async def ask(agreement_id: str, number: int, act: str, acting: ActingDep) -> HTMLResponse:
    """What was delivered, or why it is disputed."""
    return await _asked(acting, agreement_id, number, act, Sheet())


@router.post(f"{_PATH}/{{agreement_id}}/milestones/{{number}}/{{act}}")
async def do_milestone(agreement_id: str, number: int, act: str, sent: SentDep) -> Response:
    """Pay for, deliver, accept or dispute a milestone."""
    api, key = sent.acting.sandbox().agreements, sent.key
    said = sent.text("said")
    if act in ("deliver", "dispute"):
        sent.needs("said")
        if sent.wrong:
            return await _asked(sent.acting, agreement_id, number, act, sent.sheet())
    try:
        if act == "deliver":
            await api.deliver(agreement_id, number, said, idempotency_key=key)
        elif act == "dispute":
            await api.dispute(agreement_id, number, said, idempotency_key=key)
        elif act == "accept":
            await api.accept(agreement_id, number, idempotency_key=key)
        elif act == "fund":
            await api.fund(agreement_id, [number], idempotency_key=key)
        else:
            raise NotFound("There is no such page.", next_step="Go back to your agreements.")
    except SandboxError as error:
        sent.names |= {"evidence": "said", "reason": "said"}
        sheet = sent.refused(error)
        if act in ("deliver", "dispute"):
            return await _asked(sent.acting, agreement_id, number, act, sheet)
        return await _shown(sent.acting, agreement_id, sheet)
    return sent.acting.page.redirect(f"{_PATH}/{agreement_id}")


@router.get("/desk/join/{code}")
async def invited(code: str, acting: ActingDep) -> HTMLResponse:
    """What an invitation leads to: read it before you join."""
    return await _invited(acting, code, Sheet())


@router.post("/desk/join/{code}")
async def join(code: str, sent: SentDep) -> Response:
    """Take the place; then one can sign."""
    try:
        joined = await sent.acting.sandbox().agreement_invitations.join(
            code, idempotency_key=sent.key
        )
    except SandboxError as error:
        return await _invited(sent.acting, code, sent.refused(error))
    return sent.acting.page.redirect(f"{_PATH}/{joined.id}")


async def _shown(acting: Acting, agreement_id: str, sheet: Sheet | None = None) -> HTMLResponse:
    api, sheet = acting.sandbox().agreements, sheet or Sheet()
    found, timeline = await asyncio.gather(api.get(agreement_id), api.timeline(agreement_id))
    own = tasks.own_party(found, acting.organization.address)
    return acting.html(
        "desk/agreement.html",
        sheet.status,
        agreement=found,
        own=own,
        can={one.index: tasks.of_milestone(found, one, own) for one in found.milestones},
        total=sum(one.amount for one in found.milestones),
        unfunded=sum(
            one.amount for one in found.milestones if "fund" in tasks.of_milestone(found, one, own)
        ),
        open_places=[one for one in found.parties if one.address is None],
        all_signed=all(one.signed for one in found.parties),
        pieces=pieces(found.document.text),
        steps=list(reversed(timeline.steps)),
        sheet=sheet,
        words=Words(acting.page.language),
    )


async def _asked(
    acting: Acting, agreement_id: str, number: int, act: str, sheet: Sheet
) -> HTMLResponse:
    if act not in ("deliver", "dispute"):
        raise NotFound("There is no such page.", next_step="Go back to your agreements.")
    found: Agreement = await acting.sandbox().agreements.get(agreement_id)
    if not 0 <= number < len(found.milestones):
        raise NotFound("There is no milestone {number}.", number=number)
    return acting.html(
        "desk/milestone.html",
        sheet.status,
        agreement=found,
        milestone=found.milestones[number],
        act=act,
        sheet=sheet,
    )


async def _invited(acting: Acting, code: str, sheet: Sheet) -> HTMLResponse:
    found = await acting.sandbox().agreement_invitations.get(code)
    return acting.html(
        "desk/join.html",
        sheet.status,
        invited=found,
        code=code,
        total=sum(one.amount for one in found.milestones),
        pieces=pieces(found.document),
        sheet=sheet,
        words=Words(acting.page.language),
    )
