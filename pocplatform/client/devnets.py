"""Devnets of one's own: private chains that can be saved, put back and taken through time."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment

T = TypeVar("T", bound=BaseModel)

_NODE_S = 90.0
"""The longest that a devnet takes to start, with contracts to be deployed."""


class DevnetSaved(Model):
    """The state that a devnet would go on from if it ended now."""

    block: int
    timestamp: int
    at: datetime


class DevnetRecovery(Model):
    """That something was lost, and the block (None: an empty chain) that it went on from."""

    at: datetime
    reason: str
    detail: str
    epoch: int
    block: int | None = None


class Devnet(Model):
    """A chain of one's own. ``epoch`` goes up whenever what was on it is no longer true."""

    id: str
    name: str
    status: Literal["stopped", "starting", "running", "failed"]
    failure: str | None = None
    chain_id: int
    epoch: int
    rpc_path: str
    mnemonic: str
    accounts: int
    balances: dict[str, str] = Field(default_factory=dict)
    contracts: bool
    saved: DevnetSaved | None = None
    recovery: DevnetRecovery | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    created: datetime
    last_used: datetime


class DevnetDeleted(Model):
    """A devnet, or a snapshot, that is no more."""

    id: str
    deleted: bool


class DevnetSnapshot(Model):
    """A devnet as it was."""

    id: str
    devnet: str
    name: str
    block: int
    timestamp: int
    size: int
    created: datetime


class DevnetHead(Model):
    """The latest block of a devnet; ``timestamp`` in seconds since 1970."""

    devnet: str
    epoch: int
    block: int
    timestamp: int
    hash: str


class DevnetAccount(Model):
    """An account of a devnet."""

    devnet: str
    epoch: int
    address: str
    wei: str
    nonce: int
    impersonated: bool


