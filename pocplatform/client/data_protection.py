"""What is on the chain about the caller, erasure, and what everybody may see."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class OnchainEntry(Model):
    """Something on the chain that concerns the caller; ``explanation`` is in plain words."""

    id: str
    type: str
    explanation: str
    hashes: list[str] = Field(default_factory=list)
    transaction_hash: str | None = None
    block: int | None = None
    recorded: dict[str, Any] = Field(default_factory=dict)
    created: datetime


class OnchainSummary(Model):
    """What is on the chain about the caller, in short."""

    address: str
    did: str
    explanation: str
    entries: int
    by_type: dict[str, int] = Field(default_factory=dict)
    transactions: dict[str, int] = Field(default_factory=dict)


class Remain(Model):
    """A hash that stays on the chain; what it was of is gone."""

    what: str
    hash: str
    explanation: str


class Erasure(Model):
    """What was erased, and what of it remains on the chain."""

    id: str
    kind: str
    resource: str
    explanation: str
    remains: list[Remain] = Field(default_factory=list)
    transactions: list[str] = Field(default_factory=list)
    created: datetime


class ProfileCredential(Model):
    """A credential that an organization shows everybody."""

    id: str
    type: str
    issuer: str
    status: str
    credential: str


class Profile(Model):
    """What an organization tells everybody about itself."""

    did: str
    name: str
    business_id: str | None = None
    published: bool
    profile: dict[str, str | None] = Field(default_factory=dict)
    credentials: list[ProfileCredential] = Field(default_factory=list)
    updated: datetime | None = None


class DataProtection(Resource[M]):
    """What is on the chain about the caller, and making it say nothing any more."""

    @listing
    async def onchain(self, *, page_size: int = 100) -> AsyncIterator[OnchainEntry]:
        """Everything on the chain that concerns the caller, newest first."""
        path = "/v1/data_protection/onchain"
        async for one in self._connection.pages(path, OnchainEntry, page_size):
            yield one

    @operation
    async def summary(self) -> OnchainSummary:
        """The same in short."""
        path = "/v1/data_protection/onchain/summary"
        return await self._connection.read(path, OnchainSummary)

    @operation
    async def erase_credential(
        self, credential_id: str, *, idempotency_key: str | None = None
    ) -> Erasure:
        """Destroy the content of a credential for ever."""
        return await self._erase({"credential": credential_id}, idempotency_key)

    @operation
    async def erase_agreement(
        self, agreement_id: str, *, idempotency_key: str | None = None
    ) -> Erasure:
        """Destroy the documents of an agreement for ever."""
        return await self._erase({"agreement": agreement_id}, idempotency_key)

    @operation
    async def erase_invoice(
        self, invoice_id: str, *, idempotency_key: str | None = None
    ) -> Erasure:
        """Destroy the text of an invoice of one's own for ever."""
        return await self._erase({"invoice": invoice_id}, idempotency_key)

    @operation
    async def erasure(self, erasure_id: str) -> Erasure:
        """An erasure of one's own."""
        return await self._connection.read(
            f"/v1/data_protection/erasures/{segment(erasure_id)}", Erasure
        )

    @listing
    async def erasures(self, *, page_size: int = 100) -> AsyncIterator[Erasure]:
        """All erasures of one's own, newest first."""
        path = "/v1/data_protection/erasures"
        async for one in self._connection.pages(path, Erasure, page_size):
            yield one

    async def _erase(self, body: dict[str, Any], key: str | None) -> Erasure:
        path = "/v1/data_protection/erasure"
        return await self._connection.write(path, body, Erasure, key=key, wait=0)


class Profiles(Resource[M]):
    """What organizations tell everybody about themselves."""

    @operation
    async def get(self, did: str) -> Profile:
        """The public profile of a DID; needs no key."""
        return await self._connection.read(f"/v1/profiles/{segment(did)}", Profile)

    @operation
    async def me(self) -> Profile:
        """The caller's own profile, published or not."""
        return await self._connection.read("/v1/profiles/me", Profile)

    @operation
    async def update(
        self,
        *,
        published: bool,
        credentials: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Profile:
        """Say whether everybody may see the caller, and with which credentials about it."""
        body = {"published": published, "credentials": list(credentials)}
        return await self._connection.write(
            "/v1/profiles/me", body, Profile, key=idempotency_key, wait=0
        )
