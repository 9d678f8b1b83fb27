"""Showing agreements: from the tables, and straight from the contract."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.agreements import repository, versions
from pocplatform.domains.agreements.answers import (
    AgreementRead,
    ChangeRead,
    InvitationRead,
    InvitedTo,
    MilestoneRead,
    NoteRead,
    NoteText,
    OnchainAgreement,
    OnchainMilestone,
    PartyRead,
    TemplateUse,
)
from pocplatform.domains.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementInvitation,
    AgreementNote,
    MilestoneState,
)
from pocplatform.domains.agreements.schemas import DocumentRead, Role
from pocplatform.domains.agreements.terms import (
    AGREEMENT_STATES,
    IN_ESCROW,
    MILESTONE_STATES,
    ROLES,
    SETTLED,
    ZERO_ADDRESS,
)
from pocplatform.domains.agreements.versions import Version
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso
from pocplatform.kit.did import did_of
from pocplatform.kit.money import to_cents

_CONTRACT = "ServiceAgreements"
_NOTES = 50
"""As many of the newest notes are shown with an agreement; each can be asked for by its hash."""


visible_to = repository.visible_to
changes_of = repository.changes_of


def read(session: Session, agreement: Agreement, chain_id: int) -> AgreementRead:
    """An agreement as its parties see it: what holds now."""
    version = versions.in_force(session, agreement)
    terms, deal = version.terms, version.terms["deal"]
    state = repository.state_of(session, agreement.agreement_hash)
    known = repository.milestones_of(session, agreement.agreement_hash)
    return AgreementRead(
        id=agreement.id,
        title=version.title,
        state=state.state if state else "withdrawn" if agreement.withdrawn_ms else "draft",
        revision=state.revision if state else 0,
        agreement_hash=agreement.agreement_hash,
        terms_hash=version.terms_hash,
        document=_document(version),
        document_hash=version.document_hash,
        parties=_parties(session, agreement, chain_id),
        arbiter=None if deal["arbiter"] == ZERO_ADDRESS else deal["arbiter"],
        milestones=_milestones(version, known),
        escrow=to_cents(
            sum(int(row.funded_units) for row in known.values() if row.state in IN_ESCROW)
        ),
        sign_by=_moment(terms["signBy"]),
        expires_at=_moment(deal["expiresAt"]),
        arbitration_window_s=deal["arbitrationWindow"],
        fallback_bps=deal["fallbackBps"],
        template=TemplateUse(**agreement.template) if agreement.template else None,
        notes=[NoteRead(**_note(note)) for note in repository.notes(session, agreement.id, _NOTES)],
        transactions=transactions.of_resource(session, agreement.id),
        created=iso(agreement.created_ms),
    )


def read_note(note: AgreementNote) -> NoteText:
    """A text whose hash is on the chain."""
    return NoteText(**_note(note), text=note.text, salt=note.salt)


def read_invitation(
    agreement: Agreement, invitation: AgreementInvitation, base_url: str
) -> InvitationRead:
    """An invitation as the drafter sees it."""
    return InvitationRead(
        code=invitation.code,
        url=f"{base_url}/v1/agreement_invitations/{invitation.code}",
        agreement=agreement.id,
        party=invitation.party,
        role=_role(agreement, invitation.party),
        expires_at=iso(invitation.expires_ms),
        accepted=invitation.accepted_ms is not None,
    )


def read_invited_to(
    session: Session, agreement: Agreement, invitation: AgreementInvitation, chain_id: int
) -> InvitedTo:
    """What an invitation leads to."""
    version = versions.first(agreement)
    return InvitedTo(
        agreement=agreement.id,
        title=agreement.title,
        document=agreement.document,
        party=invitation.party,
        role=_role(agreement, invitation.party),
        parties=_parties(session, agreement, chain_id),
        milestones=_milestones(version, {}),
        sign_by=_moment(version.terms["signBy"]),
        expires_at=_moment(version.terms["deal"]["expiresAt"]),
        invitation_expires_at=iso(invitation.expires_ms),
    )


def read_change(
    session: Session, agreement: Agreement, change: AgreementChange, state: str
) -> ChangeRead:
    """A proposed change; ``state`` as the service knows it."""
    signed = sorted(repository.change_signatures(session, change.id))
    version = versions.of_amendment(change) if change.kind == "amendment" else None
    count = len(agreement.terms["parties"])
    function = "amend" if version else "terminate"
    return ChangeRead(
        id=change.id,
        agreement=agreement.id,
        kind=change.kind,  # type: ignore[arg-type]
        state=state,  # type: ignore[arg-type]
        revision=change.revision,
        reason=change.reason,
        proposer=change.proposer,
        signed=signed,
        missing=[index for index in range(count) if index not in signed],
        sign_by=_moment(change.deadline),
        payee_bps=change.payee_bps,
        title=change.title,
        document=_document(version) if version else None,
        milestones=_milestones(version, {}) if version else None,
        expires_at=_moment(version.terms["deal"]["expiresAt"]) if version else None,
        terms_hash=change.terms_hash,
        transactions=[
            row
            for row in transactions.of_resource(session, agreement.id, function=function)
            if row.created >= iso(change.created_ms)
        ],
        created=iso(change.created_ms),
    )


def _document(version: Version) -> DocumentRead:
    return DocumentRead(text=version.document, salt=version.salt, hash=version.document_hash)


def _role(agreement: Agreement, index: int) -> Role:
    role: Role = ROLES[agreement.terms["parties"][index]["role"]]  # type: ignore[assignment]
    return role


def _note(note: AgreementNote) -> dict[str, Any]:
    return {
        "hash": note.hash,
        "kind": note.kind,
        "milestone": note.milestone,
        "author": note.author,
        "created": iso(note.created_ms),
    }


def _parties(session: Session, agreement: Agreement, chain_id: int) -> list[PartyRead]:
    return [
        PartyRead(
            index=party.index,
            address=party.address,
            did=did_of(chain_id, party.address) if party.address else None,
            name=party.name,
            business_id=party.business_id,
            role=party.role,  # type: ignore[arg-type]
            credential_type=agreement.credential_types[party.index],
            signed=party.signature is not None,
            signed_at=iso(party.signed_ms) if party.signed_ms else None,
        )
        for party in repository.people(session, agreement.id)
        if party.index is not None
    ]


def _milestones(version: Version, known: dict[int, MilestoneState]) -> list[MilestoneRead]:
    return [
        _milestone(version, index, known.get(index))
        for index in range(len(version.terms["milestones"]))
    ]


def _milestone(version: Version, index: int, row: MilestoneState | None) -> MilestoneRead:
    terms = version.terms["milestones"][index]
    delivered = row is not None and row.state == "delivered" and row.since is not None
    return MilestoneRead(
        index=index,
        title=version.milestone_titles[index],
        amount=to_cents(terms["amount"]),
        state=row.state if row else "unfunded",
        payee=terms["payee"],
        payer=terms["payer"],
        provider=terms["provider"],
        due_at=_moment(terms["dueAt"]) if terms["dueAt"] else None,
        review_window_s=terms["reviewWindow"],
        payee_amount=to_cents(int(row.payee_units)) if row else 0,
        payer_amount=to_cents(int(row.payer_units)) if row else 0,
        evidence_hash=row.evidence_hash if row else None,
        review_ends_at=_moment((row.since or 0) + terms["reviewWindow"])
        if row is not None and delivered
        else None,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def read_onchain(session: Session, contracts: Contracts, agreement: Agreement) -> OnchainAgreement:
    """The same agreement, asked of the contract alone."""
    terms = versions.in_force(session, agreement).terms
    id_ = bytes.fromhex(agreement.agreement_hash[2:])
    block = contracts.client.block_number()
    code, revision = contracts.read(_CONTRACT, "agreementOf", id_)
    state = AGREEMENT_STATES[code]
    milestones = []
    escrow = 0
    for index in range(len(terms["milestones"])):
        code, since, penalty_bps = contracts.read(_CONTRACT, "milestoneOf", id_, index)
        name = MILESTONE_STATES[code]
        milestones.append(
            OnchainMilestone(index=index, state=name, since=since, penalty_bps=penalty_bps)
        )
        if name in IN_ESCROW:
            escrow += terms["milestones"][index]["amount"]
    if state == "active" and all(milestone.state in SETTLED for milestone in milestones):
        state = "completed"
    terms_hash: bytes = contracts.read(_CONTRACT, "termsHashOf", id_)
    return OnchainAgreement(
        agreement_hash=agreement.agreement_hash,
        state=state,
        revision=revision,
        milestones=milestones,
        escrow_raw=str(escrow),
        terms_hash="0x" + terms_hash.hex(),
        block=block,
    )
