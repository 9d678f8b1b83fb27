"""Turns what was called and what was told into sentences, in words that people know.

A sentence is a list of parts: words, and names that lead somewhere. Names are looked up for all
sentences of an answer together.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from babel.numbers import format_decimal

from pocplatform.domains.explorer.decoding import Decoded
from pocplatform.domains.explorer.names import Names, accounts_in, short
from pocplatform.domains.explorer.sentences import of_ours, strangers
from pocplatform.domains.explorer.sentences.said import Placed, Said, pieces
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.money import CURRENCY, UNITS_PER_CENT, format_euros

_MOST_NAMES = 10
"""Names in one sentence; there may be a hundred parties."""
_WEI = 10**18
_DAY_S = 86_400


class Part(NamedTuple):
    """A part of a sentence.

    Attributes:
        text: As it is read.
        kind: account, item, parcel, space or agreement, where it is the name of one; else None.
        ref: By which the API knows that: an address, an id or a hash.
    """

    text: str
    kind: str | None = None
    ref: str | None = None


class Draft(NamedTuple):
    """A sentence whose names are not looked up yet."""

    placed: list[Placed]
    no_effect: bool = False


class CallFacts(NamedTuple):
    """A transaction, as far as its sentence goes.

    Attributes:
        sender: Who has sent it.
        to: Whom to; None where it creates a contract.
        value: Wei.
        empty: Whether it calls nothing.
        creates: Whether it puts a contract on the chain.
        decoded: What it calls, where that is known.
        effect: Whether it was not reverted.
    """

    sender: str
    to: str | None
    value: int
    empty: bool
    creates: bool
    decoded: Decoded | None
    effect: bool


def draft_of_call(call: CallFacts, language: str) -> Draft:
    """What a transaction did, or would have done."""
    arguments: dict[str, Any] = {"sender": call.sender, "contract": call.to}
    decoded = call.decoded
    said: Said | None = None
    if call.creates or call.to is None:
        said = strangers.CREATED
    elif decoded is None and call.empty:
        said = strangers.ETHER if call.value else strangers.NOTHING
        arguments |= {"to": call.to, "value": call.value}
    elif decoded is None:
        said = strangers.UNKNOWN
    else:
        arguments = {**decoded.arguments, **arguments}
        if decoded.ours:
            said = of_ours(decoded.contract or "", decoded.name, arguments)
        elif decoded.token:
            said = _chosen(("token", decoded.name), arguments)
        if said is None:
            said = strangers.KNOWN
            arguments["function"] = decoded.name
    return Draft(list(pieces(said.template(language), arguments)), no_effect=not call.effect)


def draft_of_event(address: str, decoded: Decoded | None, language: str) -> Draft:
    """What a contract told."""
    arguments: dict[str, Any] = {"contract": address}
    said: Said | None
    if decoded is None:
        said = strangers.TOLD_UNKNOWN
    else:
        arguments = {**decoded.arguments, **arguments}
        said = None
        if decoded.ours:
            said = of_ours(decoded.contract or "", decoded.name, arguments)
        elif decoded.token:
            said = _chosen(("token", decoded.name), arguments)
        if said is None:
            said = strangers.TOLD
            arguments["event"] = decoded.name
    return Draft(list(pieces(said.template(language), arguments)))


def _chosen(key: tuple[str, str], arguments: Mapping[str, Any]) -> Said | None:
    found = strangers.TOKEN.get(key)
    return found(arguments) if callable(found) else found


def finished(drafts: Iterable[Draft], names: Names) -> list[list[Part]]:
    """Sentences with the names in them, in the language of the names."""
    drafts = list(drafts)
    names.learn(placed for draft in drafts for placed in draft.placed)
    return [_finish(draft, names) for draft in drafts]


def text_of(parts: Iterable[Part]) -> str:
    """A sentence as it is read."""
    return "".join(part.text for part in parts)


def _finish(draft: Draft, names: Names) -> list[Part]:
    parts: list[Part] = []
    if draft.no_effect:
        parts.append(Part(strangers.NO_EFFECT.template(names.language)))
    for value, kind in draft.placed:
        parts += [Part(value)] if kind is None else _SHOWN[kind](value, names)
    return parts


def _account(value: Any, names: Names) -> list[Part]:
    return [Part(names.shown(value), "account", value)]


def _accounts(value: Any, names: Names) -> list[Part]:
    found = accounts_in(value)
    parts: list[Part] = []
    for place, address in enumerate(found[:_MOST_NAMES]):
        last = place == len(found) - 1
        if place:
            parts.append(Part(f" {_AND.render(names.language)} " if last else ", "))
        parts += _account(address, names)
    rest = len(found) - _MOST_NAMES
    if rest > 0:
        parts.append(Part(" " + _MORE.with_values(count=rest).render(names.language)))
    return parts


def _thing(kind: str) -> "Shower":
    def show(value: Any, names: Names) -> list[Part]:
        known = names.thing(kind, value)
        label = f"“{known.name}”" if names.language == "en" else f"”{known.name}”"
        if known.name is None:
            return [Part(f"#{short(str(value))}")]
        return [Part(label, kind, known.id)] if known.id is not None else [Part(label)]

    return show


def _credential_type(value: Any, names: Names) -> list[Part]:
    return [Part(names.thing("credential_type", value).name or short(str(value)))]


def _goods(value: Any, names: Names) -> list[Part]:
    found = names.goods(value)
    if found is not None:
        return _thing(found[0])(found[1], names)
    return [Part(short(value["collection"]), "account", value["collection"])]


def _agreement(value: Any, names: Names) -> list[Part]:
    return [Part(short(value), "agreement", value)]


def _money(value: Any, names: Names) -> list[Part]:
    return [Part(money(int(value), names.language))]


def money(units: int, language: str) -> str:
    """Units of 10⁻⁶ tEUR as people write them; what is less than a cent is shown too."""
    cents, rest = divmod(units, UNITS_PER_CENT)
    if not rest:
        return format_euros(cents, language).replace(" ", "\u00a0")
    shown = format_decimal(units / (100 * UNITS_PER_CENT), format="#,##0.00####", locale=language)
    return f"{shown}\u00a0{CURRENCY}"


def _number(value: Any, names: Names) -> list[Part]:
    return [Part(str(format_decimal(int(value), format="#,##0", locale=names.language)))]


def _milestones(value: Any, names: Names) -> list[Part]:
    bits = int(value)
    found = [str(place + 1) for place in range(256) if bits >> place & 1]
    if len(found) > 1:
        found[-2:] = [f"{found[-2]} {_AND.render(names.language)} {found[-1]}"]
    return [Part(", ".join(found))]


def _percent(value: Any, names: Names) -> list[Part]:
    shown = format_decimal(int(value) / 100, format="#,##0.##", locale=names.language)
    return [Part(f"{shown}\u00a0%")]


def _days(value: Any, names: Names) -> list[Part]:
    days = format_decimal(int(value) / _DAY_S, format="#,##0.##", locale=names.language)
    phrase = _ONE_DAY if days == "1" else _DAYS.with_values(days=days)
    return [Part(phrase.render(names.language))]


def _reference(value: Any, names: Names) -> list[Part]:
    text = bytes.fromhex(value[2:]).rstrip(b"\0").decode("ascii", "replace")
    return [Part(text if text.isprintable() and text else "–")]


def _ether(value: Any, names: Names) -> list[Part]:
    shown = format_decimal(int(value) / _WEI, format="#,##0.######", locale=names.language)
    return [Part(_ETHER.with_values(amount=shown).render(names.language))]


Shower = Callable[[Any, Names], list[Part]]
_AND = Phrase("and")
_MORE = Phrase("and {count} more")
_ONE_DAY = Phrase("1 day")
_DAYS = Phrase("{days} days")
_ETHER = Phrase("{amount} test ether")
_SHOWN: dict[str, Shower] = {
    "who": _account,
    "names": _accounts,
    "money": _money,
    "number": _number,
    "item": _thing("item"),
    "parcel": _thing("parcel"),
    "space": _thing("space"),
    "goods": _goods,
    "agreement": _agreement,
    "credential_type": _credential_type,
    "milestone": lambda value, names: _number(int(value) + 1, names),
    "milestones": _milestones,
    "percent": _percent,
    "reference": _reference,
    "days": _days,
    "count": lambda value, names: _number(len(value), names),
    "ether": _ether,
    "code": lambda value, names: [Part(str(value))],
}
"""How each kind of value is shown; see :mod:`pocplatform.domains.explorer.sentences.said`."""
