"""Destroying the documents of an agreement: what the chain has of them then tells nothing."""

from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Session, col, select

from pocplatform.domains.agreements import repository
from pocplatform.domains.agreements.models import Agreement, AgreementChange, AgreementNote
from pocplatform.domains.data_protection.errors import (
    AlreadyErased,
    ErasureTooEarly,
    NotTheDrafter,
)
from pocplatform.kit.clock import now_ms
from pocplatform.kit.errors import NotFound

T = TypeVar("T", AgreementChange, AgreementNote)
_OVER = ("completed", "terminated", "expired")


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left of an agreement: hashes, and who was involved."""

    agreement: Agreement
    changes: list[AgreementChange]
    notes: list[AgreementNote]

    def hashes(self) -> list[tuple[str, str]]:
        """What stays on the chain: what each hash was of, and the hash."""
        own = self.agreement
        found = [("agreement", own.agreement_hash), ("document", own.terms["deal"]["documentHash"])]
        for change in self.changes:
            if change.terms is not None:
                found.append(("document", change.terms["deal"]["documentHash"]))
        return found + [("note", note.hash) for note in self.notes]


def erase(session: Session, *, org_id: str | None, address: str, agreement_id: str) -> Erased:
    """Destroy the texts, names, titles, evidence and all their salts of an agreement that is over.

    Its hashes on the chain are of texts with 256 random bits each, which are destroyed with them.
    Parties that have downloaded the document still have it. A draft is withdrawn by it.

    Raises:
        NotFound: The caller is not involved in such an agreement.
        NotTheDrafter: Somebody else has drafted it.
        AlreadyErased: There is nothing left of it.
        ErasureTooEarly: It is in force, so its parties may need the document.
    """
    visible = repository.visible_to(None if org_id is None else address)
    agreement = session.exec(visible.where(Agreement.id == agreement_id)).first()
    if agreement is None:
        raise NotFound(
            "There is no agreement {agreement_id} that you are involved in.",
            agreement_id=agreement_id,
        )
    if agreement.org_id != org_id:
        raise NotTheDrafter(
            "The agreement {id} was drafted by another party, who keeps its document.",
            next_step="Ask them to erase it.",
            id=agreement_id,
        )
    if not agreement.salt:
        raise AlreadyErased("The documents of {id} were erased before.", id=agreement_id)
    state = repository.state_of(session, agreement.agreement_hash)
    if state is not None and state.state not in _OVER:
        raise ErasureTooEarly(
            "The agreement {id} is in force, so its parties may still need its document.",
            next_step="Complete or terminate it first.",
            id=agreement_id,
        )
    agreement.title = agreement.document = agreement.salt = ""
    agreement.milestone_titles = [""] * len(agreement.milestone_titles)
    agreement.template = None
    if state is None and agreement.withdrawn_ms is None:
        agreement.withdrawn_ms = now_ms()  # nobody is to sign what cannot be read
    session.add(agreement)
    for party in repository.people(session, agreement.id):
        party.name = party.business_id = None
        session.add(party)
    erased = Erased(agreement, _of(session, AgreementChange, agreement.id),
                    _of(session, AgreementNote, agreement.id))  # fmt: skip
    for change in erased.changes:
        change.reason = ""
        if change.document is not None:
            change.title = change.document = change.salt = ""
            change.milestone_titles = [""] * len(change.milestone_titles or ())
        session.add(change)
    for note in erased.notes:
        note.text = note.salt = ""
        session.add(note)
    return erased


def _of(session: Session, table: type[T], agreement_id: str) -> list[T]:
    statement = select(table).where(col(table.agreement_id) == agreement_id)
    return list(session.exec(statement))
