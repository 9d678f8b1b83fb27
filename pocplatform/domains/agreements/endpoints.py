"""Agreements over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Path
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.agreements import reading
from pocplatform.domains.agreements.models import Agreement
from pocplatform.domains.agreements.schemas import (
    ActivateCreate,
    AgreementCreate,
    AgreementRead,
    DeliverCreate,
    DisputeCreate,
    FundCreate,
    OnchainAgreement,
    ResolveCreate,
)
from pocplatform.domains.agreements.service import Agreements
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.state import Actor, Gateway
from pocplatform.outbox.models import Transaction

router = APIRouter(prefix="/v1/agreements", tags=["Agreements"])

MilestoneIndex = Annotated[int, Path(ge=0, le=31, description="Counts from 0.")]


def _agreements(session: Session, gateway: Gateway) -> Agreements:
    return Agreements(session, gateway.outbox, gateway.signers, gateway.chain_id)


def _involved(actor: Actor) -> str | None:
    """The address that must be involved to see an agreement; the organisers see all."""
    return None if actor.org_id is None else actor.address


def _render(gateway: Gateway) -> Callable[[Session, str], AgreementRead]:
    def render(session: Session, agreement_id: str) -> AgreementRead:
        agreement = _agreements(session, gateway).get(None, agreement_id)
        return reading.read(session, agreement, gateway.chain_id)

    return render


def _work(
    gateway: Gateway,
    actor: Actor,
    agreement_id: str,
    act: Callable[[Agreements, Agreement], Transaction | None],
) -> Callable[[Session], Accepted]:
    """A piece of work on an agreement that the caller is involved in."""

    def work(session: Session) -> Accepted:
        agreements = _agreements(session, gateway)
        agreement = agreements.get(_involved(actor), agreement_id)
        transaction = act(agreements, agreement)
        return Accepted(
            agreement.id,
            (transaction.id,) if transaction else (),
            f"/v1/agreements/{agreement.id}",
        )

    return work


@router.post("", status_code=201, response_model=AgreementRead)
async def create_agreement(
    body: AgreementCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Draft an agreement for its parties to sign. Nothing is on the chain yet."""

    def work(session: Session) -> Accepted:
        agreement = _agreements(session, gateway).draft(actor.org_id, body)
        return Accepted(agreement.id, location=f"/v1/agreements/{agreement.id}")

    return await command(work, _render(gateway), created=True)


@router.get("")
def list_agreements(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[AgreementRead]:
    """Agreements that you are involved in, newest first."""
    rows, more = page(session, Agreement, reading.visible_to(_involved(actor)), query)
    return ListPage(
        data=[reading.read(session, row, gateway.chain_id) for row in rows], has_more=more
    )


@router.get("/{agreement_id}")
def get_agreement(
    agreement_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> AgreementRead:
    """An agreement that you are involved in."""
    agreement = _agreements(session, gateway).get(_involved(actor), agreement_id)
    return reading.read(session, agreement, gateway.chain_id)


@router.get("/{agreement_id}/onchain")
def get_agreement_onchain(
    agreement_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> OnchainAgreement:
    """The same agreement as the contract itself answers, to compare."""
    agreement = _agreements(session, gateway).get(_involved(actor), agreement_id)
    return reading.read_onchain(gateway.contracts, agreement)


@router.post("/{agreement_id}/sign", response_model=AgreementRead)
async def sign_agreement(
    agreement_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Sign as a party, with your custodial wallet (EIP-712). Signing again changes nothing."""
    work = _work(gateway, actor, agreement_id, lambda a, g: a.sign(g, actor.address))
    return await command(work, _render(gateway))


@router.post("/{agreement_id}/activate", status_code=202, response_model=AgreementRead)
async def activate_agreement(
    agreement_id: str,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    body: Annotated[ActivateCreate | None, Body()] = None,
) -> JSONResponse:
    """Bring a signed agreement into force on the chain."""
    proofs = body.proofs if body else []
    work = _work(
        gateway,
        actor,
        agreement_id,
        lambda a, g: a.activate(g, actor.address, actor.org_id, proofs),
    )
    return await command(work, _render(gateway))


@router.post("/{agreement_id}/fund", status_code=202, response_model=AgreementRead)
async def fund_agreement(
    agreement_id: str,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    body: Annotated[FundCreate | None, Body()] = None,
) -> JSONResponse:
    """Pay milestones into escrow from your wallet."""
    milestones = body.milestones if body else None
    work = _work(
        gateway,
        actor,
        agreement_id,
        lambda a, g: a.fund(g, actor.address, actor.org_id, milestones),
    )
    return await command(work, _render(gateway), moves_value=True)


@router.post(
    "/{agreement_id}/milestones/{milestone}/deliver", status_code=202, response_model=AgreementRead
)
async def deliver_milestone(
    agreement_id: str,
    milestone: MilestoneIndex,
    body: DeliverCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Deliver a funded milestone, as its provider."""
    work = _work(
        gateway,
        actor,
        agreement_id,
        lambda a, g: a.deliver(g, milestone, actor.address, actor.org_id, body.evidence),
    )
    return await command(work, _render(gateway))


@router.post(
    "/{agreement_id}/milestones/{milestone}/accept", status_code=202, response_model=AgreementRead
)
async def accept_milestone(
    agreement_id: str,
    milestone: MilestoneIndex,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Accept a delivery and pay it from escrow, as its client."""
    work = _work(
        gateway,
        actor,
        agreement_id,
        lambda a, g: a.accept(g, milestone, actor.address, actor.org_id),
    )
    return await command(work, _render(gateway), moves_value=True)


@router.post(
    "/{agreement_id}/milestones/{milestone}/dispute", status_code=202, response_model=AgreementRead
)
async def dispute_milestone(
    agreement_id: str,
    milestone: MilestoneIndex,
    body: DisputeCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Dispute a delivery within its review window; the arbiter decides."""
    work = _work(
        gateway,
        actor,
        agreement_id,
        lambda a, g: a.dispute(g, milestone, actor.address, actor.org_id, body.reason),
    )
    return await command(work, _render(gateway))


@router.post(
    "/{agreement_id}/milestones/{milestone}/resolve", status_code=202, response_model=AgreementRead
)
async def resolve_milestone(
    agreement_id: str,
    milestone: MilestoneIndex,
    body: ResolveCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
) -> JSONResponse:
    """Settle a dispute, as the arbiter: the payee's share; the rest goes back to the client."""
    work = _work(
        gateway,
        actor,
        agreement_id,
        lambda a, g: a.resolve(
            g, milestone, actor.address, actor.org_id, body.payee_bps, body.ruling
        ),
    )
    return await command(work, _render(gateway), moves_value=True)
