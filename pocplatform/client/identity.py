"""Identities, and whom to trust for which credentials."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

from pocplatform.client.models import DidResolution, Identity, TrustedIssuer
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class Identities(Resource[M]):
    """DIDs in the on-chain registry (ERC-1056)."""

    @operation
    async def register(
        self, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Identity:
        """Publish the public key of one's own DID.

        For a wallet whose key is one's own: ``own_wallet.write("/v1/identities", {}, sign)``.
        """
        return await self._connection.write(
            "/v1/identities", {}, Identity, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, did: str) -> Identity:
        """What the registry has about a DID."""
        return await self._connection.read(f"/v1/identities/{segment(did)}", Identity)

    @operation
    async def resolve(self, did: str) -> DidResolution:
        """The DID document (W3C DID Resolution); needs no key. Also answers for unknown DIDs."""
        return await self._connection.read(
            f"/1.0/identifiers/{segment(did)}",
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
        body = {"type": type, "endpoint": endpoint}
        return await self._change(did, "services", body, wait, idempotency_key)

    @operation
    async def revoke_service(
        self,
        did: str,
        type: str,
        endpoint: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Identity:
        """Take a service out of one's own DID document."""
        body = {"type": type, "endpoint": endpoint}
        return await self._change(did, "services/revoke", body, wait, idempotency_key)

    @operation
    async def add_delegate(
        self,
        did: str,
        delegate: str,
        *,
        type: Literal["veriKey", "sigAuth"] = "veriKey",
        valid_for_s: int | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Identity:
        """Let another account sign in the name of one's own DID for a time."""
        body = {"delegate": delegate, "type": type, "valid_for_s": valid_for_s}
        return await self._change(did, "delegates", body, wait, idempotency_key)

    @operation
    async def revoke_delegate(
        self,
        did: str,
        delegate: str,
        *,
        type: Literal["veriKey", "sigAuth"] = "veriKey",
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Identity:
        """Let an account no longer sign in the name of one's own DID."""
        body = {"delegate": delegate, "type": type}
        return await self._change(did, "delegates/revoke", body, wait, idempotency_key)

    @operation
    async def set_attribute(
        self,
        did: str,
        name: str,
        value: str | bytes,
        *,
        valid_for_s: int | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Identity:
        """Set an attribute of one's own DID, such as a further key; it is public for ever."""
        body = _attribute(name, value) | {"valid_for_s": valid_for_s}
        return await self._change(did, "attributes", body, wait, idempotency_key)

    @operation
    async def revoke_attribute(
        self,
        did: str,
        name: str,
        value: str | bytes,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Identity:
        """Take an attribute of one's own DID back."""
        body = _attribute(name, value)
        return await self._change(did, "attributes/revoke", body, wait, idempotency_key)

    @operation
    async def change_owner(
        self,
        did: str,
        new_owner: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Identity:
        """Give one's own DID to another account for good."""
        return await self._change(did, "owner", {"new_owner": new_owner}, wait, idempotency_key)

    @operation
    async def deactivate(
        self, did: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Identity:
        """Give up one's own DID for ever."""
        return await self._change(did, "deactivate", {}, wait, idempotency_key)

    async def _change(
        self, did: str, what: str, body: dict[str, Any], wait: float | None, key: str | None
    ) -> Identity:
        path = f"/v1/identities/{segment(did)}/{what}"
        return await self._connection.write(path, body, Identity, key=key, wait=wait)


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
            "valid_until": moment(valid_until),
        }
        return await self._connection.write(
            "/v1/trusted_issuers", body, TrustedIssuer, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, entry_id: str) -> TrustedIssuer:
        """An entry of the register; needs no key."""
        return await self._connection.read(
            f"/v1/trusted_issuers/{segment(entry_id)}", TrustedIssuer
        )

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
        body = {"valid_until": moment(valid_until)}
        return await self._connection.write(
            f"/v1/trusted_issuers/{segment(entry_id)}/renew",
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
        path = f"/v1/trusted_issuers/{segment(entry_id)}/withdraw"
        return await self._connection.write(path, {}, TrustedIssuer, key=idempotency_key, wait=wait)


def moment(value: datetime | None) -> str | None:
    """A time as the API takes it."""
    return value.isoformat() if value is not None else None


def _attribute(name: str, value: str | bytes) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"name": name, "value": value.hex(), "encoding": "hex"}
    return {"name": name, "value": value}
