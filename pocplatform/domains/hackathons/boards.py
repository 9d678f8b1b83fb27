"""Boards that many look at: counted once in a while for all of them."""

import time
from collections import defaultdict
from threading import Lock
from typing import Any, NamedTuple

from sqlmodel import Session

from pocplatform.domains.hackathons import counting, repository, service
from pocplatform.domains.hackathons.board_schemas import BoardRead

KEPT_S = 1.0
"""What teams do shows on a board after this time at the latest; what the organisers do, at once."""
_AT_MOST = 1_000


class _Kept(NamedTuple):
    version: tuple[Any, ...]
    until: float
    board: BoardRead


class Boards:
    """Gives boards, from any thread. Who asks while one is being counted waits for that.

    Args:
        kept_s: How long one is shown before it is counted anew.
    """

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._turns: defaultdict[tuple[str, str], Lock] = defaultdict(Lock)
        self._lock = Lock()

    def read(self, session: Session, hackathon_id: str, language: str) -> BoardRead:
        """How an event stands, or stood a moment ago. Raises :class:`NotFound`."""
        version, which = _version(session, hackathon_id), (hackathon_id, language)
        with self._turn(which):
            kept = self._kept.get(which)
            if kept is not None and kept.version == version and time.monotonic() < kept.until:
                return kept.board
            board = counting.board(session, hackathon_id, language)
            self._kept[which] = _Kept(version, time.monotonic() + self._kept_s, board)
            return board

    def _turn(self, which: tuple[str, str]) -> Lock:
        with self._lock:
            if len(self._turns) >= _AT_MOST:
                self._turns.clear()
                self._kept.clear()
            return self._turns[which]


def _version(session: Session, hackathon_id: str) -> tuple[Any, ...]:
    """What differs from before when the organisers have done something, or somebody has joined."""
    hackathon = service.get(session, hackathon_id)
    told = repository.newest_announcements(session, hackathon_id, 1)
    return (
        hackathon.model_dump_json(),
        *repository.sums_of_teams(session, hackathon_id),
        *(row.id for row in told),
    )
