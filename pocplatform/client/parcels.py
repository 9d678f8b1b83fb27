"""Parcels: places in spaces, which are owned and rented."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from pydantic import Field

from pocplatform.client.models import Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class Plan(Model):
    """Where parcels may be in a space."""

    space: str
    steward: str | None
    width: int
    depth: int
    floors: int
    royalty_bps: int
    transactions: list[Transaction] = Field(default_factory=list)


class RentalTerms(Model):
    """On what terms a parcel is to let; amounts in cents."""

    price_per_day: int
    deposit: int
    arbiter: str


class Deposit(Model):
    """A deposit that is held; amounts in cents."""

    user: str
    amount: int
    claimed: int = 0
    decide_by: datetime | None = None


class Parcel(Model):
    """A place in a space."""

    id: str
    token_id: str
    status: str
    name: str
    description: str = ""
    image: str | None = None
    space: str
    x: int
    y: int
    floor: int
    owner: str | None
    user: str | None = None
    user_until: datetime | None = None
    rental_terms: RentalTerms | None = None
    deposit: Deposit | None = None
    created: datetime
    transactions: list[Transaction] = Field(default_factory=list)


class Rental(Model):
    """A rental of a parcel; amounts in cents."""

    id: str
    parcel: str
    user: str
    owner: str
    price: int
    deposit: int
    status: str
    expires: datetime
    user_amount: int = 0
    owner_amount: int = 0
    created: datetime


class Parcels(Resource[M]):
    """Mint, give and rent parcels. Amounts are euro cents."""

    @operation
    async def set_plan(
        self,
        space: str,
        width: int,
        depth: int,
        *,
        floors: int = 1,
        royalty_bps: int = 0,
        steward: str | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Plan:
        """Say where in one's own space parcels may be, and who mints them."""
        body = {
            "width": width,
            "depth": depth,
            "floors": floors,
            "royalty_bps": royalty_bps,
            "steward": steward,
        }
        return await self._connection.write(
            f"/v1/spaces/{segment(space)}/plan", body, Plan, key=idempotency_key, wait=wait
        )

    @operation
    async def plan(self, space: str) -> Plan:
        """Where in a space parcels may be; needs no key."""
        return await self._connection.read(f"/v1/spaces/{segment(space)}/plan", Plan)

    @operation
    async def mint(
        self,
        space: str,
        x: int,
        y: int,
        name: str,
        *,
        floor: int = 0,
        to: str | None = None,
        description: str | None = None,
        image: str | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Parcel:
        """Mint the parcel of a place, as the steward of its space."""
        body = {
            "space": space,
            "x": x,
            "y": y,
            "floor": floor,
            "to": to,
            "name": name,
            "description": description,
            "image": image,
        }
        return await self._connection.write(
            "/v1/parcels", body, Parcel, key=idempotency_key, wait=wait
        )

    @operation
    async def get(self, parcel: str) -> Parcel:
        """A parcel by its id or number; needs no key."""
        return await self._connection.read(f"/v1/parcels/{segment(parcel)}", Parcel)

    @listing
    async def list(
        self,
        *,
        space: str | None = None,
        owner: str | None = None,
        user: str | None = None,
        to_let: bool | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[Parcel]:
        """All parcels, or those of whom and where is named, newest first; needs no key."""
        filters = {"space": space, "owner": owner, "user": user, "to_let": to_let}
        async for parcel in self._connection.pages("/v1/parcels", Parcel, page_size, filters):
            yield parcel

    @operation
    async def transfer(
        self,
        parcel: str,
        to: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Parcel:
        """Give a parcel of one's own to somebody."""
        return await self._do(parcel, "transfer", {"to": to}, wait, idempotency_key)

    @operation
    async def let(
        self,
        parcel: str,
        price_per_day: int,
        *,
        deposit: int = 0,
        arbiter: str | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Parcel:
        """Offer a parcel of one's own for rent."""
        body = {"price_per_day": price_per_day, "deposit": deposit, "arbiter": arbiter}
        return await self._do(parcel, "rental_terms", body, wait, idempotency_key)

    @operation
    async def let_no_more(
        self, parcel: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Parcel:
        """Offer a parcel of one's own for rent no more."""
        return await self._do(parcel, "rental_terms/withdraw", {}, wait, idempotency_key)

    @operation
    async def rent(
        self,
        parcel: str,
        days: int,
        *,
        price_per_day: int | None = None,
        deposit: int | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Parcel:
        """Rent a parcel; with other terms than those that are given nothing is rented."""
        body = {"days": days, "price_per_day": price_per_day, "deposit": deposit}
        return await self._do(parcel, "rent", body, wait, idempotency_key)

    @operation
    async def lend(
        self,
        parcel: str,
        to: str,
        days: int,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Parcel:
        """Let somebody use a parcel of one's own for a time, for nothing."""
        return await self._do(parcel, "lend", {"to": to, "days": days}, wait, idempotency_key)

    @operation
    async def give_up(
        self, parcel: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Parcel:
        """End one's use of a parcel early."""
        return await self._do(parcel, "give_up", {}, wait, idempotency_key)

    @operation
    async def release_deposit(
        self, parcel: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Parcel:
        """Pay the whole deposit back to the user."""
        return await self._do(parcel, "deposit/release", {}, wait, idempotency_key)

    @operation
    async def claim_deposit(
        self,
        parcel: str,
        amount: int,
        reason: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Parcel:
        """Claim a part of the deposit, as the owner, in the three days after the rental."""
        body = {"amount": amount, "reason": reason}
        return await self._do(parcel, "deposit/claim", body, wait, idempotency_key)

    @operation
    async def accept_claim(
        self, parcel: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> Parcel:
        """Agree to the owner's claim on one's deposit."""
        return await self._do(parcel, "deposit/accept", {}, wait, idempotency_key)

    @operation
    async def decide_claim(
        self,
        parcel: str,
        owner_amount: int,
        ruling: str,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> Parcel:
        """Decide a claim on a deposit, as the arbiter."""
        body = {"owner_amount": owner_amount, "ruling": ruling}
        return await self._do(parcel, "deposit/decide", body, wait, idempotency_key)

    @listing
    async def rentals(
        self, parcel: str | None = None, *, page_size: int = 100
    ) -> AsyncIterator[Rental]:
        """Rentals of a parcel; without one, what the caller has rented."""
        path = "/v1/rentals" if parcel is None else f"/v1/parcels/{segment(parcel)}/rentals"
        async for rental in self._connection.pages(path, Rental, page_size):
            yield rental

    async def _do(
        self, parcel: str, what: str, body: dict[str, Any], wait: float | None, key: str | None
    ) -> Parcel:
        path = f"/v1/parcels/{segment(parcel)}/{what}"
        return await self._connection.write(path, body, Parcel, key=key, wait=wait)
