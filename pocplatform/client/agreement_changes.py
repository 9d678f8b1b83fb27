"""Changes of agreements in force: proposed by one party, signed by all."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from pocplatform.client.models import Document, Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment
from pocplatform.client.requests import MilestoneTerms


class AgreementChange(Model):
    """A proposal to amend or to terminate an agreement.

    ``state`` is open, signed, applied, withdrawn, superseded or lapsed.
    """

    id: str
    agreement: str
    kind: Literal["amendment", "termination"]
    state: str
    revision: int
    reason: str
    proposer: str
    signed: list[int]
    missing: list[int]
    sign_by: datetime
    payee_bps: list[int] | None = None
    title: str | None = None
    document: Document | None = None
    terms_hash: str | None = None
    transactions: list[Transaction] = Field(default_factory=list)
    created: datetime


class AgreementChanges(Resource[M]):
    """Amending and terminating."""

    @operation
    async def amend(
        self,
        agreement_id: str,
        reason: str,
        *,
        title: str | None = None,
        document: str | None = None,
        milestones: Sequence[MilestoneTerms] | None = None,
        arbiter: str | None = None,
        expires_at: datetime | None = None,
        arbitration_window_s: int | None = None,
        fallback_bps: int | None = None,
        sign_by: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> AgreementChange:
        """Propose other terms, and sign them; what is not given stays as it is.

        Args:
            agreement_id: The agreement.
            reason: What is to change and why; without ``document``, added to the present one.
            title: The new title.
            document: The whole new text.
            milestones: All of them in their order, new ones last.
            arbiter: Who settles disputes from then on.
            expires_at: The new end.
            arbitration_window_s: Seconds that the arbiter has for a dispute.
            fallback_bps: Payee's share when no arbiter decides in time.
            sign_by: Until when signatures hold.
            idempotency_key: Names this proposal; without it, a fresh one.
        """
        body: dict[str, Any] = {
            "reason": reason,
            "title": title,
            "document": {"text": document} if document is not None else None,
            "milestones": [one.as_json() for one in milestones] if milestones else None,
            "arbiter": arbiter,
            "expires_at": expires_at.isoformat() if expires_at else None,
            "arbitration_window_s": arbitration_window_s,
            "fallback_bps": fallback_bps,
            "sign_by": sign_by.isoformat() if sign_by else None,
        }
        return await self._propose(agreement_id, "amend", body, idempotency_key)

    @operation
    async def terminate(
        self,
        agreement_id: str,
        reason: str,
        payee_bps: Sequence[int] | None = None,
        *,
        sign_by: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> AgreementChange:
        """Propose to end the agreement, and sign that.

        Args:
            agreement_id: The agreement.
            reason: Why.
            payee_bps: Payee's share of each milestone in escrow, in 1/100 of a percent; without it
                everything in escrow goes back.
            sign_by: Until when signatures hold.
            idempotency_key: Names this proposal; without it, a fresh one.
        """
        body: dict[str, Any] = {
            "reason": reason,
            "payee_bps": list(payee_bps) if payee_bps is not None else None,
            "sign_by": sign_by.isoformat() if sign_by else None,
        }
        return await self._propose(agreement_id, "terminate", body, idempotency_key)

    @operation
    async def get(self, agreement_id: str, change_id: str) -> AgreementChange:
        """A proposed change, with who has signed it."""
        path = f"/v1/agreements/{segment(agreement_id)}/changes/{segment(change_id)}"
        return await self._connection.read(path, AgreementChange)

    @listing
    async def list(
        self, agreement_id: str, *, page_size: int = 100
    ) -> AsyncIterator[AgreementChange]:
        """All proposed changes of an agreement, newest first."""
        path = f"/v1/agreements/{segment(agreement_id)}/changes"
        async for change in self._connection.pages(path, AgreementChange, page_size):
            yield change

    @operation
    async def sign(
        self,
        agreement_id: str,
        change_id: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> AgreementChange:
        """Sign a change; the last signature puts it in force."""
        return await self._act(agreement_id, change_id, "sign", wait, idempotency_key)

    @operation
    async def apply(
        self,
        agreement_id: str,
        change_id: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> AgreementChange:
        """Send what all have signed once more, if the contract refused it before."""
        return await self._act(agreement_id, change_id, "apply", wait, idempotency_key)

    @operation
    async def withdraw(
        self, agreement_id: str, change_id: str, *, idempotency_key: str | None = None
    ) -> AgreementChange:
        """Take one's proposal back, or decline that of another party."""
        return await self._act(agreement_id, change_id, "withdraw", 0, idempotency_key)

    async def _propose(
        self, agreement_id: str, verb: str, body: dict[str, Any], key: str | None
    ) -> AgreementChange:
        path = f"/v1/agreements/{segment(agreement_id)}/{verb}"
        return await self._connection.write(path, body, AgreementChange, key=key, wait=0)

    async def _act(
        self, agreement_id: str, change_id: str, verb: str, wait: float | None, key: str | None
    ) -> AgreementChange:
        path = f"/v1/agreements/{segment(agreement_id)}/changes/{segment(change_id)}/{verb}"
        return await self._connection.write(path, {}, AgreementChange, key=key, wait=wait)
