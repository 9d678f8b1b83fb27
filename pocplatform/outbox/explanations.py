"""Why a contract refused, in plain words, with the amounts and times that matter.

The contracts' own NatSpec explains most of their errors well enough, and is translated as it
stands. For the errors that people meet most, and for those of the contracts library, whose
NatSpec speaks to programmers, :mod:`pocplatform.outbox.known_errors` has sentences of our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_date

from pocplatform.chain.contracts import json_value
from pocplatform.chain.reverts import DecodedRevert
from pocplatform.kit.i18n import DEFAULT_LANGUAGE, translate
from pocplatform.kit.money import CURRENCY, UNITS_PER_CENT, format_euros, to_cents
from pocplatform.outbox.known_errors import (
    AGREEMENT_STATES,
    EXPLANATIONS,
    FAILED_IN_BLOCK,
    MILESTONE_STATES,
    NAMED_ERROR,
    NO_REASON,
    NODE_REFUSED,
    NODE_WORDS,
    OTHER_PANIC,
    PANICS,
    ROLES,
    UNKNOWN_ERROR,
    Explanation,
)
from pocplatform.outbox.next_steps import NEXT_STEPS


def record(decoded: DecodedRevert) -> dict[str, Any]:
    """A decoded error as it is stored and answered: JSON only, integers as decimal strings."""
    args = json_value(decoded.args)
    if decoded.kind == "unknown":
        args = {"data": decoded.raw}
    return {
        "name": decoded.name,
        "signature": decoded.signature,
        "args": args,
        "explanation": decoded.explanation,
    }


def explain(error: Mapping[str, Any], language: str = DEFAULT_LANGUAGE) -> str:
    """Why the contract refused: one sentence in ``language``.

    Args:
        error: name, signature, args and explanation, as :func:`record` gives them; what is
            missing is taken as unknown, so that errors stored by older versions can be shown. With
            ``foreign`` it is of a contract that is not the platform's own.
        language: fi or en.
    """
    return _filled(error, language, next_step=False)


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


def _filled(error: Mapping[str, Any], language: str, *, next_step: bool) -> str:
    try:
        known, values = _find(error, language)
        template = known.sentence
        if next_step:
            template = known.next_step or NEXT_STEPS.get(error.get("signature") or "", "")
            values = error.get("args") or values
        shown = {name: _Shown(value, language) for name, value in values.items()}
        return translate(template, language).format(**shown)
    except (KeyError, ValueError, TypeError, IndexError):
        # Other arguments than this signature has with us: the contract's own words must do.
        words = error.get("explanation") or error.get("name") or NO_REASON.sentence
        return "" if next_step else translate(str(words), language)


def _find(error: Mapping[str, Any], language: str) -> tuple[Explanation, Mapping[str, Any]]:
    """What is known of an error, and the values for its sentence."""
    name, signature = error.get("name") or "", error.get("signature") or ""
    args, words = error.get("args") or {}, error.get("explanation") or ""
    if signature == "Panic(uint256)":
        code = int(args["code"])
        return PANICS.get(code, OTHER_PANIC), {"code": hex(code)}
    if signature == "Error(string)" and not args.get("message"):
        return NO_REASON, {}
    if signature in EXPLANATIONS and (not error.get("foreign") or signature == "Error(string)"):
        return EXPLANATIONS[signature], args
    if signature and words:
        # As a value, since NatSpec may hold braces that mean themselves.
        return Explanation("{words}"), {"words": translate(words, language)}
    if signature:
        return NAMED_ERROR, {"name": name}
    if name == "Unknown":
        return FAILED_IN_BLOCK, {}
    if name:
        known = next((e for part, e in NODE_WORDS.items() if part in name.lower()), NODE_REFUSED)
        return known, {"message": name}
    return (UNKNOWN_ERROR if args.get("data") else NO_REASON), {}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A value in a sentence; the format specification says how it is shown."""

    value: Any
    language: str

    def __format__(self, how: str) -> str:
        match how:
            case "money":
                return _money(int(self.value), self.language)
            case "time":
                return _time(int(self.value), self.language)
            case "account":
                return f"{self.value[:6]}…{self.value[-4:]}"
            case "role":
                return ROLES.get(self.value, f"{self.value[:6]}…{self.value[-4:]}")
            case "agreement_state":
                return translate(AGREEMENT_STATES[int(self.value)], self.language)
            case "milestone_state":
                return translate(MILESTONE_STATES[int(self.value)], self.language)
        return format(str(self.value), how)


def _money(units: int, language: str) -> str:
    """An amount; what is less than a cent is shown too, lest 9.999999 tEUR be told as 9.99."""
    euros = format_euros(to_cents(units), language)
    rest = units % UNITS_PER_CENT
    if not rest:
        return euros
    number = euros.removesuffix(CURRENCY).rstrip()
    return number + f"{rest:04d}".rstrip("0") + euros[len(number) :]


def _time(seconds: int, language: str) -> str:
    """A moment as people write it, in UTC: ``22 November 2026, 14:05 UTC``."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return str(seconds)  # beyond the year 9999, where a number is as good as a date
    if language == "fi":
        return f"{moment.day}.{moment.month}.{moment.year} klo {moment:%H.%M} (UTC)"
    return f"{format_date(moment, 'd MMMM y', locale='en')}, {moment:%H:%M} UTC"
