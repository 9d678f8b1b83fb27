"""Changes of agreements in force, over HTTP."""

from collections.abc import Callable

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.agreements import reading
from pocplatform.domains.agreements.answers import (
    ChangeRead,
)
from pocplatform.domains.agreements.changes import Changes
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.endpoints.steps import SeenDep, Step, StepDep, context_of
from pocplatform.domains.agreements.errors import (
    AgreementStateConflict,
    AgreementTermsInvalid,
    ChangeStateConflict,
)
from pocplatform.domains.agreements.models import Agreement, AgreementChange
from pocplatform.domains.agreements.schemas import (
    AmendCreate,
    TerminateCreate,
)
from pocplatform.http.command import Accepted
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router
from pocplatform.outbox.service import Write

router = Router(prefix="/v1/agreements/{agreement_id}", tags=["Agreements"])

_APPLIED = ("agreement.amended", "agreement.terminated", "milestone.resolved")


@router.post(
    "/amend",
    status_code=201,
    response_model=ChangeRead,
    **operation(raises=(AgreementStateConflict, AgreementTermsInvalid)),
)
async def amend_agreement(body: AmendCreate, step: StepDep) -> JSONResponse:
    """Propose other terms for an agreement in force; your signature is given with it.

    With a wallet of your own the proposal waits for yours too: `…/changes/{change_id}/sign/prepare`
    gives it, as often as you like, the same every time.

    They are in force when every party has signed: the last signature sends them to the chain.
    Parties stay; milestones can be added but not taken away; what is in escrow keeps its amount
    and payer, what is settled stays as it is.
    """
    return await _propose(step, lambda changes, it: changes.amend(it, step.by, body))


@router.post(
    "/terminate",
    status_code=201,
    response_model=ChangeRead,
    **operation(raises=(AgreementStateConflict, AgreementTermsInvalid)),
)
async def terminate_agreement(body: TerminateCreate, step: StepDep) -> JSONResponse:
    """Propose to end an agreement and how what is in escrow is divided; you sign with it.

    With a wallet of your own the proposal waits for your signature too, as an amendment does.

    It ends when every party has signed: the last signature sends it to the chain.
    """
    return await _propose(step, lambda changes, it: changes.terminate(it, step.by, body))


@router.get("/changes")
def list_agreement_changes(seen: SeenDep, query: PageDep) -> ListPage[ChangeRead]:
    """Proposed changes of an agreement, newest first."""
    statement = reading.changes_of(seen.agreement.id)
    rows, more = page(seen.session, AgreementChange, statement, query)
    return ListPage(data=[_shown(seen.context, seen.agreement, row) for row in rows], has_more=more)


@router.get("/changes/{change_id}")
def get_agreement_change(change_id: str, seen: SeenDep) -> ChangeRead:
    """A proposed change, with who has signed it."""
    change = Changes(seen.context).get(seen.agreement, change_id)
    return _shown(seen.context, seen.agreement, change)


@router.post(
    "/changes/{change_id}/sign",
    status_code=202,
    response_model=ChangeRead,
    **operation(
        by_wallet=True, raises=(ChangeStateConflict, AgreementStateConflict), events=_APPLIED
    ),
)
async def sign_agreement_change(change_id: str, step: StepDep) -> JSONResponse:
    """Sign a proposed change. The last signature sends it to the chain.

    Signing again changes nothing.
    """
    return await _act(step, change_id, lambda c, it, change: c.sign(it, change, step.by))


@router.post(
    "/changes/{change_id}/apply",
    status_code=202,
    response_model=ChangeRead,
    **operation(
        moves_value=True,
        by_wallet=True,
        raises=(ChangeStateConflict, AgreementStateConflict),
        events=_APPLIED,
    ),
)
async def apply_agreement_change(change_id: str, step: StepDep) -> JSONResponse:
    """Send a change that all have signed once more, if the contract refused it before."""
    return await _act(step, change_id, lambda c, it, change: c.apply(it, change, step.by))


@router.post(
    "/changes/{change_id}/withdraw",
    response_model=ChangeRead,
    **operation(raises=(ChangeStateConflict,)),
)
async def withdraw_agreement_change(change_id: str, step: StepDep) -> JSONResponse:
    """Take a proposal back, or decline that of another party, before all have signed it."""
    return await _act(step, change_id, lambda c, it, change: c.withdraw(it, change, step.by))


async def _propose(
    step: Step, propose: Callable[[Changes, Agreement], AgreementChange]
) -> JSONResponse:
    def work(context: Context, agreement: Agreement) -> Accepted:
        return _accepted(propose(Changes(context), agreement), None)

    return await step.run(work, _render(step), created=True)


async def _act(
    step: Step,
    change_id: str,
    act: Callable[[Changes, Agreement, AgreementChange], Write | None],
) -> JSONResponse:
    def work(context: Context, agreement: Agreement) -> Accepted:
        changes = Changes(context)
        change = changes.get(agreement, change_id)
        return _accepted(change, act(changes, agreement, change))

    return await step.run(work, _render(step))


def _accepted(change: AgreementChange, write: Write | None) -> Accepted:
    path = f"/v1/agreements/{change.agreement_id}/changes/{change.id}"
    return Accepted(path, (write.id,) if write else (), path)


def _render(step: Step) -> Callable[[Session, str], ChangeRead]:
    def shown(session: Session, path: str) -> ChangeRead:
        _, _, _, agreement_id, _, change_id = path.split("/")
        context = context_of(session, step.gateway)
        agreement = context.get(None, agreement_id)
        return _shown(context, agreement, Changes(context).get(agreement, change_id))

    return shown


def _shown(context: Context, agreement: Agreement, change: AgreementChange) -> ChangeRead:
    state = Changes(context).state(agreement, change)
    return reading.read_change(context.session, agreement, change, state)
