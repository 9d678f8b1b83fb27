"""Mandates (a direct debit), and splits (revenue shares)."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from pocplatform.client.models import ContractError, Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class CollectionFailure(Model):
    """Why a scheduled collection failed."""

    period: int
    error: ContractError


class Mandate(Model):
    """A mandate; amounts are euro cents."""

    id: str
    status: str
    payer: str
    payee: str
    cap: int
    currency: str = "tEUR"
    period_s: int
    start_at: datetime
    end_at: datetime | None = None
    description: str
    mandate_hash: str
    period: int | None = None
    available: int
    collected: int
    schedule: int | None = None
    last_failure: CollectionFailure | None = None
    transactions: list[Transaction] = Field(default_factory=list)
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime


class Share(Model):
    """Somebody's share of a split, in 1/100 of a percent."""

    recipient: str
    bps: int


class Split(Model):
    """A split with its account; amounts are euro cents."""

    id: str
    name: str
    account: str
    on_chain: bool
    shares: list[Share]
    balance: int
    held: int = 0
    distributed: int
    distributions: int
    currency: str = "tEUR"
    transactions: list[Transaction] = Field(default_factory=list)
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime


class Mandates(Resource[M]):
    """The payer signs a cap for each period; the payee collects."""

    @operation
    async def create(
        self,
        payee: str,
        cap: int,
        period_s: int,
        description: str,
        *,
        start_at: datetime | None = None,
        end_at: datetime | None = None,
        metadata: dict[str, str] | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Mandate:
        """Let somebody collect up to ``cap`` cents in every ``period_s`` seconds."""
        body: dict[str, Any] = {
            "payee": payee,
            "cap": cap,
            "period_s": period_s,
            "description": description,
            "start_at": start_at.isoformat() if start_at else None,
            "end_at": end_at.isoformat() if end_at else None,
            "metadata": metadata,
        }
        return await self._connection.write(
            "/v1/mandates", body, Mandate, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, mandate_id: str) -> Mandate:
        """A mandate that one pays or collects by."""
        return await self._connection.read(f"/v1/mandates/{segment(mandate_id)}", Mandate)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Mandate]:
        """Mandates that one pays or collects by, newest first."""
        async for mandate in self._connection.pages("/v1/mandates", Mandate, page_size):
            yield mandate

    @operation
    async def collect(
        self,
        mandate_id: str,
        amount: int,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Mandate:
        """Collect from the payer, as the payee."""
        return await self._do(mandate_id, "collect", {"amount": amount}, wait, idempotency_key)

    @operation
    async def schedule(
        self, mandate_id: str, amount: int | None, *, idempotency_key: str | None = None
    ) -> Mandate:
        """Have an amount collected once in every period by itself; None ends that."""
        path = f"/v1/mandates/{segment(mandate_id)}/schedule"
        return await self._connection.write(
            path, {"amount": amount}, Mandate, key=idempotency_key, wait=0, keep_none=True
        )

    @operation
    async def pause(
        self, mandate_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Mandate:
        """Stop a mandate for the time being, as the payer."""
        return await self._do(mandate_id, "pause", {}, wait, idempotency_key)

    @operation
    async def resume(
        self, mandate_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Mandate:
        """Let a paused mandate be collected again, as the payer."""
        return await self._do(mandate_id, "resume", {}, wait, idempotency_key)

    @operation
    async def cancel(
        self, mandate_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Mandate:
        """End a mandate for ever, as payer or payee."""
        return await self._do(mandate_id, "cancel", {}, wait, idempotency_key)

    async def _do(
        self, mandate_id: str, verb: str, body: dict[str, Any], wait: float | None, key: str | None
    ) -> Mandate:
        path = f"/v1/mandates/{segment(mandate_id)}/{verb}"
        return await self._connection.write(path, body, Mandate, key=key, wait=wait)


class Splits(Resource[M]):
    """Revenue shares of a joint offering, with an account of their own."""

    @operation
    async def create(
        self,
        name: str,
        shares: Mapping[str, int],
        *,
        metadata: dict[str, str] | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Split:
        """Agree on shares: 1/100 of a percent by address, DID or organization id."""
        body: dict[str, Any] = {
            "name": name,
            "shares": [{"to": to, "bps": bps} for to, bps in shares.items()],
            "metadata": metadata,
        }
        return await self._connection.write(
            "/v1/splits", body, Split, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, split_id: str) -> Split:
        """A split that one has made or has a share in."""
        return await self._connection.read(f"/v1/splits/{segment(split_id)}", Split)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Split]:
        """Splits that one has made or has a share in, newest first."""
        async for split in self._connection.pages("/v1/splits", Split, page_size):
            yield split

    @operation
    async def distribute(
        self,
        split_id: str,
        amount: int | None = None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Split:
        """Divide what lies on the account, after paying ``amount`` cents into it."""
        path = f"/v1/splits/{segment(split_id)}/distribute"
        return await self._connection.write(
            path, {"amount": amount}, Split, key=idempotency_key, wait=wait
        )
