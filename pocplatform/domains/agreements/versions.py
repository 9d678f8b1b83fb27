"""What an agreement says: as it was first signed, or as all parties have amended it since."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from pocplatform.domains.agreements import repository
from pocplatform.domains.agreements.models import Agreement, AgreementChange, MilestoneState


@dataclass(frozen=True, slots=True)
class Version:
    """Terms and document of one revision.

    Attributes:
        revision: 0 for the first terms.
        terms: As the contract takes them; see :mod:`pocplatform.domains.agreements.terms`.
        terms_hash: EIP-712 struct hash of the terms.
    """

    revision: int
    title: str
    document: str
    salt: str
    terms: dict[str, Any]
    milestone_titles: list[str]
    credential_types: list[str | None]
    terms_hash: str

    @property
    def document_hash(self) -> str:
        """The document's salted hash."""
        found: str = self.terms["deal"]["documentHash"]
        return found


def first(agreement: Agreement) -> Version:
    """What was signed first."""
    return Version(
        0,
        agreement.title,
        agreement.document,
        agreement.salt,
        agreement.terms,
        agreement.milestone_titles,
        agreement.credential_types,
        agreement.agreement_hash,
    )


def of_amendment(change: AgreementChange) -> Version:
    """What an amendment puts in force."""
    assert change.kind == "amendment"
    return Version(
        change.revision,
        change.title or "",
        change.document or "",
        change.salt or "",
        change.terms or {},
        change.milestone_titles or [],
        change.credential_types or [],
        change.terms_hash or "",
    )


def in_force(session: Session, agreement: Agreement) -> Version:
    """What holds now, by what the chain has told."""
    return history(session, agreement)[-1]


def history(session: Session, agreement: Agreement) -> list[Version]:
    """Every version that was or is in force, oldest first.

    Amendments made past the platform are not among them: their terms are in the calldata of their
    transactions only.
    """
    applied = repository.revisions(session, agreement.agreement_hash)
    if not applied:
        return [first(agreement)]
    known = repository.amendments(session, agreement.id)
    amended = [known[hash_] for hash_ in applied if hash_ in known]
    return [first(agreement), *map(of_amendment, amended)]


def due_at(terms: dict[str, Any], row: MilestoneState) -> int | None:
    """Last second for what is next about a milestone; None where nothing is by these terms."""
    if row.index >= len(terms["milestones"]):
        return None  # amended past the platform
    milestone: dict[str, int] = terms["milestones"][row.index]
    if row.state == "funded":
        return milestone["dueAt"]
    if row.state == "delivered":
        return (row.since or 0) + milestone["reviewWindow"]
    if row.state == "disputed":
        window: int = terms["deal"]["arbitrationWindow"]
        return (row.since or 0) + window
    return None
