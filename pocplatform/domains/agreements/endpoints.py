"""Agreements over HTTP."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
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
from pocplatform.outbox.service import Write

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


class Step:
    """What a caller does to one agreement that they are involved in."""

    def __init__(
        self, agreement_id: str, actor: Writer, gateway: GatewayDep, command: CommandDep
    ) -> None:
        self.actor = actor
        self._id = agreement_id
        self._gateway = gateway
        self._command = command

    async def __call__(
        self,
        act: Callable[[Agreements, Agreement], Write | None],
        *,
        moves_value: bool = False,
    ) -> JSONResponse:
        """Do it, and answer with the agreement as it is then."""

        def work(session: Session) -> Accepted:
            agreements = _agreements(session, self._gateway)
            agreement = agreements.get(_involved(self.actor), self._id)
            transaction = act(agreements, agreement)
            return Accepted(
                agreement.id,
                (transaction.id,) if transaction else (),
                f"/v1/agreements/{agreement.id}",
            )

        return await self._command(work, _render(self._gateway), moves_value=moves_value)


StepDep = Annotated[Step, Depends()]


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
async def sign_agreement(step: StepDep) -> JSONResponse:
    """Sign as a party, with your custodial wallet (EIP-712). Signing again changes nothing."""
    return await step(lambda agreements, it: agreements.sign(it, step.actor.address))


@router.post("/{agreement_id}/activate", status_code=202, response_model=AgreementRead)
async def activate_agreement(
    step: StepDep, body: Annotated[ActivateCreate | None, Body()] = None
) -> JSONResponse:
    """Bring a signed agreement into force on the chain."""
    by, proofs = step.actor, body.proofs if body else []
    return await step(lambda agreements, it: agreements.activate(it, by.address, by.org_id, proofs))


@router.post("/{agreement_id}/fund", status_code=202, response_model=AgreementRead)
async def fund_agreement(
    step: StepDep, body: Annotated[FundCreate | None, Body()] = None
) -> JSONResponse:
    """Pay milestones into escrow from your wallet."""
    by, milestones = step.actor, body.milestones if body else None
    return await step(
        lambda agreements, it: agreements.fund(it, by.address, by.org_id, milestones),
        moves_value=True,
    )


@router.post(
    "/{agreement_id}/milestones/{milestone}/deliver", status_code=202, response_model=AgreementRead
)
async def deliver_milestone(
    milestone: MilestoneIndex, body: DeliverCreate, step: StepDep
) -> JSONResponse:
    """Deliver a funded milestone, as its provider."""
    by = step.actor
    return await step(
        lambda agreements, it: agreements.deliver(
            it, milestone, by.address, by.org_id, body.evidence
        )
    )


@router.post(
    "/{agreement_id}/milestones/{milestone}/accept", status_code=202, response_model=AgreementRead
)
async def accept_milestone(milestone: MilestoneIndex, step: StepDep) -> JSONResponse:
    """Accept a delivery and pay it from escrow, as its client."""
    by = step.actor
    return await step(
        lambda agreements, it: agreements.accept(it, milestone, by.address, by.org_id),
        moves_value=True,
    )


@router.post(
    "/{agreement_id}/milestones/{milestone}/dispute", status_code=202, response_model=AgreementRead
)
async def dispute_milestone(
    milestone: MilestoneIndex, body: DisputeCreate, step: StepDep
) -> JSONResponse:
    """Dispute a delivery within its review window; the arbiter decides."""
    by = step.actor
    return await step(
        lambda agreements, it: agreements.dispute(it, milestone, by.address, by.org_id, body.reason)
    )


@router.post(
    "/{agreement_id}/milestones/{milestone}/resolve", status_code=202, response_model=AgreementRead
)
async def resolve_milestone(
    milestone: MilestoneIndex, body: ResolveCreate, step: StepDep
) -> JSONResponse:
    """Settle a dispute, as the arbiter: the payee's share; the rest goes back to the client."""
    by = step.actor
    return await step(
        lambda agreements, it: agreements.resolve(
            it, milestone, by.address, by.org_id, body.payee_bps, body.ruling
        ),
        moves_value=True,
    )