class Devnets(Resource[M]):
    """Private chains, which start when they are used and are saved and stopped when they are not.

    Raises :class:`~pocplatform.client.errors.DevnetEnded` where the node ended while it worked on a
    request; its words say what the devnet goes on from.
    """

    @operation
    async def create(
        self,
        name: str,
        *,
        contracts: bool = False,
        accounts: int = 10,
        balances: Mapping[str, int] | None = None,
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Devnet:
        """Get a devnet.

        Args:
            name: For yourself.
            contracts: Begin with the sandbox's own contracts, at their usual addresses.
            accounts: How many of the well-known development accounts have 10,000 ether.
            balances: Wei of further accounts, by address.
            metadata: Your own notes.
            idempotency_key: So that a repeated call makes one.
        """
        body = {
            "name": name,
            "contracts": contracts,
            "accounts": accounts,
            "balances": {account: str(wei) for account, wei in (balances or {}).items()},
            "metadata": dict(metadata or {}),
        }
        return await self._connection.write(
            "/v1/devnets", body, Devnet, key=idempotency_key, wait=0
        )

    def rpc_url(self, devnet_id: str, *, with_key: bool = True, websocket: bool = False) -> str:
        """Where a client of Ethereum's JSON-RPC reaches a devnet.

        Args:
            devnet_id: Its id.
            with_key: Whether one's secret key is part of it, as clients need that send no headers;
                treat it like the key then. Otherwise the key is sent as ``Authorization: Bearer``.
            websocket: The same by WebSocket, which takes subscriptions too.
        """
        connection = self._connection
        base = connection.base_url
        if websocket:
            base = "ws" + base.removeprefix("http")  # wss of https
        key = f"/{connection.secret_key}" if with_key else ""
        return f"{base}/rpc{key}/devnets/{segment(devnet_id)}"

    @operation
    async def get(self, devnet_id: str) -> Devnet:
        """A devnet of one's own."""
        return await self._connection.read(f"/v1/devnets/{segment(devnet_id)}", Devnet)

    @listing
    async def list(self, *, page_size: int = 100) -> AsyncIterator[Devnet]:
        """All devnets of one's own, newest first."""
        async for devnet in self._connection.pages("/v1/devnets", Devnet, page_size):
            yield devnet

    @operation
    async def update(
        self,
        devnet_id: str,
        *,
        name: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Devnet:
        """Change name or notes."""
        body = {"name": name, "metadata": None if metadata is None else dict(metadata)}
        return await self._write(devnet_id, "", body, Devnet)

    @operation
    async def delete(self, devnet_id: str) -> DevnetDeleted:
        """Delete a devnet with its snapshots."""
        return await self._connection.delete(f"/v1/devnets/{segment(devnet_id)}", DevnetDeleted)

    @operation
    async def start(self, devnet_id: str) -> Devnet:
        """Start it now; using it does the same."""
        return await self._write(devnet_id, "/start", {}, Devnet)

    @operation
    async def stop(self, devnet_id: str) -> Devnet:
        """Save and stop it; the next use starts it again."""
        return await self._write(devnet_id, "/stop", {}, Devnet)

    @operation
    async def reset(self, devnet_id: str) -> Devnet:
        """Begin anew from an empty chain, in a new epoch."""
        return await self._write(devnet_id, "/reset", {}, Devnet)

    @operation
    async def snapshot(
        self, devnet_id: str, name: str, *, idempotency_key: str | None = None
    ) -> DevnetSnapshot:
        """Keep it as it is now, by a name."""
        return await self._write(
            devnet_id, "/snapshots", {"name": name}, DevnetSnapshot, idempotency_key
        )

    @listing
    async def snapshots(
        self, devnet_id: str, *, page_size: int = 100
    ) -> AsyncIterator[DevnetSnapshot]:
        """Its snapshots, newest first."""
        path = f"/v1/devnets/{segment(devnet_id)}/snapshots"
        async for found in self._connection.pages(path, DevnetSnapshot, page_size):
            yield found

    @operation
    async def restore(self, devnet_id: str, snapshot_id: str) -> Devnet:
        """Go on from a snapshot, in a new epoch."""
        return await self._write(
            devnet_id, f"/snapshots/{segment(snapshot_id)}/restore", {}, Devnet
        )

    @operation
    async def delete_snapshot(self, devnet_id: str, snapshot_id: str) -> DevnetDeleted:
        """Delete a snapshot."""
        path = f"/v1/devnets/{segment(devnet_id)}/snapshots/{segment(snapshot_id)}"
        return await self._connection.delete(path, DevnetDeleted)

    @operation
    async def advance_time(
        self,
        devnet_id: str,
        seconds: int | None = None,
        *,
        to: int | None = None,
        mine: bool = True,
        idempotency_key: str | None = None,
    ) -> DevnetHead:
        """Take it forward in time, by some seconds or to a moment (seconds since 1970)."""
        body: dict[str, Any] = {"advance_s": seconds, "timestamp": to, "mine": mine}
        return await self._write(devnet_id, "/time", body, DevnetHead, idempotency_key)

    @operation
    async def mine(
        self,
        devnet_id: str,
        blocks: int = 1,
        *,
        interval_s: int = 1,
        idempotency_key: str | None = None,
    ) -> DevnetHead:
        """Mine blocks."""
        body = {"blocks": blocks, "interval_s": interval_s}
        return await self._write(devnet_id, "/mine", body, DevnetHead, idempotency_key)

    @operation
    async def impersonate(
        self, devnet_id: str, address: str, *, enabled: bool = True
    ) -> DevnetAccount:
        """Let ``eth_sendTransaction`` act as an account without its key, or no more."""
        body = {"address": address, "enabled": enabled}
        return await self._write(devnet_id, "/impersonate", body, DevnetAccount)

    @operation
    async def set_balance(self, devnet_id: str, address: str, wei: int) -> DevnetAccount:
        """Set an account's ether."""
        body = {"address": address, "wei": str(wei)}
        return await self._write(devnet_id, "/balance", body, DevnetAccount)

    async def _write(
        self,
        devnet_id: str,
        what: str,
        body: Mapping[str, Any],
        model: type[T],
        key: str | None = None,
    ) -> T:
        path = f"/v1/devnets/{segment(devnet_id)}{what}"
        return await self._connection.write(
            path, dict(body), model, key=key, wait=0, patience=_NODE_S
        )
