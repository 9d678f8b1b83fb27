"""Agreements that are not in force yet, over HTTP."""

from fastapi.responses import JSONResponse
from sqlmodel import Session

from pocplatform.domains.agreements import reading
from pocplatform.domains.agreements.answers import (
    AgreementRead,
    InvitationRead,
    InvitedTo,
    OnchainAgreement,
)
from pocplatform.domains.agreements.context import Context
from pocplatform.domains.agreements.drafts import Drafts
from pocplatform.domains.agreements.endpoints.steps import (
    SeenDep,
    StepDep,
    caller,
    context_of,
    involved,
    render,
)
from pocplatform.domains.agreements.errors import (
    AgreementInvitationInvalid,
    AgreementStateConflict,
    AgreementTermsInvalid,
)
from pocplatform.domains.agreements.models import Agreement
from pocplatform.domains.agreements.schemas import (
    AgreementCreate,
    InvitationCreate,
    JoinCreate,
)
from pocplatform.http.command import Accepted
from pocplatform.http.dependencies import CommandDep, GatewayDep, Reader, ReadSession, Writer
from pocplatform.http.operations import operation
from pocplatform.http.pages import ListPage, PageDep, page
from pocplatform.http.routing import Router

router = Router(prefix="/v1", tags=["Agreements"])


@router.post(
    "/agreements",
    status_code=201,
    response_model=AgreementRead,
    **operation(raises=(AgreementTermsInvalid,), events=("agreement.drafted",)),
)
async def create_agreement(
    body: AgreementCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Draft an agreement for its parties to sign. Nothing is on the chain yet.

    A party without `who` is a place that somebody is invited to.
    """

    def work(session: Session) -> Accepted:
        agreement = Drafts(context_of(session, gateway)).draft(actor.org_id, body)
        return Accepted(agreement.id, location=f"/v1/agreements/{agreement.id}")

    return await command(work, render(gateway), created=True)


@router.get("/agreements")
def list_agreements(
    actor: Reader, session: ReadSession, gateway: GatewayDep, query: PageDep
) -> ListPage[AgreementRead]:
    """Agreements that you are involved in, newest first."""
    rows, more = page(session, Agreement, reading.visible_to(involved(actor)), query)
    return ListPage(
        data=[reading.read(session, row, gateway.chain_id) for row in rows], has_more=more
    )


@router.get("/agreements/{agreement_id}")
def get_agreement(seen: SeenDep) -> AgreementRead:
    """An agreement that you are involved in."""
    return reading.read(seen.session, seen.agreement, seen.gateway.chain_id)


@router.get("/agreements/{agreement_id}/onchain")
def get_agreement_onchain(seen: SeenDep) -> OnchainAgreement:
    """The same agreement as the contract itself answers, to compare."""
    return reading.read_onchain(seen.session, seen.gateway.contracts, seen.agreement)


@router.post(
    "/agreements/{agreement_id}/invitations",
    status_code=201,
    response_model=InvitationRead,
    **operation(raises=(AgreementTermsInvalid, AgreementStateConflict)),
)
async def invite_to_agreement(body: InvitationCreate, step: StepDep) -> JSONResponse:
    """A link for whoever is to take a party's place in your draft.

    Send it as you like. Whoever has it, and a key of this sandbox, may take the place, once. Asked
    for again, it is the same link for longer.
    """

    def work(context: Context, agreement: Agreement) -> Accepted:
        invitation = Drafts(context).invite(agreement, step.by, body)
        return Accepted(invitation.code, location=f"/v1/agreement_invitations/{invitation.code}")

    def show(session: Session, code: str) -> InvitationRead:
        invitation, agreement = Drafts(context_of(session, step.gateway)).invitation(code)
        return reading.read_invitation(agreement, invitation, step.gateway.settings.base_url)

    return await step.run(work, show, created=True)


@router.get("/agreement_invitations/{code}", **operation(raises=(AgreementInvitationInvalid,)))
def get_agreement_invitation(
    code: str, actor: Reader, session: ReadSession, gateway: GatewayDep
) -> InvitedTo:
    """What an invitation leads to: read it before you join."""
    invitation, agreement = Drafts(context_of(session, gateway)).invitation(code)
    return reading.read_invited_to(session, agreement, invitation, gateway.chain_id)


@router.post(
    "/agreement_invitations/{code}/join",
    response_model=AgreementRead,
    **operation(
        raises=(AgreementTermsInvalid, AgreementInvitationInvalid), events=("agreement.joined",)
    ),
)
async def join_agreement(
    code: str, body: JoinCreate, actor: Writer, gateway: GatewayDep, command: CommandDep
) -> JSONResponse:
    """Take the party's place that you were invited to; then you can sign.

    The document of a template is written anew with your name and DID. Joining again changes
    nothing.
    """

    def work(session: Session) -> Accepted:
        agreement = Drafts(context_of(session, gateway)).join(code, caller(actor), body)
        return Accepted(agreement.id, location=f"/v1/agreements/{agreement.id}")

    return await command(work, render(gateway))


@router.post(
    "/agreements/{agreement_id}/sign",
    response_model=AgreementRead,
    **operation(by_wallet=True, raises=(AgreementStateConflict,), events=("agreement.signed",)),
)
async def sign_agreement(step: StepDep) -> JSONResponse:
    """Sign as a party, with your wallet (EIP-712). Signing again changes nothing."""
    return await step(lambda context, it, by: Drafts(context).sign(it, by))


@router.post(
    "/agreements/{agreement_id}/withdraw",
    response_model=AgreementRead,
    **operation(raises=(AgreementStateConflict,), events=("agreement.withdrawn",)),
)
async def withdraw_agreement(step: StepDep) -> JSONResponse:
    """Take your draft back, before it is in force. Withdrawing again changes nothing."""
    return await step(lambda context, it, by: Drafts(context).withdraw(it, by))
