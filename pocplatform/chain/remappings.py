"""Remappings of imports, ``context:prefix=target``, as solc takes them (Solidity documentation).

They are kept as they were given, in their order: solc writes them into the metadata, so that a
contract is verified exactly only with the same ones.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Remapping(NamedTuple):
    """In sources whose names begin with ``context``, ``prefix`` of an import stands for ``target``.

    The context is empty where it holds everywhere.
    """

    context: str
    prefix: str
    target: str

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.context}{':' if self.context else ''}{self.prefix}={self.target}"


def remapping(text: str) -> Remapping:
    """From its text. Raises :class:`ValueError` for what is none."""
    before, equals, target = text.partition("=")
    context, colon, prefix = before.partition(":")
    if not colon:
        context, prefix = "", before
    if not equals or not prefix:
        raise ValueError(text)
    return Remapping(context, prefix, target)


class Remappings:
    """Resolves imports, by those remappings that lead somewhere.

    A project's remappings may lead to libraries that were not sent. Such a one is left out as soon
    as an import asks for it: the library may be a package of the sandbox. What no import asks for
    stays, for the metadata's sake.

    Args:
        given: All of them.
        sources: The names of the sources that were brought.
    """

    def __init__(self, given: Sequence[Remapping], sources: Iterable[str]) -> None:
        self._kept = list(given)
        names = list(sources)
        self._leads = {one: any(name.startswith(one.target) for name in names) for one in given}

    @property
    def kept(self) -> list[str]:
        """Those that no import so far has shown to lead nowhere, as solc takes them."""
        return [str(one) for one in self._kept]

    def resolve(self, importer: str, name: str) -> str:
        """The source that an import means: the closest context first, then the longest prefix."""
        while (best := self._best(importer, name)) is not None:
            if self._leads[best]:
                return best.target + name[len(best.prefix) :]
            self._kept.remove(best)
        return name

    def _best(self, importer: str, name: str) -> Remapping | None:
        fitting = (
            (len(one.context), len(one.prefix), place)
            for place, one in enumerate(self._kept)
            if importer.startswith(one.context) and name.startswith(one.prefix)
        )
        found = max(fitting, default=None)
        return self._kept[found[2]] if found is not None else None
