"""Mint vouchers of items: signed now, minted when they are redeemed."""

from collections.abc import AsyncIterator
from datetime import datetime

from pydantic import Field

from pocplatform.client.models import Model, Transaction
from pocplatform.client.modes import M, Resource, listing, operation
from pocplatform.client.paths import segment


class SignedVoucher(Model):
    """What the creator has signed, for `mintWithVoucher` of the contract Items."""

    contract: str
    to: str
    token_id: int
    amount: int
    nonce: int
    deadline: int
    signature: str


class ItemVoucher(Model):
    """A creator's leave for somebody to have items minted."""

    id: str
    item: str
    creator: str
    to: str
    amount: int
    status: str
    valid_until: datetime
    signed: SignedVoucher
    redeemed: datetime | None = None
    created: datetime
    transactions: list[Transaction] = Field(default_factory=list)


class ItemVouchers(Resource[M]):
    """Give, redeem and withdraw vouchers."""

    @operation
    async def issue(
        self,
        item: str,
        to: str,
        amount: int = 1,
        *,
        valid_until: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> ItemVoucher:
        """Sign that somebody gets items of one's own; nothing goes on the chain yet."""
        until = valid_until.isoformat() if valid_until else None
        body = {"to": to, "amount": amount, "valid_until": until}
        path = f"/v1/items/{segment(item)}/vouchers"
        return await self._connection.write(path, body, ItemVoucher, key=idempotency_key, wait=0)

    @operation
    async def get(self, voucher: str) -> ItemVoucher:
        """A voucher that one has signed or was given."""
        return await self._connection.read(f"/v1/item_vouchers/{segment(voucher)}", ItemVoucher)

    @listing
    async def list(
        self, *, item: str | None = None, page_size: int = 100
    ) -> AsyncIterator[ItemVoucher]:
        """Vouchers that one has signed or was given, of an item or of all, newest first."""
        filters = {"item": item}
        pages = self._connection.pages("/v1/item_vouchers", ItemVoucher, page_size, filters)
        async for voucher in pages:
            yield voucher

    @operation
    async def redeem(
        self, voucher: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> ItemVoucher:
        """Have the items minted, for whom the voucher names."""
        return await self._act(voucher, "redeem", wait, idempotency_key)

    @operation
    async def withdraw(
        self, voucher: str, *, wait: float | None = None, idempotency_key: str | None = None
    ) -> ItemVoucher:
        """Make a voucher of one's own useless."""
        return await self._act(voucher, "withdraw", wait, idempotency_key)

    async def _act(
        self, voucher: str, verb: str, wait: float | None, key: str | None
    ) -> ItemVoucher:
        path = f"/v1/item_vouchers/{segment(voucher)}/{verb}"
        return await self._connection.write(path, {}, ItemVoucher, key=key, wait=wait)
