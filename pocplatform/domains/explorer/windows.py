"""Which part of a list is asked for, where the rows are not of one table with ids."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from pocplatform.kit.errors import InvalidInput

T = TypeVar("T")


class Window(NamedTuple):
    """Which part of a list; as :class:`pocplatform.http.pages.PageQuery`."""

    limit: int
    starting_after: str | None = None
    ending_before: str | None = None

    @property
    def cursor(self) -> tuple[str, str] | None:
        """Name and value of the cursor, if there is one."""
        for name in ("starting_after", "ending_before"):
            value = getattr(self, name)
            if value is not None:
                return name, value
        return None

    def cut(self, found: Sequence[T]) -> tuple[list[T], bool]:
        """A page, newest first, of what was found beyond the cursor; and whether there is more."""
        rows = list(found[: self.limit])
        return (
            rows[::-1] if self.ending_before is not None else rows,
            len(found) > self.limit,
        )


def unknown_cursor(cursor: tuple[str, str]) -> InvalidInput:
    """The error of a cursor that is none of the list."""
    name, value = cursor
    return InvalidInput("{param} names {cursor!r}, which does not exist.", param=name, cursor=value)
