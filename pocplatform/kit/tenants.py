"""Who sees whose rows."""

from typing import Protocol, TypeVar

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar


class OfTenant(Protocol):
    """A table's row that belongs to an organization."""

    @property
    def org_id(self) -> str | None:
        """The organization; None for the organisers' own."""
        ...


R = TypeVar("R", bound=OfTenant)


def visible_to(table: type[R], org_id: str | None) -> SelectOfScalar[R]:
    """The rows of a table that a tenant may see, which are its own; the organisers see all.

    Args:
        table: The table.
        org_id: The tenant; None for the organisers.
    """
    statement = select(table)
    if org_id is None:
        return statement
    return statement.where(col(table.org_id) == org_id)
