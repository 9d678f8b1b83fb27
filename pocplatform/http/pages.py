"""Pages of lists: newest first, by cursor."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.kit.errors import InvalidInput

T = TypeVar("T")


class ListPage(BaseModel, Generic[T]):
    """A page of a list."""

    object: Literal["list"] = "list"
    data: list[T]
    has_more: bool


class PageQuery(BaseModel):
    """Which page is asked for."""

    limit: int = 20
    starting_after: str | None = None
    ending_before: str | None = None


async def _page_query(
    limit: Annotated[int, Query(ge=1, le=100, description="How many, 1 to 100.")] = 20,
    starting_after: Annotated[str | None, Query(description="Go on after this id.")] = None,
    ending_before: Annotated[str | None, Query(description="End before this id.")] = None,
) -> PageQuery:
    if starting_after is not None and ending_before is not None:
        raise InvalidInput(
            "starting_after and ending_before cannot be used together.", param="ending_before"
        )
    return PageQuery(limit=limit, starting_after=starting_after, ending_before=ending_before)


PageDep = Annotated[PageQuery, Depends(_page_query)]


def page(
    session: Session, table: Any, statement: SelectOfScalar[Any], query: PageQuery
) -> tuple[list[Any], bool]:
    """Rows of a page and whether there are more.

    Args:
        session: Where to read.
        table: A table with ``seq`` (the order) and ``id`` (the cursor).
        statement: Which rows the caller may see.
        query: Which page.
    """
    seq = col(table.seq)
    cursor = query.ending_before if query.starting_after is None else query.starting_after
    if cursor is not None:
        # Looked for among what the caller may see: whether others have such a thing is not told.
        found = session.exec(statement.where(table.id == cursor)).first()
        if found is None:
            name = "ending_before" if query.starting_after is None else "starting_after"
            raise InvalidInput(
                "{param} names {cursor!r}, which does not exist.", param=name, cursor=cursor
            )
        statement = statement.where(
            seq < found.seq if query.starting_after is not None else seq > found.seq
        )
    backwards = query.ending_before is not None
    ordered = statement.order_by(seq if backwards else seq.desc()).limit(query.limit + 1)
    rows = list(session.exec(ordered))
    has_more = len(rows) > query.limit
    rows = rows[: query.limit]
    return (rows[::-1] if backwards else rows), has_more
