"""Who is first: work of one kind, one after another, in the order in which it was announced."""

import asyncio
from collections import deque


class Turns:
    """Lines, each by its name. Used in one event loop."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[str]] = {}
        self._places: dict[str, tuple[str, asyncio.Event]] = {}

    def announce(self, line: str, who: str) -> None:
        """Get a place at the end of a line."""
        turn = asyncio.Event()
        waiting = self._lines.setdefault(line, deque())
        waiting.append(who)
        self._places[who] = line, turn
        if waiting[0] == who:
            turn.set()

    def has(self, who: str) -> bool:
        """Whether somebody has a place."""
        return who in self._places

    async def come(self, who: str) -> None:
        """Wait for one's turn; nothing to wait for without a place."""
        if who in self._places:
            await self._places[who][1].wait()

    def leave(self, who: str) -> None:
        """Give the place up, at one's turn or before."""
        if who not in self._places:
            return
        line, _ = self._places.pop(who)
        waiting = self._lines[line]
        waiting.remove(who)
        if waiting:
            self._places[waiting[0]][1].set()
        else:
            del self._lines[line]
