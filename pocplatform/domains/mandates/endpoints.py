"""Mandates over HTTP."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Depends
from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.mandates import reading
from pocplatform.domains.mandates.errors import MandateAmountInvalid, MandateStateConflict
from pocplatform.domains.mandates.models import Mandate
from pocplatform.domains.mandates.schemas import (
    MandateCollect,
    MandateCreate,
    MandateRead,
    ScheduleUpdate,
)
from pocplatform.domains.mandates.service import Mandates
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import (
    CommandDep,
    GatewayDep,
    LanguageDep,
    Reader,
    ReadSession,
    Writer,
)
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router, of_request
from pocplatform.http.state import Actor, Gateway
from pocplatform.kit.errors import Forbidden, NotFound
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.service import Write

router = Router(prefix="/v1/mandates", tags=["Mandates"])

_STEP_ERRORS = (NotFound, Forbidden, MandateStateConflict, ContractReverted)


def _mandates(session: Session, gateway: Gateway) -> Mandates:
    return Mandates(session, gateway.outbox, gateway.signers, gateway.chain_id)


def _involved(actor: Actor) -> str | None:
    """The address that must be involved to see a mandate; the organisers see all."""
    return None if actor.org_id is None else actor.address


def _render(gateway: Gateway, actor: Actor, language: str) -> Callable[[Session, str], MandateRead]:
    def render(session: Session, mandate_id: str) -> MandateRead:
        mandate = _mandates(session, gateway).get(None, mandate_id)
        return reading.read(session, mandate, actor.org_id, language)

    return render


class Step:
    """What a caller does to one mandate that they are involved in."""

    def __init__(
        self,
        mandate_id: str,
        actor: Writer,
        gateway: GatewayDep,
        command: CommandDep,
        language: LanguageDep,
    ) -> None:
        self.actor = actor
        self._id = mandate_id
        self._gateway = gateway
        self._command = command
        self._language = language

    async def __call__(self, act: Callable[[Mandates, Mandate], Sequence[Write]]) -> JSONResponse:
        """Do it, and answer with the mandate as it is then."""

        def work(session: Session) -> Accepted:
            mandates = _mandates(session, self._gateway)
            mandate = mandates.get(_involved(self.actor), self._id)
            transactions = tuple(write.id for write in act(mandates, mandate))
            return Accepted(mandate.id, transactions, f"/v1/mandates/{mandate.id}")

        render = _render(self._gateway, self.actor, self._language)
        return await self._command(work, render)


StepDep = Annotated[Step, Depends(of_request(Step))]


@router.post(
    "",
    status_code=202,
    response_model=MandateRead,
    **operation(raises=(ContractReverted,), events=("mandate.activated",), moves_value=True),
)
async def create_mandate(
    body: MandateCreate,
    actor: Writer,
    gateway: GatewayDep,
    command: CommandDep,
    language: LanguageDep,
) -> JSONResponse:
    """Let somebody collect from your wallet, up to a cap in each period; your wallet signs it.

    Your first mandate also lets the contract of mandates move your tEUR (an ERC-20 allowance
    without a limit); what it moves is limited by the caps that you have signed.
    """

    def work(session: Session) -> Accepted:
        mandate, writes = _mandates(session, gateway).give(actor.org_id, actor.address, body)
        transactions = tuple(write.id for write in writes)
        return Accepted(mandate.id, transactions, f"/v1/mandates/{mandate.id}")

    return await command(work, _render(gateway, actor, language))


@router.get("")
def list_mandates(
    actor: Reader, session: ReadSession, query: PageDep, language: LanguageDep
) -> ListPage[MandateRead]:
    """Mandates that you pay or collect by, newest first."""
    rows, more = page(session, Mandate, reading.visible_to(_involved(actor)), query)
    data = [reading.read(session, row, actor.org_id, language) for row in rows]
    return ListPage(data=data, has_more=more)


@router.get("/{mandate_id}", **operation(raises=(NotFound,)))
def get_mandate(
    mandate_id: str,
    actor: Reader,
    session: ReadSession,
    gateway: GatewayDep,
    language: LanguageDep,
) -> MandateRead:
    """A mandate that you pay or collect by."""
    mandate = _mandates(session, gateway).get(_involved(actor), mandate_id)
    return reading.read(session, mandate, actor.org_id, language)


@router.post(
    "/{mandate_id}/sign",
    status_code=202,
    response_model=MandateRead,
    **operation(
        raises=_STEP_ERRORS, events=("mandate.activated",), moves_value=True, by_wallet=True
    ),
)
async def sign_mandate(step: StepDep) -> JSONResponse:
    """Sign a draft of yours and bring it to the chain. Signing again changes nothing.

    A mandate of a wallet whose key the sandbox keeps is signed when it is made.
    """
    by = step.actor
    return await step(lambda mandates, it: mandates.sign(it, by.address, by.org_id))


@router.post(
    "/{mandate_id}/collect",
    status_code=202,
    response_model=MandateRead,
    **operation(
        raises=(*_STEP_ERRORS, MandateAmountInvalid),
        events=("mandate.collected", "payment.received"),
        moves_value=True,
        by_wallet=True,
    ),
)
async def collect_mandate(body: MandateCollect, step: StepDep) -> JSONResponse:
    """Collect from the payer, as the payee: no more than the cap in each period."""
    by = step.actor
    return await step(
        lambda mandates, it: [mandates.collect(it, by.address, by.org_id, body.amount)]
    )


@router.post(
    "/{mandate_id}/schedule",
    response_model=MandateRead,
    **operation(
        raises=(NotFound, Forbidden, MandateStateConflict, MandateAmountInvalid),
        events=("mandate.collected", "mandate.collection_failed"),
        moves_value=True,
    ),
)
async def schedule_mandate(body: ScheduleUpdate, step: StepDep) -> JSONResponse:
    """Have an amount collected once in every period by itself, as the payee.

    A collection that fails, for want of money for one, is told by an event and not tried again
    before the next period. `null` ends the schedule. Into a wallet of your own nothing is collected
    by itself: nobody could sign when the time has come, so collect in two steps instead.
    """
    by = step.actor

    def schedule(mandates: Mandates, mandate: Mandate) -> Sequence[Write]:
        mandates.schedule(mandate, by.address, by.org_id, body.amount)
        return ()

    return await step(schedule)


@router.post(
    "/{mandate_id}/pause",
    status_code=202,
    response_model=MandateRead,
    **operation(raises=_STEP_ERRORS, events=("mandate.paused",), by_wallet=True),
)
async def pause_mandate(step: StepDep) -> JSONResponse:
    """Stop a mandate for the time being, as the payer."""
    by = step.actor
    return await step(lambda mandates, it: [mandates.pause(it, by.address, by.org_id)])


@router.post(
    "/{mandate_id}/resume",
    status_code=202,
    response_model=MandateRead,
    **operation(raises=_STEP_ERRORS, events=("mandate.resumed",), by_wallet=True),
)
async def resume_mandate(step: StepDep) -> JSONResponse:
    """Let a paused mandate be collected again, as the payer."""
    by = step.actor
    return await step(lambda mandates, it: [mandates.resume(it, by.address, by.org_id)])


@router.post(
    "/{mandate_id}/cancel",
    status_code=202,
    response_model=MandateRead,
    **operation(raises=_STEP_ERRORS, events=("mandate.cancelled",), by_wallet=True),
)
async def cancel_mandate(step: StepDep) -> JSONResponse:
    """End a mandate for ever, as payer or payee."""
    by = step.actor
    return await step(lambda mandates, it: [mandates.cancel(it, by.address, by.org_id)])
