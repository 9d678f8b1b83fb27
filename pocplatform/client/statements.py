"""Statements of account."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

from pocplatform.client.models import Model
from pocplatform.client.modes import M, Resource, listing, operation

_PATH = "/v1/statement"


class StatementLine(Model):
    """A movement of tEUR; amounts are euro cents, those paid out negative."""

    id: str
    at: datetime
    block: int
    kind: str
    counterpart: str | None = None
    reference: str | None = None
    amount: int
    raw: int
    balance: int
    balance_raw: int
    transaction: str | None = None
    transaction_hash: str
    resource: str | None = None


class Statement(Model):
    """The balances of a time, and the newest of its lines."""

    account: str
    from_day: date
    to_day: date
    currency: str = "tEUR"
    opening_balance: int
    opening_balance_raw: int
    closing_balance: int
    closing_balance_raw: int
    data: list[StatementLine]
    has_more: bool


class Statements(Resource[M]):
    """Every movement of one's own wallet, as the chain has it. Days are whole ones in UTC."""

    @operation
    async def get(self, first: date | None = None, last: date | None = None) -> Statement:
        """Opening and closing balance with up to 100 lines; this month, if no day is given."""
        query = {**_days(first, last), "limit": 100}
        return await self._connection.read(_PATH, Statement, params=query)

    @listing
    async def lines(
        self, first: date | None = None, last: date | None = None, *, page_size: int = 100
    ) -> AsyncIterator[StatementLine]:
        """All lines, newest first."""
        query = _days(first, last)
        async for line in self._connection.pages(_PATH, StatementLine, page_size, query):
            yield line

    @operation
    async def csv(self, first: date | None = None, last: date | None = None) -> str:
        """All lines as a file for a spreadsheet, oldest first."""
        return await self._connection.text(_PATH, {**_days(first, last), "format": "csv"})


def _days(first: date | None, last: date | None) -> dict[str, Any]:
    days = {"from": first, "to": last}
    return {name: day.isoformat() for name, day in days.items() if day is not None}
