"""Service agreements with milestones and escrow."""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Agreement, AgreementNote, Model, OnchainAgreement
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment
from pocplatform.client.requests import MilestoneTerms, NamedDocument, PartyTerms, Proof


class MoneyMoved(Model):
    """Money that a step has moved; None stands for the escrow."""

    sender: str | None = None
    recipient: str | None = None
    amount: int


class TimelineStep(Model):
    """One thing that happened, in words; ``kind`` is identity, agreement, payment or refusal."""

    kind: str
    type: str
    text: str
    at: datetime
    who: str | None = None
    milestone: int | None = None
    money: list[MoneyMoved] = Field(default_factory=list)
    transaction: str | None = None
    transaction_hash: str | None = None
    block: int | None = None


class Timeline(Model):
    """What happened around an agreement, oldest first."""

    agreement: str
    steps: list[TimelineStep]


class DocumentCheck(Model):
    """The answer to one question about a document: content, terms, signatures or chain."""

    check: str
    ok: bool
    detail: str = ""


class DocumentVerification(Model):
    """Whether a document is what the parties have signed and the chain has."""

    valid: bool
    revision: int | None = None
    outdated: bool = False
    checks: list[DocumentCheck]


class Agreements(Resource[M]):
    """Drafted, signed by all, activated on the chain, paid from escrow milestone by milestone."""

    @operation
    async def create(
        self,
        title: str,
        document: str,
        parties: Sequence[PartyTerms],
        milestones: Sequence[MilestoneTerms],
        *,
        arbiter: str | None = None,
        sign_by: datetime | None = None,
        expires_at: datetime | None = None,
        arbitration_window_s: int | None = None,
        fallback_bps: int | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Draft an agreement; nothing is on the chain before it is activated.

        Args:
            title: What it is about.
            document: The written terms; only their salted hash goes on the chain.
            parties: Who signs, 2 to 16.
            milestones: Steps of the work with prices, 1 to 32.
            arbiter: Who settles disputes: DID, organization id or address.
            sign_by: Until when signatures hold.
            expires_at: What is not delivered by then is refunded.
            arbitration_window_s: Seconds that the arbiter has for a dispute.
            fallback_bps: Payee's share, in 1/100 of a percent, when no arbiter decides in time.
            idempotency_key: Names this draft; without it, a fresh one.
        """
        body: dict[str, Any] = {
            "title": title,
            "document": {"text": document},
            "parties": [party.as_json() for party in parties],
            "milestones": [milestone.as_json() for milestone in milestones],
            "arbiter": arbiter,
            "sign_by": sign_by.isoformat() if sign_by else None,
            "expires_at": expires_at.isoformat() if expires_at else None,
            "arbitration_window_s": arbitration_window_s,
            "fallback_bps": fallback_bps,
        }
        return await self._connection.write(
            "/v1/agreements", body, Agreement, key=idempotency_key, wait=0
        )

    @operation
    async def get(self, agreement_id: str) -> Agreement:
        """An agreement that one is party to or arbiter of."""
        return await self._connection.read(f"/v1/agreements/{segment(agreement_id)}", Agreement)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Agreement]:
        """All agreements that one is involved in, newest first."""
        async for agreement in self._connection.pages("/v1/agreements", Agreement, page_size):
            yield agreement

    @operation
    async def onchain(self, agreement_id: str) -> OnchainAgreement:
        """The agreement as the contract itself has it."""
        path = f"/v1/agreements/{segment(agreement_id)}/onchain"
        return await self._connection.read(path, OnchainAgreement)

    @operation
    async def sign(self, agreement_id: str, *, idempotency_key: str | None = None) -> Agreement:
        """Sign with one's own wallet (EIP-712)."""
        return await self._do(agreement_id, "sign", {}, 0, idempotency_key)

    @operation
    async def activate(
        self,
        agreement_id: str,
        proofs: Sequence[Proof] = (),
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Bring into force what all have signed, with the credentials that it asks for."""
        body = {"proofs": [proof.as_json() for proof in proofs]}
        return await self._do(agreement_id, "activate", body, wait, idempotency_key)

    @operation
    async def fund(
        self,
        agreement_id: str,
        milestones: Sequence[int] | None = None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Pay milestones (all, if none are named) from one's own wallet into escrow."""
        body = {"milestones": list(milestones) if milestones is not None else None}
        return await self._do(agreement_id, "fund", body, wait, idempotency_key)

    @operation
    async def deliver(
        self,
        agreement_id: str,
        milestone: int,
        evidence: str,
        *,
        documents: Sequence[NamedDocument] = (),
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Deliver a milestone; only the salted hash of the evidence goes on the chain.

        ``documents`` are files that belong to it, named with their hashes.
        """
        body = {"evidence": evidence, "documents": [one.as_json() for one in documents]}
        return await self._step(agreement_id, milestone, "deliver", body, wait, idempotency_key)

    @operation
    async def accept(
        self,
        agreement_id: str,
        milestone: int,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Accept a delivery; the payee is paid at once."""
        return await self._step(agreement_id, milestone, "accept", {}, wait, idempotency_key)

    @operation
    async def dispute(
        self,
        agreement_id: str,
        milestone: int,
        reason: str,
        *,
        documents: Sequence[NamedDocument] = (),
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Dispute a delivery; the arbiter decides."""
        body = {"reason": reason, "documents": [one.as_json() for one in documents]}
        return await self._step(agreement_id, milestone, "dispute", body, wait, idempotency_key)

    @operation
    async def resolve(
        self,
        agreement_id: str,
        milestone: int,
        payee_bps: int,
        ruling: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Settle a dispute: the payee's share in 1/100 of a percent; for the arbiter."""
        body = {"payee_bps": payee_bps, "ruling": ruling}
        return await self._step(agreement_id, milestone, "resolve", body, wait, idempotency_key)

    @operation
    async def settle(
        self,
        agreement_id: str,
        milestone: int,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """Settle what time has decided: silence accepts, the fallback share ends a dispute."""
        return await self._step(agreement_id, milestone, "settle", {}, wait, idempotency_key)

    @operation
    async def expire(
        self,
        agreement_id: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Agreement:
        """End an agreement whose time has run out."""
        return await self._do(agreement_id, "expire", {}, wait, idempotency_key)

    @operation
    async def withdraw(self, agreement_id: str, *, idempotency_key: str | None = None) -> Agreement:
        """Take one's draft back, before it is in force."""
        return await self._do(agreement_id, "withdraw", {}, 0, idempotency_key)

    @operation
    async def note(self, agreement_id: str, note_hash: str) -> AgreementNote:
        """Evidence, the reason of a dispute or a ruling, with its text, by its hash."""
        path = f"/v1/agreements/{segment(agreement_id)}/notes/{segment(note_hash)}"
        return await self._connection.read(path, AgreementNote)

    @operation
    async def timeline(self, agreement_id: str) -> Timeline:
        """Identity, agreement and payment in one line, in the client's language."""
        return await self._connection.read(
            f"/v1/agreements/{segment(agreement_id)}/timeline", Timeline
        )

    @operation
    async def pdf(self, agreement_id: str, *, language: Literal["fi", "en"] | None = None) -> bytes:
        """The agreement as a PDF file."""
        path = f"/v1/agreements/{segment(agreement_id)}/document.pdf"
        return await self._connection.download(path, params={"language": language})

    @operation
    async def verify_document(
        self, agreement_id: str, document: str | bytes | None = None, *, hash: str | None = None
    ) -> DocumentVerification:
        """Check a text, a PDF file or a hash against the agreement and the chain."""
        body: dict[str, Any] = {"hash": hash}
        if isinstance(document, bytes):
            body["pdf"] = b64encode(document).decode()
        else:
            body["text"] = document
        path = f"/v1/agreements/{segment(agreement_id)}/verify_document"
        return await self._connection.write(path, body, DocumentVerification, wait=0)

    async def _step(
        self,
        agreement_id: str,
        milestone: int,
        verb: str,
        body: dict[str, Any],
        wait: float | None,
        key: str | None,
    ) -> Agreement:
        return await self._do(agreement_id, f"milestones/{milestone}/{verb}", body, wait, key)

    async def _do(
        self,
        agreement_id: str,
        what: str,
        body: dict[str, Any],
        wait: float | None,
        key: str | None,
    ) -> Agreement:
        path = f"/v1/agreements/{segment(agreement_id)}/{what}"
        return await self._connection.write(path, body, Agreement, key=key, wait=wait)
