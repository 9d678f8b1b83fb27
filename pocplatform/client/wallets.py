"""Credentials for wallets elsewhere, and presentations asked of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from pocplatform.client.identity import moment
from pocplatform.client.models import Model, Verification
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class CredentialOffer(Model):
    """A credential that waits for a wallet (OpenID4VCI).

    ``status`` is open, accepted, issued, expired or withdrawn. ``uri`` and ``tx_code`` are there
    only in the answer that made it.
    """

    id: str
    type: str
    subject: str | None = None
    status: str
    credential: str | None = None
    uri: str = Field(default="", repr=False)
    tx_code: str | None = Field(default=None, repr=False)
    credential_offer: dict[str, Any] = Field(default_factory=dict, repr=False)
    expires: datetime
    created: datetime


class PresentationResult(Model):
    """A presentation that came, and its verification."""

    query: str
    complete: bool
    verification: Verification


class PresentationRequest(Model):
    """What a wallet was asked to show (OpenID4VP), and what came of it.

    ``status`` is pending, verified, refused, declined or expired.
    """

    id: str
    status: str
    uri: str
    client_id: str
    response_mode: str = "direct_post"
    dcql_query: dict[str, Any] = Field(default_factory=dict)
    results: list[PresentationResult] = Field(default_factory=list)
    error: str | None = None
    expires: datetime
    answered: datetime | None = None
    created: datetime


class CredentialOffers(Resource[M]):
    """Credentials that wallets fetch."""

    @operation
    async def create(
        self,
        type: str,
        claims: dict[str, Any],
        *,
        disclosable: Sequence[str] | None = None,
        subject: str | None = None,
        valid_until: datetime | None = None,
        tx_code: bool = False,
        expires_in_s: int | None = None,
    ) -> CredentialOffer:
        """Offer a credential; show its ``uri`` as a link or QR code.

        Args:
            type: A type that is laid down.
            claims: What is certified.
            disclosable: Claims that the holder may show or leave out; all if not given.
            subject: DID, organization id or address; None for whoever holds the wallet's key.
            valid_until: When the credential ends.
            tx_code: Whether the wallet must give a code that is handed over in another way.
            expires_in_s: Seconds in which it can be fetched.
        """
        body = {
            "type": type,
            "claims": claims,
            "disclosable": None if disclosable is None else list(disclosable),
            "subject": subject,
            "valid_until": moment(valid_until),
            "tx_code": tx_code,
            "expires_in_s": expires_in_s,
        }
        return await self._connection.write(
            "/v1/credential_offers", body, CredentialOffer, wait=0, repeatable=False
        )

    @operation
    async def get(self, offer_id: str) -> CredentialOffer:
        """An offer of one's own."""
        return await self._connection.read(
            f"/v1/credential_offers/{segment(offer_id)}", CredentialOffer
        )

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[CredentialOffer]:
        """All offers of one's own, newest first."""
        path = "/v1/credential_offers"
        async for one in self._connection.pages(path, CredentialOffer, page_size):
            yield one

    @operation
    async def withdraw(
        self, offer_id: str, *, idempotency_key: str | None = None
    ) -> CredentialOffer:
        """Take an offer back that no wallet has fetched yet."""
        path = f"/v1/credential_offers/{segment(offer_id)}/withdraw"
        return await self._connection.write(path, {}, CredentialOffer, key=idempotency_key, wait=0)


class PresentationRequests(Resource[M]):
    """Presentations asked of wallets."""

    @operation
    async def create(
        self,
        credentials: Mapping[str, Sequence[str]],
        *,
        redirect_uri: str | None = None,
        encrypted: bool = False,
        expires_in_s: int | None = None,
        idempotency_key: str | None = None,
    ) -> PresentationRequest:
        """Ask a wallet to show claims; show the request's ``uri`` as a link or QR code.

        Args:
            credentials: For each type of credential, the names of the claims that must be shown.
            redirect_uri: Where the wallet sends its user afterwards.
            encrypted: Whether the wallet encrypts its answer, to a key of this request alone.
            expires_in_s: Seconds in which it can be answered.
            idempotency_key: As for every write.
        """
        body = {
            "credentials": [
                {"type": type_, "claims": list(claims)} for type_, claims in credentials.items()
            ],
            "redirect_uri": redirect_uri,
            "encrypted": encrypted,
            "expires_in_s": expires_in_s,
        }
        return await self._connection.write(
            "/v1/presentation_requests", body, PresentationRequest, key=idempotency_key, wait=0
        )

    @operation
    async def get(self, request_id: str) -> PresentationRequest:
        """A request of one's own, and what came of it."""
        return await self._connection.read(
            f"/v1/presentation_requests/{segment(request_id)}", PresentationRequest
        )

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[PresentationRequest]:
        """All requests of one's own, newest first."""
        path = "/v1/presentation_requests"
        async for one in self._connection.pages(path, PresentationRequest, page_size):
            yield one
