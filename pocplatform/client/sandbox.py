"""The two entrances of the SDK."""

import copy
import dataclasses
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Generic, Literal, Self

import httpx

from pocplatform.client.access import Organizations, Sessions, Wallets
from pocplatform.client.agreement_changes import AgreementChanges
from pocplatform.client.agreement_drafts import AgreementInvitations, AgreementTemplates
from pocplatform.client.agreements import Agreements
from pocplatform.client.assets import Items
from pocplatform.client.batch import Batches
from pocplatform.client.connection import Connection
from pocplatform.client.contracts import Contracts
from pocplatform.client.credentials import Credentials, CredentialTypes
from pocplatform.client.data_protection import DataProtection, Profiles
from pocplatform.client.devnets import Devnets
from pocplatform.client.events import Events
from pocplatform.client.explorer import Explorer
from pocplatform.client.hackathons import Hackathons
from pocplatform.client.held_payments import HeldPayments
from pocplatform.client.holder_wallet import HolderWallet
from pocplatform.client.identity import Identities, TrustedIssuers
from pocplatform.client.invoices import Invoices
from pocplatform.client.mandates import Mandates, Splits
from pocplatform.client.market import Market
from pocplatform.client.modes import Async, M, Sync, finish
from pocplatform.client.money import ChainInfo, Payments, Transactions
from pocplatform.client.own_wallet import OwnWallet
from pocplatform.client.parcels import Parcels
from pocplatform.client.payouts import Payouts, Redemptions
from pocplatform.client.programme import Assessments, PilotRuns, Programme
from pocplatform.client.recordings import Recordings, RequestLog
from pocplatform.client.retry import Retry
from pocplatform.client.spaces import Spaces
from pocplatform.client.statements import Statements
from pocplatform.client.vouchers import ItemVouchers
from pocplatform.client.wallets import CredentialOffers, PresentationRequests
from pocplatform.client.webhooks import Webhooks
from pocplatform.client.x402 import X402

_DEFAULT_RETRY = Retry()


