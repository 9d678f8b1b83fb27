"""What the endpoints of agreements share."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import Session

from pocplatform.domains.agreements import reading, timeline
from pocplatform.domains.agreements.answers import (
    AgreementRead,
)
from pocplatform.domains.agreements.context import Caller, Context
from pocplatform.domains.agreements.models import Agreement
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import PREPARE
from pocplatform.http.routing import of_request
from pocplatform.http.state import Actor, Gateway
from pocplatform.outbox.errors import ContractReverted
from pocplatform.outbox.service import Write


def context_of(session: Session, gateway: Gateway) -> Context:
    """What the services work with."""
    return Context(session, gateway.outbox, gateway.signers, gateway.chain_id)


def caller(actor: Actor) -> Caller:
    """Who acts, as the services know them."""
    return Caller(actor.address, actor.org_id)


def involved(actor: Actor) -> str | None:
    """The address that must be involved to see an agreement; the organisers see all."""
    return None if actor.org_id is None else actor.address


def render(gateway: Gateway) -> Callable[[Session, str], AgreementRead]:
    """Shows an agreement."""

    def shown(session: Session, agreement_id: str) -> AgreementRead:
        agreement = context_of(session, gateway).get(None, agreement_id)
        return reading.read(session, agreement, gateway.chain_id)

    return shown


class Seen:
    """An agreement that the caller is involved in, for reading."""

    def __init__(
        self, agreement_id: str, actor: Reader, session: ReadSession, gateway: GatewayDep
    ) -> None:
        self.session = session
        self.gateway = gateway
        self.context = context_of(session, gateway)
        self._id = agreement_id
        self._actor = actor

    @cached_property
    def agreement(self) -> Agreement:
        """The agreement, once it is asked for. Raises :class:`NotFound`."""
        return self.context.get(involved(self._actor), self._id)


SeenDep = Annotated[Seen, Depends(of_request(Seen))]


class Step:
    """What a caller does to one agreement that they are involved in."""

    def __init__(
        self,
        request: Request,
        agreement_id: str,
        actor: Writer,
        gateway: GatewayDep,
        command: CommandDep,
    ) -> None:
        self._name = request.url.path.removesuffix(PREPARE).rpartition("/")[2]
        self._id = agreement_id
        self._actor = actor
        self._gateway = gateway
        self._command = command

    async def __call__(
        self,
        act: Callable[[Context, Agreement, Caller], Write | None],
    ) -> JSONResponse:
        """Do it, and answer with the agreement as it is then."""

        def work(context: Context, agreement: Agreement) -> Accepted:
            return _accepted(agreement, act(context, agreement, caller(self._actor)))

        return await self.run(work, render(self._gateway))

    async def run(
        self,
        work: Callable[[Context, Agreement], Accepted],
        show: Callable[[Session, str], BaseModel],
        *,
        created: bool = False,
    ) -> JSONResponse:
        """Do it, and answer with something else than the agreement."""

        def in_transaction(session: Session) -> Accepted:
            context = context_of(session, self._gateway)
            return work(context, context.get(involved(self._actor), self._id))

        try:
            return await self._command(in_transaction, show, created=created)
        except ContractReverted as error:
            if error.transaction_id is None:
                await self._gateway.writes.do(partial(self._note, dict(error.error)))
            raise

    def _note(self, error: dict[str, Any], session: Session) -> None:
        """What was refused before it was sent left no trace; the timeline tells of it."""
        context = context_of(session, self._gateway)
        agreement = context.get(None, self._id)
        timeline.note_refusal(context, agreement, self._actor.address, self._name, error)

    @property
    def by(self) -> Caller:
        """Who does it."""
        return caller(self._actor)

    @property
    def gateway(self) -> Gateway:
        """The running platform."""
        return self._gateway


def _accepted(agreement: Agreement, write: Write | None) -> Accepted:
    transactions = (write.id,) if write else ()
    return Accepted(agreement.id, transactions, f"/v1/agreements/{agreement.id}")


StepDep = Annotated[Step, Depends(of_request(Step))]
