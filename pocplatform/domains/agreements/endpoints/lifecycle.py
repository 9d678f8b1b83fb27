"""The steps of an agreement that all have signed, over HTTP."""

from typing import Annotated

from fastapi import Body, Path
from fastapi.responses import JSONResponse

from pocplatform.domains.agreements import deadlines, reading
from pocplatform.domains.agreements.answers import (
    AgreementRead,
    NoteText,
)
from pocplatform.domains.agreements.endpoints.steps import SeenDep, StepDep
from pocplatform.domains.agreements.errors import (
    AgreementStateConflict,
    AgreementTermsInvalid,
    SignaturesMissing,
)
from pocplatform.domains.agreements.schemas import (
    ActivateCreate,
    DeliverCreate,
    DisputeCreate,
    FundCreate,
    ResolveCreate,
)
from pocplatform.domains.agreements.service import Agreements
from pocplatform.http.operations import operation
from pocplatform.http.routing import Router

router = Router(prefix="/v1/agreements/{agreement_id}", tags=["Agreements"])

MilestoneIndex = Annotated[int, Path(ge=0, le=31, description="Counts from 0.")]

_MILESTONE = "/milestones/{milestone}"
_SETTLED = ("milestone.paid", "milestone.resolved", "agreement.completed")


@router.post(
    "/activate",
    status_code=202,
    response_model=AgreementRead,
    **operation(
        by_wallet=True,
        raises=(SignaturesMissing, AgreementStateConflict),
        events=("agreement.activated",),
    ),
)
async def activate_agreement(
    step: StepDep, body: Annotated[ActivateCreate | None, Body()] = None
) -> JSONResponse:
    """Bring a signed agreement into force on the chain."""
    proofs = body.proofs if body else []
    return await step(lambda context, it, by: Agreements(context).activate(it, by, proofs))


@router.post(
    "/fund",
    status_code=202,
    response_model=AgreementRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        raises=(AgreementStateConflict, AgreementTermsInvalid),
        events=("milestone.funded",),
    ),
)
async def fund_agreement(
    step: StepDep, body: Annotated[FundCreate | None, Body()] = None
) -> JSONResponse:
    """Pay milestones into escrow from your wallet."""
    milestones = body.milestones if body else None
    return await step(lambda context, it, by: Agreements(context).fund(it, by, milestones))


@router.post(
    f"{_MILESTONE}/deliver",
    status_code=202,
    response_model=AgreementRead,
    **operation(by_wallet=True, raises=(AgreementTermsInvalid,), events=("milestone.delivered",)),
)
async def deliver_milestone(
    milestone: MilestoneIndex, body: DeliverCreate, step: StepDep
) -> JSONResponse:
    """Deliver a funded milestone, as its provider.

    The evidence, with the hashes of the documents that belong to it, is kept here; its salted hash
    goes on the chain.
    """
    return await step(
        lambda context, it, by: Agreements(context).deliver(
            it, milestone, by, body.evidence, body.documents
        )
    )


@router.post(
    f"{_MILESTONE}/accept",
    status_code=202,
    response_model=AgreementRead,
    **operation(moves_value=True, by_wallet=True, raises=(AgreementTermsInvalid,), events=_SETTLED),
)
async def accept_milestone(milestone: MilestoneIndex, step: StepDep) -> JSONResponse:
    """Accept a delivery and pay it from escrow, as its client."""
    return await step(lambda context, it, by: Agreements(context).accept(it, milestone, by))


@router.post(
    f"{_MILESTONE}/dispute",
    status_code=202,
    response_model=AgreementRead,
    **operation(by_wallet=True, raises=(AgreementTermsInvalid,), events=("milestone.disputed",)),
)
async def dispute_milestone(
    milestone: MilestoneIndex, body: DisputeCreate, step: StepDep
) -> JSONResponse:
    """Dispute a delivery within its review window; the arbiter decides."""
    return await step(
        lambda context, it, by: Agreements(context).dispute(
            it, milestone, by, body.reason, body.documents
        )
    )


@router.post(
    f"{_MILESTONE}/resolve",
    status_code=202,
    response_model=AgreementRead,
    **operation(moves_value=True, by_wallet=True, raises=(AgreementTermsInvalid,), events=_SETTLED),
)
async def resolve_milestone(
    milestone: MilestoneIndex, body: ResolveCreate, step: StepDep
) -> JSONResponse:
    """Settle a dispute, as the arbiter: the payee's share; the rest goes back to the client."""
    return await step(
        lambda context, it, by: Agreements(context).resolve(
            it, milestone, by, body.payee_bps, body.ruling
        ),
    )


@router.post(
    f"{_MILESTONE}/settle",
    status_code=202,
    response_model=AgreementRead,
    **operation(moves_value=True, by_wallet=True, raises=(AgreementTermsInvalid,), events=_SETTLED),
)
async def settle_milestone(milestone: MilestoneIndex, step: StepDep) -> JSONResponse:
    """Settle what time has decided: silence accepts a delivery, the fallback share ends a dispute.

    Anybody involved may. The sandbox does it by itself too, at most a minute later.
    """
    return await step(lambda context, it, by: deadlines.settle(context, it, milestone, by))


@router.post(
    "/expire",
    status_code=202,
    response_model=AgreementRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        events=("agreement.expired", "milestone.refunded", "milestone.cancelled"),
    ),
)
async def expire_agreement(step: StepDep) -> JSONResponse:
    """End an agreement whose time has run out: what was not delivered goes back to its payers.

    Anybody involved may. The sandbox does it by itself too, some minutes later.
    """
    return await step(lambda context, it, by: deadlines.expire(context, it, by))


@router.get("/notes/{hash}")
def get_agreement_note(hash: str, seen: SeenDep) -> NoteText:
    """Evidence, the reason of a dispute or a ruling: the text behind a hash on the chain."""
    return reading.read_note(Agreements(seen.context).note(seen.agreement, hash))