class _Resources(Generic[M]):
    """All groups of operations, for one caller."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.organizations: Organizations[M] = Organizations(connection)
        self.wallets: Wallets[M] = Wallets(connection)
        self.sessions: Sessions[M] = Sessions(connection)
        self.own_wallet: OwnWallet[M] = OwnWallet(connection)
        self.identities: Identities[M] = Identities(connection)
        self.trusted_issuers: TrustedIssuers[M] = TrustedIssuers(connection)
        self.credential_types: CredentialTypes[M] = CredentialTypes(connection)
        self.credentials: Credentials[M] = Credentials(connection)
        self.credential_offers: CredentialOffers[M] = CredentialOffers(connection)
        self.presentation_requests: PresentationRequests[M] = PresentationRequests(connection)
        self.holder_wallet: HolderWallet[M] = HolderWallet(connection)
        self.profiles: Profiles[M] = Profiles(connection)
        self.data_protection: DataProtection[M] = DataProtection(connection)
        self.agreements: Agreements[M] = Agreements(connection)
        self.agreement_templates: AgreementTemplates[M] = AgreementTemplates(connection)
        self.agreement_invitations: AgreementInvitations[M] = AgreementInvitations(connection)
        self.agreement_changes: AgreementChanges[M] = AgreementChanges(connection)
        self.batches: Batches[M] = Batches(connection)
        self.payments: Payments[M] = Payments(connection)
        self.spaces: Spaces[M] = Spaces(connection)
        self.items: Items[M] = Items(connection)
        self.item_vouchers: ItemVouchers[M] = ItemVouchers(connection)
        self.parcels: Parcels[M] = Parcels(connection)
        self.market: Market[M] = Market(connection)
        self.invoices: Invoices[M] = Invoices(connection)
        self.payouts: Payouts[M] = Payouts(connection)
        self.mandates: Mandates[M] = Mandates(connection)
        self.splits: Splits[M] = Splits(connection)
        self.held_payments: HeldPayments[M] = HeldPayments(connection)
        self.x402: X402[M] = X402(connection)
        self.redemptions: Redemptions[M] = Redemptions(connection)
        self.statements: Statements[M] = Statements(connection)
        self.contracts: Contracts[M] = Contracts(connection)
        self.devnets: Devnets[M] = Devnets(connection)
        self.hackathons: Hackathons[M] = Hackathons(connection)
        self.transactions: Transactions[M] = Transactions(connection)
        self.events: Events[M] = Events(connection)
        self.explorer: Explorer[M] = Explorer(connection)
        self.webhooks: Webhooks[M] = Webhooks(connection)
        self.requests: RequestLog[M] = RequestLog(connection)
        self.recordings: Recordings[M] = Recordings(connection)
        self.pilot_runs: PilotRuns[M] = PilotRuns(connection)
        self.programme: Programme[M] = Programme(connection)
        self.assessments: Assessments[M] = Assessments(connection)
        self.chain: ChainInfo[M] = ChainInfo(connection)

    @property
    def base_url(self) -> str:
        """The sandbox."""
        return self._connection.base_url

    def with_key(self, secret_key: str | None) -> Self:
        """The same sandbox for another caller, over the same connections."""
        return self._with(secret_key=secret_key)

    def simulating(self, failure: str | None) -> Self:
        """The same sandbox, in which writes go wrong on purpose; docs/failure.md says how.

        Args:
            failure: ``reverts``, ``pending``, ``late`` (or ``late=30``), ``reorganized`` or
                ``webhook_dropped``; None for no failure.
        """
        return self._with(simulate=failure)

    def _with(self, **changes: Any) -> Self:
        other = copy.copy(self)
        _Resources.__init__(other, dataclasses.replace(self._connection, **changes))
        return other


class Sandbox(_Resources[Sync]):
    """A sandbox for blocking use; safe to share between threads.

    Args:
        base_url: Where it is, such as ``http://127.0.0.1:8000``.
        secret_key: ``sk_test_…``; not needed to sign up, resolve DIDs and verify credentials.
        language: ``fi`` or ``en``, for every sentence.
        timeout: Seconds for the sandbox to answer, waiting for the chain not included.
        wait: Seconds that writes wait until the chain has recorded them; 0 returns at once.
        retry: How failures that may pass are tried again.
        transport: Another transport of httpx, such as a proxy.

    Raises :class:`ValueError` if ``base_url`` is no http or https address.
    """

    def __init__(
        self,
        base_url: str,
        secret_key: str | None = None,
        *,
        language: str = "en",
        timeout: float = 10.0,
        wait: float = 30.0,
        retry: Retry = _DEFAULT_RETRY,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        url = _checked(base_url)
        http = httpx.Client(transport=transport)
        super().__init__(Connection(http, url, secret_key, language, timeout, wait, retry))
        self._http = http

    def request(
        self,
        method: Literal["GET", "POST", "DELETE"],
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        wait: float | None = None,
    ) -> Any:
        """Any request of the API, for what has no method of its own; the JSON of its answer.

        Args:
            method: The request's method.
            path: From ``/v1`` on.
            body: JSON.
            params: The query.
            idempotency_key: Names this write; without it, a fresh one.
            wait: Seconds that a write waits until the chain has recorded it.

        Raises as every other operation does.
        """
        return finish(
            self._connection.exchange(
                method, path, body, params=params, key=idempotency_key, wait=wait
            )
        )

    def close(self) -> None:
        """Close the connections, also of those made by :meth:`with_key`."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncSandbox(_Resources[Async]):
    """A sandbox for use with asyncio: as :class:`Sandbox`, with its operations awaited."""

    def __init__(
        self,
        base_url: str,
        secret_key: str | None = None,
        *,
        language: str = "en",
        timeout: float = 10.0,
        wait: float = 30.0,
        retry: Retry = _DEFAULT_RETRY,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        url = _checked(base_url)
        http = httpx.AsyncClient(transport=transport)
        super().__init__(Connection(http, url, secret_key, language, timeout, wait, retry))
        self._http = http

    async def request(
        self,
        method: Literal["GET", "POST", "DELETE"],
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        wait: float | None = None,
    ) -> Any:
        """Any request of the API, as :meth:`Sandbox.request`."""
        return await self._connection.exchange(
            method, path, body, params=params, key=idempotency_key, wait=wait
        )

    async def close(self) -> None:
        """Close the connections, also of those made by :meth:`with_key`."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _checked(base_url: str) -> str:
    url = httpx.URL(base_url)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{base_url!r} is no address of a sandbox, such as http://127.0.0.1:8000")
    return base_url.rstrip("/")
