"""Identities, trusted issuers, credentials."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pocplatform.client.models import (
    Credential,
    DidResolution,
    Identity,
    TrustedIssuer,
    Verification,
)
from pocplatform.client.modes import M, Resource, listing, operation


class Identities(Resource[M]):
    """DIDs in the on-chain registry (ERC-1056)."""

    @operation
    async def register(
        self, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Identity:
        """Publish the public key of one's own DID."""
        return await self._connection.write(
            "/v1/identities", {}, Identity, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, did: str) -> Identity:
        """What the registry has about a DID."""
        return await self._connection.read(f"/v1/identities/{_segment(did)}", Identity)

    @operation
    async def resolve(self, did: str) -> DidResolution:
        """The DID document (W3C DID Resolution); needs no key. Also answers for unknown DIDs."""
        return await self._connection.read(
            f"/1.0/identifiers/{_segment(did)}",
            DidResolution,
            accept="application/did-resolution",
            also=(400, 404, 410, 501),
        )

    @operation
    async def add_service(
        self,
        did: str,
        type: str,
        endpoint: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Identity:
        """Publish a service endpoint of one's own DID."""
        return await self._connection.write(
            f"/v1/identities/{_segment(did)}/services",
            {"type": type, "endpoint": endpoint},
            Identity,
            key=idempotency_key,
            wait=wait,
        )

    @operation
    async def deactivate(
        self, did: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Identity:
        """Give up one's own DID for ever."""
        path = f"/v1/identities/{_segment(did)}/deactivate"
        return await self._connection.write(path, {}, Identity, key=idempotency_key, wait=wait)


class TrustedIssuers(Resource[M]):
    """Who may issue which type of credential."""

    @operation
    async def accredit(
        self,
        issuer: str,
        credential_type: str,
        *,
        valid_until: datetime | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> TrustedIssuer:
        """Trust an issuer (DID, organization id or address) for a type; for organisers."""
        body = {
            "issuer": issuer,
            "credential_type": credential_type,
            "valid_until": _moment(valid_until),
        }
        return await self._connection.write(
            "/v1/trusted_issuers", body, TrustedIssuer, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, entry_id: str) -> TrustedIssuer:
        """An entry of the register; needs no key."""
        return await self._connection.read(f"/v1/trusted_issuers/{entry_id}", TrustedIssuer)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[TrustedIssuer]:
        """All entries of the register, newest first; needs no key."""
        async for one in self._connection.pages("/v1/trusted_issuers", TrustedIssuer, page_size):
            yield one

    @operation
    async def renew(
        self,
        entry_id: str,
        valid_until: datetime | None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> TrustedIssuer:
        """Move the end of the trust; None for no end. For organisers."""
        # The field must be sent even when it is null.
        body = {"valid_until": _moment(valid_until)}
        return await self._connection.write(
            f"/v1/trusted_issuers/{entry_id}/renew",
            body,
            TrustedIssuer,
            key=idempotency_key,
            wait=wait,
            keep_none=True,
        )

    @operation
    async def withdraw(
        self, entry_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> TrustedIssuer:
        """Trust no more: its credentials of this type stop counting. For organisers."""
        path = f"/v1/trusted_issuers/{entry_id}/withdraw"
        return await self._connection.write(path, {}, TrustedIssuer, key=idempotency_key, wait=wait)


class Credentials(Resource[M]):
    """W3C Verifiable Credentials, anchored on the chain."""

    @operation
    async def issue(
        self,
        type: str,
        subject: str,
        claims: dict[str, Any],
        *,
        valid_until: datetime | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Credential:
        """Issue a credential about a subject (DID or organization id).

        The caller needs a registered identity, and is trusted only once it is accredited.
        """
        body = {
            "type": type, "subject": subject, "claims": claims, "valid_until": _moment(valid_until),
        }  # fmt: skip
        return await self._connection.write(
            "/v1/credentials", body, Credential, key=idempotency_key, wait=wait
        )

    @operation
    async def verify(self, credential: str) -> Verification:
        """Check a credential (the signed token) against the chain; needs no key."""
        return await self._connection.write(
            "/v1/credentials/verify", {"credential": credential}, Verification, wait=0
        )

    @operation
    async def get(self, credential_id: str) -> Credential:
        """A credential issued by or about the caller."""
        return await self._connection.read(f"/v1/credentials/{credential_id}", Credential)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Credential]:
        """All credentials issued by or about the caller, newest first."""
        async for one in self._connection.pages("/v1/credentials", Credential, page_size):
            yield one

    @operation
    async def revoke(
        self, credential_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Take a credential back for ever; for its issuer."""
        return await self._change(credential_id, "revoke", wait, idempotency_key)

    @operation
    async def suspend(
        self, credential_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Let a credential not count for a while; for its issuer."""
        return await self._change(credential_id, "suspend", wait, idempotency_key)

    @operation
    async def resume(
        self, credential_id: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Credential:
        """Let a suspended credential count again; for its issuer."""
        return await self._change(credential_id, "resume", wait, idempotency_key)

    async def _change(
        self, credential_id: str, verb: str, wait: float | None, key: str | None
    ) -> Credential:
        path = f"/v1/credentials/{credential_id}/{verb}"
        return await self._connection.write(path, {}, Credential, key=key, wait=wait)


def _segment(did: str) -> str:
    return quote(did, safe=":")


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
