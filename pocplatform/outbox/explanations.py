"""Why a contract refused, in plain words, with the amounts and times that matter.

The contracts' own NatSpec explains most of their errors well enough, and is translated as it
stands. For the errors that people meet most, and for those of the contracts library, whose
NatSpec speaks to programmers, :mod:`pocplatform.outbox.known_errors` has sentences of our own.

A developer's contract has its own words: ``@notice`` in English and ``@custom:fi``. In these an
argument that is named in backticks is told by its value. They are anybody's text: what cannot be
seen, or turns the direction of writing, is left out, and so is what is beyond :data:`MOST`. Where
it has none for an error of the contracts library, :mod:`pocplatform.outbox.library_errors` has.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pocplatform.chain.contracts import json_value
from pocplatform.chain.reverts import DecodedRevert, RevertDecoder
from pocplatform.kit.i18n import DEFAULT_LANGUAGE, moment_in_words, translate
from pocplatform.kit.money import CURRENCY, UNITS_PER_CENT, format_euros, to_cents
from pocplatform.kit.names import NO_CHARACTERS
from pocplatform.outbox.known_errors import (
    AGREEMENT_STATES,
    EXPLANATIONS,
    FAILED_IN_BLOCK,
    MILESTONE_STATES,
    NAMED_ERROR,
    NO_REASON,
    NO_REASON_OF_YOURS,
    NODE_REFUSED,
    NODE_WORDS,
    OTHER_PANIC,
    PANICS,
    ROLES,
    UNKNOWN_ERROR,
    Explanation,
)
from pocplatform.outbox.library_errors import LIBRARY_ERRORS, PROPOSAL_STATES
from pocplatform.outbox.next_steps import NEXT_STEPS

MOST = 500
"""Characters of a sentence about an error of a developer's contract."""

_ARGUMENT = re.compile(r"`([A-Za-z_$][\w$]*)`")
Named = Callable[[str], str | None]
"""What an account is called, by its address; None where that is not known."""


def unnamed(_address: str) -> None:
    """Nobody is known by name."""


def record(decoded: DecodedRevert) -> dict[str, Any]:
    """A decoded error as it is stored: JSON only, integers as decimal strings.

    ``translations`` are there where the contract has its own, by language.
    """
    args = json_value(decoded.args)
    if decoded.kind == "unknown":
        args = {"data": decoded.raw}
    found = {
        "name": decoded.name,
        "signature": decoded.signature,
        "args": args,
        "explanation": decoded.explanation,
    }
    return found | ({"translations": dict(decoded.translations)} if decoded.translations else {})


def of_contract(decoder: RevertDecoder, error: Mapping[str, Any]) -> dict[str, Any]:
    """An error of a developer's contract, by its own ABI and in its own words where it has any."""
    raw = (error.get("args") or {}).get("data")
    if raw is not None and not error.get("signature"):
        decoded = decoder.decode(raw)
        error = record(decoded) if decoded.kind == "custom" else error
    signature = str(error.get("signature") or "")
    own, translations = decoder.explanation(signature), decoder.translations(signature)
    for_people = decoder.speaks_to_people(signature)
    if signature in LIBRARY_ERRORS and not for_people:
        own = ""
    if own or translations or signature in LIBRARY_ERRORS:
        # Both at once, so that no language has the words of another contract.
        error = {**error, "explanation": own, "translations": dict(translations)}
    return {**error, "foreign": True, "for_people": for_people}


def explain(
    error: Mapping[str, Any], language: str = DEFAULT_LANGUAGE, named: Named = unnamed
) -> str:
    """Why the contract refused: one sentence in ``language``.

    Args:
        error: name, signature, args and explanation, as :func:`record` gives them; what is
            missing is taken as unknown, so that errors stored by older versions can be shown. With
            ``foreign`` it is of a contract that is not the platform's own, ``for_people`` if that
            has words for them.
        language: fi or en.
        named: What accounts are called there; others are told by their address.
    """
    told = _filled(error, language, next_step=False, named=named)
    return _plain(told) if error.get("foreign") else told


def next_step(error: Mapping[str, Any], language: str = DEFAULT_LANGUAGE) -> str:
    """What to do about it, in ``language``; empty where that is not known."""
    return _filled(error, language, next_step=True)


