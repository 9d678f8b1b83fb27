"""Showing agreements: from the tables, and straight from the contract."""

from datetime import UTC, datetime

from sqlmodel import Session

from pocplatform.chain.contracts import Contracts
from pocplatform.domains.agreements import repository
from pocplatform.domains.agreements.models import Agreement, MilestoneState
from pocplatform.domains.agreements.schemas import (
    AgreementRead,
    DocumentRead,
    MilestoneRead,
    OnchainAgreement,
    OnchainMilestone,
    PartyRead,
)
from pocplatform.domains.agreements.terms import (
    AGREEMENT_STATES,
    IN_ESCROW,
    MILESTONE_STATES,
    SETTLED,
    ZERO_ADDRESS,
)
from pocplatform.domains.transactions import service as transactions
from pocplatform.kit.clock import iso
from pocplatform.kit.did import did_of
from pocplatform.kit.money import to_cents

_CONTRACT = "ServiceAgreements"


visible_to = repository.visible_to


def read(session: Session, agreement: Agreement, chain_id: int) -> AgreementRead:
    """An agreement as its parties see it."""
    terms, deal = agreement.terms, agreement.terms["deal"]
    state = repository.state_of(session, agreement.agreement_hash)
    known = repository.milestones_of(session, agreement.agreement_hash)
    parties = [p for p in repository.people(session, agreement.id) if p.index is not None]
    return AgreementRead(
        id=agreement.id,
        title=agreement.title,
        state=state.state if state else "draft",
        agreement_hash=agreement.agreement_hash,
        document=DocumentRead(
            text=agreement.document, salt=agreement.salt, hash=deal["documentHash"]
        ),
        document_hash=deal["documentHash"],
        parties=[
            PartyRead(
                index=party.index or 0,
                address=party.address,
                did=did_of(chain_id, party.address),
                role=party.role,  # type: ignore[arg-type]
                credential_type=agreement.credential_types[party.index or 0],
                signed=party.signature is not None,
            )
            for party in parties
        ],
        arbiter=None if deal["arbiter"] == ZERO_ADDRESS else deal["arbiter"],
        milestones=[
            _milestone(agreement, index, known.get(index))
            for index in range(len(terms["milestones"]))
        ],
        escrow=to_cents(
            sum(int(row.funded_units) for row in known.values() if row.state in IN_ESCROW)
        ),
        sign_by=_moment(terms["signBy"]),
        expires_at=_moment(deal["expiresAt"]),
        transactions=transactions.of_resource(session, agreement.id),
        created=iso(agreement.created_ms),
    )


def _milestone(agreement: Agreement, index: int, row: MilestoneState | None) -> MilestoneRead:
    terms = agreement.terms["milestones"][index]
    return MilestoneRead(
        index=index,
        title=agreement.milestone_titles[index],
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
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def read_onchain(contracts: Contracts, agreement: Agreement) -> OnchainAgreement:
    """The same agreement, asked of the contract alone."""
    id_ = bytes.fromhex(agreement.agreement_hash[2:])
    block = contracts.client.block_number()
    code, revision = contracts.read(_CONTRACT, "agreementOf", id_)
    state = AGREEMENT_STATES[code]
    milestones = []
    escrow = 0
    for index in range(len(agreement.terms["milestones"])):
        code, since, penalty_bps = contracts.read(_CONTRACT, "milestoneOf", id_, index)
        name = MILESTONE_STATES[code]
        milestones.append(
            OnchainMilestone(index=index, state=name, since=since, penalty_bps=penalty_bps)
        )
        if name in IN_ESCROW:
            escrow += agreement.terms["milestones"][index]["amount"]
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
