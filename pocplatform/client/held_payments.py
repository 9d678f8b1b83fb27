"""Money that a token refused to pay out, and that waits for its owner."""

from collections.abc import AsyncIterator
from datetime import datetime

from pydantic import Field

from pocplatform.client.models import Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class HeldPayment(Model):
    """Money of the caller's that waits in one place; ``amount`` in euro cents."""

    id: str
    status: str
    source: str
    holder: str
    recipient: str
    token: str
    amount: int | None = None
    raw: int
    held: datetime
    withdrawn: datetime | None = None
    transactions: list[Transaction] = Field(default_factory=list)


class HeldPayments(Resource[M]):
    """Find and fetch what could not be paid."""

    @operation
    async def get(self, held_payment: str) -> HeldPayment:
        """What is or was held in one place."""
        return await self._connection.read(
            f"/v1/held_payments/{segment(held_payment)}", HeldPayment
        )

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[HeldPayment]:
        """All that is or was held for the caller, newest first."""
        async for held in self._connection.pages("/v1/held_payments", HeldPayment, page_size):
            yield held

    @operation
    async def withdraw(
        self,
        held_payment: str,
        to: str | None = None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> HeldPayment:
        """Fetch all that is held in one place, into one's own wallet or somebody else's."""
        path = f"/v1/held_payments/{segment(held_payment)}/withdraw"
        return await self._connection.write(
            path, {"to": to}, HeldPayment, key=idempotency_key, wait=wait
        )
