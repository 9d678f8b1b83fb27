"""The plan of a space as a drawing: where everything is, in units of the drawing.

The drawing repeats what tables beside it say, and numbers join the two; nothing is told by colour
alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pocplatform.client.parcels import Parcel, Plan
from pocplatform.client.spaces import SpaceLink, Visit

_CELL: Final = 100
_WALL: Final = 24
_HALL: Final = 96
_DOOR: Final = 56
_MOST_CELLS: Final = 12
"""Places to a side that are drawn; of larger plans, the part where the parcels are."""
_MOST_DOTS: Final = 10

FREE, TO_LET, USED, KEPT = "free", "to-let", "used", "kept"
"""Nobody's yet; to let; used by somebody; its owner's, and not to let."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place in the drawing.

    Attributes:
        state: One of the states above; ``mine`` is added for what one owns or uses.
        number: Of the parcel in the table; None where there is no parcel.
        name: Of the parcel.
    """

    x: int
    y: int
    state: str
    number: int | None = None
    name: str = ""
    mine: bool = False

    size: int = _CELL


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody in the hall, or a door: where it is, and what stands at it."""

    x: int
    y: int
    label: str
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A floor of a space.

    Attributes:
        floor: Its number.
        width: Of the whole drawing, likewise its height.
        inner_width: Between the walls.
        hall_y: Where the hall begins, in which visitors stand.
        boxes: Places and parcels.
        people: Visitors; on the ground floor only.
        more_people: How many there is no room for.
        doors: Ways out, by the letters of the table.
        cut: Whether the plan is larger than what is drawn.
    """

    floor: int
    width: int
    height: int
    inner_width: int
    hall_y: int
    boxes: tuple[Box, ...]
    people: tuple[Mark, ...]
    more_people: int
    doors: tuple[Mark, ...]
    cut: bool

    wall: int = _WALL


def state_of(parcel: Parcel) -> str:
    """What can be done with a parcel."""
    if parcel.user is not None:
        return USED
    # What is held from the last rental keeps it from being rented.
    return TO_LET if parcel.rental_terms is not None and parcel.deposit is None else KEPT


def draw(
    plan: Plan,
    parcels: Sequence[Parcel],
    visits: Sequence[Visit],
    links: Sequence[SpaceLink],
    me: str | None,
) -> list[Drawing]:
    """The floors that have parcels, the ground floor always.

    Args:
        plan: Where parcels may be.
        parcels: In the order of the table.
        visits: Of those who are inside.
        links: In the order of their table.
        me: The address that the page acts for.
    """
    floors = sorted({0, *(parcel.floor for parcel in parcels)})
    return [_floor(floor, plan, parcels, visits, links, me) for floor in floors]


def letter(place: int) -> str:
    """What a door is called: A, B, …, and numbers after Z."""
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def _floor(
    floor: int,
    plan: Plan,
    parcels: Sequence[Parcel],
    visits: Sequence[Visit],
    links: Sequence[SpaceLink],
    me: str | None,
) -> Drawing:
    here = {
        (parcel.x, parcel.y): (number, parcel)
        for number, parcel in enumerate(parcels, 1)
        if parcel.floor == floor
    }
    left, columns = _stretch([x for x, _ in here], plan.width)
    top, rows = _stretch([y for _, y in here], plan.depth)
    ground = floor == 0
    inner = max(columns, 3) * _CELL
    hall = rows * _CELL + _WALL
    boxes = []
    for y in range(rows):
        for x in range(columns):
            number, parcel = here.get((left + x, top + y), (None, None))
            boxes.append(
                Box(
                    x=_WALL + x * _CELL,
                    y=_WALL + y * _CELL,
                    state=FREE if parcel is None else state_of(parcel),
                    number=number,
                    name="" if parcel is None else parcel.name,
                    mine=parcel is not None
                    and me is not None
                    and me in (parcel.owner, parcel.user),
                )
            )
    shown = visits[: min(_MOST_DOTS, inner // 40 - 1)] if ground else []
    people = tuple(
        Mark(_WALL + 24 + place * 40, hall + _HALL // 2, str(place + 1), visit.visitor == me)
        for place, visit in enumerate(shown)
    )
    doors = tuple(
        Mark(_WALL + inner, _WALL + 30 + place * _DOOR, letter(place))
        for place in range(len(links) if ground else 0)
        if _WALL + 30 + place * _DOOR < hall + _HALL - 20
    )
    return Drawing(
        floor=floor,
        width=inner + 2 * _WALL + (_DOOR if doors else 0),
        height=hall + _WALL + (_HALL if ground else 0),
        inner_width=inner,
        hall_y=hall,
        boxes=tuple(boxes),
        people=people,
        more_people=len(visits) - len(shown) if ground else 0,
        doors=doors,
        cut=columns < plan.width or rows < plan.depth,
    )


def _stretch(used: Sequence[int], size: int) -> tuple[int, int]:
    """Where a side of the drawing begins, and how many places it has."""
    if size <= _MOST_CELLS:
        return 0, size
    first = min(used, default=0)
    last = max(used, default=first)
    begin = max(0, min(first, size - _MOST_CELLS))
    return begin, min(_MOST_CELLS, max(last - begin + 1, 3))
