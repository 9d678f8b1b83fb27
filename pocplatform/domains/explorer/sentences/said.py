"""How sentences about calls and events are written down.

A sentence is a template with placeholders ``{argument}`` or ``{argument:kind}``. An argument of a
struct is named by its path, ``{invoice.payee}``; ``{sender}`` is who has sent a call,
``{contract}`` the contract that was called or tells of something, and ``{all:…}`` stands for all
arguments at once. :data:`KINDS` says what a value is. Finnish names are never inflected, since
nobody knows how: a noun before them is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

KINDS: Final = frozenset(
    {
        "who", "money", "number", "item", "parcel", "goods", "space", "agreement", "milestone",
        "milestones", "credential_type", "percent", "reference", "days", "count", "names", "ether",
        "code",
    }
)  # fmt: skip
"""What a value can be: an account, units of tEUR, a plain number, the number of an item, of a
parcel, what an order is for, the number of a space, an agreement's id, a milestone's index, several
of them as bits, the hash of a credential's type, hundredths of a per cent, an RF reference in 32
bytes, seconds as days, how many a list has, the accounts in a list, wei, and a word of code."""

NOBODY: Final = "0x" + "0" * 40
UNLIMITED: Final = 2**255
"""Amounts from here on are meant to be without a limit."""
_PLACEHOLDER = re.compile(r"\{([A-Za-z_.]+)(?::([a-z_]+))?\}")


class Said(NamedTuple):
    """A sentence in both languages."""

    en: str
    fi: str

    def template(self, language: str) -> str:
        """In a language."""
        return self.fi if language == "fi" else self.en


Arguments: TypeAlias = Mapping[str, Any]
"""Arguments by name, as JSON has them."""
Sentence: TypeAlias = Said | Callable[[Arguments], Said]
"""A sentence, or how to choose one by the arguments."""
Table: TypeAlias = dict[tuple[str, str], Sentence]
"""Sentences by contract and name of the function or event; ``*`` is for every contract."""


class Placed(NamedTuple):
    """A piece of a template: words as they are (no kind), or a value and what it is."""

    value: Any
    kind: str | None = None


def pieces(template: str, arguments: Arguments) -> Iterator[Placed]:
    """A template with the values in their places. Raises :class:`KeyError` for one that lacks."""
    end = 0
    for match in _PLACEHOLDER.finditer(template):
        if match.start() > end:
            yield Placed(template[end : match.start()])
        yield Placed(_value(arguments, match[1]), match[2] or "who")
        end = match.end()
    if end < len(template):
        yield Placed(template[end:])


def placeholders(template: str) -> set[tuple[str, str]]:
    """Path and kind of each placeholder of a template."""
    return {(match[1], match[2] or "who") for match in _PLACEHOLDER.finditer(template)}


def entries(contract: str, sentences: Mapping[str, Sentence]) -> Table:
    """A table of one contract; several names that say the same are given with blanks between."""
    return {
        (contract, name): sentence
        for names, sentence in sentences.items()
        for name in names.split()
    }


def if_set(argument: str, yes: Said, no: Said) -> Sentence:
    """One sentence where an argument is true, more than zero and somebody; else the other."""

    def choose(arguments: Arguments) -> Said:
        value = _value(arguments, argument)
        nothing = value in (False, NOBODY) or (not isinstance(value, bool) and _is_zero(value))
        return no if nothing else yes

    return choose


def is_unlimited(value: Any) -> bool:
    """Whether an amount is meant to be without a limit."""
    return int(value) >= UNLIMITED


def _is_zero(value: Any) -> bool:
    return str(value) == "0"


def _value(arguments: Arguments, path: str) -> Any:
    if path == "all":
        return arguments
    found: Any = arguments
    for step in path.split("."):
        found = found[step]
    return found
