"""Batch payouts, and redemption of test euros."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from pocplatform.client.models import ContractError, Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class PayoutItem(Model):
    """What became of one item of a payout: ``pending``, ``paid`` or ``failed``."""

    index: int
    recipient: str
    amount: int
    status: str
    payment: str | None = None
    transaction: str | None = None
    transaction_hash: str | None = None
    error: ContractError | None = None


class Payout(Model):
    """A payout: ``pending``, ``paid``, ``partially_paid`` or ``failed``; amounts in cents."""

    id: str
    status: str
    sender: str
    total: int
    paid: int
    currency: str = "tEUR"
    items: list[PayoutItem] | None = None
    """None in lists."""
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime


class Redemption(Model):
    """Test euros given back: ``pending``, ``paid_out`` or ``failed``."""

    id: str
    status: str
    holder: str
    amount: int
    currency: str = "tEUR"
    reference: str
    transaction: Transaction
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime


class Payouts(Resource[M]):
    """Many transfers in one request."""

    @operation
    async def create(
        self,
        amounts: Mapping[str, int],
        *,
        metadata: dict[str, str] | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Payout:
        """Pay up to 500 recipients: cents by address, DID or organization id.

        An item that fails raises nothing; look at ``status`` of the payout and of its items.
        """
        items = [{"to": to, "amount": amount} for to, amount in amounts.items()]
        body: dict[str, Any] = {"items": items, "metadata": metadata}
        return await self._connection.write(
            "/v1/payouts", body, Payout, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, payout_id: str) -> Payout:
        """A payout of one's own."""
        return await self._connection.read(f"/v1/payouts/{segment(payout_id)}", Payout)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Payout]:
        """All own payouts, newest first."""
        async for payout in self._connection.pages("/v1/payouts", Payout, page_size):
            yield payout


class Redemptions(Resource[M]):
    """tEUR given back at par, in the simulation."""

    @operation
    async def create(
        self,
        amount: int,
        *,
        metadata: dict[str, str] | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Redemption:
        """Give test euros back; they are destroyed."""
        body: dict[str, Any] = {"amount": amount, "metadata": metadata}
        return await self._connection.write(
            "/v1/redemptions", body, Redemption, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, redemption_id: str) -> Redemption:
        """A redemption of one's own."""
        return await self._connection.read(f"/v1/redemptions/{segment(redemption_id)}", Redemption)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Redemption]:
        """All own redemptions, newest first."""
        async for one in self._connection.pages("/v1/redemptions", Redemption, page_size):
            yield one