def localized(error: Mapping[str, Any], language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """The error with its explanation in ``language``."""
    return {
        "name": error.get("name", ""),
        "signature": error.get("signature", ""),
        "args": error.get("args") or {},
        "explanation": explain(error, language),
    }


def _filled(
    error: Mapping[str, Any], language: str, *, next_step: bool, named: Named = unnamed
) -> str:
    try:
        known, values = _find(error, language)
        template = known.sentence
        if next_step:
            ours = "" if error.get("foreign") else error.get("signature") or ""
            template = known.next_step or NEXT_STEPS.get(ours, "")
            values = error.get("args") or values
        shown = {name: _Shown(value, language, named) for name, value in values.items()}
        return translate(template, language).format(**shown)
    except (KeyError, ValueError, TypeError, IndexError):
        # Other arguments than this signature has with us: the contract's own words must do.
        words = _own_words(error, language) or translate(
            str(error.get("name") or NO_REASON.sentence), language
        )
        return "" if next_step else words


def _find(error: Mapping[str, Any], language: str) -> tuple[Explanation, Mapping[str, Any]]:
    """What is known of an error, and the values for its sentence."""
    name, signature = error.get("name") or "", error.get("signature") or ""
    args, words = error.get("args") or {}, _own_words(error, language)
    if signature == "Panic(uint256)":
        code = int(args["code"])
        return PANICS.get(code, OTHER_PANIC), {"code": hex(code)}
    foreign = error.get("foreign")
    no_reason = NO_REASON_OF_YOURS if foreign else NO_REASON
    if signature == "Error(string)" and not args.get("message"):
        return no_reason, {}
    if signature in EXPLANATIONS and (not foreign or signature == "Error(string)"):
        return EXPLANATIONS[signature], args
    if signature in LIBRARY_ERRORS and foreign and not words:
        return LIBRARY_ERRORS[signature], args
    if signature and words:
        # As a value, since NatSpec may hold braces that mean themselves.
        return Explanation("{words}"), {"words": words}
    if signature:
        return NAMED_ERROR, {"name": _with_arguments(name, args)}
    if name == "Unknown":
        return FAILED_IN_BLOCK, {}
    if name:
        known = next((e for part, e in NODE_WORDS.items() if part in name.lower()), NODE_REFUSED)
        return known, {"message": name}
    return (UNKNOWN_ERROR if args.get("data") else no_reason), {}


def _with_arguments(name: str, args: Mapping[str, Any]) -> str:
    """An error as it was thrown, such as ``ShopFull(limit: 7)``; what is long is cut."""
    shown = (
        f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in args.items()
    )
    inside = _plain(", ".join(shown), MOST // 2)
    return f"{name}({inside})" if inside else name


def _own_words(error: Mapping[str, Any], language: str) -> str:
    """What the contract says of its error: in this language, or else translated if we can."""
    translations = error.get("translations") or {}
    words = str(error.get("explanation") or "")
    told = str(translations.get(language) or translate(words, language))
    return _with_values(told, error.get("args") or {}) if error.get("for_people") else told


def _with_values(words: str, args: Mapping[str, Any]) -> str:
    """The words with the values of the arguments that they name; lists and structs stay names."""

    def value(found: re.Match[str]) -> str:
        match args.get(found[1]):
            case bool() as truth:
                return str(truth).lower()
            case str() | int() as shown:
                return str(shown)
        return found[0]

    return _ARGUMENT.sub(value, words)


def _plain(words: str, most: int = MOST) -> str:
    """A stranger's words as one line that can be seen, of so many characters at the most."""
    line = " ".join(words.split())
    line = "".join(sign for sign in line if unicodedata.category(sign) not in NO_CHARACTERS)
    return line if len(line) <= most else line[: most - 1] + "…"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A value in a sentence; the format specification says how it is shown."""

    value: Any
    language: str
    named: Named

    def __format__(self, how: str) -> str:
        match how:
            case "money":
                return _money(int(self.value), self.language)
            case "time":
                return moment_in_words(int(self.value), self.language)
            case "account":
                return self.named(self.value) or f"{self.value[:6]}…{self.value[-4:]}"
            case "role":
                return ROLES.get(self.value, f"{self.value[:6]}…{self.value[-4:]}")
            case "agreement_state":
                return translate(AGREEMENT_STATES[int(self.value)], self.language)
            case "milestone_state":
                return translate(MILESTONE_STATES[int(self.value)], self.language)
            case "proposal_state":
                return translate(PROPOSAL_STATES[int(self.value)], self.language)
        return format(str(self.value), how)


def _money(units: int, language: str) -> str:
    """An amount; what is less than a cent is shown too, lest 9.999999 tEUR be told as 9.99."""
    euros = format_euros(to_cents(units), language)
    rest = units % UNITS_PER_CENT
    if not rest:
        return euros
    number = euros.removesuffix(CURRENCY).rstrip()
    return number + f"{rest:04d}".rstrip("0") + euros[len(number) :]
